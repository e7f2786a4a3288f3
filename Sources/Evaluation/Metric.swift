import Foundation
import Models
import Vocabulary

/// What to measure of a model on rows.
///
/// A metric takes some numbers of each row, adds them up over the rows, and makes a score of the
/// sums: so any choice of rows has its score, which intervals are made of. To add one, add a case,
/// its numbers in `Measurement`, its score below, its word in `Primitive.metrics`.
public enum Metric: OpaqueValue, RecipeValue {
  public static let typeName = "Metric"

  /// Mean negative log-likelihood per target token, in nats.
  case negativeLogLikelihood
  /// `exp` of it.
  case perplexity
  /// The share of target tokens that the model finds likeliest.
  case tokenAccuracy
  /// The share of rows whose greedy answer is the response, white space at the ends apart.
  case exactMatch(maximum: Int)
  /// BLEU-4 of greedy answers against the responses, in words of mteval-v13a.
  case bleu(maximum: Int)
  /// The mean over rows of BLEU-4 in characters.
  case characterBleu(maximum: Int)
  /// The mean over rows of ROUGE-L F1 of greedy answers against the responses.
  case rougeL(maximum: Int)
  /// The mean over rows of the log-likelihood per token of chosen, or rejected, answers.
  case chosenLikelihood, rejectedLikelihood
  /// The difference of these two, and the share of rows where it is above 0.
  case likelihoodMargin, pairAccuracy
  /// The mean difference of log-ratios to a base, chosen less rejected; and the share above 0.
  ///
  /// Without a base it is that of the outputs of a reward model.
  case rewardMargin(base: LanguageModel?)
  case rewardAccuracy(base: LanguageModel)
  /// The divergence from a base per token, `log π - log π₀`, on answers that the model draws.
  case drift(base: LanguageModel, maximum: Int)

  /// The mean square of what the outputs of a reward model are off, over those columns, or all
  /// columns called like an output, that a row has numbers in.
  case squaredError(column: String?)
  /// Pearson's correlation of an output with the column called like it.
  case correlation(column: String)

  /// What of a row it reads.
  enum Source {
    /// Outputs of a reward model for the response.
    case ratings(columns: [String])
    /// The likelihood of the response.
    case response
    /// A greedy answer to the prompt.
    case answer(maximum: Int)
    /// The likelihoods of chosen and rejected answer.
    case pair
    /// These under a base model too.
    case ratios(base: LanguageModel)
    /// An answer that is drawn, under the model and a base.
    case drawn(base: LanguageModel, maximum: Int)
  }

  var source: Source {
    switch self {
    case .negativeLogLikelihood, .perplexity, .tokenAccuracy: .response
    case .exactMatch(let maximum), .bleu(let maximum), .characterBleu(let maximum),
      .rougeL(let maximum):
      .answer(maximum: maximum)
    case .chosenLikelihood, .rejectedLikelihood, .likelihoodMargin, .pairAccuracy: .pair
    case .rewardMargin(nil): .pair
    case .rewardMargin(let base?), .rewardAccuracy(let base): .ratios(base: base)
    case .squaredError(let column): .ratings(columns: [column].compactMap { $0 })
    case .correlation(let column): .ratings(columns: [column])
    case .drift(let base, let maximum): .drawn(base: base, maximum: maximum)
    }
  }

  /// The columns that it reads beside `prompt`.
  var columns: [String] {
    switch source {
    case .response, .answer: ["response"]
    case .pair, .ratios: ["chosen", "rejected"]
    case .ratings(let columns): ["response"] + columns
    case .drawn: []
    }
  }

  /// What kind of model it can be measured of.
  enum Subject { case language, reward, either }

  var subject: Subject {
    switch self {
    case .pairAccuracy: .either
    case .squaredError, .correlation, .rewardMargin(nil): .reward
    case .negativeLogLikelihood, .perplexity, .tokenAccuracy, .exactMatch, .bleu, .characterBleu,
      .rougeL, .chosenLikelihood, .rejectedLikelihood, .likelihoodMargin, .rewardMargin,
      .rewardAccuracy, .drift:
      .language
    }
  }

  public var canonical: String {
    switch self {
    case .rewardMargin(let base): "rewardMargin \(base?.canonical ?? "none")"
    case .rewardAccuracy(let base): "rewardAccuracy \(base.canonical)"
    case .drift(let base, let maximum): "drift \(base.canonical) \(maximum)"
    // The others as Swift shows them by reflection, which takes a thousand times as long.
    case .negativeLogLikelihood: "negativeLogLikelihood"
    case .perplexity: "perplexity"
    case .tokenAccuracy: "tokenAccuracy"
    case .exactMatch(let maximum): "exactMatch(maximum: \(maximum))"
    case .bleu(let maximum): "bleu(maximum: \(maximum))"
    case .characterBleu(let maximum): "characterBleu(maximum: \(maximum))"
    case .rougeL(let maximum): "rougeL(maximum: \(maximum))"
    case .chosenLikelihood: "chosenLikelihood"
    case .rejectedLikelihood: "rejectedLikelihood"
    case .likelihoodMargin: "likelihoodMargin"
    case .pairAccuracy: "pairAccuracy"
    case .squaredError(let column): "squaredError(column: \(column.debugDescription))"
    case .correlation(let column): "correlation(column: \(column.debugDescription))"
    }
  }
  public var display: Display { .text(canonical) }

