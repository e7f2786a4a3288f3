import Models
import Tensors
import Training
import Vocabulary

/// A loss over rollouts traced over numbers that are given, without a model: what it is, and its
/// slopes for the policy's log-probabilities and the critic's values.
struct GivenRollouts {
  /// For each answer, a number per token.
  var logp, oldLogp: [[Double]]
  var base: [[Double]]
  var values: [[Double]]
  var oldValues: [[Double]]
  var credited: [CreditedAnswer]

  struct Result {
    let loss: Double
    let metrics: [String: Double]
    let logpSlopes: [[Double]]
    let valueSlopes: [[Double]]
  }

  func run(_ loss: Loss) throws -> Result {
    let graph = Graph()
    let targets = ScoredTargets(given: graph, roles: 1)
    let values = graph.input(LossTrace.valueName, .f32, [.targets])
    let trace = LossTrace(loss, of: targets, values: values)
    let traced = try trace.scalar().tensor
    let metrics = try trace.metrics().map { ($0.name, $0.value.tensor) }
    let slopes = graph.gradients(of: traced, for: [targets.logProbabilities, values])
    let plan = try Plan(
      graph, outputs: [traced] + slopes.compactMap { $0 } + metrics.map(\.1),
      bounds: BatchBounds(of: [batch]).axes)
    let execution = try Execution(plan, weights: [:], pool: WorkerPool(count: 1))
    try execution.run(inputs: inputs, lengths: batch.lengths)
    let read = slopes.map { slope in
      rows(slope.map { execution.read($0).map(Double.init) } ?? [])
    }
    return Result(
      loss: Double(execution.scalar(traced)),
      metrics: Dictionary(metrics.map { ($0, Double(execution.scalar($1))) }) { $1 },
      logpSlopes: read[0], valueSlopes: read[1])
  }

  private var examples: [Example] {
    logp.map { answer in
      var example = Example(
        prompt: [0], completions: [.init([Int32](repeating: 0, count: answer.count))])
      example.isGroup = true
      return example
    }
  }

  private var batch: Batch { Batch(examples) }

  private var inputs: [String: InputData] {
    func flat(_ rows: [[Double]]) -> InputData { .floats(rows.joined().map(Float.init)) }
    var inputs = batch.inputs
    inputs["logp"] = flat(logp)
    inputs[LossTrace.valueName] = flat(values)
    inputs.merge(
      LossTrace.inputs(targets: [logp.joined().count], sequences: logp.count)
    ) { $1 }
    let told = ToldAnswers(
      logp: oldLogp.map { [$0.map(Float.init)] }, base: base.map { [$0.map(Float.init)] },
      values: oldValues.map { [$0.map(Float.init)] }, credited: credited, samples: 1,
      longest: logp[0].count)
    let all = Array(logp.indices)
    inputs.merge(told.totals(all)) { $1 }
    inputs.merge(told.inputs(all, batch)) { $1 }
    return inputs
  }

  private func rows(_ numbers: [Double]) -> [[Double]] {
    guard !numbers.isEmpty else { return [] }
    var place = 0
    return logp.map { answer in
      defer { place += answer.count }
      return Array(numbers[place..<place + answer.count])
    }
  }
}
