/// A word while its neighbouring symbols are merged, the strongest pair first and the leftmost of
/// equals.
struct SymbolList: Sendable {
  private(set) var ids: [Int32] = []
  /// Where each symbol begins in the word; one more entry than there are symbols.
  private(set) var starts: [Int32] = []
  private var ranks: [UInt32] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var heap = MergeHeap()

  /// Above this many symbols a heap is cheaper than looking at all of them for each merge.
  private static let longestScan = 40

  mutating func removeAll() {
    ids.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
  }

  mutating func append(_ id: Int32, start: Int) {
    ids.append(id)
    starts.append(Int32(truncatingIfNeeded: start))
  }

  /// Merges until no pair of neighbours has an entry.
  ///
  /// `end` is the length of the word.
  mutating func merge(_ pairs: PairTable, end: Int) {
    starts.append(Int32(truncatingIfNeeded: end))
    guard ids.count > 1 else { return }
    if ids.count <= Self.longestScan { mergeByScan(pairs) } else { mergeByHeap(pairs) }
  }
}

extension SymbolList {
  private mutating func mergeByScan(_ pairs: PairTable) {
    ranks.removeAll(keepingCapacity: true)
    for index in 0..<ids.count - 1 { ranks.append(Self.rank(pairs, ids[index], ids[index + 1])) }
    while true {
      var best = PairTable.absent
      var at = -1
      for index in 0..<ranks.count where ranks[index] < best {
        best = ranks[index]
        at = index
      }
      guard at >= 0 else { return }
      ids[at] = pairs.find(ids[at], ids[at + 1]).id
      ids.remove(at: at + 1)
      starts.remove(at: at + 1)
      ranks.remove(at: at)
      if at < ranks.count { ranks[at] = Self.rank(pairs, ids[at], ids[at + 1]) }
      if at > 0 { ranks[at - 1] = Self.rank(pairs, ids[at - 1], ids[at]) }
    }
  }

  private mutating func mergeByHeap(_ pairs: PairTable) {
    let count = ids.count
    next = (0..<Int32(count)).map { $0 + 1 }
    previous = (0..<Int32(count)).map { $0 - 1 }
    heap.removeAll()
    for index in 0..<count - 1 { offer(pairs, index, index + 1) }
    while let candidate = heap.pop() {
      let left = candidate.position
      let right = Int(next[left])
      // A candidate is stale when a neighbour was merged since it was offered.
      guard ids[left] != Self.merged, right < count else { continue }
      let entry = pairs.find(ids[left], ids[right])
      guard entry.rank == candidate.rank else { continue }
      join(left, right, entry.id)
      if previous[left] >= 0 { offer(pairs, Int(previous[left]), left) }
      if Int(next[left]) < count { offer(pairs, left, Int(next[left])) }
    }
    compact()
  }

  private static let merged = Int32.min

  private mutating func join(_ left: Int, _ right: Int, _ id: Int32) {
    ids[left] = id
    ids[right] = Self.merged
    next[left] = next[right]
    if Int(next[right]) < ids.count { previous[Int(next[right])] = Int32(left) }
  }

  private mutating func offer(_ pairs: PairTable, _ left: Int, _ right: Int) {
    let rank = Self.rank(pairs, ids[left], ids[right])
    if rank != PairTable.absent { heap.push(MergeHeap.Candidate(rank: rank, position: left)) }
  }

  private mutating func compact() {
    var kept = 0
    for index in ids.indices where ids[index] != Self.merged {
      ids[kept] = ids[index]
      starts[kept] = starts[index]
      kept += 1
    }
    starts[kept] = starts[ids.count]
    ids.removeSubrange(kept...)
    starts.removeSubrange((kept + 1)...)
  }

  /// Symbols that are no piece are below zero and never merge.
  @inline(__always)
  private static func rank(_ pairs: PairTable, _ left: Int32, _ right: Int32) -> UInt32 {
    left < 0 || right < 0 ? PairTable.absent : pairs.find(left, right).rank
  }
}

/// Candidates for a merge, the lowest rank first and the leftmost of equals.
struct MergeHeap: Sendable {
  struct Candidate: Sendable {
    var rank: UInt32
    var position: Int
  }

  // Rank above position in one word, so that one comparison orders both.
  private var keys: [UInt64] = []

  mutating func removeAll() { keys.removeAll(keepingCapacity: true) }

  mutating func push(_ candidate: Candidate) {
    let key = UInt64(candidate.rank) << 32 | UInt64(candidate.position)
    keys.append(key)
    var index = keys.count - 1
    while index > 0, keys[(index - 1) / 2] > key {
      keys[index] = keys[(index - 1) / 2]
      index = (index - 1) / 2
    }
    keys[index] = key
  }

  mutating func pop() -> Candidate? {
    guard let top = keys.first, let last = keys.popLast() else { return nil }
    if !keys.isEmpty { sink(last) }
    return Candidate(
      rank: UInt32(truncatingIfNeeded: top >> 32), position: Int(top & 0xFFFF_FFFF))
  }

  private mutating func sink(_ key: UInt64) {
    var index = 0
    while true {
      var child = index * 2 + 1
      guard child < keys.count else { break }
      if child + 1 < keys.count, keys[child + 1] < keys[child] { child += 1 }
      guard keys[child] < key else { break }
      keys[index] = keys[child]
      index = child
    }
    keys[index] = key
  }
}
