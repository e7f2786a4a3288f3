import Datasets
import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

private func rows(_ texts: [String]) -> Value {
  .opaque(Dataset(rows: texts.map { Record([("q", .text($0))]) }))
}

private let question = Value.function(
  Function(canonical: ".q", columns: ["q"]) { try Record(recipeValue: $0)["q"] ?? .none })

private func word(_ name: String) throws -> Primitive {
  try #require((Primitive.provenance + [.dedup]).first { $0.name == name })
}

private func data(_ name: String, _ arguments: [(String, Value)]) throws -> Dataset {
  let run = RunContext(directory: FileManager.default.temporaryDirectory)
  return try Dataset(recipeValue: word(name).run(Record(arguments), in: run))
}

@Suite("Where rows come from, and what they share")
struct ProvenanceTests {
  @Test("An id stands for what a row holds, wherever it stands")
  func ids() throws {
    let one = try data("identify", [("rows", rows(["a", "b", "a"]))])
    let two = try data("identify", [("rows", rows(["b"]))])
    #expect(one.rows[0]["id"] == one.rows[2]["id"] && one.rows[0]["id"] != one.rows[1]["id"])
    #expect(one.rows[1]["id"] == two.rows[0]["id"])
    #expect(one.columns.map(\.label) == ["id", "q"])
    // Nothing changes when the id is there already and counts as a part of the row.
    #expect(try one.rows[0]["id"].map { try String(recipeValue: $0).count } == 16)
  }

  @Test("Bundles hold different rows, and more of them leave the first as they are")
  func bundles() throws {
    func made(_ count: Int, seed: Int = 0) throws -> [[String]] {
      try data(
        "bundles",
        [
          ("rows", rows((0..<10).map { "\($0)" })), ("of", .int(3)), ("count", .int(count)),
          ("seed", .int(seed)),
        ]
      ).rows.map { try [Record](recipeValue: $0["members"] ?? .none).map { $0["q"]?.source ?? "" } }
    }
    let few = try made(4)
    #expect(few.allSatisfy { Set($0).count == 3 } && Set(few).count > 1)
    #expect(try Array(made(9).prefix(4)) == few)
    #expect(try made(4, seed: 1) != few)
    #expect(throws: (any Error).self) {
      try data("bundles", [("rows", rows(["a"])), ("count", .int(1))])
    }
  }

  @Test("Rows that share a run of words with rows held apart are left out")
  func without() throws {
    func kept(_ texts: [String], apart: [String], _ length: Int) throws -> [String] {
      try data(
        "without",
        [
          ("rows", rows(texts)), ("apart", rows(apart)), ("overlap", question),
          ("ngram", .int(length)),
        ]
      ).rows.map { try String(recipeValue: $0["q"] ?? .none) }
    }
    #expect(
      try kept(["One, two THREE four", "two three", "nine"], apart: ["zero one two three"], 3)
        == ["two three", "nine"])
    // A text shorter than a run counts as a whole.
    #expect(try kept(["Two three!", "two"], apart: ["two three"], 3) == ["two"])
  }

  @Test("Near duplicates are those that a comparison of all pairs finds")
  func nearDuplicates() throws {
    let stock = (0..<40).map { "w\($0)" }
    // Ten texts of thirty words; of each five more with some words changed.
    let texts = (0..<10).flatMap { text -> [String] in
      let base = (0..<30).map { stock[($0 * 7 + text * 13 + $0 * text) % 40] }
      return (0..<6).map { change in
        var words = base
        for place in 0..<change { words[(place * 11 + text) % 30] = "x\(text)\(place)" }
        return words.joined(separator: " ")
      }
    }
    for threshold in [0.3, 0.6, 0.9] {
      var expected: [String] = []
      for text in texts where !expected.contains(where: { likeness($0, text) >= threshold }) {
        expected.append(text)
      }
      let kept = try data(
        "dedup", [("rows", rows(texts)), ("by", question), ("near", .float(threshold))]
      ).rows.map { try String(recipeValue: $0["q"] ?? .none) }
      #expect(kept == expected, "\(threshold)")
      #expect(expected.count < texts.count)
    }
  }

  private func likeness(_ a: String, _ b: String) -> Double {
    func runs(_ text: String) -> Set<String> {
      let words = text.split(separator: " ")
      return Set((0...words.count - 3).map { words[$0..<$0 + 3].joined(separator: " ") })
    }
    let (x, y) = (runs(a), runs(b))
    return Double(x.intersection(y).count) / Double(x.union(y).count)
  }

  @Test("A tally counts and averages in the order in which values come")
  func tally() throws {
    let made = try data(
      "tally",
      [
        ("rows", rows(["b", "a", "b"])), ("by", question),
        (
          "of",
          .function(
            Function(canonical: "length") { row in
              .float(try Record(recipeValue: row)["q"] == .text("b") ? 2 : 5)
            })
        ),
      ])
    #expect(made.rows.map { $0["value"] ?? .none } == [.text("b"), .text("a")])
    #expect(made.rows.map { $0["count"] ?? .none } == [.int(2), .int(1)])
    #expect(made.rows.map { $0["mean"] ?? .none } == [.float(2), .float(5)])
  }
}
