import Foundation
import Vocabulary

/// What to measure of a model on rows.
///
/// To add one, add a case, its measure below, its word in `Primitive.metrics`; the compiler names
/// the places.
public enum Metric: OpaqueValue, RecipeValue, Hashable {
  public static let typeName = "Metric"

  /// Mean negative log-likelihood per target token, in nats.
  case negativeLogLikelihood
  /// `exp` of it.
  case perplexity
  /// The share of target tokens that the model finds likeliest.
  case tokenAccuracy
  /// The share of rows whose greedy answer is the response, white space at the ends apart.
  case exactMatch(maximum: Int)

  public var canonical: String { "\(self)" }
  public var display: Display { .text(canonical) }

  /// Whether it is read off the probabilities of the responses; otherwise answers are generated.
  var isScored: Bool {
    switch self {
    case .negativeLogLikelihood, .perplexity, .tokenAccuracy: true
    case .exactMatch: false
    }
  }
}

/// Sums over all targets of all rows.
struct TargetSums {
  var targets = 0
  var logProbability = 0.0
  var best = 0.0

  /// The metric, if it is one of probabilities; sums first, then one division.
  func value(_ metric: Metric) -> Double? {
    let mean = -logProbability / Double(max(1, targets))
    switch metric {
    case .negativeLogLikelihood: return mean
    case .perplexity: return exp(mean)
    case .tokenAccuracy: return best / Double(max(1, targets))
    case .exactMatch: return nil
    }
  }
}

extension Primitive {
  public static let metrics: [Primitive] = [
    Primitive(
      "nll", "Mean negative log-likelihood per target token, in nats.", in: .evaluation,
      examples: ["nll()"]
    ) { _ in Metric.negativeLogLikelihood },
    Primitive(
      "perplexity", "exp of the mean negative log-likelihood per target token.", in: .evaluation,
      examples: ["perplexity()"]
    ) { _ in Metric.perplexity },
    Primitive(
      "token_accuracy", "The share of target tokens that the model finds likeliest.",
      in: .evaluation, examples: ["token_accuracy()"]
    ) { _ in Metric.tokenAccuracy },
    Primitive(
      "exact_match", "The share of rows whose greedy answer is the response.", in: .evaluation,
      examples: ["exact_match(max: 8tokens)"],
      Parameter("max", "How long an answer may get.", default: TokenCount(64))
    ) { _, maximum in Metric.exactMatch(maximum: maximum.count) },
  ]
}
