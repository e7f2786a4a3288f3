import Tensors

/// GPT-2: learned positions, LayerNorm, one matrix for queries, keys and values, tanh GELU.
///
/// Radford et al. 2019. Its matrices are kept `[in, out]` in files.
public struct GPT2: Architecture {
  public static let modelTypes = ["gpt2"]
  public static let prefix = "transformer."
  public static let className = "GPT2LMHeadModel"

  public let dimensions: ModelDimensions
  public let rotary: RotaryTable? = nil
  private let hiddenWidth: Int
  private let epsilon: Float

  public init(_ settings: Settings) throws {
    let width = try settings.int("n_embd")
    let heads = try settings.int("n_head")
    dimensions = ModelDimensions(
      vocabulary: try settings.int("vocab_size"), width: width,
      layers: try settings.int("n_layer"), heads: heads, keyHeads: heads, headSize: width / heads,
      context: try settings.int("n_positions", default: 1024), embedding: "wte.weight",
      unembedding: "wte.weight")
    hiddenWidth = try settings.int("n_inner", default: 4 * width)
    epsilon = Float(try settings.float("layer_norm_epsilon", default: 1e-5))
  }

  public var modules: [LinearModule] {
    let width = dimensions.width
    return (0..<dimensions.layers).flatMap { layer in
      [
        LinearModule("h.\(layer).attn.c_attn", from: width, to: 3 * width, isAttention: true),
        LinearModule("h.\(layer).attn.c_proj", from: width, to: width, isAttention: true),
        LinearModule("h.\(layer).mlp.c_fc", from: width, to: hiddenWidth, isAttention: false),
        LinearModule("h.\(layer).mlp.c_proj", from: hiddenWidth, to: width, isAttention: false),
      ]
    }
  }

  public var parameters: [ParameterShape] {
    let d = dimensions
    let norms = (0..<d.layers).flatMap { ["h.\($0).ln_1", "h.\($0).ln_2"] } + ["ln_f"]
    return [
      ParameterShape("wte.weight", [d.vocabulary, d.width]),
      ParameterShape("wpe.weight", [d.context, d.width]),
    ]
      + modules.flatMap {
        [
          ParameterShape("\($0.name).weight", [$0.outputs, $0.inputs], layout: .transposed),
          ParameterShape("\($0.name).bias", [$0.outputs], start: .zeros),
        ]
      }
      + norms.flatMap {
        [
          ParameterShape("\($0).weight", [d.width], start: .ones),
          ParameterShape("\($0).bias", [d.width], start: .zeros),
        ]
      }
  }

  public func hidden(_ input: ModelInput, _ scope: Scope) -> Tensor {
    let d = dimensions
    let tokens = embedding(
      input.ids, table: scope.parameter("wte.weight", [d.vocabulary, d.width]))
    let places = embedding(
      input.positions, table: scope.parameter("wpe.weight", [d.context, d.width]))
    var h = tokens + places
    for layer in 0..<d.layers {
      let block = scope["h"]["\(layer)"]
      h = scope.graph.checkpoint(
        h + attend(norm("ln_1", h, block), input, layer, block["attn"]))
      h = scope.graph.checkpoint(h + feedForward(norm("ln_2", h, block), block["mlp"]))
    }
    return norm("ln_f", h, scope)
  }

  private func norm(_ name: String, _ x: Tensor, _ scope: Scope) -> Tensor {
    let width = dimensions.width
    return layerNorm(
      x, gain: scope.parameter("\(name).weight", [width]),
      bias: scope.parameter("\(name).bias", [width]), epsilon: epsilon)
  }

  private func attend(_ x: Tensor, _ input: ModelInput, _ layer: Int, _ scope: Scope) -> Tensor {
    let d = dimensions
    let all = scope.linear("c_attn", x, from: d.width, to: 3 * d.width, bias: true)
    let parts = split(all, widths: [d.width, d.width, d.width])
    let mixed = input.attention(parts[0], parts[1], parts[2], layer: layer, d)
    return scope.linear("c_proj", mixed, from: d.width, to: d.width, bias: true)
  }

  private func feedForward(_ x: Tensor, _ scope: Scope) -> Tensor {
    let inner = scope.linear("c_fc", x, from: dimensions.width, to: hiddenWidth, bias: true)
    return scope.linear(
      "c_proj", geluTanh(inner), from: hiddenWidth, to: dimensions.width, bias: true)
  }
}
