import Models
import Tensors
import Vocabulary

/// What losses read of answers that the policy wrote itself, by the names it has there.
///
/// Tokens that were forced on the policy, and those after the end of an answer, are no decisions of
/// it. `logp` gives them the numbers they were drawn under, through which no gradient flows: they
/// carry exactly none, whatever a loss does with them.
enum RolloutPart: String, CaseIterable {
  /// Log-probabilities under the policy as it is now, those of decisions with their slopes.
  case logp
  /// The same when the answers were written.
  case oldLogp = "old_logp"
  /// 1 for the decisions of the policy, else 0.
  case mask
  /// How much better a decision was than what was to be expected; per token.
  case advantage
  /// What the critic expects of the state before each token, now and when answers were written.
  case value, oldValue = "old_value"
  /// What came of that state.
  case returns
  /// 1 for the states that the critic learns from, else 0.
  case valueMask = "value_mask"
  /// The reward of each answer, and by how much it is better than that of others.
  case score, gain
  /// The most tokens that an answer may have.
  case longest

  /// Whether batches of rows have something of this name too.
  var isOfAnyBatch: Bool {
    switch self {
    case .logp, .mask: true
    case .oldLogp, .advantage, .value, .oldValue, .returns, .valueMask, .score, .gain, .longest:
      false
    }
  }

  var type: RecipeType {
    switch self {
    case .logp, .oldLogp, .mask, .advantage, .value, .oldValue, .returns, .valueMask:
      .tensor(["sequence", "token"])
    case .score, .gain: .tensor(["sequence"])
    case .longest: .tensor([])
    }
  }
}

extension LossTrace {
  /// A part of what is known of rollouts; nil where rows bring the answers.
  func part(_ part: RolloutPart) throws -> TracedTensor? {
    guard loss.rollout != nil else { return nil }
    switch part {
    case .logp: return decided()
    case .oldLogp, .advantage, .oldValue, .returns: return perToken(part)
    case .mask, .valueMask:
      var mask = perToken(part)
      mask.total = graph.input(Self.totalName(part), .f32, .scalar)
      return mask
    case .value: return try criticValues()
    case .score, .gain:
      return TracedTensor(
        graph.input(Self.inputName(part), .f32, [.axis(.sequences)]), .sequences, .free, self)
    case .longest:
      return TracedTensor(graph.input(Self.inputName(part), .f32, .scalar), .scalar, .free, self)
    }
  }

  private func perToken(_ part: RolloutPart) -> TracedTensor {
    let all = graph.input(Self.inputName(part), .f32, [.targets])
    return TracedTensor(targets.values(all, ofRole: 0), .tokens(role: 0), .free, self)
  }

  private func decided() -> TracedTensor {
    let mask = perToken(.mask), old = perToken(.oldLogp)
    return TracedTensor(
      select(mask.tensor, logProbabilities(0).tensor, old.tensor), .tokens(role: 0), .free, self)
  }

  private func criticValues() throws -> TracedTensor {
    guard let values else {
      throw TraceError(
        problem: "the loss reads values, but there is no critic",
        advice: "Train with rollout(reward: …, advantage: \"gae\"), which brings one.")
    }
    return TracedTensor(targets.values(values(), ofRole: 0), .tokens(role: 0), .free, self)
  }

  /// How far decisions are from the log-probabilities they were drawn under, added up. []
  ///
  /// Before the first update it is zero: dropout, a temperature, a position that differ show here.
  func strayed() -> Tensor {
    Tensors.sum(abs(decided().tensor - perToken(.oldLogp).tensor))
  }

  /// The name of values that are given from outside.
  package static let valueName = "value"

  /// The input that brings a part.
  static func inputName(_ part: RolloutPart) -> String { "rollout.\(part.rawValue)" }

  /// The input that says how many tokens of the whole step a mask selects.
  static func totalName(_ mask: RolloutPart) -> String { "step.rollout.\(mask.rawValue)" }
}
