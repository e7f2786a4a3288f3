import Tensors

/// Llama and its kin: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
///
/// Touvron et al. 2023.
public struct Llama: Architecture {
  public static let modelTypes = ["llama", "mistral"]
  public static let className = "LlamaForCausalLM"

  public let dimensions: ModelDimensions
  public let rotary: RotaryTable?
  private let hiddenWidth: Int
  private let epsilon: Float
  private let hasAttentionBias: Bool

  public init(_ settings: Settings) throws {
    let width = try settings.int("hidden_size")
    let heads = try settings.int("num_attention_heads")
    let headSize = try settings.int("head_dim", default: width / heads)
    let embedding = "model.embed_tokens.weight"
    dimensions = ModelDimensions(
      vocabulary: try settings.int("vocab_size"), width: width,
      layers: try settings.int("num_hidden_layers"), heads: heads,
      keyHeads: try settings.int("num_key_value_heads", default: heads), headSize: headSize,
      context: try settings.int("max_position_embeddings", default: 2048), embedding: embedding,
      unembedding: settings.flag("tie_word_embeddings", default: false)
        ? embedding : "lm_head.weight")
    hiddenWidth = try settings.int("intermediate_size")
    epsilon = Float(try settings.float("rms_norm_eps", default: 1e-6))
    hasAttentionBias = settings.flag("attention_bias", default: false)
    rotary = try RotaryTable(settings, pairs: headSize / 2, context: dimensions.context)
  }

  public var modules: [LinearModule] {
    (0..<dimensions.layers).flatMap { layer in
      linears.map { name, inputs, outputs in
        LinearModule(
          "model.layers.\(layer).\(name)", from: inputs, to: outputs,
          isAttention: name.hasPrefix("self_attn"))
      }
    }
  }

  private var linears: [(String, Int, Int)] {
    let d = dimensions
    return [
      ("self_attn.q_proj", d.width, d.heads * d.headSize),
      ("self_attn.k_proj", d.width, d.keyWidth), ("self_attn.v_proj", d.width, d.keyWidth),
      ("self_attn.o_proj", d.heads * d.headSize, d.width),
      ("mlp.gate_proj", d.width, hiddenWidth), ("mlp.up_proj", d.width, hiddenWidth),
      ("mlp.down_proj", hiddenWidth, d.width),
    ]
  }

  public var parameters: [ParameterShape] {
    let d = dimensions
    var all = [ParameterShape(d.embedding, [d.vocabulary, d.width])]
    for module in modules {
      all.append(ParameterShape("\(module.name).weight", [module.outputs, module.inputs]))
      if hasAttentionBias, module.isAttention {
        all.append(ParameterShape("\(module.name).bias", [module.outputs], start: .zeros))
      }
    }
    for layer in 0..<d.layers {
      for norm in ["input_layernorm", "post_attention_layernorm"] {
        all.append(ParameterShape("model.layers.\(layer).\(norm).weight", [d.width], start: .ones))
      }
    }
    all.append(ParameterShape("model.norm.weight", [d.width], start: .ones))
    if d.unembedding != d.embedding {
      all.append(ParameterShape(d.unembedding, [d.vocabulary, d.width]))
    }
    return all
  }

  public func hidden(_ input: ModelInput, _ scope: Scope) -> Tensor {
    let d = dimensions
    var h = embedding(
      input.ids, table: scope.parameter(d.embedding, [d.vocabulary, d.width]))
    for layer in 0..<d.layers {
      let block = scope["model"]["layers"]["\(layer)"]
      h = scope.graph.checkpoint(h + attend(norm("input_layernorm", h, block), input, layer, block))
      h = scope.graph.checkpoint(
        h + feedForward(norm("post_attention_layernorm", h, block), block["mlp"]))
    }
    return norm("norm", h, scope["model"])
  }

  private func norm(_ name: String, _ x: Tensor, _ scope: Scope) -> Tensor {
    rmsNorm(x, gain: scope.parameter("\(name).weight", [dimensions.width]), epsilon: epsilon)
  }

  private func attend(_ x: Tensor, _ input: ModelInput, _ layer: Int, _ block: Scope) -> Tensor {
    let d = dimensions
    let scope = block["self_attn"]
    func project(_ name: String, to outputs: Int) -> Tensor {
      scope.linear(name, x, from: d.width, to: outputs, bias: hasAttentionBias)
    }
    let q = input.rotated(project("q_proj", to: d.heads * d.headSize), headSize: d.headSize)
    let k = input.rotated(project("k_proj", to: d.keyWidth), headSize: d.headSize)
    let mixed = input.attention(q, k, project("v_proj", to: d.keyWidth), layer: layer, d)
    return scope.linear(
      "o_proj", mixed, from: d.heads * d.headSize, to: d.width, bias: hasAttentionBias)
  }

  private func feedForward(_ x: Tensor, _ scope: Scope) -> Tensor {
    let width = dimensions.width
    let gate = scope.linear("gate_proj", x, from: width, to: hiddenWidth)
    let up = scope.linear("up_proj", x, from: width, to: hiddenWidth)
    return scope.linear("down_proj", swiglu(gate: gate, up: up), from: hiddenWidth, to: width)
  }
}
