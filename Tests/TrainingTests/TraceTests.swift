import Foundation
import JSON
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

func sine(_ x: Double) -> Double { sin(x) }

/// Ten steps against PyTorch (fixtures/smollm2/train_trace.json, made by its own program).
@Suite(.enabled(if: SmolLM2.fixture("train_trace.json") != nil, "needs SmolLM2 and the fixtures"))
struct TraceTests {
  private let model: LanguageModel
  private let trace: JSONValue

  init() throws {
    model = try LanguageModel(opening: #require(SmolLM2.file))
    trace = try JSONValue(file: #require(SmolLM2.fixture("train_trace.json")))
  }

  private var examples: [Example] {
    ["batch_a", "batch_b"].flatMap { name in
      (trace[name]?.list ?? []).map { row in
        Example(
          prompt: row["prompt_ids"]?.ids ?? [],
          completions: [.init(row["completion_ids"]?.ids ?? [])])
      }
    }
  }

  private func settings(_ rate: Double, decay: Double) -> TrainingSettings {
    TrainingSettings(
      budget: Budget(Quantity(10, .steps)), batch: 4, schedule: Schedule(.constant, peak: rate),
      weightDecay: decay, clip: 1, shuffles: false)
  }

  private func run(_ model: LanguageModel, _ expected: JSONValue, threads: Int = 2) throws {
    let rate = try #require(expected["lr"]?.double)
    let trainer = try Trainer(
      model, sftLoss(), examples, base: nil,
      settings: settings(rate, decay: expected["weight_decay"]?.double ?? 0),
      pool: WorkerPool(count: threads), snapshot: nil)
    for (i, step) in (expected["steps"]?.list ?? []).enumerated() {
      let report = try trainer.step(rate: rate)
      let loss = step.doubles[0]
      let norm = step.doubles[1]
      #expect(abs(report.loss - loss) / loss < 2e-4, "step \(i): loss \(report.loss), not \(loss)")
      #expect(
        abs(report.gradientNorm - norm) / norm < 2e-3,
        "step \(i): gradient norm \(report.gradientNorm), not \(norm)")
    }
  }

  @Test func fullFineTuningFollowsPyTorch() throws { try run(model, #require(trace["full"])) }

  @Test(arguments: ["lora_qv_r2", "lora_all_r4", "rslora_qv_r4"])
  func adaptersFollowPeft(_ name: String) throws {
    let expected = try #require(trace["lora"]?[name])
    let settings = LoRASettings(
      rank: try #require(expected["rank"]?.int), alpha: try #require(expected["alpha"]?.double),
      targets: expected["targets"]?.list?.compactMap(\.text) ?? [],
      isRankStabilised: expected["use_rslora"]?.bool ?? false)
    try run(try model.withFormulaAdapter(settings), expected)
  }
}
