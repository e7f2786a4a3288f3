import Evaluation
import Testing

/// Keys of stages hold these texts, so they stay what Swift first gave by reflection.
@Suite("Texts of metrics in keys")
struct CanonicalTests {
  @Test("Each metric that holds no model")
  func metrics() {
    let metrics: [Metric] = [
      .negativeLogLikelihood, .perplexity, .tokenAccuracy, .exactMatch(maximum: 3),
      .bleu(maximum: 4), .characterBleu(maximum: 5), .rougeL(maximum: 6), .chosenLikelihood,
      .rejectedLikelihood, .likelihoodMargin, .pairAccuracy, .squaredError(column: nil),
      .squaredError(column: "a \"b\" é"), .correlation(column: "a\nb"),
    ]
    #expect(metrics.map(\.canonical) == metrics.map { "\($0)" })
  }
}
