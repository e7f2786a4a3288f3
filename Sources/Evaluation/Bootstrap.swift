import Tensors

/// How far a score may be off because of the rows it was taken on: rows are drawn again and again
/// from those there are (Efron 1979).
struct Bootstrap {
  let resamples: Int
  let seed: UInt64

  /// The middle 95 % of a score of rows drawn with replacement.
  ///
  /// - Parameter score: from the numbers of the rows that were drawn, by their places in `0..<rows`.
  func interval(rows: Int, _ score: ([Int]) -> Double) -> ClosedRange<Double> {
    interval(groups: [rows]) { score($0[0]) }
  }

  /// The same for rows that are drawn group by group, each group as large as it is.
  func interval(groups: [Int], _ score: ([[Int]]) -> Double) -> ClosedRange<Double> {
    let scores = (0..<resamples).map { round in
      let random = Random(seed: seed, purpose: .shuffling, stream: UInt32(round))
      var counter: UInt64 = 0
      return score(
        groups.map { rows in
          (0..<rows).map { _ in
            defer { counter += 1 }
            return random.integer(below: rows, counter)
          }
        })
    }.filter(\.isFinite).sorted()
    guard let first = scores.first, let last = scores.last else { return 0...0 }
    func quantile(_ share: Double) -> Double {
      scores[min(scores.count - 1, Int(share * Double(scores.count)))]
    }
    return scores.count < 40 ? first...last : quantile(0.025)...quantile(0.975)
  }
}
