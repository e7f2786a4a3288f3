import CKernels

// A cache of keys and values as whole numbers of 16 bits, a scale for the numbers of each head: half the
// memory of floats, each number off by at most 2^-16 of the largest of its head.

extension Heads {
  /// The words of four bytes that the keys, or the values, of one token take.
  public var wholeSlotWords: Int { k_whole_slot_words(kvCount, size) }
}

/// state[rows[i]] = values[i] as whole numbers, in place.
/// state: int32 [S, wholeSlotWords]   values: [N, kvHeads * size]   rows: int32 [N]
struct StoreWholeRows: Operation {
  let heads: Heads
  var name: String { "storeWholeRows" }
  var isPure: Bool { false }
  var alias: Int? { 0 }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let values = inputs[1].shape
    guard inputs[0].shape.width == heads.wholeSlotWords, inputs[0].type == .i32,
      values.width == heads.kvCount * heads.size,
      inputs[2] == Signature([values.extents[0]], .i32)
    else {
      throw ShapeError(
        name, found: inputs,
        expected: "an i32 state [S, \(heads.wholeSlotWords)], values "
          + "[N, \(heads.kvCount * heads.size)] and i32 row numbers [N]")
    }
    return [inputs[0]]
  }

  func run(_ step: Step) {
    let state = step.inputs[0], values = step.inputs[1], rows = step.inputs[2].integers
    requireRows(rows, values.rows, below: state.rows)
    for i in 0..<values.rows {
      k_store_whole_f32(
        heads.kvCount, heads.size, values.floats + i * values.columns,
        state.integers + Int(rows[i]) * state.columns)
    }
  }
}

/// `Attention` over such a cache, without gradients.
/// q: [Tq, heads * size]   k, v: int32 [S, wholeSlotWords]   layout: int32   Returns: [Tq, heads * size]
struct CachedAttention: Operation {
  let heads: Heads
  var name: String { "attention, cached" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let k = inputs[1]
    guard inputs[0].shape.width == heads.count * heads.size, k == inputs[2], k.type == .i32,
      k.shape.width == heads.wholeSlotWords, inputs[3].type == .i32
    else {
      throw ShapeError(
        name, found: inputs,
        expected: "q [T, \(heads.count * heads.size)], i32 k and v [S, \(heads.wholeSlotWords)], "
          + "and an i32 layout")
    }
    return [inputs[0]]
  }

  func cost(_ sizes: Sizes) -> Cost { heads.cost(sizes, matrices: 2) }
  func scratchBytes(_ sizes: Sizes) -> Int { heads.scratchBytes }

  func run(_ step: Step) {
    let layout = step.inputs[3].integers, q = step.inputs[0].floats
    let k = step.inputs[1].integers, v = step.inputs[2].integers, o = step.outputs[0].floats
    let tiles = Int(layout[2])
    let together = heads.together(tiles: tiles, queries: step.inputs[0].rows, step)
    heads.parallel(tiles: tiles, together: together, step) { shape, tile, heads, scratch in
      k_attention_whole(shape, layout, tile, heads.lowerBound, heads.count, q, k, v, o, scratch)
    }
  }
}

/// state[rows[i]] = values[i] as whole numbers; `cachedAttention` reads them.
///
/// - state: int32 [S, wholeSlotWords]; values: [N, kvHeads * size]; rows: int32 [N]
/// - Returns: the state
public func storeWholeRows(
  _ values: Tensor, into state: Tensor, at rows: Tensor, heads: Heads
) -> Tensor {
  state.graph.apply(StoreWholeRows(heads: heads), to: [state, values, rows])[0]
}

/// `attention` over keys and values that `storeWholeRows` has written.
public func cachedAttention(
  _ q: Tensor, _ k: Tensor, _ v: Tensor, layout: Tensor, heads: Heads
) -> Tensor {
  q.graph.apply(CachedAttention(heads: heads), to: [q, k, v, layout])[0]
}
