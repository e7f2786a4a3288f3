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

/// How preferences are trained: prompts once, references as they should be, what is told.
@Suite("Training on preferences")
struct PreferenceTests {
  /// Answers that are good or bad, one each.
  static let judged = Dataset(
    rows: (0..<12).map { i in
      Record([
        ("prompt", .text("q\(i * 5)")),
        ("response", .text(String(repeating: i % 3 == 0 ? "no" : "yes", count: 1 + i % 4))),
        ("desirable", .bool(i % 3 != 0)),
      ])
    })

  @Test(
    "A prompt with two children is two sequences",
    arguments: ["dpo()", "asft()", "text_orpo()", "simpo()"])
  func sharedPrompts(_ loss: String) throws {
    let model = try tinyModel(adapter.replacingOccurrences(of: ", dropout: 25%", with: ""))
    let loss: Loss = try value(loss)
    let runs = try [true, false].map { shares in
      var settings = TrainingSettings(
        budget: Budget(Quantity(3, .steps)), batch: 6, schedule: Schedule(.constant, peak: 1e-2))
      settings.sharesPrompts = shares
      let run = try TrainingRun(model, loss, settings, scratchless)
      return try run.run(on: answerPairs, watching: nil)
    }
    for (a, b) in zip(runs[0].history, runs[1].history) { #expect(abs(a - b) < 1e-5) }
    // Before the first update a margin is rounding alone, and so is who is ahead.
    for (a, b) in zip(runs[0].curves, runs[1].curves) where a.name != "accuracy" {
      for (x, y) in zip(a.values, b.values) {
        #expect(abs(x - y) < 1e-4 * max(1, abs(x)), "\(a.name)")
      }
    }
    #expect(runs[0].history.count == 3)
    #expect(runs[0].distance(to: runs[1]) < 1e-4)
    #expect(runs[0].distance(to: model) > 1e-3)
  }

  @Test(
    "The cut of a step changes rounding only",
    arguments: ["asft()", "aot()", "bco()", "kto()", "text_orpo()", "anchored_sft()"])
  func cuts(_ loss: String) throws {
    let rows =
      loss == "kto()" ? Self.judged : loss == "anchored_sft()" ? singles : answerPairs
    let models = try [4096, 1, 60].map { tokens in
      try TrainingCall(
        tinyModel(adapter), on: rows, with: loss, steps: 4,
        [("at_once", .quantity(Quantity(Double(tokens), .tokens))), ("lr", .float(1e-3))]
      ).run()
    }
    for other in models.dropFirst() {
      for (a, b) in zip(models[0].history, other.history) { #expect(abs(a - b) < 1e-5) }
      #expect(models[0].distance(to: other) < 1e-4)
      for (a, b) in zip(models[0].curves, other.curves) where a.name != "accuracy" {
        for (x, y) in zip(a.values, b.values) {
          #expect(abs(x - y) < 1e-3 * max(1, abs(x)), "\(a.name): \(x), \(y)")
        }
      }
    }
    #expect(models[0].history.count == 4)
  }

  @Test("What the loss tells is kept with the model and goes out with each step") func metrics()
    throws
  {
    var call = TrainingCall(
      try tinyModel(adapter), on: answerPairs, with: "dpo()", steps: 6, [("batch", .int(12))])
    call.watch = answerPairs
    let events = Collected<RunEvent>()
    call.context.report = { events.add($0) }
    let model = try call.run()
    #expect(
      model.curves.map(\.name) == [
        "margin", "accuracy", "chosen_reward", "rejected_reward", "chosen_logp", "rejected_logp",
        "gradient_norm",
      ])
    #expect(model.curves.allSatisfy { $0.values.count == 6 })
    let margin = model.curves[0].values
    #expect(abs(margin[0]) < 1e-5 && margin[5] > 0.01, "\(margin)")
    #expect(model.curves[1].values[5] > 0.5)
    let told = events.all.progress.last?.figures ?? []
    #expect(told.first?.name == "margin" && told.first?.value == margin[5], "\(told)")
    let said = events.all.messages
    #expect(said.count == 2 && said[1].contains("accuracy"), "\(said)")
    // Rewards are what the margin is made of.
    for step in margin.indices {
      let parts = model.curves[2].values[step] - model.curves[3].values[step]
      #expect(abs(parts - margin[step]) < 1e-5)
    }
  }

  private func start(_ model: LanguageModel, _ more: [(String, Value)] = []) throws -> Double {
    try TrainingCall(
      model, on: answerPairs, with: "dpo()", steps: 1, [("batch", .int(12))] + more
    ).run().history[0]
  }

  @Test("Whatever was learnt before is part of the reference: DPO starts at ln 2") func handOver()
    throws
  {
    let plain = " |> attach(lora(rank: 2))"
    let tuned = try TrainingCall(tinyModel(plain), steps: 8).run()
    #expect(abs(try start(tuned) - log(2)) < 1e-6)
    #expect(
      abs(try start(tuned.attaching(LoRASettings(rank: 2, alpha: 4), seed: 1)) - log(2)) < 1e-6)
    let merged = try tuned.merged().attaching(LoRASettings(rank: 2, alpha: 4), seed: 1)
    #expect(abs(try start(merged) - log(2)) < 1e-6)
    // The model from before the first stage has to be asked for.
    let base = try tinyModel()
    let far = try start(tuned, [("reference", base.recipeValue)])
    #expect(abs(far - log(2)) > 1e-3, "\(far)")
  }

