import Models
import Tensors

/// The loss on rows that are not trained on, with the weights as they are at the moment.
final class HeldOut {
  private let graph: LossGraph
  private let execution: Execution
  private let batches: [Batch]
  private let base: [[[Float]]]?
  private let groups: [[Int]]
  private let examples: [Example]
  /// What was found last, and after which step.
  private(set) var latest: Look?

  struct Look {
    let step: Int
    let loss: Double
    /// What the loss tells beside its value.
    let metrics: [(name: String, value: Double)]
  }

  init(
    _ trainer: Trainer, _ loss: Loss, _ examples: [Example], base: [[[Float]]]?, pool: WorkerPool
  ) throws {
    let model = trainer.model
    graph = try LossGraph(model, loss, trains: false)
    // A loss that needs a step at once has no meaning beyond one: each batch is then a step.
    let grouped =
      graph.needsWholeStep
      ? examples.chunks(of: trainer.settings.batch)
      : examples.grouped(tokens: trainer.settings.tokensAtOnce)
    batches = grouped.map { Batch($0) }
    var place = 0
    groups = grouped.map { group in
      defer { place += group.count }
      return Array(place..<place + group.count)
    }
    self.base = base
    self.examples = examples
    let plan = try graph.plan(bounds: BatchBounds(of: batches), memory: nil)
    // The trainer's own memory: the optimizer changes it in place.
    let weights = model.graphWeights.merging(trainer.parameters) { $1 }
    execution = try Execution(plan, weights: weights, pool: pool)
  }

  /// The loss with the weights as they are after a step; taken once per step.
  @discardableResult func look(after step: Int) throws -> Look {
    if let latest, latest.step == step { return latest }
    let values = try values()
    let look = Look(
      step: step, loss: values[0],
      metrics: Array(zip(graph.metrics.map(\.name), values.dropFirst())))
    latest = look
    return look
  }

  /// The loss, then the metrics.
  private func values() throws -> [Double] {
    let all = graph.stepInputs(examples)
    var sums = [0.0] + graph.metrics.map { _ in 0 }
    for (batch, places) in zip(batches, groups) {
      let step = graph.needsWholeStep ? graph.stepInputs(places.map { examples[$0] }) : all
      var inputs = batch.inputs.merging(step) { $1 }
      if let base { inputs[LossTrace.baseName] = batch.flatten(places.map { base[$0] }) }
      try execution.run(inputs: inputs, lengths: batch.lengths)
      let share = graph.needsWholeStep ? Double(places.count) / Double(examples.count) : 1
      let found = [Double(execution.scalar(graph.loss))] + graph.readMetrics(execution)
      sums = zip(sums, found).map { $0 + $1 * share }
    }
    return sums
  }
}

extension Array {
  func chunks(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
  }
}
