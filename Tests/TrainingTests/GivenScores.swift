import Models
import Tensors
import Training
import Vocabulary

/// A loss traced over log-probabilities that are given, without a model: what it is, and its slope
/// for each of them.
struct GivenScores {
  /// For each row, for each of its answers: log-probabilities per token.
  var policy: [[[Double]]]
  var reference: [[[Double]]]
  /// The numbers of each row, by column.
  var values: [[String: Float]] = []

  struct Result {
    let loss: Double
    let metrics: [String: Double]
    /// As `policy` lies.
    let slopes: [[[Double]]]
  }

  /// Answers of one token each, whose log-probability is that of the answer.
  static func sums(_ policy: [[Double]], _ reference: [[Double]]) -> GivenScores {
    GivenScores(
      policy: policy.map { $0.map { [$0] } }, reference: reference.map { $0.map { [$0] } })
  }

  func run(_ loss: Loss) throws -> Result {
    let roles = policy[0].count
    let graph = Graph()
    let targets = ScoredTargets(given: graph, roles: roles)
    let trace = LossTrace(loss, of: targets)
    let traced = try trace.scalar().tensor
    let metrics = try trace.metrics().map { ($0.name, $0.value.tensor) }
    let slope = graph.gradients(of: traced, for: [targets.logProbabilities])[0]
    let batch = batch
    let plan = try Plan(
      graph, outputs: [traced] + [slope].compactMap { $0 } + metrics.map(\.1),
      bounds: BatchBounds(of: [batch]).axes)
    let execution = try Execution(plan, weights: [:], pool: WorkerPool(count: 1))
    var inputs = batch.inputs
    inputs["logp"] = flat(policy)
    inputs[LossTrace.baseName] = flat(reference)
    let counts = batch.targetCounts.map { $0.reduce(0, +) }
    inputs.merge(LossTrace.inputs(targets: counts, sequences: policy.count)) { $1 }
    try execution.run(inputs: inputs, lengths: batch.lengths)
    let slopes = slope.map { execution.read($0) } ?? []
    return Result(
      loss: Double(execution.scalar(traced)),
      metrics: Dictionary(metrics.map { ($0, Double(execution.scalar($1))) }) { $1 },
      slopes: batch.distribute(slopes, count: policy.count).map { $0.map { $0.map(Double.init) } })
  }

  private var batch: Batch {
    Batch(
      policy.enumerated().map { place, row in
        Example(
          prompt: [0],
          completions: row.map { .init([Int32](repeating: 0, count: $0.count)) },
          values: values.isEmpty ? [:] : values[place].mapValues { [$0] })
      })
  }

  /// Role after role, as graphs read it.
  private func flat(_ values: [[[Double]]]) -> InputData {
    .floats(values[0].indices.flatMap { role in values.flatMap { $0[role].map(Float.init) } })
  }
}
