/// A regular language over bytes, as the JSON of a record type is: nothing in it nests without end.
indirect enum BytePattern: Sendable {
  /// One byte out of some ranges.
  case byte([ClosedRange<UInt8>])
  case sequence([BytePattern])
  case either([BytePattern])
  /// Any number of times, also none.
  case repeated(BytePattern)

  static func literal(_ text: String) -> BytePattern {
    .sequence(text.utf8.map { .byte([$0...$0]) })
  }

  static func optional(_ pattern: BytePattern) -> BytePattern { .either([pattern, .sequence([])]) }

  /// The pattern from none to so many times.
  static func upTo(_ count: Int, _ pattern: BytePattern) -> BytePattern {
    (0..<count).reduce(.sequence([])) { rest, _ in .optional(.sequence([pattern, rest])) }
  }
}

/// A deterministic automaton over bytes.
///
/// Thompson's construction, then the construction of subsets (Aho, Sethi, Ullman, section 3.7).
struct ByteAutomaton: Sendable {
  /// Where a byte leads from a state, 256 a state; -1 where it may not stand.
  private(set) var next: [Int32] = []
  /// Whether what has been read is whole.
  private(set) var isAccepting: [Bool] = []

  static let start = 0
  var count: Int { isAccepting.count }

  init(_ pattern: BytePattern) {
    var builder = Builder()
    let first = builder.node()
    let last = builder.add(pattern, from: first)
    var places: [[Int]: Int] = [:]
    var open: [[Int]] = []
    func place(of set: [Int]) -> Int {
      if let known = places[set] { return known }
      places[set] = places.count
      open.append(set)
      return places.count - 1
    }
    _ = place(of: builder.closure([first]))
    var done = 0
    while done < open.count {
      let set = open[done]
      done += 1
      isAccepting.append(set.contains(last))
      var row = [Int32](repeating: -1, count: 256)
      for (byte, targets) in builder.steps(from: set) {
        row[byte] = Int32(place(of: builder.closure(targets)))
      }
      next += row
    }
  }

  func step(_ state: Int, _ byte: UInt8) -> Int? {
    let target = next[state * 256 + Int(byte)]
    return target < 0 ? nil : Int(target)
  }

  /// Where a text leads; nil where it may not stand.
  func walk(_ state: Int, _ bytes: some Sequence<UInt8>) -> Int? {
    var state = state
    for byte in bytes {
      guard let target = step(state, byte) else { return nil }
      state = target
    }
    return state
  }

  /// Whether nothing may follow.
  func isEnd(_ state: Int) -> Bool {
    next[state * 256..<(state + 1) * 256].allSatisfy { $0 < 0 }
  }
}

/// The automaton before its states are made deterministic.
private struct Builder {
  private var silent: [[Int]] = []
  private var reading: [[(ranges: [ClosedRange<UInt8>], target: Int)]] = []

  mutating func node() -> Int {
    silent.append([])
    reading.append([])
    return silent.count - 1
  }

  /// The node that is reached once the pattern has been read from `start`.
  mutating func add(_ pattern: BytePattern, from start: Int) -> Int {
    switch pattern {
    case .byte(let ranges):
      let end = node()
      reading[start].append((ranges, end))
      return end
    case .sequence(let parts): return parts.reduce(start) { add($1, from: $0) }
    case .either(let parts):
      let end = node()
      for part in parts {
        let entry = node()
        silent[start].append(entry)
        silent[add(part, from: entry)].append(end)
      }
      return end
    case .repeated(let part):
      let loop = node()
      silent[start].append(loop)
      silent[add(part, from: loop)].append(loop)
      let end = node()
      silent[loop].append(end)
      return end
    }
  }

  func closure(_ nodes: some Sequence<Int>) -> [Int] {
    var seen: Set<Int> = []
    var open = Array(nodes)
    while let one = open.popLast() {
      if seen.insert(one).inserted { open += silent[one] }
    }
    return seen.sorted()
  }

  /// For each byte that may stand, in order, the nodes that it leads to.
  func steps(from set: [Int]) -> [(byte: Int, targets: Set<Int>)] {
    var targets = [Set<Int>](repeating: [], count: 256)
    for (ranges, target) in set.flatMap({ reading[$0] }) {
      for byte in ranges.joined() { targets[Int(byte)].insert(target) }
    }
    return targets.enumerated().filter { !$0.element.isEmpty }.map { ($0.offset, $0.element) }
  }
}
