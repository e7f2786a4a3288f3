import Foundation
import Tensors
import Testing

/// One batch for attention: heads, who sees whom, and numbers.
struct AttentionCase: Sendable, CustomTestStringConvertible {
  let heads: Heads
  let runs: [AttentionLayout.Run]
  var workers = 1

  init(_ heads: (Int, Int, Int), _ runs: [(Int, Int?)]) {
    self.heads = Heads(count: heads.0, kvCount: heads.1, size: heads.2)
    var start = 0
    self.runs = runs.map { count, parent in
      defer { start += count }
      return AttentionLayout.Run(tokens: start..<start + count, parent: parent)
    }
  }

  var tokens: Int { runs.map(\.tokens.upperBound).max() ?? 0 }
  var testDescription: String {
    let runs = runs.map { "\($0.tokens.count)\($0.parent.map { "<\($0)" } ?? "")" }
    return "heads \(heads.count)/\(heads.kvCount) of \(heads.size), runs \(runs)"
  }
  var qWidth: Int { heads.count * heads.size }
  var kWidth: Int { heads.kvCount * heads.size }

  /// q, k, v and the gradient of the output.
  var numbers: [[Float]] {
    var noise = Noise(UInt64(tokens * 31 + heads.size))
    return [
      noise.floats(tokens * qWidth, times: 3), noise.floats(tokens * kWidth),
      noise.floats(tokens * kWidth), noise.floats(tokens * qWidth),
    ]
  }

  /// o, dq, dk, dv by the runtime.
  func callAsFunction(_ numbers: [[Float]]) throws -> [[Float]] {
    let graph = Graph()
    let q = graph.parameter("q", shape: [tokens, qWidth], trainable: true)
    let k = graph.parameter("k", shape: [tokens, kWidth], trainable: true)
    let v = graph.parameter("v", shape: [tokens, kWidth], trainable: true)
    let layout = graph.input("layout", .i32, [.axis(.layout)])
    let weights = graph.input("weights", .f32, q.shape)
    let o = attention(q, k, v, layout: layout, heads: heads)
    let effects = graph.gradients(of: sum(o * weights))
    let integers = AttentionLayout(runs: runs).integers
    let bound = AttentionLayout.bound(segments: runs.count, tokens: tokens)
    #expect(integers.count <= bound)
    let plan = try Plan(graph, outputs: [o], effects: effects, bounds: [.layout: bound])
    let execution = try Execution(
      plan,
      weights: [
        "q": Weight(shape: [tokens, qWidth], floats: numbers[0]),
        "k": Weight(shape: [tokens, kWidth], floats: numbers[1]),
        "v": Weight(shape: [tokens, kWidth], floats: numbers[2]),
      ], pool: WorkerPool(count: workers))
    try execution.run(
      inputs: ["layout": .integers(integers), "weights": .floats(numbers[3])],
      lengths: [.layout: integers.count])
    return [execution.read(o)] + ["q", "k", "v"].map { execution.gradient(of: $0)?.numbers ?? [] }
  }

  func sees(_ query: Int, _ key: Int) -> Bool {
    guard var run = runs.firstIndex(where: { $0.tokens.contains(query) }) else { return false }
    if runs[run].tokens.contains(key) { return key <= query }
    while let parent = runs[run].parent {
      run = parent
      if runs[run].tokens.contains(key) { return true }
    }
    return false
  }

