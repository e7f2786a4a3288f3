import CKernels
import Tensors

/// The keys and values of prompts, where what two prompts begin with is computed and kept once.
///
/// Prompts are computed in blocks of fixed size counted from their start, and shared in whole
/// blocks, so that a prompt has the same bits whether it shares or not.
final class PromptCache {
  /// Tokens per step of computing; whole tiles of keys, so that attention adds up the same way.
  static let block = 2 * Int(ATTENTION_KEY_TILE)

  private let slots: SlotRanges
  /// The prompts of rows at work; a prompt leaves the cache with its last row.
  private var known: [Known] = []

  private struct Known { weak var prompt: CachedPrompt? }

  init(slots: Int) { self.slots = SlotRanges(count: slots) }

  /// Room for a prompt, and for an answer of its own behind it; nil while rows at work fill the cache.
  func admit(_ tokens: [Int32], maximum: Int) -> (prompt: CachedPrompt, own: Stretch)? {
    known.removeAll { $0.prompt == nil }
    guard let prompt = same(tokens) ?? beginning(like: tokens), let own = slots.take(maximum)
    else { return nil }
    if !known.contains(where: { $0.prompt === prompt }) { known.append(Known(prompt: prompt)) }
    return (prompt, own)
  }

  private func same(_ tokens: [Int32]) -> CachedPrompt? {
    known.lazy.compactMap(\.prompt).first { $0.tokens == tokens }
  }

  private func beginning(like tokens: [Int32]) -> CachedPrompt? {
    var best: (prompt: CachedPrompt, count: Int)?
    for prompt in known.compactMap(\.prompt) {
      let common = zip(prompt.tokens, tokens).prefix { $0 == $1 }.count
      // The last token is computed anew, for what follows it.
      let whole = min(common, tokens.count - 1) / Self.block * Self.block
      if whole > best?.count ?? 0 { best = (prompt, whole) }
    }
    let shared = best.map { $0.prompt.first($0.count) } ?? []
    guard let rest = slots.take(tokens.count - (best?.count ?? 0)) else { return nil }
    return CachedPrompt(tokens, shared: shared, rest: rest)
  }
}

/// A prompt in the cache: first what it shares with earlier ones, then a stretch of its own.
final class CachedPrompt {
  /// The first `count` places of a stretch.
  struct Part {
    let stretch: Stretch
    let count: Int
    var slots: Range<Int> { stretch.slots.prefix(count) }
  }

  let tokens: [Int32]
  let shared: [Part]
  let rest: Stretch
  /// What may follow the last token; nil until the prompt is computed.
  var logits: [Float]?

  init(_ tokens: [Int32], shared: [Part], rest: Stretch) {
    self.tokens = tokens
    self.shared = shared
    self.rest = rest
  }

  /// Where the keys of all tokens lie, in the order of the text.
  var ranges: [Range<Int>] { shared.map(\.slots) + [rest.slots] }

  /// How many tokens were computed for another prompt.
  var sharedCount: Int { shared.reduce(0) { $0 + $1.count } }

  /// The parts that hold the first `count` tokens.
  func first(_ count: Int) -> [Part] {
    var left = count
    return (shared + [Part(stretch: rest, count: rest.slots.count)]).compactMap { part in
      defer { left -= min(left, part.count) }
      return left > 0 ? Part(stretch: part.stretch, count: min(left, part.count)) : nil
    }
  }
}

/// Places of the cache that someone uses; they are free again when nobody does.
final class Stretch {
  let slots: Range<Int>
  private let owner: SlotRanges

  fileprivate init(_ slots: Range<Int>, of owner: SlotRanges) {
    self.slots = slots
    self.owner = owner
  }

  deinit { owner.giveBack(slots) }
}

/// Which stretches of the cache are free.
final class SlotRanges {
  private var free: [Range<Int>]

  init(count: Int) { free = [0..<count] }

  /// The first free stretch that is long enough.
  func take(_ count: Int) -> Stretch? {
    guard let place = free.firstIndex(where: { $0.count >= count }) else { return nil }
    let start = free[place].lowerBound
    free[place] = start + count..<free[place].upperBound
    if free[place].isEmpty { free.remove(at: place) }
    return Stretch(start..<start + count, of: self)
  }

  fileprivate func giveBack(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    free.append(range)
    free.sort { $0.lowerBound < $1.lowerBound }
    free = free.reduce(into: []) { merged, next in
      if let last = merged.last, last.upperBound == next.lowerBound {
        merged[merged.count - 1] = last.lowerBound..<next.upperBound
      } else {
        merged.append(next)
      }
    }
  }
}
