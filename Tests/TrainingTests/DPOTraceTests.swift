import Foundation
import JSON
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

/// Ten steps of preference training of a real model against TRL (Golden/dpo_trace.json).
@Suite(.enabled(if: SmolLM2.file != nil, "needs SmolLM2"))
struct DPOTraceTests {
  private let golden: JSONValue

  init() throws {
    golden = try JSONValue(
      file: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden/dpo_trace.json"))
  }

  private func trainer(_ model: LanguageModel) throws -> Trainer {
    let examples = (golden["rows"]?.list ?? []).map { row in
      Example(
        prompt: row["prompt_ids"]?.ids ?? [],
        completions: ["chosen_ids", "rejected_ids"].map { .init(row[$0]?.ids ?? []) })
    }
    #expect(examples.count == 8)
    let pool = WorkerPool(count: 2)
    return try Trainer(
      model, value("dpo(beta: \(try #require(golden["beta"]?.double)))"), examples,
      base: try Scorer(model, pool: pool).logProbabilities(examples),
      settings: TrainingSettings(
        budget: Budget(Quantity(10, .steps)), batch: try #require(golden["batch"]?.int),
        schedule: Schedule(.constant, peak: 1), clip: 1, shuffles: false),
      pool: pool, snapshot: nil, isOwnReference: true)
  }

  @Test("Loss, rewards and gradient norm of each step are TRL's within 1 %") func steps() throws {
    let rate = try #require(golden["rate"]?.double)
    let model = try LanguageModel(opening: #require(SmolLM2.file)).withFormulaAdapter(
      LoRASettings(
        rank: try #require(golden["rank"]?.int), alpha: try #require(golden["alpha"]?.double),
        targets: golden["targets"]?.list?.compactMap(\.text) ?? []))
    let trainer = try trainer(model)
    let steps = golden["steps"]?.list ?? []
    #expect(steps.count == 10)
    for (place, step) in steps.enumerated() {
      let report = try trainer.step(rate: rate)
      let found = Dictionary(report.metrics.map { ($0.name, $0.value) }) { $1 }
      func near(_ value: Double?, _ name: String, _ least: Double = 0) throws {
        let expected = try #require(step[name]?.double)
        let allowed = max(0.01 * abs(expected), least)
        #expect(
          value.map { abs($0 - expected) <= allowed } == true,
          "step \(place + 1): \(name) is \(value as Any), not \(expected)")
      }
      try near(report.loss, "loss")
      try near(report.gradientNorm, "gradient_norm")
      // The first margins are zero but for rounding.
      try near(found["margin"], "margins", 1e-4)
      try near(found["chosen_reward"], "chosen", 1e-4)
      try near(found["rejected_reward"], "rejected", 1e-4)
    }
  }
}