  /// The same four, row by row in 64 bits.
  func twin(_ numbers: [[Float]]) -> [[Double]] {
    let q = numbers[0].map(Double.init), k = numbers[1].map(Double.init)
    let v = numbers[2].map(Double.init), dO = numbers[3].map(Double.init)
    var o = q.map { _ in 0.0 }, dq = o, dk = k.map { _ in 0.0 }, dv = dk
    let size = heads.size, scale = Double(heads.scale)
    for query in 0..<tokens {
      let keys = (0..<tokens).filter { sees(query, $0) }
      for head in 0..<heads.count {
        let row = query * qWidth + head * size
        let columns = keys.map { $0 * kWidth + head / (heads.count / heads.kvCount) * size }
        let scores = columns.map { at in (0..<size).reduce(0) { $0 + q[row + $1] * k[at + $1] } }
        let p = softmax(scores.map { $0 * scale })
        let dp = columns.map { at in (0..<size).reduce(0) { $0 + dO[row + $1] * v[at + $1] } }
        let mean = zip(p, dp).reduce(0) { $0 + $1.0 * $1.1 }
        for (index, at) in columns.enumerated() {
          let ds = p[index] * (dp[index] - mean) * scale
          for d in 0..<size {
            o[row + d] += p[index] * v[at + d]
            dq[row + d] += ds * k[at + d]
            dk[at + d] += ds * q[row + d]
            dv[at + d] += p[index] * dO[row + d]
          }
        }
      }
    }
    return [o, dq, dk, dv]
  }
}

/// Plain softmax.
func softmax(_ scores: [Double]) -> [Double] {
  let top = scores.max() ?? 0
  let powers = scores.map { exp($0 - top) }
  let total = powers.reduce(0, +)
  return powers.map { $0 / total }
}

@Suite struct AttentionTests {
  static let cases = [
    AttentionCase((1, 1, 4), [(1, nil)]),
    AttentionCase((3, 1, 7), [(63, nil), (1, nil), (64, nil), (65, nil)]),
    AttentionCase((9, 3, 64), [(40, nil), (129, nil)]),
    AttentionCase((2, 2, 100), [(66, nil)]),
    AttentionCase((4, 2, 33), [(70, nil), (5, 0), (66, 0), (1, 0), (3, 2)]),
    AttentionCase((2, 1, 256), [(64, nil), (2, 0), (62, 0)]),
  ]

  @Test(arguments: cases) func `values and gradients equal their plain twins`(
    _ batch: AttentionCase
  ) throws {
    let numbers = batch.numbers
    let found = try batch(numbers), expected = batch.twin(numbers)
    for (name, index) in zip(["o", "dq", "dk", "dv"], 0...) {
      #expect(distance(found[index], expected[index]) < 2e-5, "\(name)")
    }
  }

  @Test(arguments: cases) func `bits do not depend on the number of workers`(
    _ batch: AttentionCase
  ) throws {
    let expected = try batch(batch.numbers)
    for workers in [2, 5] {
      var other = batch
      other.workers = workers
      #expect(try other(batch.numbers) == expected)
    }
  }

  @Test func `a shared prompt equals two full sequences`() throws {
    let shared = AttentionCase((6, 2, 16), [(70, nil), (9, 0), (67, 0)])
    let apart = AttentionCase((6, 2, 16), [(79, nil), (137, nil)])
    let numbers = shared.numbers
    let rows = Array(0..<79) + Array(0..<70) + Array(79..<146)
    var copies = zip(numbers, [96, 32, 32, 96]).map { take(rows, of: $0, width: $1) }
    // The prompt's own outputs count once.
    for at in 79 * 96..<149 * 96 { copies[3][at] = 0 }
    let one = try shared(numbers), two = try apart(copies)
    #expect(distance(take(rows, of: one[0], width: 96), two[0]) < 1e-5)
    for (gradient, width) in zip(1..., [96, 32, 32]) {
      var folded = [Float](repeating: 0, count: 146 * width)
      for (index, row) in rows.enumerated() {
        for d in 0..<width { folded[row * width + d] += two[gradient][index * width + d] }
      }
      #expect(distance(one[gradient], folded) < 1e-5, "gradient \(gradient)")
    }
  }

