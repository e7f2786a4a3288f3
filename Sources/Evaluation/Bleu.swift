import Foundation

/// How much of one text's runs of up to four words stands in another (BLEU-4, ACL P02-1040).
///
/// Counts of many texts add up before the score is taken, as in corpus BLEU.
public struct Bleu: Sendable, Hashable {
  /// What stands for a precision of zero, whose logarithm there is none of.
  public enum Smoothing: Sendable {
    case none
    /// The k-th order without a match counts as 1 / (2ᵏ · its runs): NIST, sacrebleu's `exp`.
    case exponential
    /// One more match and one more run from the second order on.
    case addOne
  }

  /// Runs of 1 … 4 that occur in the reference too, each as often as there at most.
  public var matches: [Double]
  /// Runs of 1 … 4 of the hypothesis.
  public var totals: [Double]
  public var hypothesisLength: Double
  public var referenceLength: Double

  static let orders = 4

  public init(_ hypothesis: [String], reference: [String]) {
    (matches, totals) = ([], [])
    hypothesisLength = Double(hypothesis.count)
    referenceLength = Double(reference.count)
    for order in 1...Self.orders {
      let found = Self.runs(hypothesis, order), wanted = Self.runs(reference, order)
      matches.append(found.reduce(0) { $0 + Double(min($1.value, wanted[$1.key] ?? 0)) })
      totals.append(Double(max(0, hypothesis.count - order + 1)))
    }
  }

  private static func runs(_ words: [String], _ order: Int) -> [ArraySlice<String>: Int] {
    guard words.count >= order else { return [:] }
    return (0...words.count - order).reduce(into: [:]) {
      $0[words[$1..<$1 + order], default: 0] += 1
    }
  }

  /// Shorter answers than the reference are marked down.
  public var brevityPenalty: Double {
    guard hypothesisLength > 0 else { return 0 }
    return hypothesisLength >= referenceLength
      ? 1 : exp(1 - referenceLength / hypothesisLength)
  }

  /// In 0…1; 0 where no single word matches.
  public func score(_ smoothing: Smoothing = .exponential) -> Double {
    guard matches[0] > 0 else { return 0 }
    var halvings = 1.0
    var logarithms = 0.0
    for order in matches.indices {
      // A text too short for a run has one that does not match, as in NLTK.
      var (match, total) = (matches[order], max(1, totals[order]))
      if smoothing == .addOne, order > 0 { (match, total) = (match + 1, total + 1) }
      if match == 0, smoothing == .exponential {
        halvings *= 2
        match = 1 / halvings
      }
      logarithms += log(match / total)
    }
    return brevityPenalty * exp(logarithms / Double(Self.orders))
  }

  /// Counts another text in.
  public mutating func add(_ other: Bleu) {
    self = Bleu(numbers: zip(numbers, other.numbers).map { $0 + $1 })
  }

  /// The counts in a row, for sums over texts.
  var numbers: [Double] { matches + totals + [hypothesisLength, referenceLength] }

  init(numbers: [Double]) {
    matches = Array(numbers[..<Self.orders])
    totals = Array(numbers[Self.orders..<2 * Self.orders])
    hypothesisLength = numbers[2 * Self.orders]
    referenceLength = numbers[2 * Self.orders + 1]
  }
}
