import Models
import Tensors
import Vocabulary

/// The graph that a loss is being traced into, and what reductions need of it.
///
/// A step may run as several smaller batches. Means over all tokens or all sequences are therefore
/// sums divided by the counts of the whole step, which every batch is fed: the parts then add up
/// to the loss of the step, whatever the cut.
final class LossTrace: Sendable {
  let batch: BatchGraph
  let roles: Int

  init(_ batch: BatchGraph, roles: Int) {
    self.batch = batch
    self.roles = roles
  }

  var graph: Graph { batch.graph }

  /// How many targets of a role the whole step has. []
  func stepTargets(_ role: Int) -> Tensor { graph.input("step.targets.\(role)", .f32, .scalar) }

  /// How many sequences, or pairs, the whole step has. []
  var stepSequences: Tensor { graph.input("step.sequences", .f32, .scalar) }

  /// What the graph is fed for these counts.
  static func inputs(targets: [Int], sequences: Int) -> [String: InputData] {
    var inputs: [String: InputData] = ["step.sequences": .floats([Float(sequences)])]
    for (role, count) in targets.enumerated() {
      inputs["step.targets.\(role)"] = .floats([Float(count)])
    }
    return inputs
  }

  /// Log-probabilities of the targets of a role under the model that is trained.
  func logProbabilities(_ role: Int) -> TracedTensor {
    traced(batch.values(batch.logProbabilities, ofRole: role), role)
  }

  /// The same under the reference model: computed once before training, fed with each batch.
  func baseLogProbabilities(_ role: Int) -> TracedTensor {
    traced(batch.values(graph.input(Self.baseName, .f32, [.targets]), ofRole: role), role)
  }

  static let baseName = "base.logp"

  /// Ones: only targets are here at all.
  func mask(_ role: Int) -> TracedTensor {
    let logp = logProbabilities(role)
    return logp.mapped { equal($0, $0) }
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

  private func constant(_ number: Double) -> TracedTensor {
    TracedTensor(graph.constant(Float(number)), .scalar, .free, self)
  }

  /// The mean of each sequence, then of all sequences, then nothing more to do.
  func mean(_ x: TracedTensor) -> TracedTensor {
    switch x.level {
    case .tokens(let role):
      return TracedTensor(
        segmentMean(x.tensor, borders: batch.borders(ofRole: role)), .sequences, x.cut, self)
    case .sequences:
      return TracedTensor(Tensors.sum(x.tensor) / stepSequences, .scalar, x.cutOfSum, self)
    case .scalar: return x
    }
  }

  /// The mean over all tokens of the step that a mask selects.
  func mean(_ x: TracedTensor, over mask: TracedTensor) throws -> TracedTensor {
    guard case .tokens(let role) = x.level, x.level == mask.level else {
      throw TraceError(
        problem: "`mean` got \(x.recipeType) over \(mask.recipeType)",
        advice: "Both must have one number per token of the same answers, as in "
          + "mean(-b.logp, over: b.mask).")
    }
    let cut = x.cut == .free ? mask.cutOfSum : .whole
    return TracedTensor(Tensors.sum(x.tensor * mask.tensor) / stepTargets(role), .scalar, cut, self)
  }

  func sum(_ x: TracedTensor) -> TracedTensor {
    switch x.level {
    case .tokens(let role):
      return TracedTensor(
        segmentSum(x.tensor, borders: batch.borders(ofRole: role)), .sequences, x.cut, self)
    case .sequences: return TracedTensor(Tensors.sum(x.tensor), .scalar, x.cutOfSum, self)
    case .scalar: return x
    }
  }

  /// Traces a loss to one number; what it leaves per sequence is averaged over the step.
  func scalar(of loss: Loss) throws -> TracedTensor {
    let value = try loss.function(.opaque(TracedBatch(trace: self)))
    guard case .opaque(let traced as TracedTensor) = value else {
      throw TraceError(
        problem: "the loss gives a \(value.type), not a tensor",
        advice: "It must depend on the model, through b.logp for example.")
    }
    switch traced.level {
    case .scalar: return traced
    case .sequences: return mean(traced)
    case .tokens:
      throw TraceError(
        problem: "the loss gives one number per token",
        advice: "End it with mean(…, over: b.mask), or with sum(…) or mean(…) per sequence.")
    }
  }
}

/// The batch as a loss sees it: `b.logp`, `b.mask`, `b.base_logp`, or these under `b.chosen` and
/// `b.rejected`.
struct TracedBatch: OpaqueValue {
  static let typeName = "Batch"
  let trace: LossTrace
  var role: Int?

  var canonical: String { "batch \(role ?? -1)" }

  init(trace: LossTrace, role: Int? = nil) {
    self.trace = trace
    self.role = role ?? (trace.roles == 1 ? 0 : nil)
  }

  func member(_ name: String) throws -> Value? {
    switch (name, role) {
    case ("chosen", nil): return .opaque(TracedBatch(trace: trace, role: 0))
    case ("rejected", nil): return .opaque(TracedBatch(trace: trace, role: 1))
    case ("logp", let role?): return .opaque(trace.logProbabilities(role))
    case ("base_logp", let role?): return .opaque(trace.baseLogProbabilities(role))
    case ("mask", let role?): return .opaque(trace.mask(role))
    default: throw absent(name)
    }
  }

  private func absent(_ name: String) -> TraceError {
    guard role == nil else {
      let advice = "There are logp, base_logp and mask here."
      let isPart = name == "chosen" || name == "rejected"
      return TraceError(
        problem: "the batch has no `\(name)` here",
        advice: isPart && trace.roles == 1
          ? advice + " Pairs come where the loss reads the columns chosen and rejected: "
            + "Loss<(prompt: Text, chosen: Text, rejected: Text)>." : advice)
    }
    return TraceError(
      problem: "a batch of pairs has no `\(name)` of its own",
      advice: "There are b.chosen.\(name) and b.rejected.\(name), if it is one of logp, base_logp "
        + "and mask.")
  }

  /// The parts that a loss may name; which of them there are follows from the rows it reads.
  static let members: [RecordField] = {
    let tokens = RecipeType.tensor(["sequence", "token"])
    let answer = [
      RecordField("logp", tokens), RecordField("base_logp", tokens), RecordField("mask", tokens),
    ]
    return answer + [
      RecordField("chosen", .record(answer)), RecordField("rejected", .record(answer)),
    ]
  }()
}
