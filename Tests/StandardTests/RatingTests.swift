import Foundation
import JSON
import Language
import Syntax
import TestSupport
import Testing
import Vocabulary

/// What the library makes of ratings, against published vectors (vectors.json).
@Suite(
  "Ratings, their distributions and their agreement",
  .enabled(if: SharedFiles.file("reference/vectors.json") != nil, "needs vectors.json"))
struct RatingTests {
  private let vectors: [JSONValue]

  init() throws {
    let file = try #require(SharedFiles.file("reference/vectors.json"))
    vectors = try #require(JSONValue(file: file)["vectors"]?.list)
  }

  private func vector(_ id: String) throws -> JSONValue {
    try #require(vectors.first { $0["id"]?.text == id }, "no vector \(id)")
  }

  private func value(_ expression: String) throws -> Value {
    let source = SourceText(name: "ratings", "it = " + expression)
    let program = Program(
      source, lexicon: Ran.lexicon, directory: FileManager.default.temporaryDirectory)
    let said = DiagnosticRenderer(usesColor: false).render(program.diagnostics, in: source)
    try #require(program.diagnostics.isEmpty, "\(said)")
    let runner = Runner(context: RunContext(directory: program.directory, threads: 1))
    return try runner.value(program.value(of: "it") ?? .none, of: program)
  }

  private func number(_ expression: String) throws -> Double {
    try Double(recipeValue: value(expression))
  }

  @Test func goodnessAndScores() throws {
    let outputs = try #require(vector("rm.attribute_weights")["inputs"]?["outputs"]?.doubles)
    let names = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"]
    let all = zip(names, outputs.suffix(5)).map { "\($0): \($1)" }
    let expected = try #require(vector("rm.attribute_weights")["expected"])
    let list = all.joined(separator: ", ")
    #expect(
      abs(try number("helpsteer2_score(\(list))") - (expected["score_70b"]?.double ?? 0)) < 1e-12)
    #expect(
      abs(try number("helpsteer2_score_340b(\(list))") - (expected["score_340b"]?.double ?? 0))
        < 1e-12)
    let three = all.prefix(3).joined(separator: ", ")
    let goodness = try #require(vector("rm.goodness")["expected"]?["goodness"]?.double)
    #expect(abs(try number("goodness(\(three))") - goodness) < 1e-12)
  }

  @Test(arguments: [("rounding", "rounding"), ("fifths", "equal_fifths")])
  func betaBins(_ bins: String, _ key: String) throws {
    let vector = try vector("steerlm2.beta_bins")
    let scores = try #require(vector["inputs"]?["r"]?.doubles)
    let tables = try #require(vector["expected"]?[key]?.list?.map(\.doubles))
    for (score, expected) in zip(scores, tables) {
      let found = try (0...4).map {
        try number("rating_probability(\(score), rating: \($0), bins: \"\(bins)\")")
      }
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-9 * abs(b) + 1e-13) }
      #expect(abs(found.reduce(0, +) - 1) < 1e-12)
    }
    #expect(scores.count == 3)
  }

  @Test func scoresBeyondTheScaleStayDistributions() throws {
    for score in [-3.0, 0.0, 4.0, 9.0] {
      let total = try (0...4).reduce(0) {
        try $0 + number("rating_probability(\(score), rating: \($1))")
      }
      #expect(abs(total - 1) < 1e-12)
      #expect(try number("rating_log_probability(\(score), rating: 2)") >= log(1e-12))
    }
    #expect(
      try value("[rating(-1.0), rating(2.4), rating(9.0)]") == .list([0, 2, 4].map(Value.int)))
  }

  @Test func quadraticKappa() throws {
    let vector = try vector("stats.quadratic_kappa")
    let a = vector["inputs"]?["a"]?.list?.compactMap(\.int) ?? []
    let b = vector["inputs"]?["b"]?.list?.compactMap(\.int) ?? []
    let rows = zip(a, b).map { "(a: \($0), b: \($1))" }.joined(separator: ", ")
    let found = try number("rows([\(rows)]) |> quadratic_kappa(.a, with: .b)")
    #expect(abs(found - (vector["expected"]?["kappa"]?.double ?? 0)) < 1e-12)
  }

  @Test func rewardBench() throws {
    let vector = try vector("eval.rewardbench")
    let inputs = try #require(vector["inputs"])
    var items: [String] = []
    var sections: [String] = []
    func add(_ section: String, _ subset: String, accuracy: Double, count: Int) {
      // 100 items give every accuracy of the vector; the section weighs them by the count.
      let right = Int((accuracy * 100).rounded())
      items += (0..<100).map { "(s: \"\(subset)\", ok: \($0 < right))" }
      sections.append("(section: \"\(section)\", subset: \"\(subset)\", items: \(count))")
    }
    let chat = try #require(inputs["chat_subsets"]?.object).pairs
    for (subset, content) in chat {
      add(
        "Chat", subset, accuracy: content["acc"]?.double ?? 0, count: content["n"]?.int ?? 0)
    }
    for (section, accuracy) in try #require(inputs["other_sections"]?.object).pairs {
      add(section, "all of \(section)", accuracy: accuracy.double ?? 0, count: 7)
    }
    let table =
      "rows([\(items.joined(separator: ", "))]) |> rewardbench(right: .ok, subset: .s, "
      + "sections: [\(sections.joined(separator: ", "))])"
    func figure(_ section: String, _ column: String) throws -> Double {
      let rows = "(\(table)) |> filter(.section == \"\(section)\" and .subset == \"all\")"
      return try number("(\(rows) |> interval(of: .\(column), resamples: 10)).mean")
    }
    let expected = try #require(vector["expected"])
    #expect(abs(try figure("Chat", "accuracy") - (expected["chat"]?.double ?? 0)) < 1e-12)
    #expect(abs(try figure("all", "accuracy") - (expected["overall"]?.double ?? 0)) < 1e-12)
    let (low, high) = (try figure("all", "low"), try figure("all", "high"))
    #expect(low < 0.83 && high > 0.86 && low > 0.75 && high < 0.92)
  }
}
