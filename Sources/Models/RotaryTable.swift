import Formats
import Tensors

/// The frequencies of a rotary embedding, and what cosines and sines are multiplied with.
public struct RotaryTable: Sendable {
  public var frequencies: [Float]
  public var amplitude: Float

  /// The name under which the frequencies are bound to graphs.
  static let parameterName = "rotary.frequencies"

  init(_ settings: Settings, pairs: Int, context: Int) throws {
    let table = RotaryFrequencies(
      dimensions: 2 * pairs, base: try settings.rotaryBase(),
      scaling: try Self.scaling(settings, pairs: pairs, context: context))
    frequencies = table.floats
    amplitude = Float(table.amplitude)
  }

  var weight: Weight { Weight(shape: [frequencies.count], floats: frequencies) }

  /// The scaling of `config.json`: newer files keep it in `rope_parameters`.
  private static func scaling(_ settings: Settings, pairs: Int, context: Int) throws
    -> RotaryScaling
  {
    let entry = settings.json["rope_parameters"] ?? settings.json["rope_scaling"] ?? .null
    let nested = Settings(model: settings.model, json: entry)
    let trained = try nested.int("original_max_position_embeddings", default: context)
    let kind = nested.text("rope_type") ?? nested.text("type") ?? "default"
    switch kind {
    case "default": return try divisors(settings, pairs: pairs)
    case "linear": return .linear(factor: try nested.float("factor"))
    case "dynamic":
      return .dynamic(
        factor: try nested.float("factor"), trainedContext: trained, context: context)
    case "llama3":
      return .llama3(
        factor: try nested.float("factor"), lowFactor: try nested.float("low_freq_factor"),
        highFactor: try nested.float("high_freq_factor"), trainedContext: trained)
    case "yarn":
      return .yarn(
        factor: try nested.float("factor"), trainedContext: trained,
        betaFast: try nested.float("beta_fast", default: 32),
        betaSlow: try nested.float("beta_slow", default: 1))
    default:
      throw ModelError(
        model: settings.model, place: "config.json", problem: "has rope scaling \"\(kind)\"",
        advice: "Known are default, linear, dynamic, llama3 and yarn.")
    }
  }

  /// GGUF files of Llama 3 carry divisors instead of the rule that made them.
  private static func divisors(_ settings: Settings, pairs: Int) throws -> RotaryScaling {
    guard let list = settings.json["rope_freqs"]?.elements?.compactMap(\.double), !list.isEmpty
    else { return .none }
    guard list.count == pairs else {
      throw ModelError(
        model: settings.model, place: "rope_freqs", problem: "has \(list.count) numbers",
        advice: "A head of this model needs \(pairs).")
    }
    return .divisors(list)
  }
}
