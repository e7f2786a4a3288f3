import Datasets
import Models
import Vocabulary

/// How a policy comes to answers of its own, what they earn, and how decisions are credited.
///
/// The settings of DR-PO (Chang et al. 2024, arXiv 2404.08495, algorithm 1) and of what it grew from:
/// PPO (Schulman et al. 2017, arXiv 1707.06347), RLOO (Ahmadian et al. 2024, arXiv 2402.14740) and GRPO
/// (Shao et al. 2024, arXiv 2402.03300).
public struct RolloutSettings: OpaqueValue, RecipeValue {
  public static let typeName = "Rollout"

  /// What an answer earns.
  public enum Reward: Sendable {
    case model(LanguageModel)
    /// From the row with the answer under `response`.
    case rule(Function)

    var canonical: String {
      switch self {
      case .model(let model): model.canonical
      case .rule(let function): function.canonical
      }
    }
  }

  /// Where the policy takes over: the column whose text is forced before, how often, and how far.
  public struct Reset: Sendable {
    public var column: String
    /// The share of answers that start inside the text; the others start at the bare prompt.
    public var share: Double
    /// How much of the text is forced: 0 % leaves one token, 100 % all but the last.
    public var cut: Distribution

    var canonical: String { "\(column) \(share) \(cut.canonical)" }
  }

  public var reward: Reward
  public var reset: Reset?
  /// Answers to each prompt in a step.
  public var samples: Int
  /// The most tokens of an answer, forced ones among them.
  public var longest: Int
  /// Above 0: what logits are divided by, for draws and for log-probabilities alike.
  public var temperature: Double
  public var credit: Credit
  public var divergence: DivergencePenalty
  /// How many times a step learns from its answers, and in how many parts each time.
  public var passes: Int
  public var parts: Int

  /// The columns that rows must have.
  var row: RecipeType {
    .record(
      [RecordField("prompt", .text)] + (reset.map { [RecordField($0.column, .text)] } ?? []))
  }

  public var recipeType: RecipeType { .opaque(Self.typeName, [row]) }

  public var canonical: String {
    "\(reward.canonical) \(reset?.canonical ?? "none") \(samples) \(longest) \(temperature) "
      + "\(credit) \(divergence) \(passes) \(parts)"
  }

  public var display: Display {
    let start = reset.map { "\($0.column) forced in \($0.share * 100) % of them" } ?? "bare prompts"
    return .text("\(samples) answers of up to \(longest) tokens to each prompt; \(start)")
  }
}

/// How the reward of an answer becomes the advantage of each decision.
public struct Credit: Sendable, Hashable {
  public enum Estimator: String, Sendable, RecipeChoice {
    /// Generalised advantages over a critic (Schulman et al. 2016, arXiv 1506.02438, equation 16).
    case critic
    /// Against the mean of the other answers to the prompt.
    case leaveOneOut = "leave_one_out"
    /// Against the mean of the answers to the prompt, in their standard deviations.
    case group
    /// Against the mean of all answers of the step.
    case mean
  }

  public var estimator: Estimator
  /// What a reward one token later is worth.
  public var discount: Double
  /// λ of generalised advantages: 1 trusts rewards alone, 0 the critic alone.
  public var decay: Double
  public var whitensRewards: Bool
  public var whitensAdvantages: Bool
  /// The published code of DR-PO to the letter: answers go on after their end, and what comes there
  /// is learnt from like all else.
  public var isStrict: Bool
  /// What an answer without an end earns instead of its reward.
  public var unfinished: Double?
  /// What is taken off the reward of an answer without an end.
  public var penalty: Double

  public init(
    estimator: Estimator = .critic, discount: Double = 1, decay: Double = 0.95,
    whitensRewards: Bool = false, whitensAdvantages: Bool = true, isStrict: Bool = false,
    unfinished: Double? = nil, penalty: Double = 0
  ) {
    self.estimator = estimator
    self.discount = discount
    self.decay = decay
    self.whitensRewards = whitensRewards
    self.whitensAdvantages = whitensAdvantages
    self.isStrict = isStrict
    self.unfinished = unfinished
    self.penalty = penalty
  }
}

/// What is taken off rewards for each nat that a token is likelier than under the reference.
public struct DivergencePenalty: Sendable, Hashable {
  public var coefficient: Double
  /// The divergence per answer that the coefficient is steered to; nil leaves it as it is.
  public var target: Double?
  /// Answers over which the coefficient comes to its target.
  public var horizon: Int

  public init(coefficient: Double, target: Double? = nil, horizon: Int = 10_000) {
    self.coefficient = coefficient
    self.target = target
    self.horizon = horizon
  }

  /// The coefficient after a step of so many answers (arXiv 1909.08593, section 2.2).
  ///
  /// It moves by at most a fifth of `answers / horizon`.
  ///
  /// - Parameter found: the divergence per answer, in nats.
  public func next(_ coefficient: Double, found: Double, answers: Int) -> Double {
    guard let target else { return coefficient }
    let error = min(0.2, max(-0.2, found / target - 1))
    return coefficient * (1 + error * Double(answers) / Double(horizon))
  }
}
