import Models
import Tensors

/// A model, a loss and, where it trains, the way back.
struct LossGraph {
  let graph = Graph()
  let loss: Tensor
  /// Whether a step must run at once, as where the loss is the square of a mean over the step.
  let needsWholeStep: Bool
  private let effects: [Tensor]
  private let roles: Int

  /// - Parameter trains: whether gradients are made, of the last adapter or of the whole model.
  init(_ model: LanguageModel, _ loss: Loss, trains: Bool) throws {
    roles = loss.roles.count
    let usesDropout = trains && (model.adapters.last.map { $0.settings.dropout > 0 } ?? false)
    let outfit = Scope.Outfit(
      trainsBase: trains && model.adapters.isEmpty, adapters: model.adapters,
      trainedAdapter: trains && !model.adapters.isEmpty ? model.adapters.count - 1 : nil,
      dropoutKey: usesDropout ? graph.input("dropout.key", .i32, [4]) : nil)
    let batch = BatchGraph(graph, model.architecture, outfit: outfit, roles: roles)
    let traced = try LossTrace(batch, roles: roles).scalar(of: loss)
    self.loss = traced.tensor
    needsWholeStep = traced.cut == .whole
    effects = trains ? graph.gradients(of: self.loss) : []
  }

  func plan(bounds: BatchBounds, memory: Int?) throws -> Plan {
    try Plan(
      graph, outputs: [loss], effects: effects, bounds: bounds.axes,
      options: Plan.Options(memoryBudget: memory))
  }

  /// Whether the loss compares with a reference model.
  var readsReference: Bool {
    graph.contents.values.contains { $0.origin == .input(LossTrace.baseName) }
  }

  /// The targets of each role in a step.
  func targetCounts(_ examples: [Example]) -> [Int] {
    (0..<roles).map { role in
      examples.reduce(0) { $0 + $1.targets(of: $1.completions[role]) }
    }
  }
}

extension Batch {
  /// Numbers that belong to examples and completions as a graph is fed with them.
  func flatten(_ values: [[[Float]]]) -> InputData {
    .floats(roles.indices.flatMap { role in values.flatMap { $0[role] } })
  }
}
