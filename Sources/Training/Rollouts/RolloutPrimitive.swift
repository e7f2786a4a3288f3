import Datasets
import Models
import Vocabulary

extension Vocabulary.Primitive {
  public static let rollout = Vocabulary.Primitive(
    "rollout", "How a policy writes the answers that a loss judges, and what they earn.",
    in: .losses, typing: .derived(rolloutType),
    examples: [
      "rollout(reward: r => if r.response == r.prompt then 1.0 else 0.0)",
      #"rollout(reward: r => 1.0, from: .answer, mix: 50%, advantage: "leave_one_out")"#,
    ],
    Parameter<Either<LanguageModel, Lambda<Double>>>(
      "reward", "A reward model, or a rule: from the row with the answer as `response`, a number."),
    Parameter<ColumnName?>(
      "from", "The column with texts that answers may start inside; without one, none does."),
    Parameter(
      "mix", "The share of answers that start inside such a text.", default: Ratio(1),
      .share(0...1)),
    Parameter<Distribution?>(
      "cut", "How much of the text comes first: uniform(0%, to: 100%) when left out.",
      Rule("a distribution of shares, as uniform(0%, to: 100%)") { $0.map(isOfShares) ?? true }),
    Parameter("samples", "Answers to each prompt in a step.", default: 1, .within(1...4096)),
    Parameter(
      "max", "The most tokens of an answer, those that come first among them.",
      default: TokenCount(64), Rule("at least 1token") { $0.count >= 1 }),
    Parameter("temperature", "What logits are divided by.", default: 1.0, .above(0)),
    Parameter(
      "advantage", "How decisions are credited: against a critic, or against other answers.",
      default: Credit.Estimator.critic),
    Parameter("kl", "What a nat of divergence costs.", default: 0.0, .atLeast(0)),
    Parameter<Double?>(
      "kl_target", "The divergence per answer that `kl` is steered to; without one it stays.",
      Rule("above 0") { $0.map { $0 > 0 } ?? true }),
    Parameter("kl_horizon", "Answers over which `kl` is steered.", default: 10_000, .atLeast(1)),
    Parameter("gamma", "What a reward one token later is worth.", default: 1.0, .within(0...1)),
    Parameter(
      "lambda", "1.0 trusts rewards alone, 0.0 the critic alone.", default: 0.95, .within(0...1)),
    Parameter("whiten_rewards", "Whether rewards are scaled to deviate by 1.", default: false),
    Parameter("whiten", "Whether advantages are scaled to mean 0, deviation 1.", default: true),
    Parameter<Double?>("unfinished", "What an answer without an end earns instead."),
    Parameter("penalty", "What is taken off for an answer without an end.", default: 0.0),
    Parameter("passes", "How often a step learns from its answers.", default: 4, .within(1...1024)),
    Parameter("parts", "Updates in each pass.", default: 1, .within(1...4096)),
    Parameter(
      "strict_reference", "Whether answers go on after their end, as in the code of DR-PO.",
      default: false)
  ) {
    _, reward, from, mix, cut, samples, longest, temperature, advantage, kl, target, horizon, gamma,
    lambda, whitensRewards, whitens, unfinished, penalty, passes, parts, isStrict in
    RolloutSettings(
      reward: RolloutSettings.Reward(reward),
      reset: from.map {
        .init(column: $0.name, share: mix.share, cut: cut ?? .shares(from: 0, to: 1))
      },
      samples: samples, longest: longest.count, temperature: temperature,
      credit: Credit(
        estimator: advantage, discount: gamma, decay: lambda, whitensRewards: whitensRewards,
        whitensAdvantages: whitens, isStrict: isStrict, unfinished: unfinished, penalty: penalty),
      divergence: DivergencePenalty(coefficient: kl, target: target, horizon: horizon),
      passes: passes, parts: parts)
  }

  private static func isOfShares(_ distribution: Distribution) -> Bool {
    [0, 0.5, 1].allSatisfy { place in
      guard case .quantity(let share) = distribution.value(at: place) else { return false }
      return share.unit.dimension == .ratio && (0...1).contains(share.base)
    }
  }

  /// Refuses a model that does not give one number.
  static func checkReward(_ call: CallSite) throws {
    if case .opaque(LanguageModel.typeName, _) = call.type("reward"),
      call.model("reward").outputs?.count != 1
    {
      throw Complaints(
        Complaint(
          .wrongType(found: call.type("reward"), expected: LanguageModel.recipeType), at: "reward",
          "a reward is one number, which this model does not give",
          notes: ["Train a model with a head of one output: attach(reward_head())."]))
    }
  }

  /// The columns that rows need, where they are known.
  @Sendable private static func rolloutType(_ call: CallSite) throws -> RecipeType {
    try checkReward(call)
    let from = call.value("from").flatMap { try? ColumnName?(recipeValue: $0) } ?? nil
    let fields = [RecordField("prompt", .text)] + (from.map { [RecordField($0.name, .text)] } ?? [])
    return .opaque(RolloutSettings.typeName, [.record(fields)])
  }
}

extension RolloutSettings.Reward {
  init(_ given: Either<LanguageModel, Lambda<Double>>) {
    switch given {
    case .first(let model): self = .model(model)
    case .second(let rule): self = .rule(rule.function)
    }
  }
}
