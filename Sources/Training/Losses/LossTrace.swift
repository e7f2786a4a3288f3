import Models
import Tensors
import Vocabulary

/// The graph that a loss is being traced into, and what reductions need of it.
///
/// A step may run as several smaller batches. Means over all tokens or all sequences are therefore
/// sums divided by the counts of the whole step, which every batch is fed: the parts then add up
/// to the loss of the step, whatever the cut.
package final class LossTrace: Sendable {
  let targets: ScoredTargets
  let rewards: RewardOutputs?
  let loss: Loss
  /// What a critic says of the state before each target; nil without one. [targets]
  let values: (@Sendable () -> Tensor)?

  /// - Parameter values: what a critic says of the state before each target; nil without one. [targets]
  package convenience init(
    _ loss: Loss, of targets: ScoredTargets, rewards: RewardOutputs? = nil, values: Tensor?
  ) {
    let given = values.map { tensor in { @Sendable () -> Tensor in tensor } }
    self.init(loss, of: targets, rewards: rewards, lookingUp: given)
  }

  /// - Parameters:
  ///   - rewards: what a head says; nil for a model without one.
  ///   - values: what a critic says of the state before each target; nil without one. [targets]
  package init(
    _ loss: Loss, of targets: ScoredTargets, rewards: RewardOutputs? = nil,
    lookingUp values: (@Sendable () -> Tensor)? = nil
  ) {
    self.loss = loss
    self.targets = targets
    self.rewards = rewards
    self.values = values
  }

  var graph: Graph { targets.graph }

  /// How many targets of a role the whole step has. []
  func stepTargets(_ role: Int) -> Tensor { graph.input("step.targets.\(role)", .f32, .scalar) }

  /// How many prompts the whole step has, where each has several sequences. []
  var stepPrompts: Tensor { graph.input("step.prompts", .f32, .scalar) }

  /// How many sequences, or pairs, the whole step has. []
  var stepSequences: Tensor { graph.input("step.sequences", .f32, .scalar) }

  /// What the graph is fed for these counts.
  ///
  /// - Parameter prompts: how many rows there are; as many as sequences unless these are groups.
  package static func inputs(
    targets: [Int], sequences: Int, prompts: Int? = nil
  ) -> [String: InputData] {
    var inputs: [String: InputData] = [
      "step.sequences": .floats([Float(sequences)]),
      "step.prompts": .floats([Float(prompts ?? sequences)]),
    ]
    for (role, count) in targets.enumerated() {
      inputs["step.targets.\(role)"] = .floats([Float(count)])
    }
    return inputs
  }

  /// Log-probabilities of the targets of a role under the model that is trained.
  func logProbabilities(_ role: Int) -> TracedTensor {
    traced(targets.values(targets.logProbabilities, ofRole: role), role)
  }

  /// The same under the reference model: computed once before training, fed with each batch.
  func baseLogProbabilities(_ role: Int) -> TracedTensor {
    traced(targets.values(graph.input(Self.baseName, .f32, [.targets]), ofRole: role), role)
  }

  package static let baseName = "base.logp"

  /// Ones: only targets are here at all.
  func mask(_ role: Int) -> TracedTensor {
    let logp = logProbabilities(role)
    return logp.mapped { equal($0, $0) }
  }

  /// A number of each row; truths are 1 and 0.
  func column(_ name: String) -> TracedTensor {
    TracedTensor(
      graph.input(Self.columnMark + name, .f32, [.axis(.sequences)]), .sequences, .free, self)
  }

  private static let columnMark = "row."

  /// The column that an input brings; nil for other inputs.
  static func column(of input: String) -> String? {
    input.hasPrefix(columnMark) ? String(input.dropFirst(columnMark.count)) : nil
  }

  /// How many targets each answer of a role has.
  func lengths(_ role: Int) -> TracedTensor {
    TracedTensor(segmentLengths(targets.borders(ofRole: role)), .sequences, .free, self)
  }

  private func traced(_ tensor: Tensor, _ role: Int) -> TracedTensor {
    TracedTensor(tensor, .tokens(role: role), .free, self)
  }

  /// A value that stands beside a tensor in a formula.
  func tensor(of value: Value, like other: TracedTensor) throws -> TracedTensor {
    switch value {
    case .opaque(let traced as TracedTensor): traced
    case .int(let number): constant(Double(number))
    case .float(let number): constant(number)
    case .quantity(let quantity) where quantity.unit.dimension == .ratio:
      constant(quantity.base)
    default:
      throw TraceError(
        problem: "a \(value.type) stands beside a \(other.recipeType)",
        advice: "Inside a loss, tensors go together with tensors and numbers.")
    }
  }

  func constant(_ number: Double) -> TracedTensor {
    TracedTensor(graph.constant(Float(number)), .scalar, .free, self)
  }

  /// The mean of each sequence, then of all sequences, then nothing more to do.
  func mean(_ x: TracedTensor) -> TracedTensor {
    switch x.level {
    case .tokens(let role):
      return TracedTensor(
        segmentMean(x.tensor, borders: targets.borders(ofRole: role)), .sequences, x.cut, self)
    case .outputs(let count): return sum(x).mapped(isLinear: true) { $0 / Float(count) }
    case .sequences:
      return TracedTensor(Tensors.sum(x.tensor) / stepSequences, .scalar, x.cutOfSum, self)
    case .prompts:
      return TracedTensor(Tensors.sum(x.tensor) / stepPrompts, .scalar, x.cutOfSum, self)
    case .scalar: return x
    }
  }

  /// The mean over all tokens, or all outputs, of the step that a mask selects.
  func mean(_ x: TracedTensor, over mask: TracedTensor) throws -> TracedTensor {
    guard let total = total(of: mask, x.level) else {
      throw TraceError(
        problem: "`mean` got \(x.recipeType) over \(mask.recipeType)",
        advice: "Both must have one number per token of the same answers, as in "
          + "mean(-b.logp, over: b.mask), or per output of a head.")
    }
    let cut = x.cut == .free ? mask.cutOfSum : .whole
    return TracedTensor(Tensors.sum(x.tensor * mask.tensor) / total, .scalar, cut, self)
  }

  /// How much of the whole step a mask selects; nil where it does not fit.
  private func total(of mask: TracedTensor, _ level: TracedTensor.Level) -> Tensor? {
    guard level == mask.level else { return nil }
    switch level {
    case .tokens(let role): return mask.total ?? stepTargets(role)
    case .outputs: return mask.total ?? Tensors.maximum(Tensors.sum(mask.tensor), 1)
    case .sequences, .prompts, .scalar: return nil
    }
  }

  func sum(_ x: TracedTensor) -> TracedTensor {
    switch x.level {
    case .tokens(let role):
      return TracedTensor(
        segmentSum(x.tensor, borders: targets.borders(ofRole: role)), .sequences, x.cut, self)
    case .outputs: return TracedTensor(sumColumns(x.tensor), .sequences, x.cut, self)
    case .sequences, .prompts:
      return TracedTensor(Tensors.sum(x.tensor), .scalar, x.cutOfSum, self)
    case .scalar: return x
    }
  }

  /// Traces the loss to one number; what it leaves per sequence is averaged over the step.
  package func scalar() throws -> TracedTensor {
    let value = try loss.function(.opaque(TracedBatch(trace: self)))
    guard case .opaque(let traced as TracedTensor) = value else {
      throw TraceError(
        problem: "the loss gives a \(value.type), not a tensor",
        advice: "It must depend on the model, through b.logp or b.reward for example.")
    }
    return try scalar(traced, "the loss")
  }

  /// What the loss tells of a step beside its value, by name, each averaged over the step.
  package func metrics() throws -> [(name: String, value: TracedTensor)] {
    guard let function = loss.metrics else { return [] }
    let value = try function(.opaque(TracedBatch(trace: self)))
    guard case .record(let record) = value else {
      throw TraceError(
        problem: "the metrics of the loss are a \(value.type), not a record",
        advice: "Write them as metrics: b => (likelihood: mean(sum(b.logp))).")
    }
    return try record.pairs.map { name, value in
      guard case .opaque(let traced as TracedTensor) = value else {
        throw TraceError(
          problem: "the metric `\(name)` is a \(value.type), not a tensor",
          advice: "It must depend on the step, through b.logp for example.")
      }
      return (name, try scalar(traced, "the metric `\(name)`"))
    }
  }

  private func scalar(_ traced: TracedTensor, _ what: String) throws -> TracedTensor {
    switch traced.level {
    case .scalar: return traced
    case .sequences, .prompts: return mean(traced)
    case .outputs:
      throw TraceError(
        problem: "the loss gives one number per output of the head",
        advice: "End it with mean(…, over: known(b, columns)), or with sum(…) or mean(…) per "
          + "sequence.")
    case .tokens:
      throw TraceError(
        problem: "\(what) gives one number per token",
        advice: "End it with mean(…, over: b.mask), or with sum(…) or mean(…) per sequence.")
    }
  }
}
