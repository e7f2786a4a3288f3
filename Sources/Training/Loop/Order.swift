import Models
import Tensors
import Vocabulary

/// Which rows each step takes: a function of seed and step alone, so that a run can go on anywhere.
struct Order: Sendable {
  let count: Int
  let batch: Int
  let seed: UInt64
  let shuffles: Bool

  var stepsPerEpoch: Int { (count + batch - 1) / batch }

  /// The rows of a step; the last step of an epoch takes what is left.
  func rows(step: Int) -> [Int] {
    let epoch = step / stepsPerEpoch
    let place = step % stepsPerEpoch
    let order = order(epoch: epoch)
    return Array(order[place * batch..<min(count, (place + 1) * batch)])
  }

  private func order(epoch: Int) -> [Int] {
    guard shuffles else { return Array(0..<count) }
    return Random(seed: seed, purpose: .shuffling, stream: UInt32(truncatingIfNeeded: epoch))
      .permutation(of: count)
  }

  /// How many steps a budget of epochs, steps or tokens allows; nil for a budget of time.
  func steps(within budget: Budget, tokens: [Int]) -> Int? {
    let amount = budget.quantity.base
    switch budget.quantity.unit.dimension {
    case .epochs: return max(1, Int((amount * Double(stepsPerEpoch)).rounded(.up)))
    case .steps: return max(1, Int(amount))
    case .tokens: return stepsForTokens(Int(amount), tokens)
    case .duration, .ratio, .size: return nil
    }
  }

  private func stepsForTokens(_ wanted: Int, _ tokens: [Int]) -> Int {
    let perEpoch = tokens.reduce(0, +)
    var step = perEpoch > 0 ? wanted / perEpoch * stepsPerEpoch : 0
    var seen = perEpoch > 0 ? wanted / perEpoch * perEpoch : wanted
    while seen < wanted {
      seen += rows(step: step).reduce(0) { $0 + tokens[$1] }
      step += 1
    }
    return max(1, step)
  }
}
