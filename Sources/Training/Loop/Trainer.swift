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
  private let pool: WorkerPool
  private let graph: LossGraph
  /// Open to whoever measures it.
  package let execution: Execution
  package private(set) var parameters: [String: Weight]
  private(set) var optimizer: AdamW
  package private(set) var history: [Double]

  /// - Parameters:
  ///   - base: the reference's log-probabilities of each example's targets, if the loss reads them.
  ///   - snapshot: where an interrupted run stood.
  package init(
    _ model: LanguageModel, _ loss: Loss, _ examples: [Example], base: [[[Float]]]?,
    settings: TrainingSettings, pool: WorkerPool, snapshot: Snapshot?
  ) throws {
    graph = try LossGraph(model, loss, trains: true)
    var settings = settings
    if graph.needsWholeStep {
      let largest = examples.map(\.tokenCount).sorted(by: >).prefix(settings.batch)
      settings.tokensAtOnce = largest.reduce(0, +)
    }
    self.model = model
    self.settings = settings
    self.examples = examples
    self.base = base
    self.pool = pool
    order = Order(
      count: examples.count, batch: settings.batch, seed: settings.seed,
      shuffles: settings.shuffles)
    steps = order.steps(within: settings.budget, tokens: examples.map(\.tokenCount))
    let plan = try graph.plan(
      bounds: Trainer.bounds(examples, settings), memory: settings.memory)
    let fresh = Trainer.trainable(plan, model)
    try snapshot?.check(against: fresh)
    parameters = snapshot?.parameters ?? fresh
    optimizer = AdamW(
      beta1: settings.beta1, beta2: settings.beta2,
      epsilon: Float(settings.epsilon), steps: snapshot?.history.count ?? 0,
      moments: snapshot?.moments ?? [:])
    history = snapshot?.history ?? []
    let weights = model.graphWeights.merging(parameters) { $1 }
    execution = try Execution(plan, weights: weights, pool: pool)
  }

  /// Trained parameters get memory of their own: those of files lie on pages that are not ours.
  private static func trainable(_ plan: Plan, _ model: LanguageModel) -> [String: Weight] {
    let weights = model.graphWeights
    var result: [String: Weight] = [:]
    for name in plan.trainedParameters {
      guard let weight = weights[name] else { continue }
      result[name] = Weight(shape: weight.shape, floats: weight.floats())
    }
    return result
  }

  /// Plans are made for the fullest batch that any order of these examples can bring.
  private static func bounds(_ examples: [Example], _ settings: TrainingSettings) -> BatchBounds {
    let longest = examples.max { $0.tokenCount < $1.tokenCount }
    let most = max(settings.tokensAtOnce, longest?.tokenCount ?? 1)
    let shortest = examples.map(\.tokenCount).min() ?? 1
    let rows = min(settings.batch, max(1, most / max(1, shortest)))
    return BatchBounds(
      tokens: most, targets: most, sequences: rows,
      roles: longest?.completions.count ?? 1)
  }

  var isDone: Bool { steps.map { history.count >= $0 } ?? false }

  /// What a step did.
  package struct StepReport {
    package let loss: Double
    package let gradientNorm: Double
    package let rate: Double
    package let tokens: Int
  }

  /// Runs the next step: all its parts, clipping, one update.
  package func step(rate: Double) throws -> StepReport {
    let rows = order.rows(step: history.count)
    let chosen = rows.map { examples[$0] }
    let stepInputs = LossTrace.inputs(
      targets: graph.targetCounts(chosen), sequences: chosen.count)
    var loss = 0.0
    var (done, tokens) = (0, 0)
    for group in chosen.grouped(tokens: settings.tokensAtOnce) {
      let members = Array(rows[done..<done + group.count])
      done += group.count
      let batch = Batch(group)
      var inputs = batch.inputs.merging(stepInputs) { $1 }
      inputs["dropout.key"] = Random.key(
        seed: settings.seed, step: history.count, rowsBefore: tokens)
      tokens += batch.ids.count
      if let base { inputs[LossTrace.baseName] = batch.flatten(members.map { base[$0] }) }
      try execution.run(inputs: inputs, lengths: batch.lengths)
      loss += Double(execution.scalar(graph.loss))
    }
    let report = try update(loss: loss, rate: rate, tokens: tokens)
    history.append(loss)
    return report
  }

  private func update(loss: Double, rate: Double, tokens: Int) throws -> StepReport {
    let updates = parameters.keys.sorted().compactMap { name -> AdamW.Update? in
      guard let parameter = parameters[name], let gradient = execution.gradient(of: name) else {
        return nil
      }
      return AdamW.Update(
        name: name, parameter: parameter, gradient: gradient, decay: Float(settings.weightDecay))
    }
    let norm = GradientNorm.of(updates.map(\.gradient), pool: pool)
    guard loss.isFinite, norm.isFinite else {
      throw TrainingError(
        problem: "step \(history.count + 1) has loss \(loss) and gradient norm \(norm)",
        advice: "Lower the learning rate, or clip the gradients (clip: 1.0).")
    }
    guard norm > 0 || !history.isEmpty else {
      throw TrainingError(
        problem: "the gradient is exactly zero at the first step, so nothing would be learnt",
        advice: "Does the loss depend on b.logp, and does the model wear an adapter to train?")
    }
    let scale = settings.clip.map { GradientNorm.scale(norm: norm, limit: $0) } ?? 1
    optimizer.update(updates, rate: Float(rate), scale: scale, pool: pool)
    return StepReport(loss: loss, gradientNorm: norm, rate: rate, tokens: tokens)
  }

  /// Where the run stands, to be written down.
  package var snapshot: Snapshot {
    Snapshot(parameters: parameters, moments: optimizer.moments, history: history)
  }

  /// The model as it is now.
  package var trained: LanguageModel {
    var trained = model.replacing(parameters)
    trained.history = history
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
