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
  private let cache: Cache

  /// Whether keys and values live on from step to step, for generation, and how.
  public enum Cache: Sendable {
    case none, floats
    /// Whole numbers of 16 bits, half the memory (see `cachedAttention`).
    case whole

    /// The bytes that one token takes in one layer, keys and values together.
    func bytes(_ heads: Heads) -> Int {
      switch self {
      case .none: 0
      case .floats: 2 * 4 * heads.kvCount * heads.size
      case .whole: 2 * 4 * heads.wholeSlotWords
      }
    }
  }

  public init(_ graph: Graph, _ architecture: any Architecture, cache: Cache = .none) {
    ids = graph.input("ids", .i32, [.tokens])
    positions = graph.input("positions", .i32, [.tokens])
    layout = graph.input("layout", .i32, [.axis(.layout)])
    slots = cache == .none ? nil : graph.input("slots", .i32, [.tokens])
    self.cache = cache
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
    guard let slots else { return Tensors.attention(q, k, v, layout: layout, heads: d.attention) }
    func cached(_ name: String, _ rows: Tensor) -> Tensor {
      let name = "cache.\(name).\(layer)"
      guard cache == .whole else {
        let state = rows.graph.state(name, [.slots, .fixed(d.keyWidth)])
        return storeRows(rows, into: state, at: slots)
      }
      let state = rows.graph.state(name, [.slots, .fixed(d.attention.wholeSlotWords)], .i32)
      return storeWholeRows(rows, into: state, at: slots, heads: d.attention)
    }
    let keys = cached("keys", k), values = cached("values", v)
    return cache == .whole
      ? cachedAttention(q, keys, values, layout: layout, heads: d.attention)
      : Tensors.attention(q, keys, values, layout: layout, heads: d.attention)
  }
}
