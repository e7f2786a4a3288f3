import CKernels

extension Axis {
  /// The numbers of an `AttentionLayout`.
  public static let layout = Axis("layout")
}

/// Which keys each query of a batch sees, as the one array of numbers that attention reads.
///
/// Queries come in segments. A segment sees some ranges of keys whole (its prompt, a shared prefix
/// of a cache) and then, causally, a range of its own: query `i` sees the first `before + i + 1`
/// keys of it. In training the keys are the rows of the batch itself; with a cache they are the
/// rows of the cache. Nothing else distinguishes the two.
///
/// The array, all int32, every table right behind the one before:
/// - header, 8: segments, ranges, query tiles, key tiles, visits, 0, 0, 0
/// - segments, 6 each: first query, queries, first range, ranges, first own key, `before`
/// - ranges seen whole, 2 each: first key, keys
/// - query tiles, 2 each: segment, first query counted from the segment's
/// - key tiles, 4 each: first key, keys, first visit, visits
/// - visits of key tiles by segments, 2 each: segment, and the tile's offset in the segment's own
///   range or -1 where the segment sees the tile whole
public struct AttentionLayout: Sendable, Hashable {
  public let integers: [Int32]

  /// A run of queries and the keys it sees.
  public struct Segment: Sendable, Hashable {
    public var queries: Range<Int>
    /// Ranges of keys that every query of the segment sees, in order.
    public var seesWhole: [Range<Int>]
    /// The first key of the segment's own range.
    public var ownStart: Int
    /// How many keys of the own range come before that of the first query.
    public var before: Int

    public init(queries: Range<Int>, seesWhole: [Range<Int>] = [], ownStart: Int, before: Int) {
      precondition(!queries.isEmpty, "a segment without queries")
      self.queries = queries
      self.seesWhole = seesWhole.filter { !$0.isEmpty }
      self.ownStart = ownStart
      self.before = before
    }

  }

  /// A run of tokens in a training batch, and the run whose keys it continues.
  public struct Run: Sendable, Hashable {
    public var tokens: Range<Int>
    /// The index of an earlier run: a prompt that several completions share.
    public var parent: Int?

    public init(tokens: Range<Int>, parent: Int? = nil) {
      self.tokens = tokens
      self.parent = parent
    }
  }

  /// Generation: keys lie in a cache, and nothing flows back.
  public init(cached segments: [Segment]) { self.init(segments, keyTiles: []) }

  /// Training: the keys are the batch's own tokens; a run also sees its parent, its parent's
  /// parent, and so on.
  public init(runs: [Run]) {
    let chains = Self.ancestors(of: runs)
    let segments = zip(runs, chains).map { run, chain in
      Segment(
        queries: run.tokens, seesWhole: chain.map { runs[$0].tokens },
        ownStart: run.tokens.lowerBound, before: 0)
    }
    var visitors = runs.map { _ in [Int]() }
    for (run, chain) in chains.enumerated() { for parent in chain { visitors[parent].append(run) } }
    let tiles = runs.indices.flatMap { run in
      Self.cut(runs[run].tokens.count, by: Int(ATTENTION_KEY_TILE)).map { piece in
        KeyTile(
          keys: runs[run].tokens.lowerBound + piece.lowerBound, count: piece.count,
          visits: [[run, piece.lowerBound]] + visitors[run].map { [$0, -1] })
      }
    }
    self.init(segments, keyTiles: tiles)
  }

  /// How many integers the layout of such a batch takes at most: the bound of the axis `layout`.
  public static func bound(segments: Int, tokens: Int) -> Int {
    let tiles = segments + tokens / Int(ATTENTION_KEY_TILE)
    return 8 + 6 * segments + 2 * segments * segments + 6 * tiles + 2 * tiles * (segments + 1)
  }

  /// The same for a cache, where all segments together see `ranges` ranges whole.
  public static func bound(cached segments: Int, ranges: Int, queries: Int) -> Int {
    8 + 6 * segments + 2 * ranges + 2 * (segments + queries / Int(ATTENTION_QUERY_TILE) + 1)
  }

  private struct KeyTile {
    var keys: Int
    var count: Int
    var visits: [[Int]]
  }

  private init(_ segments: [Segment], keyTiles: [KeyTile]) {
    var segmentTable: [Int] = [], ranges: [Int] = [], queryTiles: [Int] = []
    var tileTable: [Int] = [], visits: [Int] = []
    for (index, segment) in segments.enumerated() {
      segmentTable += [
        segment.queries.lowerBound, segment.queries.count, ranges.count / 2,
        segment.seesWhole.count, segment.ownStart, segment.before,
      ]
      ranges += segment.seesWhole.flatMap { [$0.lowerBound, $0.count] }
      queryTiles += Self.cut(segment.queries.count, by: Int(ATTENTION_QUERY_TILE))
        .flatMap { [index, $0.lowerBound] }
    }
    for tile in keyTiles {
      tileTable += [tile.keys, tile.count, visits.count / 2, tile.visits.count]
      visits += tile.visits.flatMap { $0 }
    }
    let counts = [
      segments.count, ranges.count / 2, queryTiles.count / 2, keyTiles.count, visits.count / 2,
    ]
    let tables = [counts + [0, 0, 0], segmentTable, ranges, queryTiles, tileTable, visits]
    integers = tables.flatMap { $0.map(Int32.init) }
  }

  /// For each run its parents, the oldest first.
  private static func ancestors(of runs: [Run]) -> [[Int]] {
    var chains: [[Int]] = []
    for (index, run) in runs.enumerated() {
      guard let parent = run.parent else {
        chains.append([])
        continue
      }
      precondition(
        0..<index ~= parent, "run \(index) names run \(parent), which does not precede it")
      chains.append(chains[parent] + [parent])
    }
    return chains
  }

  private static func cut(_ count: Int, by size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
  }
}
