import Datasets
import Foundation
import Testing
import Vocabulary

private let run = RunContext(directory: FileManager.default.temporaryDirectory)

private func numbers(_ count: Int) -> Value {
  .opaque(Dataset(rows: (0..<count).map { Record([("n", .int($0)), ("g", .int($0 / 3))]) }))
}

private func data(_ primitive: Primitive, _ arguments: [(String, Value)]) throws -> Dataset {
  try Dataset(recipeValue: primitive.run(Record(arguments), in: run))
}

private func column(_ name: String) -> Value {
  .function(
    Function(canonical: ".\(name)", columns: [name]) { row in
      try Record(recipeValue: row)[name] ?? .none
    })
}

@Test func shufflingIsAPermutationThatDependsOnTheSeedAlone() throws {
  let first = try data(.shuffle, [("rows", numbers(100)), ("seed", .int(1))])
  let again = try data(.shuffle, [("rows", numbers(100)), ("seed", .int(1))])
  let other = try data(.shuffle, [("rows", numbers(100)), ("seed", .int(2))])
  #expect(first.canonical == again.canonical)
  #expect(first.canonical != other.canonical)
  #expect(Set(first.rows.compactMap { try? Int(recipeValue: $0["n"] ?? .none) }).count == 100)
}

@Test func splittingKeepsEqualKeysTogether() throws {
  let value = try Primitive.split.run(
    Record([
      ("rows", numbers(90)), ("test", .quantity(Quantity(10, .percent))), ("by", column("g")),
    ]), in: run)
  let parts = try Record(recipeValue: value)
  let train = try Dataset(recipeValue: parts["train"] ?? .none)
  let test = try Dataset(recipeValue: parts["test"] ?? .none)
  #expect(train.count == 81 && test.count == 9)
  let groups = { (data: Dataset) in Set(data.rows.map { $0["g"]?.canonical }) }
  #expect(groups(train).isDisjoint(with: groups(test)))
}

@Test func sortingIsStable() throws {
  let sorted = try data(
    .sort, [("rows", numbers(9)), ("by", column("g")), ("order", .text("descending"))])
  #expect(sorted.rows.map { $0["n"] } == [6, 7, 8, 3, 4, 5, 0, 1, 2].map { Value.int($0) })
}

@Test func datasetsAreKeptAndReadBack() throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "kept-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  let data = Dataset(rows: [
    Record([("a", .text("x\ny")), ("b", .list([.int(1)])), ("c", .none)]),
    Record([("a", .text("")), ("b", .list([])), ("c", .float(0.1))]),
  ])
  try data.write(to: folder)
  #expect(try Dataset.read(from: folder).canonical == data.canonical)
}

@Test func pairsPutTheBetterRatingFirst() throws {
  let rows = Dataset(rows: [
    Record([("prompt", .text("p")), ("response", .text("a")), ("score", .int(1))]),
    Record([("prompt", .text("p")), ("response", .text("b")), ("score", .int(3))]),
    Record([("prompt", .text("p")), ("response", .text("c")), ("score", .int(3))]),
  ])
  let duels = try data(
    .pairs, [("rows", .opaque(rows)), ("by", column("prompt")), ("better", column("score"))])
  #expect(duels.rows.map { $0["chosen"] } == [.text("b"), .text("c")])
  #expect(duels.rows.map { $0["margin"] } == [.float(2), .float(2)])
}

@Test func dialoguesOfMessagesArePairsLikeThoseOfTexts() throws {
  func turn(_ role: String, _ content: String) -> Value {
    .record(Record([("role", .text(role)), ("content", .text(content))]))
  }
  func row(_ chosen: [Value], _ rejected: [Value]) -> Record {
    Record([("chosen", .list(chosen)), ("rejected", .list(rejected))])
  }
  let rows = Dataset(rows: [
    row(
      [turn("user", "Hi"), turn("assistant", "Hello!")],
      [turn("user", "Hi"), turn("assistant", "No.")]),
    row(
      [turn("user", "Hi"), turn("assistant", "Hello!")],
      [turn("user", "Bye"), turn("assistant", "No.")]),
    row([turn("user", "Hi")], [turn("user", "Hi")]),
  ])
  let found = try data(.dialogues, [("rows", .opaque(rows))])
  #expect(found.count == 1)
  #expect(found.rows.first?["chosen"] == .text("Hello!"))
  #expect(found.rows.first?["prompt"] == .list([turn("user", "Hi")]))
}
