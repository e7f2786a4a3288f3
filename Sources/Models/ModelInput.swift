import Tensors

/// What a batch brings to a model: tokens, their places, who sees whom, and a cache if there is one.
public struct ModelInput: Sendable {
  /// The tokens: int32 [tokens].
  public let ids: Tensor
  /// Their positions, where each run counts on from its parent: int32 [tokens].
  public let positions: Tensor
  /// An `AttentionLayout`: int32 [layout].
  public let layout: Tensor
  /// int32 [tokens], the rows of the cache where keys and values go; nil without a cache.
  public let slots: Tensor?
  private let rotary: RotaryTable?

  /// - Parameter usesCache: whether keys and values live on from step to step, for generation.
  public init(_ graph: Graph, _ architecture: any Architecture, usesCache: Bool = false) {
    ids = graph.input("ids", .i32, [.tokens])
    positions = graph.input("positions", .i32, [.tokens])
    layout = graph.input("layout", .i32, [.axis(.layout)])
    slots = usesCache ? graph.input("slots", .i32, [.tokens]) : nil
    rotary = architecture.rotary
  }

  /// Queries or keys turned by their positions. x: [tokens, heads * headSize]
  func rotated(_ x: Tensor, headSize: Int) -> Tensor {
    guard let rotary else { return x }
    let frequencies = x.graph.parameter(
      RotaryTable.parameterName, shape: [rotary.frequencies.count], trainable: false)
    return Tensors.rotary(
      x, positions: positions, frequencies: frequencies, headSize: headSize,
      amplitude: rotary.amplitude)
  }

  /// Attention of one layer. q: [tokens, heads * headSize]; k, v: [tokens, keyHeads * headSize]
  func attention(_ q: Tensor, _ k: Tensor, _ v: Tensor, layer: Int, _ d: ModelDimensions) -> Tensor
  {
    let heads = Heads(count: d.heads, kvCount: d.keyHeads, size: d.headSize)
    guard let slots else {
      return Tensors.attention(q, k, v, layout: layout, heads: heads)
    }
    let keys = cached("keys", k, layer, d, slots)
    let values = cached("values", v, layer, d, slots)
    return Tensors.attention(q, keys, values, layout: layout, heads: heads)
  }

  private func cached(
    _ name: String, _ rows: Tensor, _ layer: Int, _ d: ModelDimensions, _ slots: Tensor
  ) -> Tensor {
    let state = rows.graph.state("cache.\(name).\(layer)", [.slots, .fixed(d.keyWidth)])
    return storeRows(rows, into: state, at: slots)
  }
}
