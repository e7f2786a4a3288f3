import Models
import Tensors

/// Gives log-probabilities of answers, and what a critic expects along them, without training.
///
/// It reads the weights that are being trained where they lie, so one plan serves a whole run.
final class AnswerScorer {
  private let graph = Graph()
  private let batchGraph: BatchGraph
  private let execution: Execution
  private let mostExamples: Int

  /// For each example, for each answer, a number per token.
  struct Scores {
    var logp: [[[Float]]] = []
    /// Zeros without a critic.
    var values: [[[Float]]] = []
  }

  /// - Parameter weights: those of the policy, and of the critic where there is one.
  init(
    _ model: LanguageModel, weights: [String: Weight], critic: Critic? = nil, temperature: Double,
    bounds: BatchBounds, pool: WorkerPool
  ) throws {
    batchGraph = BatchGraph(
      graph, model.architecture, outfit: Scope.Outfit(adapters: model.adapters), roles: 1,
      temperature: temperature, critic: critic?.outfit(after: model.adapters.count, trains: false))
    mostExamples = bounds.examples
    let plan = try Plan(
      graph, outputs: [batchGraph.logProbabilities] + [batchGraph.values].compactMap { $0 },
      bounds: bounds.axes)
    execution = try Execution(plan, weights: weights, pool: pool)
  }

  func scores(_ examples: [Example], tokens: Int) throws -> Scores {
    var scores = Scores()
    let groups = examples.grouped(tokens: tokens).flatMap { $0.chunks(of: mostExamples) }
    for group in groups {
      let batch = Batch(group)
      try execution.run(inputs: batch.inputs, lengths: batch.lengths)
      let logp = execution.read(batchGraph.logProbabilities)
      let values =
        batchGraph.values.map { execution.read($0) } ?? [Float](repeating: 0, count: logp.count)
      scores.logp += batch.distribute(logp, count: group.count)
      scores.values += batch.distribute(values, count: group.count)
    }
    return scores
  }
}