  @Test("The reference scores the rows that are trained on, and no others") func visited() throws {
    var call = TrainingCall(
      try tinyModel(" |> attach(lora(rank: 2))"), on: answerPairs, with: "dpo()", steps: 2,
      [("batch", .int(3))])
    let events = Collected<RunEvent>()
    call.context.report = { events.add($0) }
    #expect(abs(try call.run().history[0] - log(2)) < 1e-6)
    let scored = events.all.progress.filter { $0.label.hasSuffix("reference") }
    #expect(scored.last?.done == 6 && scored.last?.total == 6, "\(scored)")
  }

  @Test("A stacked adapter leaves the one below as it is") func stacked() throws {
    let tuned = try TrainingCall(tinyModel(" |> attach(lora(rank: 2))"), steps: 4).run()
    let two = try tuned.attaching(LoRASettings(rank: 2, alpha: 4), seed: 1)
    let trained = try TrainingCall(two, on: answerPairs, with: "dpo()", steps: 4).run()
    for (module, pair) in trained.adapters[0].factors {
      #expect(pair.a.floats() == tuned.adapters[0].factors[module]?.a.floats())
      #expect(pair.b.floats() == tuned.adapters[0].factors[module]?.b.floats())
    }
    #expect(trained.distance(to: two) > 1e-3)
  }

  @Test("A second adapter must be told what it is to be") func secondAdapter() {
    let words = """
      m = new_model(llama(width: 16, layers: 1, heads: 2),
        vocabulary: train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260))
      tuned = m |> attach(lora(rank: 2)) |> train(on: rows([(prompt: "a", response: "b")]), with: sft())
      """
    let wrong = read(words + "\ntwo = tuned |> attach(lora(rank: 2))")
    #expect(wrong.diagnostics.count == 1 && !wrong.isSound)
    #expect(wrong.diagnostics.first?.notes.joined().contains("stack: true") == true)
    for right in [
      "two = tuned |> attach(lora(rank: 2), stack: true)",
      "two = tuned |> merge() |> attach(lora(rank: 2))",
    ] {
      #expect(read(words + "\n" + right).isSound, "\(right)")
    }
  }

  @Test("Who is not its own reference at the start is told") func selfCheck() throws {
    let model = try tinyModel(" |> attach(lora(rank: 2))")
    let loss: Loss = try value("dpo()")
    let examples = try EncodedRows(answerPairs, for: .pair, model: model, length: 48, step: "rows")
      .examples
    let base = examples.map { $0.targetCounts.map { [Float](repeating: -3, count: $0) } }
    let trainer = try Trainer(
      model, loss, examples, base: base,
      settings: TrainingSettings(
        budget: Budget(Quantity(1, .steps)), schedule: Schedule(.constant, peak: 1e-3)),
      pool: WorkerPool(count: 1), snapshot: nil, isOwnReference: true)
    let error = #expect(throws: TrainingError.self) { _ = try trainer.step(rate: 1e-3) }
    #expect(error?.problem.contains("its own reference") == true, "\(error as Any)")
  }

  @Test("Pairs the wrong way round, and answers that say nothing, are counted") func ledger() throws
  {
    let rows = Dataset(
      rows: [("a", "b", 1.0), ("c", "d", -1.0), ("e", "e", 1.0), ("", "f", 1.0)].map {
        chosen, rejected, margin in
        Record([
          ("prompt", .text("q")), ("chosen", .text(chosen)), ("rejected", .text(rejected)),
          ("margin", .float(margin)),
        ])
      })
    var call = TrainingCall(try tinyModel(), on: rows, with: "dpo()", steps: 1)
    let events = Collected<RunEvent>()
    call.context.report = { events.add($0) }
    _ = try call.run()
    let ledger = try #require(events.all.ledgers.first)
    #expect(ledger.read == 4 && ledger.kept == 1)
    #expect(
      ledger.entries.map(\.reason) == [
        "dropped: chosen equals rejected", "dropped: empty response",
        "dropped: the rejected answer is rated higher",
      ])
  }

  @Test("KTO needs another row, and a reference needs a loss that reads it") func refusals() throws
  {
    let one = Dataset(rows: Array(Self.judged.rows.prefix(1)))
    #expect(throws: TrainingError.self) {
      try TrainingCall(tinyModel(), on: one, with: "kto()").run()
    }
    #expect(throws: TrainingError.self) {
      try TrainingCall(tinyModel(), with: "sft()", [("reference", tinyModel().recipeValue)]).run()
    }
    let absent = #expect(throws: TraceError.self) {
      try TrainingCall(tinyModel(), with: "loss(b => mean(b.row.score * sum(b.logp)))").run()
    }
    #expect(absent?.problem.contains("`score`") == true)
  }
}
