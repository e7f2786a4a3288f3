import CKernels

/// The heads of an attention layer; `kvHeads` divides `heads`.
public struct Heads: Hashable, Sendable {
  public var count: Int
  public var kvCount: Int
  public var size: Int
  /// What scores are multiplied with, 1 / √size unless told.
  public var scale: Float

  public init(count: Int, kvCount: Int, size: Int, scale: Float? = nil) {
    precondition(kvCount > 0 && count % kvCount == 0, "\(count) heads share \(kvCount) key heads")
    self.count = count
    self.kvCount = kvCount
    self.size = size
    self.scale = scale ?? 1 / Float(size).squareRoot()
  }

  var kernelShape: attention_shape {
    attention_shape(
      heads: Int32(count), kvHeads: Int32(kvCount), headSize: Int32(size), scale: scale,
      qStride: count * size, kStride: kvCount * size, vStride: kvCount * size,
      oStride: count * size)
  }

  var scratchBytes: Int {
    withUnsafePointer(to: kernelShape) { k_attention_scratch_bytes($0) }
  }

  /// Calls `body` for each tile and its key heads, one at a time or all; the last tiles see most and go first,
  /// but single queries, whose keys are asked for ahead, in order.
  func parallel(
    tiles: Int, together: Int = 1, _ step: Step,
    _ body: (UnsafePointer<attention_shape>, Int, Range<Int>, UnsafeMutableRawPointer) -> Void
  ) {
    withUnsafePointer(to: kernelShape) { shape in
      guard together == 1 else {
        return step.parallelInRuns(over: tiles, by: 1) { tiles, scratch in
          for tile in tiles { body(shape, tile, 0..<kvCount, scratch) }
        }
      }
      step.parallel(tasks: tiles * kvCount) { task, scratch in
        let head = task % kvCount
        body(shape, tiles - 1 - task / kvCount, head..<head + 1, scratch)
      }
    }
  }

  /// All key heads, so that keys are read as they lie, where single queries are enough for all workers.
  func together(tiles: Int, queries: Int, _ step: Step) -> Int {
    queries == tiles && tiles >= 4 * step.workers ? kvCount : 1
  }

  /// The products of `matrices` score-sized matrices when one sequence fills the batch.
  func cost(_ sizes: Sizes, matrices: Int) -> Cost {
    let pairs = sizes.inputs[0].rows * (sizes.inputs[1].rows + 1) / 2
    return Cost(flops: 2 * matrices * pairs * count * size, bytes: sizes.bytes)
  }
}

/// Scaled dot-product attention over the key ranges of an `AttentionLayout`.
///
/// - q: [Tq, heads * size]
/// - k, v: [Tk, kvHeads * size]
/// - layout: int32, `AttentionLayout.integers`; every row of q belongs to one of its segments
/// - Outputs: o [Tq, heads * size] and the logarithm of each softmax's denominator [Tq, heads]
///
/// Scores exist only as tiles (FlashAttention-2, Dao 2023). A row's result depends on nothing but
/// its own segment, bit for bit.
public struct Attention: Operation {
  public let heads: Heads
  public init(heads: Heads) { self.heads = heads }

  public var name: String { "attention" }

