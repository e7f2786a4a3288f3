import Datasets
import Formats
import Foundation
import Language
import Models
import Syntax
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

private let rated = Dataset(
  rows: (0..<16).map { i in
    Record([
      ("prompt", .text("q\(i)")), ("response", .text(String(repeating: "ab ", count: 1 + i % 5))),
      ("length", .int(i % 5)), ("even", i % 4 == 3 ? .none : .float(Double(i % 2))),
    ])
  })

@Suite("Training reward models")
struct RewardTrainingTests {
  private static let head = " |> attach(reward_head())"
  private static let two =
    " |> attach(reward_head(outputs: 2, names: [\"length\", \"even\"]))"

  @Test(
    "A head learns which answer is better, alone, beside an adapter and with all weights",
    arguments: ["", adapter, "only"])
  func preference(_ wearing: String) throws {
    let isAlone = wearing == "only"
    let start = try tinyModel((isAlone ? "" : wearing) + Self.head)
    let call = TrainingCall(
      start, on: answerPairs, with: "bradley_terry()", steps: 20,
      [("only", isAlone ? .text("head") : .none), ("lr", .float(isAlone ? 0.1 : 1e-2))])
    let trained = try call.run()
    #expect(abs(trained.history[0] - log(2)) < 0.5)
    #expect(trained.history.last ?? 1 < 0.8 * trained.history[0])
    let changed = Set(
      start.graphWeights.filter { name, weight in
        weight.floats() != trained.graphWeights[name]?.floats()
      }.keys)
    #expect(changed.contains("score.weight"))
    #expect(changed.contains { $0.hasPrefix("adapter.") } == (wearing == adapter))
    #expect(changed.contains { $0.hasPrefix("model.") } == wearing.isEmpty)
  }

  @Test("Ratings are learnt, also where some are missing")
  func ratings() throws {
    let trained = try TrainingCall(
      tinyModel(Self.two), on: rated, with: "regress(to: [.length, .even])", steps: 60
    ).run()
    #expect(trained.history[0] > 2)
    #expect(trained.history.suffix(5).reduce(0, +) / 5 < 1)
  }

  @Test(
    "The cut of a step changes rounding only",
    arguments: [
      ("bradley_terry(margin: .gap, centring: 0.1)", Self.head),
      ("regress(to: [.length, .even])", Self.two),
    ])
  func cuts(_ loss: String, _ head: String) throws {
    let pairs = Dataset(
      rows: answerPairs.rows.enumerated().map { place, row in
        Record(row.pairs + [("gap", .float(Double(place % 3)))])
      })
    let models = try [4096, 1, 60].map { tokens in
      try TrainingCall(
        tinyModel(head), on: loss.hasPrefix("regress") ? rated : pairs, with: loss,
        [("at_once", .quantity(Quantity(Double(tokens), .tokens))), ("lr", .float(1e-3))]
      ).run()
    }
    for other in models.dropFirst() {
      for (a, b) in zip(models[0].history, other.history) { #expect(abs(a - b) < 1e-5) }
      #expect(models[0].distance(to: other) < 1e-4)
    }
    #expect(models[0].history.count == 5)
  }

  @Test("Nobody computes probabilities that no loss reads")
  func deadCode() throws {
    let model = try tinyModel(Self.head)
    let examples = try EncodedRows(
      answerPairs, for: .pair, model: model, length: 48, step: "rows"
    ).examples
    func operations(_ loss: String) throws -> [String] {
      try Trainer(
        model, value(loss), examples, base: nil,
        settings: TrainingSettings(
          budget: Budget(Quantity(1, .steps)), batch: 4, schedule: Schedule(.constant, peak: 1)),
        pool: WorkerPool(count: 1), snapshot: nil
      ).execution.plan.operationNames
    }
    let isScoring = { (name: String) in name.hasPrefix("target log-probability") }
    #expect(try !operations("bradley_terry()").contains(where: isScoring))
    #expect(try operations("orpo()").contains(where: isScoring))
  }

  @Test("A row without the number that a loss needs is dropped and counted")
  func missing() throws {
    var call = TrainingCall(
      try tinyModel(" |> attach(reward_head(names: [\"even\"]))"), on: rated,
      with: "regress(to: [.even])", steps: 1)
    let events = Collected<RunEvent>()
    call.context.report = { events.add($0) }
    _ = try call.run()
    let ledger = try #require(
      events.all.compactMap { event -> Ledger? in
        if case .ledger(let ledger) = event { ledger } else { nil }
      }.first)
    #expect(ledger.read == 16 && ledger.kept == 12)
    #expect(ledger.entries == [.init(reason: "dropped: no number in any of even", count: 4)])
  }

  @Test("A reward model keeps its head in the store")
  func stored() throws {
    let model = try tinyModel(adapter + Self.two)
    let folder = newFolder()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try model.write(to: folder)
    let again = try LanguageModel.read(from: folder)
    #expect(again.head?.names == ["length", "even"])
    #expect(again.bits == model.bits)
    #expect(again.recipeType == model.recipeType)
  }
}

@Suite("What is wrong with a reward model is told before the run")
struct RewardRefusalTests {
  private static let start =
    #"m = new_model(llama(width: 16, layers: 1, heads: 2), "#
    + #"vocabulary: train_vocabulary(rows([(text: "a")]), of: .text, size: 260))"# + "\n"
  private static let pairs =
    "p = rows([(prompt: \"a\", chosen: \"b\", rejected: \"c\", word: \"x\", maybe: none), "
    + "(prompt: \"a\", chosen: \"b\", rejected: \"c\", word: \"x\", maybe: 1.0)])\n"

  @Test(
    "Losses, heads and columns that do not go together",
    arguments: [
      ("m |> train(on: p, with: bradley_terry())", "wears no reward head"),
      ("m |> attach(reward_head(outputs: 2)) |> train(on: p, with: bradley_terry())", "one output"),
      ("m |> attach(reward_head()) |> attach(reward_head())", "wears a reward head already"),
      ("m |> attach(reward_head()) |> train(on: p, with: bradley_terry(margin: .gap))", "gap"),
      (
        "m |> attach(reward_head()) |> train(on: p, with: bradley_terry(margin: .word))",
        "reads it as numbers"
      ),
      (
        "m |> attach(reward_head()) |> train(on: p, with: bradley_terry(margin: .maybe))",
        "reads it as numbers"
      ),
      ("m |> train(on: p, with: dpo(), only: \"head\")", "no reward head to train"),
      ("reward_head(outputs: 2, names: [\"a\"])", "do not fit"),
      ("reward_head(names: [\"a\", \"a\"])", "one name"),
    ])
  func pairing(_ line: String, _ words: String) throws {
    let program = read(Self.start + Self.pairs + "x = " + line)
    let said = program.diagnostics.map(\.message).joined(separator: "\n")
    #expect(said.contains(words), "\(said)")
    #expect(program.diagnostics.count == 1, "\(said)")
  }

  @Test("The type of a reward model names its outputs")
  func types() throws {
    let program = program(
      Self.start + Self.pairs
        + "x = m |> attach(lora(rank: 1)) |> attach(reward_head(names: [\"a\", \"b\"])) |> merge()\n"
        + "y = m |> attach(reward_head()) |> train(on: p, with: bradley_terry(), budget: 1steps)")
    #expect(program.value(of: "x")?.type.description == "Model<(a: Float, b: Float)>")
    #expect(program.value(of: "y")?.type.description == "Model<(reward: Float)>")
  }
}
