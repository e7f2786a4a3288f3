import Foundation

/// What a reward model gives of an answer beside what a row says of it.
struct Rating: Sendable {
  let name: String
  let output: Double
  let label: Double
}

extension Metric {
  /// What it takes of the ratings of a row; nothing where it has none that the metric reads.
  func numbers(of ratings: [Rating]) -> [Double]? {
    switch self {
    case .squaredError(let column):
      let read = ratings.filter { column == nil || $0.name == column }
      guard !read.isEmpty else { return nil }
      return [read.reduce(0) { $0 + pow($1.output - $1.label, 2) }, Double(read.count)]
    case .correlation(let column):
      return ratings.first { $0.name == column }.map { Correlation($0.output, $0.label).sums }
    case .negativeLogLikelihood, .perplexity, .tokenAccuracy, .exactMatch, .bleu, .characterBleu,
      .rougeL, .chosenLikelihood, .rejectedLikelihood, .likelihoodMargin, .pairAccuracy,
      .rewardMargin, .rewardAccuracy, .drift:
      return nil
    }
  }

  /// What keeps it from a head with such outputs.
  func problem(with outputs: [String]) -> String? {
    switch self {
    case .pairAccuracy, .rewardMargin:
      outputs.count == 1
        ? nil
        : "compares answers by one output; score the rows and compare by a sum of the outputs"
    case .squaredError(let column?), .correlation(let column):
      outputs.contains(column) ? nil : "reads the output `\(column)`"
    case .squaredError(nil), .negativeLogLikelihood, .perplexity, .tokenAccuracy, .exactMatch,
      .bleu, .characterBleu, .rougeL, .chosenLikelihood, .rejectedLikelihood, .likelihoodMargin,
      .rewardAccuracy, .drift:
      nil
    }
  }
}

/// Pearson's correlation from sums that can be added up over rows.
struct Correlation: Sendable {
  /// Of x, y, x², y², xy and 1.
  private(set) var sums: [Double]

  init(sums: [Double]) { self.sums = sums }
  init(_ x: Double, _ y: Double) { sums = [x, y, x * x, y * y, x * y, 1] }

  init(_ pairs: some Sequence<(Double, Double)>) {
    sums = [0, 0, 0, 0, 0, 0]
    for (x, y) in pairs { sums = zip(sums, Correlation(x, y).sums).map(+) }
  }

  /// Not a number where one side never changes.
  var pearson: Double {
    let n = sums[5]
    let (x, y) = (sums[0] / n, sums[1] / n)
    let spread = (sums[2] / n - x * x) * (sums[3] / n - y * y)
    return spread > 0 ? (sums[4] / n - x * y) / spread.squareRoot() : .nan
  }
}

/// Cohen's kappa with squared weights: how far two raters agree beyond chance (Cohen 1968).
///
/// `1 - Σ w O / Σ w E` with `w = (i - j)²`, O the counts of pairs and E those of independent raters.
struct QuadraticKappa: Sendable {
  private let pairs: [(Int, Int)]

  /// - Parameter pairs: the two ratings of each item, from 0.
  init(_ pairs: [(Int, Int)]) { self.pairs = pairs }

  /// Not a number where nothing could disagree.
  var value: Double {
    let n = Double(pairs.count)
    let found = pairs.reduce(0) { $0 + pow(Double($1.0 - $1.1), 2) }
    let first = Dictionary(grouping: pairs, by: \.0).mapValues { Double($0.count) }
    let second = Dictionary(grouping: pairs, by: \.1).mapValues { Double($0.count) }
    var expected = 0.0
    for (i, a) in first.sorted(by: { $0.key < $1.key }) {
      for (j, b) in second.sorted(by: { $0.key < $1.key }) {
        expected += pow(Double(i - j), 2) * a * b / n
      }
    }
    return expected > 0 ? 1 - found / expected : .nan
  }
}
