import Models
import Tensors

/// A model, a loss and, where it trains, the way back.
struct LossGraph {
  let graph = Graph()
  let loss: Tensor
  /// What the loss tells of a step beside its value; a step in parts adds them up.
  let metrics: [(name: String, value: Tensor)]
  /// How far log-probabilities are from those they should equal before the first update, added up:
  /// the reference's, or those that answers were drawn under; nil where there are none.
  let distance: Tensor?
  /// Whether a step must run at once, as where the loss is the square of a mean over the step.
  let needsWholeStep: Bool
  private let effects: [Tensor]
  private let needs: LossNeeds
  var roles: Int { needs.roles }

  /// - Parameters:
  ///   - trains: whether gradients are made, of the last adapter or of the whole model, and the head.
  ///   - only: the part that alone is trained.
  ///   - critic: what learns beside a policy, where a loss over rollouts has one.
  init(
    _ model: LanguageModel, _ loss: Loss, trains: Bool, only: TrainedPart? = nil,
    critic: Critic? = nil
  ) throws {
    needs = try loss.needs(outputs: model.head?.names)
    let trainsBody = trains && only != .head
    // Answers are drawn without dropout: with it, a policy would not be the one that wrote them.
    let usesDropout =
      trainsBody && loss.rollout == nil
      && (model.adapters.last.map { $0.settings.dropout > 0 } ?? false)
    let outfit = Scope.Outfit(
      trainsBase: trainsBody && model.adapters.isEmpty, adapters: model.adapters,
      trainedAdapter: trainsBody && !model.adapters.isEmpty ? model.adapters.count - 1 : nil,
      head: model.head, trainsHead: trains,
      dropoutKey: usesDropout ? graph.input("dropout.key", .i32, [4]) : nil)
    let batch = BatchGraph(
      graph, model.architecture, outfit: outfit, roles: needs.roles,
      temperature: loss.rollout?.temperature ?? 1,
      critic: critic?.outfit(after: model.adapters.count, trains: trains))
    let trace = LossTrace(loss, of: batch.targets, rewards: batch.rewards, values: batch.values)
    let traced = try trace.scalar(), metrics = try trace.metrics()
    self.loss = traced.tensor
    self.metrics = metrics.map { ($0.name, $0.value.tensor) }
    needsWholeStep = traced.cut == .whole || metrics.contains { $0.value.cut != .additive }
    distance =
      loss.rollout != nil
      ? trace.strayed()
      : needs.readsReference
        ? sum(abs(batch.logProbabilities - graph.input(LossTrace.baseName, .f32, [.targets]))) : nil
    effects = trains ? graph.gradients(of: self.loss) : []
  }

  func plan(bounds: BatchBounds, memory: Int?) throws -> Plan {
    try Plan(
      graph, outputs: [loss] + metrics.map(\.value) + [distance].compactMap { $0 },
      effects: effects, bounds: bounds.axes,
      options: Plan.Options(memoryBudget: memory))
  }

  /// The metrics of the batch that ran last.
  func readMetrics(_ execution: Execution) -> [Double] {
    metrics.map { Double(execution.scalar($0.value)) }
  }

  /// What every batch of a step is fed: the counts that means are divided by.
  func stepInputs(_ examples: [Example]) -> [String: InputData] {
    let targets = (0..<needs.roles).map { role in
      examples.reduce(0) { $0 + $1.targetCounts[role] }
    }
    let sequences = examples.reduce(0) { $0 + $1.sequenceCount }
    return LossTrace.inputs(targets: targets, sequences: sequences, prompts: examples.count)
      .merging(LossTrace.knownInputs(needs.tables, examples)) { $1 }
  }
}

extension Batch {
  /// Numbers that belong to examples and completions as a graph is fed with them.
  func flatten(_ values: [[[Float]]]) -> InputData {
    // The completions of a group are all of the first role.
    .floats(
      roles.indices.flatMap { role in
        zip(values, groupSizes).flatMap { completions, size in
          completions[role * size..<(role + 1) * size].joined()
        }
      })
  }
}