  public func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let q = inputs[0].shape, k = inputs[1].shape, v = inputs[2].shape
    guard q.rank == 2, k.rank == 2, k == v, q.width == heads.count * heads.size,
      k.width == heads.kvCount * heads.size, inputs[3].type == .i32
    else {
      throw ShapeError(
        name, found: inputs,
        expected: "q [T, \(heads.count * heads.size)], k and v [T, \(heads.kvCount * heads.size)], "
          + "and an i32 layout")
    }
    return [inputs[0], Signature([q.extents[0], .fixed(heads.count)])]
  }

  public func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dO = outputs[0] else { return [nil, nil, nil, nil] }
    let inputs = Array(node.inputs.prefix(3)) + node.outputs + [dO, node.inputs[3]]
    let ofQueries = dO.graph.apply(AttentionQueryGradient(heads: heads), to: inputs)
    let ofKeys = dO.graph.apply(AttentionKeyGradient(heads: heads), to: inputs)
    return [ofQueries[0], ofKeys[0], ofKeys[1], nil]
  }

  /// An upper bound: what a segment does not see is not computed.
  public func cost(_ sizes: Sizes) -> Cost { heads.cost(sizes, matrices: 2) }

  public func scratchBytes(_ sizes: Sizes) -> Int { heads.scratchBytes }

  public func run(_ step: Step) {
    let layout = step.inputs[3].integers
    let q = step.inputs[0].floats, k = step.inputs[1].floats, v = step.inputs[2].floats
    let o = step.outputs[0].floats, logSumExp = step.outputs[1].floats
    let tiles = Int(layout[2])
    let together = heads.together(tiles: tiles, queries: step.inputs[0].rows, step)
    heads.parallel(tiles: tiles, together: together, step) { shape, tile, heads, scratch in
      k_attention_f32(
        shape, layout, tile, heads.lowerBound, heads.count, q, k, v, o, logSumExp, scratch)
    }
  }
}

/// dq [Tq, heads * size] from q, k, v, o, logsumexp, dO, layout; tasks own rows of queries.
struct AttentionQueryGradient: Operation {
  let heads: Heads
  var name: String { "attention, gradient of q" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] { [inputs[0]] }
  func cost(_ sizes: Sizes) -> Cost { heads.cost(sizes, matrices: 3) }
  func scratchBytes(_ sizes: Sizes) -> Int { heads.scratchBytes }

  func run(_ step: Step) {
    let layout = step.inputs[6].integers
    let q = step.inputs[0].floats, k = step.inputs[1].floats, v = step.inputs[2].floats
    let o = step.inputs[3].floats, logSumExp = step.inputs[4].floats, dO = step.inputs[5].floats
    let dq = step.outputs[0].floats
    dq.update(repeating: 0, count: step.outputs[0].count)
    heads.parallel(tiles: Int(layout[2]), step) { shape, tile, heads, scratch in
      k_attention_backward_queries_f32(
        shape, layout, tile, heads.lowerBound, q, k, v, o, logSumExp, dO, dq, scratch)
    }
  }
}

/// dk and dv [Tk, kvHeads * size] from the same inputs; tasks own rows of keys, and keys of a
/// shared prompt receive from all segments that see them, in a fixed order.
struct AttentionKeyGradient: Operation {
  let heads: Heads
  var name: String { "attention, gradients of k and v" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    [inputs[1], inputs[2]]
  }
  func cost(_ sizes: Sizes) -> Cost { heads.cost(sizes, matrices: 4) }
  func scratchBytes(_ sizes: Sizes) -> Int { heads.scratchBytes }

  func run(_ step: Step) {
    let layout = step.inputs[6].integers
    let q = step.inputs[0].floats, k = step.inputs[1].floats, v = step.inputs[2].floats
    let o = step.inputs[3].floats, logSumExp = step.inputs[4].floats, dO = step.inputs[5].floats
    let dk = step.outputs[0].floats, dv = step.outputs[1].floats
    dk.update(repeating: 0, count: step.outputs[0].count)
    dv.update(repeating: 0, count: step.outputs[1].count)
    heads.parallel(tiles: Int(layout[3]), step) { shape, tile, heads, scratch in
      k_attention_backward_keys_f32(
        shape, layout, tile, heads.lowerBound, q, k, v, o, logSumExp, dO, dk, dv, scratch)
    }
  }
}

/// softmax(scale · q kᵀ) v over the keys that `layout` lets each query see.
///
/// - q: [Tq, heads * size]
/// - k, v: [Tk, kvHeads * size]
/// - layout: int32 input [layout]
/// - Returns: [Tq, heads * size]
public func attention(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, layout: Tensor, heads: Heads
) -> Tensor {
  q.graph.apply(Attention(heads: heads), to: [q, k, v, layout])[0]
}
