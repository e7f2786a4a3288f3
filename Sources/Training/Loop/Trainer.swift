import Formats
import Foundation
import Models
import Tensors
import Vocabulary

/// One training run: the graph with its backward pass, the optimizer, and where the run stands.
package final class Trainer {
  let model: LanguageModel
  let settings: TrainingSettings
  let order: Order
  package let steps: Int?
  private let examples: [Example]
  private let base: [[[Float]]]?
  /// Whether the reference is the model as it is before the first step.
  private let isOwnReference: Bool
  private let pool: WorkerPool
  private let graph: LossGraph
  /// Open to whoever measures it.
  package let execution: Execution
  private var learner: Learner
  package var parameters: [String: Weight] { learner.parameters }
  package private(set) var history: [Double]
  /// What the loss told of each step, and the norm of its gradient: as long as `history`.
  package private(set) var curves: [Curve]

  /// - Parameters:
  ///   - base: the reference's log-probabilities of each example's targets, if the loss reads them.
  ///   - snapshot: where an interrupted run stood.
  package init(
    _ model: LanguageModel, _ loss: Loss, _ examples: [Example], base: [[[Float]]]?,
    settings: TrainingSettings, pool: WorkerPool, snapshot: Snapshot?, isOwnReference: Bool = false
  ) throws {
    graph = try LossGraph(model, loss, trains: true, only: settings.only)
    var settings = settings
    if graph.needsWholeStep {
      let sizes = examples.map { $0.tokenCount(sharesPrompt: settings.sharesPrompts) }
      let largest = sizes.sorted(by: >).prefix(settings.batch)
      settings.tokensAtOnce = largest.reduce(0, +)
    }
    self.model = model
    self.settings = settings
    self.examples = examples
    self.base = base
    // Dropout on what was learnt before makes another policy of it: then there is nothing to check.
    let hasDropout = model.adapters.last.map { $0.settings.dropout > 0 } ?? false
    self.isOwnReference = isOwnReference && !hasDropout
    self.pool = pool
    order = Order(
      count: examples.count, batch: settings.batch, seed: settings.seed,
      shuffles: settings.shuffles)
    steps = order.steps(within: settings.budget, tokens: examples.map(\.tokenCount))
    let plan = try graph.plan(
      bounds: Trainer.bounds(examples, settings), memory: settings.memory)
    learner = try Learner(
      plan, weights: model.graphWeights, settings: settings, pool: pool, snapshot: snapshot,
      updates: snapshot?.history.count ?? 0)
    history = snapshot?.history ?? []
    curves = (graph.metrics.map(\.name) + [Self.gradientNorm]).map { name in
      Curve(name: name, values: snapshot?.curves[name] ?? [])
    }
    let weights = model.graphWeights.merging(learner.parameters) { $1 }
    execution = try Execution(plan, weights: weights, pool: pool)
  }

  /// Plans are made for the fullest batch that any order of these examples can bring.
  private static func bounds(_ examples: [Example], _ settings: TrainingSettings) -> BatchBounds {
    let sizes = examples.map { $0.tokenCount(sharesPrompt: settings.sharesPrompts) }
    let most = max(settings.tokensAtOnce, sizes.max() ?? 1)
    let shortest = sizes.min() ?? 1
    let rows = min(settings.batch, max(1, most / max(1, shortest)))
    return BatchBounds(
      tokens: most, targets: most, sequences: rows,
      roles: examples.first?.targetCounts.count ?? 1,
      groupSize: examples.map(\.sequenceCount).max() ?? 1)
  }

  package var trainedBytes: Int { learner.bytes }

  var isDone: Bool { steps.map { history.count >= $0 } ?? false }

  static let gradientNorm = "gradient_norm"

  /// What a step did.
  package struct StepReport {
    package let loss: Double
    /// What the loss tells beside its value.
    package let metrics: [(name: String, value: Double)]
    package let gradientNorm: Double
    package let rate: Double
    package let tokens: Int
  }

  /// Runs the next step: all its parts, clipping, one update.
  package func step(rate: Double) throws -> StepReport {
    let rows = order.rows(step: history.count)
    let chosen = rows.map { examples[$0] }
    let stepInputs = graph.stepInputs(chosen)
    var loss = 0.0
    var metrics = graph.metrics.map { _ in 0.0 }
    var distance = 0.0
    var (done, tokens) = (0, 0)
    let shares = settings.sharesPrompts
    for group in chosen.grouped(tokens: settings.tokensAtOnce, sharesPrompts: shares) {
      let members = Array(rows[done..<done + group.count])
      done += group.count
      let batch = Batch(group, sharesPrompts: shares)
      var inputs = batch.inputs.merging(stepInputs) { $1 }
      inputs["dropout.key"] = Random.key(
        seed: settings.seed, step: history.count, rowsBefore: tokens)
      tokens += batch.ids.count
      if let base { inputs[LossTrace.baseName] = batch.flatten(members.map { base[$0] }) }
      try execution.run(inputs: inputs, lengths: batch.lengths)
      loss += Double(execution.scalar(graph.loss))
      metrics = zip(metrics, graph.readMetrics(execution)).map { $0 + $1 }
      distance += graph.distance.map { Double(execution.scalar($0)) } ?? 0
    }
    try checkStart(distance / Double(max(1, chosen.reduce(0) { $0 + $1.targetCount })), loss: loss)
    let norm = try learner.update(from: execution, loss: loss, rate: rate, step: history.count)
    guard norm > 0 || !history.isEmpty else {
      throw TrainingError(
        problem: "the gradient is exactly zero at the first step, so nothing would be learnt",
        advice: "Does the loss depend on b.logp or b.reward, and does the model wear an adapter "
          + "to train?")
    }
    history.append(loss)
    for (place, value) in (metrics + [norm]).enumerated() { curves[place].values.append(value) }
    return StepReport(
      loss: loss, metrics: Array(zip(graph.metrics.map(\.name), metrics)), gradientNorm: norm,
      rate: rate, tokens: tokens)
  }

  /// Before its first update a model is its own reference: dpo starts at ln 2.
  ///
  /// A start elsewhere means that the two were not given the same tokens or weights.
  private func checkStart(_ distance: Double, loss: Double) throws {
    guard isOwnReference, history.isEmpty, distance > 1e-3 else { return }
    throw TrainingError(
      problem: "before the first update the model should be its own reference, but their "
        + "log-probabilities differ by \(distance) per token, so that the loss starts at \(loss)",
      advice: "Something changed between the scoring of the reference and training. Was a kept "
        + "result made by another build? Run again with an empty store (ROUX_STORE).")
  }

  /// Where the run stands, to be written down.
  package var snapshot: Snapshot {
    Snapshot(
      parameters: parameters, moments: learner.moments, history: history,
      curves: Dictionary(curves.map { ($0.name, $0.values) }) { $1 })
  }

  /// The model as it is now.
  package var trained: LanguageModel {
    var trained = model.replacing(parameters)
    trained.history = history
    trained.curves = curves
    return trained
  }
}

/// Something that ends a training run.
public struct TrainingError: Error, Sendable, CustomStringConvertible {
  public let problem: String
  public let advice: String

  public init(problem: String, advice: String) {
    self.problem = problem
    self.advice = advice
  }

  public var description: String { "\(problem)\n  \(advice)" }
}
