import Tensors

/// Where a name of a checkpoint meets a tensor of a graph: the path is the structure of the model.
public struct Scope: Sendable {
  /// What of a model a graph trains, and which adapters it wears.
  public struct Outfit: Sendable {
    /// Whether the model's own weights are trained.
    public var trainsBase = false
    /// How many adapters, from the first, are on; fewer give a reference model.
    public var adapters: [Adapter] = []
    /// The place of the adapter that is trained, counted among these.
    public var trainedAdapter: Int?
    /// How many adapters of another model stand before these in the same graph.
    public var adaptersBefore = 0
    /// What reads rewards off the hidden states, if anything does.
    public var head: RewardHead?
    public var trainsHead = false
    /// The key of dropout, an input of the graph; nil switches dropout off.
    public var dropoutKey: Tensor?
    /// Whether few rows may be rounded to 16 bits where that is quicker, as in generation.
    public var roundsRows = false

    public init(
      trainsBase: Bool = false, adapters: [Adapter] = [], trainedAdapter: Int? = nil,
      head: RewardHead? = nil, trainsHead: Bool = false, dropoutKey: Tensor? = nil
    ) {
      self.trainsBase = trainsBase
      self.adapters = adapters
      self.trainedAdapter = trainedAdapter
      self.head = head
      self.trainsHead = trainsHead
      self.dropoutKey = dropoutKey
    }
  }

  public let graph: Graph
  public let outfit: Outfit
  private let path: String

  public init(_ graph: Graph, _ outfit: Outfit = Outfit()) {
    self.init(graph, outfit, path: "")
  }

  private init(_ graph: Graph, _ outfit: Outfit, path: String) {
    self.graph = graph
    self.outfit = outfit
    self.path = path
  }

  /// The scope of a part, as `scope["self_attn"]`.
  public subscript(_ name: String) -> Scope { Scope(graph, outfit, path: full(name)) }

  private func full(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// A weight of the model, by its name below this scope.
  public func parameter(_ name: String, _ shape: [Int]) -> Tensor {
    graph.parameter(full(name), shape: shape, trainable: outfit.trainsBase)
  }

  /// `x Wᵀ (+ b)`, plus `scale · drop(x) Aᵀ Bᵀ` for each adapter on this module.
  ///
  /// x: [tokens, inputs]. Returns: [tokens, outputs]
  public func linear(
    _ name: String, _ x: Tensor, from inputs: Int, to outputs: Int, bias: Bool = false
  ) -> Tensor {
    let module = full(name)
    let weight = graph.parameter(
      "\(module).weight", shape: [outputs, inputs], trainable: outfit.trainsBase)
    let own = Tensors.linear(x, weight, roundsRows: outfit.roundsRows)
    let start = bias ? own + parameter("\(name).bias", [outputs]) : own
    return outfit.adapters.indices.reduce(start) { y, place in
      guard let factors = factors(place, module, from: inputs, to: outputs) else { return y }
      let delta = lowRank(place, module, x, factors)
      guard let magnitude = factors.magnitude else { return y + delta }
      let adapter = outfit.adapters[place]
      let length = correctedRowNorms(
        weight, a: factors.a, b: factors.b, scale: Float(adapter.settings.scale))
      // m / ‖V‖ (W x + scale · B A x), less what W x has given already.
      return y + ((own + delta) * (magnitude / length) - own)
    }
  }

  private struct Factors {
    let a: Tensor
    let b: Tensor
    let magnitude: Tensor?
  }

  private func factors(
    _ place: Int, _ module: String, from inputs: Int, to outputs: Int
  ) -> Factors? {
    let adapter = outfit.adapters[place]
    guard let rank = adapter.rank(of: module) else { return nil }
    func parameter(_ factor: Adapter.Factor, _ shape: [Int]) -> Tensor {
      graph.parameter(
        Adapter.parameterName(module, factor, place: outfit.adaptersBefore + place), shape: shape,
        trainable: outfit.trainedAdapter == place)
    }
    return Factors(
      a: parameter(.a, [rank, inputs]), b: parameter(.b, [outputs, rank]),
      magnitude: adapter.settings.isDecomposed ? parameter(.magnitude, [outputs]) : nil)
  }

  private func lowRank(_ place: Int, _ module: String, _ x: Tensor, _ factors: Factors) -> Tensor {
    let adapter = outfit.adapters[place]
    let narrow = Tensors.linear(
      dropped(x, adapter, module, outfit.trainedAdapter == place), factors.a)
    // The scale meets the narrow side: `rank` numbers per token instead of `outputs`.
    return Tensors.linear(narrow * Float(adapter.settings.scale), factors.b)
  }

  private func dropped(_ x: Tensor, _ adapter: Adapter, _ module: String, _ isTrained: Bool)
    -> Tensor
  {
    guard isTrained, adapter.settings.dropout > 0, let key = outfit.dropoutKey else { return x }
    return dropout(
      x, rate: Float(adapter.settings.dropout), key: key, stream: Adapter.stream(of: module))
  }
}
