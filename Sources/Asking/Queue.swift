import Datasets
import Foundation

/// Which wish is sent when: so many at once, so many a minute, those that failed after a pause, and
/// none that the budget may not bear.
struct Queue {
  private let wishes: [Wish]
  private let endpoint: Endpoint
  /// Not yet sent, or to be sent again, with the time from which they may be.
  private var waiting: [(place: Int, from: Date)]
  private var under: Set<Int> = []
  private var tries: [Int: Int] = [:]
  /// What failed at last, and why.
  private var given: [(place: Int, reason: String)] = []
  private var spent: (read: Int, written: Int)
  private var isBroke = false
  private var nextSlot = Date.distantPast
  /// Failures since the last success; a server that is gone is not asked for each row in turn.
  private var failuresInRow = 0
  private var isGone = false

  init(_ wishes: [Wish], _ endpoint: Endpoint, spent: (read: Int, written: Int)) {
    self.wishes = wishes
    self.endpoint = endpoint
    self.spent = spent
    waiting = wishes.indices.map { ($0, .distantPast) }
  }

  var isDone: Bool { under.isEmpty && (waiting.isEmpty || isBroke || isGone) }
  var left: Int { waiting.count + under.count }

  /// Seconds until there may be something to send.
  var wait: Double {
    guard under.count < endpoint.together, let first = waiting.map(\.from).min() else { return 1 }
    return max(0.01, max(first, nextSlot).timeIntervalSinceNow)
  }

  /// The next wish to send now; nil where none may be.
  mutating func next(now: Date = Date()) -> (place: Int, wish: Wish)? {
    guard under.count < endpoint.together, !isBroke, !isGone, nextSlot <= now,
      let index = waiting.firstIndex(where: { $0.from <= now })
    else { return nil }
    let place = waiting[index].place
    guard bears(wishes[place]) else {
      // What is under way may cost less than it was taken for.
      isBroke = under.isEmpty
      return nil
    }
    waiting.remove(at: index)
    under.insert(place)
    if let rate = endpoint.rate {
      nextSlot = max(nextSlot, now).addingTimeInterval(60 / Double(rate))
    }
    return (place, wishes[place])
  }

  mutating func succeed(_ place: Int, _ answer: Answer) {
    under.remove(place)
    failuresInRow = 0
    spent.read += answer.read
    spent.written += answer.written
  }

  mutating func give(up place: Int) { under.remove(place) }

  /// Puts it back for later, or gives it up when it has been tried often enough.
  mutating func fail(_ place: Int, _ reason: String, pause: Double?) {
    under.remove(place)
    failuresInRow += 1
    let tried = tries[place, default: 0] + 1
    tries[place] = tried
    guard tried <= endpoint.retries else {
      given.append((place, reason))
      isGone = failuresInRow > endpoint.together * (endpoint.retries + 1)
      return
    }
    // Rows that failed together are not to come back together.
    let spread = 1 + 0.25 * Double(wishes[place].draw % 1_000) / 1_000
    let own = min(60, endpoint.pause * Double(1 << min(tried - 1, 10))) * spread
    waiting.append((place, Date().addingTimeInterval(pause.map { min($0, 600) } ?? own)))
  }

  /// Says what has no answer; those that have one are kept.
  func complain() throws {
    if isBroke {
      throw EndpointError(
        problem:
          "the budget for \(endpoint.model) is used up with \(waiting.count) answers to come",
        advice: "\(bill). What is answered is kept: raise the budget and run again.")
    }
    guard let last = given.last else { return }
    throw EndpointError(
      problem: "\(given.count + waiting.count) of \(wishes.count) questions have no answer from "
        + "\(endpoint.address): \(last.reason)",
      advice:
        "Tried \(endpoint.retries + 1) times each. What is answered is kept: run again to ask "
        + "for the rest.")
  }

  private var bill: String {
    let cost = endpoint.limits.cost(read: spent.read, written: spent.written)
    let money = cost > 0 ? ", \((cost * 10_000).rounded() / 10_000) in money" : ""
    return "So far \(spent.read) tokens were read and \(spent.written) written\(money)"
  }

  /// Whether the budget bears the wish beside all that is under way, at their longest.
  private func bears(_ wish: Wish) -> Bool {
    let most = (under.map { wishes[$0] } + [wish]).map(\.question.mostTokens)
    let read = spent.read + most.reduce(0) { $0 + $1.read }
    let written = spent.written + most.reduce(0) { $0 + $1.written }
    if let tokens = endpoint.limits.tokens, read + written > tokens { return false }
    if let money = endpoint.limits.money, endpoint.limits.cost(read: read, written: written) > money
    {
      return false
    }
    return true
  }
}
