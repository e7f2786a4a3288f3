/// Numbers per token of several answers, one row each, in double precision.
typealias Ragged = [[Double]]

/// The arithmetic between rewards and advantages, without any model.
package enum Advantages {
  /// Numbers scaled to deviation 1 and, unless the mean is kept, to mean 0, as selected ones deviate.
  ///
  /// `(z - mean) / √(variance + 1e-8)`, the mean added again where it is kept; TRL corrects the
  /// variance for the sample (Bessel), the code of DR-PO does not.
  package static func whitened(
    _ rows: [[Double]], over mask: [[Bool]], keepsMean: Bool, isSample: Bool
  ) -> [[Double]] {
    let chosen = zip(rows, mask).flatMap { zip($0, $1).filter(\.1).map(\.0) }
    let count = Double(chosen.count)
    guard count > (isSample ? 1 : 0) else { return rows }
    let mean = chosen.reduce(0, +) / count
    let squares = chosen.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let variance = squares / (isSample ? count - 1 : count)
    let scale = 1 / (variance + 1e-8).squareRoot()
    return rows.map { $0.map { ($0 - mean) * scale + (keepsMean ? mean : 0) } }
  }

  /// Generalised advantages (arXiv 1506.02438, equation 16): the state after the last is worth 0.
  ///
  /// `δ_t = r_t + γ V_{t+1} - V_t`, `A_t = δ_t + γ λ A_{t+1}`
  package static func generalised(
    _ rewards: [Double], values: [Double], discount: Double, decay: Double
  ) -> [Double] {
    var result = rewards
    var (next, after) = (0.0, 0.0)
    for t in rewards.indices.reversed() {
      after = rewards[t] + discount * next - values[t] + discount * decay * after
      result[t] = after
      next = values[t]
    }
    return result
  }

  /// Each reward less the mean of the others: `k / (k - 1) · (R_i - mean)`.
  package static func leaveOneOut(_ rewards: [Double]) -> [Double] {
    guard rewards.count > 1 else { return rewards }
    let total = rewards.reduce(0, +)
    return rewards.map { $0 - (total - $0) / Double(rewards.count - 1) }
  }

  /// Each reward less the mean, in standard deviations of the sample; equal rewards give zeros.
  package static func standardised(_ rewards: [Double]) -> [Double] {
    let centred = self.centred(rewards)
    guard rewards.count > 1 else { return centred }
    let variance = centred.reduce(0) { $0 + $1 * $1 } / Double(rewards.count - 1)
    return centred.map { $0 / (variance.squareRoot() + 1e-4) }
  }

  /// Each reward less the mean of all.
  package static func centred(_ rewards: [Double]) -> [Double] {
    let mean = rewards.reduce(0, +) / Double(max(1, rewards.count))
    return rewards.map { $0 - mean }
  }
}
