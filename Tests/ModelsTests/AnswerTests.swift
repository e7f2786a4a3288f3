import Datasets
import Foundation
import Models
import Synchronization
import TestSupport
import Testing
import Tokenizers
import Vocabulary

private typealias Word = Vocabulary.Primitive

@Suite("Answers of models in recipes")
struct AnswerTests {
  /// A model whose answers differ from prompt to prompt.
  private func model() throws -> LanguageModel {
    let tokenizer = Tokenizer.train(on: [], size: 258, special: ["<s>", "</s>"])
      .with(special: SpecialTokens(bos: 0, eos: 1))
    return try Tiny.model("llama", tokenizer: tokenizer, vocabulary: 258)
  }

  private func rows(_ count: Int) -> Value {
    .opaque(
      Dataset(
        rows: (0..<count).map { Record([("prompt", .text("\($0)")), ("n", .int($0))]) }))
  }

  private func complete(_ rows: Value, _ context: RunContext) throws -> Dataset {
    try Dataset(
      recipeValue: try Word.complete.run(
        Record([
          ("rows", rows), ("with", .opaque(try model())),
          ("max", .quantity(Quantity(5, .tokens))), ("temperature", .float(1)),
        ]), in: context))
  }

  @Test("An answer is told piece by piece, and the pieces are the answer")
  func pieces() throws {
    let pieces = Collected<String>()
    let context = RunContext(directory: FileManager.default.temporaryDirectory) { event in
      if case .piece(let text) = event { pieces.add(text) }
    }
    func generate(_ seed: Int) throws -> String {
      try String(
        recipeValue: try Word.generate.run(
          Record([
            ("model", .opaque(try model())), ("prompt", .text("ab")), ("seed", .int(seed)),
            ("max", .quantity(Quantity(12, .tokens))), ("temperature", .float(1.5)),
          ]), in: context))
    }
    let answer = try generate(3)
    #expect(!answer.isEmpty && pieces.all.joined() == answer)
    #expect(try generate(3) == answer)
    #expect(try generate(4) != answer)
  }

  @Test("Rows keep their columns and get the model's answer")
  func completions() throws {
    let context = RunContext(directory: FileManager.default.temporaryDirectory)
    let data = try complete(rows(9), context)
    #expect(data.columns.map(\.label) == ["prompt", "n", "completion"])
    #expect(data.rows.map { $0["n"] ?? .none } == (0..<9).map { Value.int($0) })
    let alone = try complete(rows(1), context)
    #expect(alone.rows[0].canonicalText == data.rows[0].canonicalText)
    let texts = Set(data.rows.map { $0["completion"]?.canonical ?? "" })
    #expect(texts.count > 4)
  }

  @Test("A stage that was paused goes on where it was and ends the same")
  func pauses() throws {
    try withFolder { folder in
      let whole = try complete(rows(70), RunContext(directory: folder))
      let asked = Mutex(0)
      let pausing = RunContext(
        directory: folder, key: "k", scratch: folder,
        isPausing: {
          asked.withLock {
            $0 += 1
            return $0 > 1
          }
        })
      #expect(throws: Paused.self) { try complete(rows(70), pausing) }
      let done = Collected<Int>()
      let again = RunContext(directory: folder, key: "k", scratch: folder) { event in
        if case .progress(let progress) = event { done.add(progress.done) }
      }
      let resumed = try complete(rows(70), again)
      #expect(done.all == [70])
      #expect(resumed.rows.map(\.canonicalText) == whole.rows.map(\.canonicalText))
    }
  }

  @Test("Prompts that leave no room are counted, not cut in silence")
  func rooms() throws {
    let ledgers = Collected<Ledger>()
    let context = RunContext(directory: FileManager.default.temporaryDirectory) { event in
      if case .ledger(let ledger) = event { ledgers.add(ledger) }
    }
    let long = String(repeating: "x", count: 40)
    let prompts = ["ab", long].map { Record([("prompt", Value.text($0))]) }
    let data = try complete(.opaque(Dataset(rows: prompts)), context)
    #expect(data.count == 1)
    #expect(ledgers.all.first?.read == 2 && ledgers.all.first?.kept == 1)
  }
}

extension Record {
  fileprivate var canonicalText: String { Value.record(self).canonical }
}
