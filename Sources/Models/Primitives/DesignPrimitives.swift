import Formats
import Tensors
import Tokenizers
import Vocabulary

/// The shape of a model that is yet to be made: a configuration without a vocabulary.
public struct ModelDesign: OpaqueValue, RecipeValue {
  public static let typeName = "Architecture"
  public let config: JSONObject

  public var canonical: String { JSONValue.object(config).compact }
  public var display: Display {
    .record(config.members.map { ($0.key, .text($0.value.compact)) })
  }
}

extension Typing {
  /// Widths that heads do not divide are refused before running.
  fileprivate static let design = Typing.derived { call in
    func number(_ name: String) -> Int? {
      guard case .int(let number)? = call.value(name) else { return nil }
      return number
    }
    guard let width = number("width"), let heads = number("heads"), heads > 0 else {
      return ModelDesign.recipeType
    }
    guard width % heads == 0, (width / heads) % 2 == 0 else {
      throw Complaints(
        Complaint(
          .doesNotFit, at: "heads", "\(heads) heads do not divide a width of \(width) evenly",
          label: "width / heads must be an even number",
          notes: ["Each head gets an equal share of the width, in pairs of numbers."]))
    }
    if let keyHeads = number("key_heads"), keyHeads > 0, heads % keyHeads != 0 {
      throw Complaints(
        Complaint(
          .doesNotFit, at: "key_heads", "\(heads) heads cannot share \(keyHeads) key heads",
          label: "heads must be a multiple of it",
          notes: ["Several heads share one pair of key and value heads, equally many each."]))
    }
    return ModelDesign.recipeType
  }
}

private let widthParameter = Parameter<Int>("width", "Numbers per token.", .atLeast(2))
private let layersParameter = Parameter<Int>("layers", "How many layers.", .atLeast(1))
private let headsParameter = Parameter<Int>(
  "heads", "How many heads attend side by side.", .atLeast(1))
private let hiddenWords = Rule<Int?>("at least 1") { $0.map { $0 >= 1 } ?? true }

extension Vocabulary.Primitive {
  public static let llama = Vocabulary.Primitive(
    "llama", "The shape of a Llama: RMSNorm, rotary positions, SwiGLU, tied embeddings.",
    in: .models, typing: .design, examples: ["llama(width: 64, layers: 2, heads: 4)"],
    widthParameter, layersParameter, headsParameter,
    Parameter<Int?>("key_heads", "How many of them have keys of their own; all.", hiddenWords),
    Parameter<Int?>("hidden", "The width inside a layer; 8/3 of the width.", hiddenWords),
    Parameter("context", "How many tokens a text may have.", default: 2048, .atLeast(1)),
    Parameter("rotary_base", "The base of rotary positions.", default: 10_000.0, .above(0)),
    Parameter("tied", "Whether the head is the embedding.", default: true)
  ) { _, width, layers, heads, keyHeads, hidden, context, base, isTied in
    ModelDesign(config: [
      "model_type": "llama", "hidden_size": .integer(width), "num_hidden_layers": .integer(layers),
      "num_attention_heads": .integer(heads), "num_key_value_heads": .integer(keyHeads ?? heads),
      "head_dim": .integer(width / heads),
      "intermediate_size": .integer(hidden ?? (width * 8 / 3 + 31) / 32 * 32),
      "max_position_embeddings": .integer(context), "rope_theta": .number(base),
      "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": .boolean(isTied),
    ])
  }

  public static let gpt2 = Vocabulary.Primitive(
    "gpt2", "The shape of a GPT-2: LayerNorm, learned positions, tanh GELU.", in: .models,
    typing: .design, examples: ["gpt2(width: 64, layers: 2, heads: 4)"],
    widthParameter, layersParameter, headsParameter,
    Parameter<Int?>("hidden", "The width inside a layer; 4 times the width.", hiddenWords),
    Parameter("context", "How many tokens a text may have.", default: 1024, .atLeast(1))
  ) { _, width, layers, heads, hidden, context in
    ModelDesign(config: [
      "model_type": "gpt2", "n_embd": .integer(width), "n_layer": .integer(layers),
      "n_head": .integer(heads), "n_inner": .integer(hidden ?? 4 * width),
      "n_positions": .integer(context), "layer_norm_epsilon": 1e-5,
      "activation_function": "gelu_new",
    ])
  }

  public static let gptNeoX = Vocabulary.Primitive(
    "gpt_neox", "The shape of a GPT-NeoX, as Pythia: attention beside feed-forward, exact GELU.",
    in: .models, typing: .design, examples: ["gpt_neox(width: 64, layers: 2, heads: 4)"],
    widthParameter, layersParameter, headsParameter,
    Parameter<Int?>("hidden", "The width inside a layer; 4 times the width.", hiddenWords),
    Parameter("context", "How many tokens a text may have.", default: 2048, .atLeast(1)),
    Parameter(
      "rotary", "The share of each head that positions turn.", default: Ratio(0.25), .share(0...1))
  ) { _, width, layers, heads, hidden, context, rotary in
    ModelDesign(config: [
      "model_type": "gpt_neox", "hidden_size": .integer(width),
      "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(heads),
      "intermediate_size": .integer(hidden ?? 4 * width),
      "max_position_embeddings": .integer(context), "rotary_pct": .number(rotary.share),
      "rotary_emb_base": 10_000, "use_parallel_residual": true, "layer_norm_eps": 1e-5,
      "hidden_act": "gelu", "tie_word_embeddings": false,
    ])
  }
}

extension LanguageModel {
  /// A model of random weights.
  ///
  /// - Parameter matrices: the format of the matrices in layers: one at a time is there in full.
  public init(
    new design: ModelDesign, tokenizer: Tokenizer, template: String?, seed: UInt64,
    matrices: ElementType? = nil
  ) throws {
    var config = design.config
    config["vocab_size"] = .integer(tokenizer.vocabularySize)
    config["bos_token_id"] = tokenizer.special.bos.map(JSONValue.integer) ?? .null
    config["eos_token_id"] = tokenizer.special.eos.map(JSONValue.integer) ?? .null
    let name = config["model_type"]?.text ?? ""
    let architecture = try Architectures.make(Settings(model: name, json: .object(config)))
    let packed = Set(architecture.modules.map { "\($0.name).weight" })
    var weights: [String: Weight] = [:]
    for parameter in architecture.parameters {
      let weight = parameter.fresh(seed: seed)
      let type = packed.contains(parameter.name) ? matrices : nil
      weights[parameter.name] =
        try type.map { try weight.quantized(as: $0, in: name, parameter.name) } ?? weight
    }
    try self.init(
      name: name, architecture: architecture, config: .object(config), weights: weights,
      tokenizer: tokenizer, templateSource: template, origin: .made)
  }
}

extension ParameterShape {
  /// The weight that a fresh model starts with; each has random numbers of its own.
  fileprivate func fresh(seed: UInt64) -> Weight {
    let count = shape.reduce(1, *)
    switch start {
    case .normal(let deviation):
      return Random(seed: seed, purpose: .initialization, stream: Adapter.stream(of: name))
        .normalWeight(shape: shape, deviation: deviation)
    case .ones: return Weight(shape: shape, floats: [Float](repeating: 1, count: count))
    case .zeros: return Weight(shape: shape, floats: [Float](repeating: 0, count: count))
    }
  }
}