  @Test func `a sequence's bits do not depend on its neighbours`() throws {
    let alone = AttentionCase((3, 1, 20), [(77, nil), (5, 0)])
    let among = AttentionCase((3, 1, 20), [(13, nil), (2, 0), (77, nil), (5, 2), (90, nil)])
    let numbers = among.numbers
    let widths = [60, 20, 20, 60], rows = Array(15..<97)
    let inner = zip(numbers, widths).map { take(rows, of: $0, width: $1) }
    let expected = try alone(inner), found = try among(numbers)
    for (index, width) in zip(0..., [60, 60, 20, 20]) {
      #expect(take(rows, of: found[index], width: width) == expected[index])
    }
  }

  @Test func `decoding from a cache equals the last row of a full pass`() throws {
    let full = AttentionCase((9, 3, 64), [(150, nil)])
    let numbers = full.numbers
    let expected = full.twin(numbers)[0].suffix(576)
    let layout = AttentionLayout(cached: [
      .init(queries: 0..<1, seesWhole: [0..<100], ownStart: 100, before: 49)
    ])
    let found = try cached(full, layout, queries: Array(numbers[0].suffix(576)), numbers)
    #expect(distance(found, Array(expected)) < 1e-5)
  }

  @Test func `a stretch of queries continues a cache`() throws {
    let full = AttentionCase((4, 2, 12), [(150, nil)])
    let numbers = full.numbers
    let expected = full.twin(numbers)[0].suffix(70 * 48)
    let layout = AttentionLayout(cached: [.init(queries: 0..<70, ownStart: 0, before: 80)])
    let found = try cached(full, layout, queries: Array(numbers[0].suffix(70 * 48)), numbers)
    #expect(distance(found, Array(expected)) < 1e-5)
  }

  private func cached(
    _ batch: AttentionCase, _ layout: AttentionLayout, queries: [Float], _ numbers: [[Float]]
  ) throws -> [Float] {
    let graph = Graph()
    let rows = queries.count / batch.qWidth
    let q = graph.input("q", .f32, [.fixed(rows), .fixed(batch.qWidth)])
    let k = graph.input("k", .f32, [.fixed(batch.tokens), .fixed(batch.kWidth)])
    let v = graph.input("v", .f32, [.fixed(batch.tokens), .fixed(batch.kWidth)])
    let table = graph.input("layout", .i32, [.fixed(layout.integers.count)])
    let o = attention(q, k, v, layout: table, heads: batch.heads)
    let execution = try Execution(Plan(graph, outputs: [o], effects: [], bounds: [:]))
    try execution.run(
      inputs: [
        "q": .floats(queries), "k": .floats(numbers[1]), "v": .floats(numbers[2]),
        "layout": .integers(layout.integers),
      ], lengths: [:])
    return execution.read(o)
  }

  @Test(.enabled(if: Vector.isAvailable)) func `grouped heads agree with the vector`() throws {
    let vector = try Vector("arch.gqa")
    let batch = AttentionCase((4, 2, 2), [(2, nil)])
    let q = Vector.numbers(vector.inputs["q"]).map(Float.init)
    // [kv head, key, d] becomes [key, kv head, d].
    func rows(_ name: String) -> [Float] {
      let x = Vector.numbers(vector.inputs[name]).map(Float.init)
      return Array(x[0..<2] + x[4..<6] + x[2..<4] + x[6..<8])
    }
    let layout = AttentionLayout(cached: [.init(queries: 0..<1, ownStart: 0, before: 1)])
    let found = try cached(batch, layout, queries: q, [q, rows("k"), rows("v")])
    #expect(distance(found, Vector.numbers(vector.expected["out"])) < 1e-5)
  }

  @Test func `scores far apart neither overflow nor lose the sum`() throws {
    let batch = AttentionCase((1, 1, 8), [(70, nil)])
    let numbers = batch.numbers.enumerated().map { $0 < 2 ? $1.map { $0 * 20 } : $1 }
    let found = try batch(numbers)
    #expect(distance(found[0], batch.twin(numbers)[0]) < 1e-3)
  }
}

func take(_ rows: [Int], of x: [Float], width: Int) -> [Float] {
  rows.flatMap { x[$0 * width..<($0 + 1) * width] }
}
