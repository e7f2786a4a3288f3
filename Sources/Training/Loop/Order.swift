import Models
import Tensors
import Vocabulary

/// Which rows each step takes: a function of seed and step alone, so that a run can go on anywhere.
package struct Order: Sendable {
  let count: Int
  let batch: Int
  let seed: UInt64
  let shuffles: Bool

  package init(count: Int, batch: Int, seed: UInt64, shuffles: Bool) {
    self.count = count
    self.batch = batch
    self.seed = seed
    self.shuffles = shuffles
  }

  var stepsPerEpoch: Int { (count + batch - 1) / batch }

  /// The rows of a step; the last step of an epoch takes what is left.
  package func rows(step: Int) -> [Int] {
    let epoch = step / stepsPerEpoch
    let place = step % stepsPerEpoch
    let order = order(epoch: epoch)
    return Array(order[place * batch..<min(count, (place + 1) * batch)])
  }

  /// The rows that so many steps take, in rising order; all of them where nobody knows how many.
  func visited(within steps: Int?) -> [Int] {
    guard let steps, steps < stepsPerEpoch else { return Array(0..<count) }
    return (0..<steps).flatMap { rows(step: $0) }.sorted()
  }

  private func order(epoch: Int) -> [Int] {
    guard shuffles else { return Array(0..<count) }
    return Random(seed: seed, purpose: .shuffling, stream: UInt32(truncatingIfNeeded: epoch))
      .permutation(of: count)
  }

  /// How many steps a budget of epochs, steps or tokens allows; nil for a budget of time.
  package func steps(within budget: Budget, tokens: [Int]) -> Int? {
    let amount = budget.quantity.base
    switch budget.quantity.unit.dimension {
    case .epochs:
      // 1.1 epochs of 10 steps are 11, though 1.1 · 10 is a little more in binary.
      return max(1, Int((amount * Double(stepsPerEpoch) - 1e-9).rounded(.up)))
    case .steps: return max(1, Int(amount))
    case .tokens: return stepsForTokens(Int(amount), tokens)
    case .duration, .ratio, .size: return nil
    }
  }

  private func stepsForTokens(_ wanted: Int, _ tokens: [Int]) -> Int {
    let perEpoch = tokens.reduce(0, +)
    guard perEpoch > 0 else { return 1 }
    let epochs = wanted / perEpoch
    var missing = wanted - epochs * perEpoch
    var rows = 0
    for row in order(epoch: epochs) where missing > 0 {
      missing -= tokens[row]
      rows += 1
    }
    return max(1, epochs * stepsPerEpoch + (rows + batch - 1) / batch)
  }
}
