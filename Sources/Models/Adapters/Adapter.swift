import Formats
import Tensors

/// Low-rank corrections to some matrices of a model: `ΔW = scale · B A` (LoRA, arXiv 2106.09685).
public struct Adapter: Sendable {
  /// One of the two factors of a module.
  public enum Factor: String, Sendable {
    /// `[rank, in]`
    case a = "lora_A"
    /// `[out, rank]`
    case b = "lora_B"
    /// `[out]`, of DoRA alone.
    case magnitude = "lora_magnitude_vector"
  }

  public var settings: LoRASettings
  /// By parameter name of factor, such as `model.layers.0.self_attn.q_proj`.
  public var factors: [String: AdapterFolder.Factors]

  public init(settings: LoRASettings, factors: [String: AdapterFolder.Factors]) {
    self.settings = settings
    self.factors = factors
  }

  func rank(of module: String) -> Int? { factors[module]?.a.shape[0] }

  /// The name of a factor as a parameter of a graph; adapters are told apart by their place.
  static func parameterName(_ module: String, _ factor: Factor, place: Int) -> String {
    "adapter.\(place).\(module).\(factor.rawValue)"
  }

  /// The weights of the adapter at a place, by parameter name.
  func weights(place: Int) -> [(String, Weight)] {
    factors.flatMap { module, pair in
      [
        (Self.parameterName(module, .a, place: place), pair.a),
        (Self.parameterName(module, .b, place: place), pair.b),
      ]
        + (pair.magnitude.map { [(Self.parameterName(module, .magnitude, place: place), $0)] } ?? [])
    }
  }

  /// A number that tells the dropout of one module from that of another.
  static func stream(of module: String) -> UInt32 {
    module.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }
}

/// The shape of a LoRA adapter.
public struct LoRASettings: Sendable, Hashable {
  public var rank: Int
  public var alpha: Double
  /// The share of inputs of the low-rank branch that is dropped while training.
  public var dropout: Double
  /// Last parts of module names; empty means every linear layer.
  public var targets: [String]
  /// Scale by `alpha / √rank` instead of `alpha / rank` (rsLoRA, arXiv 2312.03732).
  public var isRankStabilised: Bool
  /// Learn the length of each row of a matrix apart from its direction (DoRA, arXiv 2402.09353).
  public var isDecomposed: Bool

  public init(
    rank: Int, alpha: Double, dropout: Double = 0, targets: [String] = [],
    isRankStabilised: Bool = false, isDecomposed: Bool = false
  ) {
    self.isDecomposed = isDecomposed
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.targets = targets
    self.isRankStabilised = isRankStabilised
  }

  public var scale: Double {
    isRankStabilised ? alpha / Double(rank).squareRoot() : alpha / Double(rank)
  }
}