  /// How the numbers of rows, added up, become a score.
  enum Scoring: String, Sendable { case loss, perplexity, share, bleu, mean, correlation }

  var scoring: Scoring {
    switch self {
    case .negativeLogLikelihood: .loss
    case .perplexity: .perplexity
    case .tokenAccuracy: .share
    case .bleu: .bleu
    case .correlation: .correlation
    case .exactMatch, .characterBleu, .rougeL, .chosenLikelihood, .rejectedLikelihood,
      .likelihoodMargin, .pairAccuracy, .rewardMargin, .rewardAccuracy, .drift, .squaredError:
      .mean
    }
  }
}

extension Metric.Scoring {
  /// The score of rows: sums first, then one division.
  func score(of rows: [[Double]]) -> Double {
    guard var sums = rows.first else { return .nan }
    for row in rows.dropFirst() { for place in sums.indices { sums[place] += row[place] } }
    return switch self {
    case .loss: -sums[0] / max(1, sums[2])
    case .perplexity: exp(-sums[0] / max(1, sums[2]))
    case .share: sums[1] / max(1, sums[2])
    case .bleu: Bleu(numbers: sums).score()
    case .mean: sums[0] / max(1, sums[1])
    case .correlation: Correlation(sums: sums).pearson
    }
  }
}

extension Primitive {
  public static let metrics: [Primitive] = [
    metric(
      "nll", "Mean negative log-likelihood per target token, in nats.", .negativeLogLikelihood),
    metric(
      "perplexity", "exp of the mean negative log-likelihood per target token.", .perplexity),
    metric(
      "token_accuracy", "The share of target tokens that the model finds likeliest.",
      .tokenAccuracy),
    answers("exact_match", "The share of rows whose greedy answer is the response.") {
      .exactMatch(maximum: $0)
    },
    answers(
      "bleu", "Corpus BLEU-4 of greedy answers against the responses, in words of mteval-v13a."
    ) { .bleu(maximum: $0) },
    answers(
      "character_bleu",
      "The mean over rows of BLEU-4 in characters: tens of points above that in words."
    ) { .characterBleu(maximum: $0) },
    answers("rouge_l", "The mean over rows of ROUGE-L F1 of greedy answers, without stemming.") {
      .rougeL(maximum: $0)
    },
    metric(
      "chosen_likelihood", "The mean log-likelihood per token of chosen answers.",
      .chosenLikelihood),
    metric(
      "rejected_likelihood", "The mean log-likelihood per token of rejected answers.",
      .rejectedLikelihood),
    metric(
      "likelihood_margin", "By how much chosen answers are likelier per token than rejected ones.",
      .likelihoodMargin),
    metric(
      "pair_accuracy",
      "The share of pairs whose chosen answer has the higher reward, or without a reward head is the "
        + "likelier one per token.", .pairAccuracy),
    Primitive(
      "reward_margin",
      "The mean reward of chosen answers, less that of rejected ones; with a base, of log π - log π₀.",
      in: .evaluation, examples: ["reward_margin()", "reward_margin(over: \(tinyModel))"],
      Parameter<LanguageModel?>("over", "The base model, π₀; none for a reward model.")
    ) { _, base in Metric.rewardMargin(base: base) },
    Primitive(
      "mse", "The mean square of what the outputs of a reward model are off.", in: .evaluation,
      examples: ["mse()", "mse(.helpfulness)"],
      Parameter<ColumnName?>.subject("of", "The output and its column; all that rows have.")
    ) { _, column in Metric.squaredError(column: column?.name) },
    Primitive(
      "pearson", "The correlation of an output of a reward model with the column called like it.",
      in: .evaluation, examples: ["pearson(.helpfulness)"],
      Parameter<ColumnName>.subject("of", "The output and its column.")
    ) { _, column in Metric.correlation(column: column.name) },
    ofBase("reward_accuracy", "The share of pairs whose log π - log π₀ is larger for the chosen.") {
      .rewardAccuracy(base: $0)
    },
    Primitive(
      "drift", "The mean of log π - log π₀ per token of answers that the model draws: its KL.",
      in: .evaluation, examples: ["drift(from: \(tinyModel), max: 8tokens)"],
      Parameter<LanguageModel>("from", "The base model, π₀."),
      Parameter("max", "How long an answer may get.", default: TokenCount(64))
    ) { _, base, maximum in Metric.drift(base: base, maximum: maximum.count) },
  ]

  private static func metric(_ name: String, _ summary: String, _ metric: Metric) -> Primitive {
    Primitive(name, summary, in: .evaluation, examples: ["\(name)()"]) { _ in metric }
  }

  private static func answers(
    _ name: String, _ summary: String, _ make: @escaping @Sendable (Int) -> Metric
  ) -> Primitive {
    Primitive(
      name, summary, in: .evaluation, examples: ["\(name)(max: 8tokens)"],
      Parameter("max", "How long an answer may get.", default: TokenCount(64))
    ) { _, maximum in make(maximum.count) }
  }

  private static func ofBase(
    _ name: String, _ summary: String, _ make: @escaping @Sendable (LanguageModel) -> Metric
  ) -> Primitive {
    Primitive(
      name, summary, in: .evaluation, examples: ["\(name)(over: \(tinyModel))"],
      Parameter<LanguageModel>("over", "The base model, π₀.")
    ) { _, base in make(base) }
  }
}
