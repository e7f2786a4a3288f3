import Datasets
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

/// What must not change a result.
@Suite("Training is one function of its inputs")
struct InvarianceTests {
  @Test("Threads change no bit", arguments: ["", adapter])
  func threads(_ wearing: String) throws {
    let models = try [1, 2, 5].map { threads in
      var call = TrainingCall(try tinyModel(wearing))
      call.context.threads = threads
      return try call.run()
    }
    #expect(models[0].bits == models[1].bits)
    #expect(models[0].bits == models[2].bits)
    #expect(models[0].distance(to: try tinyModel(wearing)) > 1e-3)
  }

  @Test("The cut of a step changes rounding only", arguments: ["", adapter], ["sft()", "dpo()"])
  func cuts(_ wearing: String, _ loss: String) throws {
    let rows = loss == "sft()" ? singles : answerPairs
    let models = try [4096, 1, 60].map { tokens in
      let call = TrainingCall(
        try tinyModel(wearing), on: rows, with: loss,
        [("at_once", .quantity(Quantity(Double(tokens), .tokens))), ("lr", .float(1e-3))])
      return try call.run()
    }
    for other in models.dropFirst() {
      for (a, b) in zip(models[0].history, other.history) { #expect(abs(a - b) < 1e-5) }
      #expect(models[0].distance(to: other) < 1e-4)
    }
    #expect(models[0].history.count == 5)
  }

  /// The square of a mean is no sum over parts: such a step runs at once.
  @Test(
    "The cut changes no loss that is not a sum over the step",
    arguments: [
      "loss(b => square(mean(-b.logp, over: b.mask)))",
      "loss(b => mean(-b.logp, over: b.mask) + 1.0)",
      "loss(b => mean(square(mean(b.logp) - detach(mean(mean(b.logp))))))",
      "loss(b => 2.0 * sum(sum(-b.logp)) / 100.0 - mean(mean(b.logp)))",
    ])
  func bendsOfMeans(_ loss: String) throws {
    let runs = try [4096, 1, 60].map { tokens in
      var call = TrainingCall(
        try tinyModel(), with: loss, steps: 3,
        [("at_once", .quantity(Quantity(Double(tokens), .tokens))), ("lr", .float(1e-3))])
      call.watch = singles
      let events = Collected<RunEvent>()
      call.context.report = { events.add($0) }
      return (try call.run().history, events.all.messages)
    }
    for (history, messages) in runs.dropFirst() {
      for (a, b) in zip(runs[0].0, history) { #expect(abs(a - b) < 1e-4 * max(1, abs(a))) }
      #expect(messages.map { $0.prefix(26) } == runs[0].1.map { $0.prefix(26) })
    }
    #expect(runs[0].0.count == 3 && runs[0].1.count == 2)
  }

  @Test("A loss may read no more than the rows of its own batch")
  func neighbours() throws {
    let model = try tinyModel()
    let loss: Loss = try value("sft()")
    let examples = try EncodedRows(singles, for: .single, model: model, length: 48, step: "rows")
      .examples
    func first(_ examples: [Example], _ batch: Int) throws -> Double {
      let settings = TrainingSettings(
        budget: Budget(Quantity(1, .steps)), batch: batch,
        schedule: Schedule(.constant, peak: 1), shuffles: false)
      return try Trainer(
        model, loss, examples, base: nil, settings: settings, pool: WorkerPool(count: 1),
        snapshot: nil
      ).step(rate: 0).loss
    }
    // The loss of packed rows is the mean over tokens of what each row has alone.
    let packed = try first(examples, 16)
    let alone = try examples.map { try first([$0], 1) * Double($0.targetCount) }
    let targets = Double(examples.reduce(0) { $0 + $1.targetCount })
    #expect(abs(packed - alone.reduce(0, +) / targets) < 1e-5)
  }

  @Test("The loss after is that of a fresh look at the trained model")
  func heldOut() throws {
    var call = TrainingCall(try tinyModel(adapter), steps: 12)
    call.watch = Dataset(rows: Array(singles.rows.prefix(5)))
    let events = Collected<RunEvent>()
    call.context.report = { events.add($0) }
    let trained = try call.run()
    let loss = try look(at: trained, call.watch ?? singles)
    let before = try look(at: call.model, call.watch ?? singles)
    let messages = events.all.messages
    #expect(messages.count == 2)
    #expect(abs(figure(messages[0]) - before) < 1e-4 && messages[0].contains("before"))
    #expect(abs(figure(messages[1]) - loss) < 1e-4 && messages[1].contains("after"))
    #expect(before - loss > 0.05)
    let watched = events.all.progress.compactMap { progress in
      progress.metrics.first { $0.name == "held-out loss" }?.value
    }
    #expect(watched.count == 12 && Set(watched).count == 12)
    #expect(abs((watched.last ?? 0) - loss) < 1e-5)
  }

  private func figure(_ message: String) -> Double {
    Double(message.split(separator: " ").last ?? "") ?? .nan
  }

  /// Minus the mean log-probability of the targets.
  private func look(at model: LanguageModel, _ rows: Dataset) throws -> Double {
    let examples = try EncodedRows(rows, for: .single, model: model, length: 48, step: "rows")
      .examples
    let scores = try Scorer(model, pool: WorkerPool(count: 1)).logProbabilities(examples)
    let all = scores.joined().joined().map(Double.init)
    return -all.reduce(0, +) / Double(all.count)
  }
}
