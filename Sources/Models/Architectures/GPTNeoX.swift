import Tensors

/// GPT-NeoX, as Pythia: rotary positions on a part of each head, attention beside feed-forward.
///
/// Black et al. 2022: LayerNorm and exact GELU besides.
/// Files keep queries, keys and values of one head next to each other; the graph wants all
/// queries, then all keys, then all values, so rows are reordered on loading.
public struct GPTNeoX: Architecture {
  public static let modelTypes = ["gpt_neox"]
  public static let className = "GPTNeoXForCausalLM"

  public let dimensions: ModelDimensions
  public let rotary: RotaryTable?
  private let hiddenWidth: Int
  private let epsilon: Float
  private let isParallel: Bool

  public init(_ settings: Settings) throws {
    let width = try settings.int("hidden_size")
    let heads = try settings.int("num_attention_heads")
    let embedding = "gpt_neox.embed_in.weight"
    dimensions = ModelDimensions(
      vocabulary: try settings.int("vocab_size"), width: width,
      layers: try settings.int("num_hidden_layers"), heads: heads, keyHeads: heads,
      headSize: width / heads, context: try settings.int("max_position_embeddings", default: 2048),
      embedding: embedding,
      unembedding: settings.flag("tie_word_embeddings", default: false)
        ? embedding : "embed_out.weight")
    hiddenWidth = try settings.int("intermediate_size")
    epsilon = Float(try settings.float("layer_norm_eps", default: 1e-5))
    isParallel = settings.flag("use_parallel_residual", default: true)
    let share = try settings.float("rotary_pct", default: 0.25)
    rotary = try RotaryTable(
      settings, pairs: Int(Double(width / heads) * share) / 2, context: dimensions.context)
  }

  public var modules: [LinearModule] {
    let width = dimensions.width
    return (0..<dimensions.layers).flatMap { layer in
      let block = "gpt_neox.layers.\(layer)"
      return [
        LinearModule(
          "\(block).attention.query_key_value", from: width, to: 3 * width, isAttention: true),
        LinearModule("\(block).attention.dense", from: width, to: width, isAttention: true),
        LinearModule(
          "\(block).mlp.dense_h_to_4h", from: width, to: hiddenWidth, isAttention: false),
        LinearModule(
          "\(block).mlp.dense_4h_to_h", from: hiddenWidth, to: width, isAttention: false),
      ]
    }
  }

  /// Row `i` of queries, keys and values in blocks is row `order[i]` of a file.
  private var blockOrder: [Int] {
    let d = dimensions
    return (0..<3).flatMap { part in
      (0..<d.heads).flatMap { head in
        (0..<d.headSize).map { (head * 3 + part) * d.headSize + $0 }
      }
    }
  }

  public var parameters: [ParameterShape] {
    let d = dimensions
    let order = ParameterShape.Layout.reordered(blockOrder)
    let norms =
      (0..<d.layers).flatMap {
        ["gpt_neox.layers.\($0).input_layernorm", "gpt_neox.layers.\($0).post_attention_layernorm"]
      } + ["gpt_neox.final_layer_norm"]
    let matrices = modules.flatMap { module in
      let layout = module.shortName == "query_key_value" ? order : .asStored
      return [
        ParameterShape("\(module.name).weight", [module.outputs, module.inputs], layout: layout),
        ParameterShape("\(module.name).bias", [module.outputs], layout: layout, start: .zeros),
      ]
    }
    var all =
      [ParameterShape(d.embedding, [d.vocabulary, d.width])] + matrices
      + norms.flatMap {
        [
          ParameterShape("\($0).weight", [d.width], start: .ones),
          ParameterShape("\($0).bias", [d.width], start: .zeros),
        ]
      }
    if d.unembedding != d.embedding {
      all.append(ParameterShape(d.unembedding, [d.vocabulary, d.width]))
    }
    return all
  }

  public func hidden(_ input: ModelInput, _ scope: Scope) -> Tensor {
    let d = dimensions
    var h = embedding(input.ids, table: scope.parameter(d.embedding, [d.vocabulary, d.width]))
    for layer in 0..<d.layers {
      let block = scope["gpt_neox"]["layers"]["\(layer)"]
      let attended = h + attend(norm("input_layernorm", h, block), input, layer, block["attention"])
      let base = isParallel ? h : scope.graph.checkpoint(attended)
      let fed = feedForward(norm("post_attention_layernorm", base, block), block["mlp"])
      h = scope.graph.checkpoint(attended + fed)
    }
    return norm("final_layer_norm", h, scope["gpt_neox"])
  }

  private func norm(_ name: String, _ x: Tensor, _ scope: Scope) -> Tensor {
    let width = dimensions.width
    return layerNorm(
      x, gain: scope.parameter("\(name).weight", [width]),
      bias: scope.parameter("\(name).bias", [width]), epsilon: epsilon)
  }

  private func attend(_ x: Tensor, _ input: ModelInput, _ layer: Int, _ scope: Scope) -> Tensor {
    let d = dimensions
    let all = scope.linear("query_key_value", x, from: d.width, to: 3 * d.width, bias: true)
    let parts = split(all, widths: [d.width, d.width, d.width])
    let q = input.rotated(parts[0], headSize: d.headSize)
    let k = input.rotated(parts[1], headSize: d.headSize)
    let mixed = input.attention(q, k, parts[2], layer: layer, d)
    return scope.linear("dense", mixed, from: d.width, to: d.width, bias: true)
  }

  private func feedForward(_ x: Tensor, _ scope: Scope) -> Tensor {
    let inner = scope.linear(
      "dense_h_to_4h", x, from: dimensions.width, to: hiddenWidth, bias: true)
    return scope.linear(
      "dense_4h_to_h", gelu(inner), from: hiddenWidth, to: dimensions.width, bias: true)
  }
}
