extension Tokenizer {
  /// Learns byte-level BPE from texts (Sennrich, Haddow & Birch 2016, algorithm 1), cut as GPT-2
  /// cuts them.
  ///
  /// Ids are, in order: the special tokens, the 256 bytes, the merges. The same texts give the same
  /// vocabulary: of pairs that are equally frequent, the one with the lowest ids is joined first. The
  /// vocabulary is smaller than `size` where the texts have no more pairs, and never smaller than
  /// the special tokens and the bytes.
  public static func train(
    on texts: some Sequence<String>, size: Int, special: [String] = []
  ) -> Tokenizer {
    guard let pattern = try? Pattern(Patterns.gpt2) else {
      preconditionFailure("GPT-2's pattern does not compile: \(Patterns.gpt2)")
    }
    var corpus = TrainingCorpus(firstByte: special.count)
    for text in texts {
      var cut = Cut(Array(text.utf8), beginsText: true)
      PreTokenizer.split(pattern, .isolated, invert: false).apply(&cut)
      for piece in cut.pieces { corpus.count(cut.bytes[piece]) }
    }
    return Tokenizer(corpus.parts(size: size, special: special, pattern: pattern))
  }
}

/// The words of the training texts while their symbols are merged.
private struct TrainingCorpus {
  private let firstByte: Int
  private var frequencies: [ArraySlice<UInt8>: Int] = [:]
  private var words: [[Int32]] = []
  private var counts: [Int] = []
  private var pairs: [UInt64: PairUse] = [:]
  private var queue = PairQueue()

  /// How often a pair occurs, and in which words it may.
  private struct PairUse {
    var count = 0
    var words: Set<Int32> = []
  }

  init(firstByte: Int) { self.firstByte = firstByte }

  mutating func count(_ word: ArraySlice<UInt8>) { frequencies[word, default: 0] += 1 }

  mutating func parts(size: Int, special: [String], pattern: Pattern) -> TokenizerParts {
    var spelled = special.map { Array($0.utf8) } + ByteAlphabet.order.map { [$0] }
    var known: [[UInt8]: Int32] = [:]
    for id in special.count..<spelled.count { known[spelled[id]] = Int32(id) }
    var table = PairTable(capacity: max(0, size - spelled.count))
    begin()
    while spelled.count < size, let (left, right) = nextPair() {
      let bytes = spelled[Int(left)] + spelled[Int(right)]
      // Two pairs can spell one piece; then both merges give its one id.
      let id = known[bytes] ?? Int32(spelled.count)
      if Int(id) == spelled.count {
        spelled.append(bytes)
        known[bytes] = id
      }
      table.insert(left, right, rank: UInt32(table.count), id: id)
      merge(left, right, into: id)
    }
    return assemble(spelled, table, special, pattern)
  }

  private func assemble(
    _ spelled: [[UInt8]], _ table: PairTable, _ special: [String], _ pattern: Pattern
  ) -> TokenizerParts {
    var pieces = PieceTable(capacity: spelled.count)
    for (id, bytes) in spelled.enumerated() {
      pieces.insert(id < special.count ? bytes : ByteAlphabet.text(of: bytes), id: id)
    }
    let alphabet = (0..<256).map { Int32(firstByte + ByteAlphabet.positions[$0]) }
    var parts = TokenizerParts(
      pieces: pieces, model: .bpe(BPE(pairs: table, symbols: .bytes(alphabet))))
    parts.added = special.enumerated().map { AddedToken(id: $0, text: $1, isSpecial: true) }
    parts.specialTokens.names = Dictionary(
      special.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    parts.preTokenizers = [.split(pattern, .isolated, invert: false)]
    parts.origin = .byteLevel(patterns: [pattern.source])
    return parts
  }
}

extension TrainingCorpus {
  private mutating func begin() {
    // A dictionary's order differs from run to run; the order of the words must not.
    let sorted = frequencies.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    words = sorted.map { word, _ in
      word.map { Int32(firstByte + ByteAlphabet.positions[Int($0)]) }
    }
    counts = sorted.map(\.value)
    for (index, word) in words.enumerated() { tally(word, Int32(index), counts[index]) }
    for (pair, use) in pairs { queue.push(use.count, pair) }
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private mutating func tally(_ word: [Int32], _ index: Int32, _ change: Int) {
    for (left, right) in zip(word, word.dropFirst()) {
      let key = Self.key(left, right)
      pairs[key, default: PairUse()].count += change
      if change > 0 { pairs[key]?.words.insert(index) }
    }
  }

  private mutating func nextPair() -> (Int32, Int32)? {
    while let (count, pair) = queue.pop() {
      guard let now = pairs[pair]?.count, now > 0 else { continue }
      // The count has changed since the pair was queued: queue it again where it belongs.
      guard now == count else {
        if now < count { queue.push(now, pair) }
        continue
      }
      return (Int32(truncatingIfNeeded: pair >> 32), Int32(truncatingIfNeeded: pair))
    }
    return nil
  }

  private mutating func merge(_ left: Int32, _ right: Int32, into id: Int32) {
    guard let use = pairs.removeValue(forKey: Self.key(left, right)) else { return }
    for index in use.words {
      let old = words[Int(index)]
      let new = Self.joined(old, left, right, id)
      guard new.count < old.count else { continue }
      tally(old, index, -counts[Int(index)])
      tally(new, index, counts[Int(index)])
      words[Int(index)] = new
      for (left, right) in zip(new, new.dropFirst()) where left == id || right == id {
        let key = Self.key(left, right)
        queue.push(pairs[key]?.count ?? 0, key)
      }
    }
    pairs.removeValue(forKey: Self.key(left, right))
  }

  private static func joined(
    _ word: [Int32], _ left: Int32, _ right: Int32, _ id: Int32
  ) -> [Int32] {
    var output: [Int32] = []
    var index = 0
    while index < word.count {
      if index + 1 < word.count, word[index] == left, word[index + 1] == right {
        output.append(id)
        index += 2
      } else {
        output.append(word[index])
        index += 1
      }
    }
    return output
  }
}

/// Pairs by falling frequency, and by rising ids among equals.
///
/// Entries may be out of date.
private struct PairQueue {
  private var entries: [(count: Int, pair: UInt64)] = []

  mutating func push(_ count: Int, _ pair: UInt64) {
    entries.append((count, pair))
    var index = entries.count - 1
    while index > 0, precedes(index, (index - 1) / 2) {
      entries.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  mutating func pop() -> (count: Int, pair: UInt64)? {
    guard let top = entries.first else { return nil }
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    var index = 0
    while true {
      var child = index * 2 + 1
      if child + 1 < entries.count, precedes(child + 1, child) { child += 1 }
      guard child < entries.count, precedes(child, index) else { return top }
      entries.swapAt(index, child)
      index = child
    }
  }

  private func precedes(_ first: Int, _ second: Int) -> Bool {
    let (first, second) = (entries[first], entries[second])
    return first.count != second.count ? first.count > second.count : first.pair < second.pair
  }
}
