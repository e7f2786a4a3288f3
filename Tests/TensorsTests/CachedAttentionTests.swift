import Tensors
import Testing

/// Attention over keys and values that lie in a cache as whole numbers of 16 bits.
@Suite struct CachedAttentionTests {
  static let cases = [
    AttentionCase((9, 3, 64), [(130, nil), (65, nil), (1, nil), (64, nil), (3, nil)]),
    AttentionCase((4, 2, 33), [(70, nil), (5, nil), (131, nil), (2, nil), (66, nil)]),
    AttentionCase((3, 1, 7), [(63, nil), (4, nil), (80, nil), (6, nil)]),
    AttentionCase((5, 1, 8), [(9, nil), (17, nil), (33, nil), (5, nil)]),
    AttentionCase((2, 2, 100), [(66, nil), (7, nil), (64, nil), (1, nil)]),
  ]

  /// The last query of every run, with that run in the cache.
  private func lastQueries(of batch: AttentionCase) -> AttentionLayout {
    AttentionLayout(
      cached: batch.runs.enumerated().map { index, run in
        .init(
          queries: index..<index + 1, ownStart: run.tokens.lowerBound,
          before: run.tokens.count - 1)
      })
  }

  @Test(arguments: cases) func `decoding equals the last rows of full passes`(
    _ batch: AttentionCase
  ) throws {
    let numbers = batch.numbers, last = batch.runs.map { $0.tokens.upperBound - 1 }
    let expected = take(last, of: batch.twin(numbers)[0].map(Float.init), width: batch.qWidth)
    let queries = take(last, of: numbers[0], width: batch.qWidth)
    var found: [[Float]] = []
    // One worker takes all heads of a query at once, four take them apart.
    for workers in [1, 2, 4] {
      found.append(
        try attend(batch, lastQueries(of: batch), queries: queries, numbers, workers: workers))
    }
    #expect(distance(found[0], expected.map(Double.init)) < 1e-4)
    #expect(found[1] == found[0] && found[2] == found[0])
  }

  @Test func `a query's bits do not depend on its neighbours`() throws {
    let batch = Self.cases[0], numbers = batch.numbers
    let queries = take(
      batch.runs.map { $0.tokens.upperBound - 1 }, of: numbers[0], width: batch.qWidth)
    let all = try attend(batch, lastQueries(of: batch), queries: queries, numbers, workers: 1)
    for (index, run) in batch.runs.enumerated() {
      let layout = AttentionLayout(cached: [
        .init(queries: 0..<1, ownStart: run.tokens.lowerBound, before: run.tokens.count - 1)
      ])
      let own = index * batch.qWidth..<(index + 1) * batch.qWidth
      let found = try attend(batch, layout, queries: Array(queries[own]), numbers, workers: 1)
      #expect(found == Array(all[own]))
    }
  }

  @Test func `a stretch of queries continues a cache`() throws {
    let batch = AttentionCase((4, 2, 12), [(150, nil)])
    let numbers = batch.numbers, queries = Array(numbers[0].suffix(70 * 48))
    let layout = AttentionLayout(cached: [.init(queries: 0..<70, ownStart: 0, before: 80)])
    let found = try attend(batch, layout, queries: queries, numbers, workers: 2)
    #expect(distance(found, Array(batch.twin(numbers)[0].suffix(70 * 48))) < 1e-4)
  }

  @Test func `a number that is none spoils what sees it alone`() throws {
    let batch = AttentionCase((4, 2, 16), [(20, nil), (21, nil)])
    let last = [19, 40]
    for bad in [Float.nan, .infinity] {
      var numbers = batch.numbers
      let queries = take(last, of: numbers[0], width: batch.qWidth)
      let sound = try attend(batch, lastQueries(of: batch), queries: queries, numbers, workers: 1)
      numbers[2][3 * batch.kWidth] = bad
      let found = try attend(batch, lastQueries(of: batch), queries: queries, numbers, workers: 1)
      #expect(found[..<32].allSatisfy { !$0.isFinite })
      #expect(found[32...] == sound[32...])
    }
  }

  /// Writes all keys and values to the cache, then asks.
  private func attend(
    _ batch: AttentionCase, _ layout: AttentionLayout, queries: [Float], _ numbers: [[Float]],
    workers: Int
  ) throws -> [Float] {
    let graph = Graph(), heads = batch.heads, tokens = batch.tokens
    let q = graph.input("q", .f32, [.fixed(queries.count / batch.qWidth), .fixed(batch.qWidth)])
    let slots = graph.input("slots", .i32, [.fixed(tokens)])
    func cached(_ name: String) -> Tensor {
      let rows = graph.input(name, .f32, [.fixed(tokens), .fixed(batch.kWidth)])
      let state = graph.state(
        "cache.\(name)", [.fixed(tokens), .fixed(heads.wholeSlotWords)], .i32)
      return storeWholeRows(rows, into: state, at: slots, heads: heads)
    }
    let table = graph.input("layout", .i32, [.fixed(layout.integers.count)])
    let o = cachedAttention(q, cached("k"), cached("v"), layout: table, heads: heads)
    let execution = try Execution(
      Plan(graph, outputs: [o], effects: [], bounds: [:]), pool: WorkerPool(count: workers))
    try execution.run(
      inputs: [
        "q": .floats(queries), "k": .floats(numbers[1]), "v": .floats(numbers[2]),
        "slots": .integers((0..<tokens).map(Int32.init)), "layout": .integers(layout.integers),
      ], lengths: [:])
    return execution.read(o)
  }
}
