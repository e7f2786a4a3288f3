import Datasets
import Foundation
import JSON
import Models
import TestSupport
import Testing
import Tokenizers
import Vocabulary

@Suite("Answers held to a record type")
struct ConstraintTests {
  /// How many records are drawn; `ROUX_SAMPLES` asks for more than a debug build can.
  private static let samples =
    ProcessInfo.processInfo.environment["ROUX_SAMPLES"].flatMap(Int.init) ?? 300

  private static let rating = WrittenType.Condition(
    path: [.field("score")],
    test: Function(canonical: "it in 1...5") { value in
      guard case .int(let number) = value else { return .bool(false) }
      return .bool((1...5).contains(number))
    }, words: "it in 1...5")

  private static let shapes: [WrittenType] = [
    WrittenType(.record([RecordField("score", .int), RecordField("reason", .text)])),
    WrittenType(
      .record([RecordField("score", .int), RecordField("reason", .text)]), conditions: [rating]),
    WrittenType(
      .record([
        RecordField("status", .choice(["accept", "reject \"now\""])),
        RecordField("sure", .float), RecordField("is_new", .bool),
        RecordField("tags", .list(.text)), RecordField("note", .optional(.text)),
        RecordField("place", .record([RecordField("line", .int)])),
      ])),
  ]

  private func model() throws -> LanguageModel {
    try LanguageModel(
      recipeValue: Vocabulary.Primitive.model.run(
        Record([("path", .text("tiny"))]),
        in: RunContext(directory: FileManager.default.temporaryDirectory)))
  }

  private func answers(
    _ constraint: TokenConstraint, _ model: LanguageModel, count: Int, maximum: (Int) -> Int,
    seed: UInt64
  ) throws -> [Generator.Answer] {
    let prompt = model.tokenizer.encode("judge: abc")
    let requests = (0..<count).map { row in
      Generator.Request(
        prompt: prompt, sampling: Sampling(temperature: 1.5, seed: seed),
        maximum: maximum(row), stopTokens: model.stopTokens, row: UInt32(row),
        constraint: constraint)
    }
    return try Generator(model, for: requests, threads: 2).run(requests)
  }

  @Test("No record is invalid at temperature 1.5, however short the answer", arguments: 0..<3)
  func neverInvalid(_ shape: Int) throws {
    let model = try model()
    let shape = try RecordShape(Self.shapes[shape])
    let constraint = try TokenConstraint(shape, model.tokenizer)
    let least = constraint.leastTokens
    // From the fewest tokens that can do it up to some room to ramble in.
    let all = try answers(
      constraint, model, count: Self.samples, maximum: { least + $0 % 40 }, seed: 1)
    #expect(all.count == Self.samples)
    var texts: Set<String> = []
    for answer in all {
      let text = constraint.text(answer.tokens)
      let isValid = try isJSON(text) && shape.record(text) != nil
      #expect(isValid, "\(text)")
      texts.insert(text)
    }
    #expect(texts.count > Self.samples / 4, "the draws do not differ")
    // The strictest bound is reached, and is one: a token less is refused.
    #expect(all.contains { $0.tokens.count == least })
    #expect(throws: ModelError.self) {
      try answers(constraint, model, count: 1, maximum: { _ in least - 1 }, seed: 1)
    }
  }

  /// By another reader than the one that the shape uses.
  private func isJSON(_ text: String) throws -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8))) is [String: Any]
  }

  @Test("Conditions on whole numbers hold for every answer")
  func conditions() throws {
    let model = try model()
    let constraint = try TokenConstraint(RecordShape(Self.shapes[1]), model.tokenizer)
    let scores = try answers(constraint, model, count: 100, maximum: { _ in 40 }, seed: 2)
      .map { try JSONValue(parsing: Array(constraint.text($0.tokens).utf8))["score"]?.int ?? 0 }
    #expect(scores.allSatisfy { (1...5).contains($0) } && Set(scores).count > 2)
  }

  @Test("A record is read as its type, and nothing else is")
  func reading() throws {
    let shape = try RecordShape(Self.shapes[1])
    let good = shape.record(#"Sure! {"score": 4, "reason": "a \"b\""} Bye."#)
    #expect(good?["score"] == .int(4) && good?["reason"] == .text("a \"b\""))
    for wrong in [
      #"{"score": 6, "reason": "a"}"#, #"{"score": "4", "reason": "a"}"#, #"{"score": 4}"#, "4",
      #"{"score": 4.5, "reason": "a"}"#, #"{"score": 4, "reason": "a""#,
    ] {
      #expect(shape.record(wrong) == nil, "\(wrong)")
    }
  }

  @Test("A type that JSON cannot hold is refused")
  func refused() {
    for type in [RecipeType.int, .record([]), .record([RecordField("x", .data(.any))])] {
      #expect(throws: ShapeError.self) { try RecordShape(WrittenType(type)) }
    }
  }
}
