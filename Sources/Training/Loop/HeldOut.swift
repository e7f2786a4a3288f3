import Models
import Tensors

/// The loss on rows that are not trained on, with the weights as they are at the moment.
final class HeldOut {
  private let graph: LossGraph
  private let execution: Execution
  private let batches: [Batch]
  private let base: [[[Float]]]?
  private let groups: [[Int]]
  private let stepInputs: [String: InputData]

  init(
    _ trainer: Trainer, _ loss: Loss, _ examples: [Example], base: [[[Float]]]?, pool: WorkerPool
  ) throws {
    let model = trainer.model
    graph = try LossGraph(model, loss, trains: false)
    let grouped = examples.grouped(tokens: trainer.settings.tokensAtOnce)
    batches = grouped.map { Batch($0) }
    var place = 0
    groups = grouped.map { group in
      defer { place += group.count }
      return Array(place..<place + group.count)
    }
    self.base = base
    stepInputs = LossTrace.inputs(
      targets: graph.targetCounts(examples), sequences: examples.count)
    let plan = try graph.plan(bounds: BatchBounds(of: batches), memory: nil)
    // The trainer's own memory: the optimizer changes it in place.
    let weights = model.graphWeights.merging(trainer.parameters) { $1 }
    execution = try Execution(plan, weights: weights, pool: pool)
  }

  func loss() throws -> Double {
    try zip(batches, groups).reduce(0) { sum, part in
      var inputs = part.0.inputs.merging(stepInputs) { $1 }
      if let base {
        inputs[LossTrace.baseName] = part.0.flatten(part.1.map { base[$0] })
      }
      try execution.run(inputs: inputs, lengths: part.0.lengths)
      return sum + Double(execution.scalar(graph.loss))
    }
  }
}
