import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// What is told of the rows and the memory of a training before it starts.
@Suite struct PreviewTests {
  private func previews(_ text: String, memory: Int? = nil) -> Previews {
    let program = Program(
      SourceText(name: "t.recipe", text), lexicon: Ran.lexicon,
      directory: FileManager.default.temporaryDirectory)
    let said = DiagnosticRenderer(usesColor: false).render(
      program.diagnostics, in: program.source)
    #expect(program.isSound, "\(said)")
    let runner = Runner(context: RunContext(directory: program.directory))
    defer { #expect(runner.stagesRun <= 8, "only what is light has run") }
    return program.previews(of: program.plan(for: ["t"]), with: runner, memory: memory)
  }

  static let pairLoss = """
    def pair() -> Loss<(prompt: Text, chosen: Text, rejected: Text)> =
      loss(b => mean(sum(b.rejected.logp) - sum(b.chosen.logp)))

    """

  @Test func equalAndEmptyAnswersAreCounted() throws {
    let found = previews(
      Self.pairLoss + """
        d = rows([
          (prompt: "a", chosen: "b", rejected: "b"), (prompt: "c", chosen: "", rejected: "d"),
          (prompt: "e", chosen: "f", rejected: "g"), (prompt: "h", chosen: "i", rejected: "i"),
        ])
        t = model("tiny") |> train(on: d, with: pair())
        """)
    let ledger = try #require(found.all.first?.preview.ledger)
    #expect(ledger.read == 4 && ledger.kept == 1)
    #expect(
      ledger.entries == [
        .init(reason: "dropped: chosen equals rejected", count: 2),
        .init(reason: "dropped: empty response", count: 1),
      ])
    #expect(found.diagnostics.isEmpty)
  }

  @Test(arguments: [
    ("rows([(prompt: \"a\", response: \"\")])", "none of the 1 rows has anything to learn"),
    ("rows([(prompt: \"a\", response: \"b\")]) |> take(0)", "there are no rows to learn from"),
    ("rows([(messages: [(role: \"user\", content: \"hi\")])])", "none of the 1 rows"),
  ])
  func rowsWithNothingToLearnAreRefusedBeforeAModelLoads(_ rows: String, _ words: String) throws {
    let found = previews("t = model(\"tiny\") |> train(on: \(rows), with: sft())")
    let one = try #require(found.diagnostics.first)
    #expect(one.code == .nothingToLearn && one.message.contains(words), "\(one.message)")
  }

  @Test func aStageThatFollowsAHeavyOneIsLeftAlone() {
    let found = previews(
      """
      d = rows([(prompt: "a", response: "b")])
      s = model("tiny") |> train(on: d, with: sft())
      t = s |> train(on: d |> take(0), with: sft())
      """)
    #expect(found.all.map(\.label) == ["s"])
    #expect(found.diagnostics.map(\.code) == [.nothingToLearn])
  }

  /// Half a byte and a bit for each number of the layers, two tables of tokens in float32, and what a
  /// step of 256 tokens keeps.
  ///
  /// Steps of 128 tokens at the first shape were planned with 2,970 MiB
  /// and took 3,047, the program included.
  @Test(arguments: [
    (width: 3200, layers: 26, hidden: 8640, gibibytes: 3.0...3.8),
    (width: 4096, layers: 32, hidden: 11008, gibibytes: 5.2...6.3),
  ])
  func stepsOnPackedModelsThatAreNotMadeYetArePlanned(
    width: Int, layers: Int, hidden: Int, gibibytes: ClosedRange<Double>
  ) throws {
    func peak(_ format: String) throws -> Double {
      let found = previews(
        """
        d = rows([(prompt: "a", response: "b")])
        v = train_vocabulary(rows([(text: "a bc")]), of: .text, size: 32000)
        shape = llama(width: \(width), layers: \(layers), heads: 32, hidden: \(hidden), tied: false)
        m = new_model(shape, vocabulary: v, weights: "\(format)")
        worn = m |> attach(lora(rank: 16, targets: ["q_proj", "k_proj", "v_proj"]))
        t = worn |> train(
          on: d, with: sft(), batch: 1, length: 256tokens, at_once: 256tokens,
          optimizer: "adamw_8bit",
        )
        """)
      return Double(try #require(found.all.first?.preview.peakBytes)) / Double(1 << 30)
    }
    let packed = try peak("nf4")
    #expect(gibibytes ~= packed, "\(packed) GiB")
    // Matrices in 16 bits take four times what they take in NF4.
    #expect(try peak("bf16") > 2 * packed)
  }

  @Test func moreMemoryThanThereIsIsRefused() throws {
    let text = """
      d = rows([(prompt: "a", response: "b")])
      t = model("tiny") |> train(on: d, with: sft())
      """
    let peak = try #require(previews(text).all.first?.preview.peakBytes)
    // Two moments and a copy of each of the model's 430,000 numbers, and a step's values.
    #expect((5 << 20)...(500 << 20) ~= peak, "\(peak)")
    #expect(previews(text, memory: peak).diagnostics.isEmpty)
    let refused = previews(text, memory: peak - 1).diagnostics
    #expect(refused.map(\.code) == [.tooLittleMemory])
    let adapter = previews(text.replacing("\"tiny\")", with: "\"tiny\") |> attach(lora(rank: 2))"))
    #expect(try #require(adapter.all.first?.preview.peakBytes) < peak)
  }
}
