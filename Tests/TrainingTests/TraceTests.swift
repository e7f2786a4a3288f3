import Foundation
import JSON
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

func sine(_ x: Double) -> Double { sin(x) }
func cosine(_ x: Double) -> Double { cos(x) }

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

  private func run(
    _ model: LanguageModel, _ expected: JSONValue, steps: [[Double]], tolerance: Double = 2e-4,
    singlePrecision: [Int: [Double]] = [:]
  ) throws {
    let rate = try #require(expected["lr"]?.double)
    let trainer = try Trainer(
      model, sftLoss(), examples, base: nil,
      settings: settings(rate, decay: expected["weight_decay"]?.double ?? 0),
      pool: WorkerPool(count: 2), snapshot: nil)
    #expect(steps.count == 10)
    for (i, step) in steps.enumerated() {
      let report = try trainer.step(rate: rate)
      #expect(
        abs(report.loss - step[0]) / step[0] < tolerance,
        "step \(i): loss \(report.loss), not \(step[0])")
      if let single = singlePrecision[i]?[0] {
        #expect(abs(report.loss - single) / single < 2e-4, "step \(i): not \(single)")
      }
      // Rounding grows from step to step: by the tenth, PyTorch's own norms in float32 and float64
      // are 2e-4 apart, and instruction sets add to that what they add up in another order.
      #expect(
        abs(report.gradientNorm - step[1]) / step[1] < 3e-3,
        "step \(i): gradient norm \(report.gradientNorm), not \(step[1])")
    }
  }

  private func steps(_ trace: JSONValue?) -> [[Double]] { (trace?.list ?? []).map(\.doubles) }

  private func adapted(_ name: String) throws -> (LanguageModel, JSONValue) {
    let expected = try #require(trace["lora"]?[name])
    let settings = LoRASettings(
      rank: try #require(expected["rank"]?.int), alpha: try #require(expected["alpha"]?.double),
      targets: expected["targets"]?.list?.compactMap(\.text) ?? [],
      isRankStabilised: expected["use_rslora"]?.bool ?? false,
      isDecomposed: expected["use_dora"]?.bool ?? false)
    return (try model.withFormulaAdapter(settings), expected)
  }

  @Test func fullFineTuningFollowsPyTorch() throws {
    let full = try #require(trace["full"])
    try run(model, full, steps: steps(full["steps"]))
  }

  @Test(arguments: ["lora_qv_r2", "dora_qv_r2"])
  func adaptersFollowPeft(_ name: String) throws {
    let (model, expected) = try adapted(name)
    try run(model, expected, steps: steps(expected["steps"]))
  }

  /// Against float64, and against the fixture's float32 at those steps where it is itself near float64.
  ///
  /// See the note in the golden file. Near is half of what is asked of us: where the fixture is farther
  /// off, the order in which an instruction set adds up would decide.
  @Test(arguments: [("lora_all_r4", 5), ("rslora_qv_r4", 9)])
  func adaptersFollowPeftInDoublePrecision(_ name: String, _ trusted: Int) throws {
    let golden = try JSONValue(
      file: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden/trace64.json"))
    let (model, expected) = try adapted(name)
    let double = steps(golden[name]), single = steps(expected["steps"]).enumerated()
    let near = single.filter { i, step in abs(step[0] - double[i][0]) / double[i][0] < 1e-4 }
    #expect(near.count == trusted)
    try run(
      model, expected, steps: double, tolerance: 5e-5,
      singlePrecision: Dictionary(uniqueKeysWithValues: near.map { ($0.offset, $0.element) }))
  }
}
