/// How one architecture of GGUF names its tensors and settings, and what Hugging Face calls them.
struct GGUFArchitecture: Sendable {
  /// The value of `general.architecture`, and the prefix of the settings' keys.
  let name: String
  let outer: [(gguf: String, huggingFace: String)]
  /// What stands before the number of a layer in Hugging Face's names.
  let layers: String
  let inner: [(gguf: String, huggingFace: String)]
  /// The order of rows of a tensor, by its name in GGUF without layer and suffix.
  let rowOrder: @Sendable (_ tensor: String, _ heads: Int, _ keyValueHeads: Int) -> RowOrder?
  let config: @Sendable (GGUFSettings) throws -> JSONObject

  static let all = [llama, gpt2, gptNeoX]
}

extension GGUFArchitecture {
  static let llama = GGUFArchitecture(
    name: "llama",
    outer: [
      ("token_embd", "model.embed_tokens"), ("output_norm", "model.norm"), ("output", "lm_head"),
    ],
    layers: "model.layers",
    inner: [
      ("attn_norm", "input_layernorm"), ("attn_q", "self_attn.q_proj"),
      ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"),
      ("attn_output", "self_attn.o_proj"), ("ffn_norm", "post_attention_layernorm"),
      ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"), ("ffn_down", "mlp.down_proj"),
    ],
    rowOrder: { tensor, heads, keyValueHeads in
      switch tensor {
      case "attn_q": .interleavedHalves(heads: heads)
      case "attn_k": .interleavedHalves(heads: keyValueHeads)
      default: nil
      }
    },
    config: { try $0.llama() })

  /// Matrices of GPT-2 are `[out, in]` here, while Hugging Face keeps `[in, out]` under the same
  /// names.
  static let gpt2 = GGUFArchitecture(
    name: "gpt2",
    outer: [
      ("token_embd", "transformer.wte"), ("position_embd", "transformer.wpe"),
      ("output_norm", "transformer.ln_f"), ("output", "lm_head"),
    ],
    layers: "transformer.h",
    inner: [
      ("attn_norm", "ln_1"), ("attn_qkv", "attn.c_attn"), ("attn_output", "attn.c_proj"),
      ("ffn_norm", "ln_2"), ("ffn_up", "mlp.c_fc"), ("ffn_down", "mlp.c_proj"),
    ],
    rowOrder: { _, _, _ in nil },
    config: { try $0.gpt2() })

  static let gptNeoX = GGUFArchitecture(
    name: "gptneox",
    outer: [
      ("token_embd", "gpt_neox.embed_in"), ("output_norm", "gpt_neox.final_layer_norm"),
      ("output", "embed_out"),
    ],
    layers: "gpt_neox.layers",
    inner: [
      ("attn_norm", "input_layernorm"), ("attn_qkv", "attention.query_key_value"),
      ("attn_output", "attention.dense"), ("ffn_norm", "post_attention_layernorm"),
      ("ffn_up", "mlp.dense_h_to_4h"), ("ffn_down", "mlp.dense_4h_to_h"),
    ],
    rowOrder: { tensor, heads, _ in
      tensor == "attn_qkv" ? .partsBeforeHeads(heads: heads) : nil
    },
    config: { try $0.gptNeoX() })
}

/// A tensor's name in both worlds, with what its rows need on the way.
struct GGUFTensorName {
  let gguf: String
  let huggingFace: String
  /// The name in GGUF without layer and suffix.
  let tensor: String
}

extension GGUFArchitecture {
  /// Takes `blk.3.attn_q.weight` apart; nil for a name that the tables do not have.
  func tensor(gguf name: String) -> GGUFTensorName? {
    let parts = name.split(separator: ".").map(String.init)
    if parts.count == 2, let row = outer.first(where: { $0.gguf == parts[0] }) {
      return GGUFTensorName(
        gguf: name, huggingFace: "\(row.huggingFace).\(parts[1])", tensor: row.gguf)
    }
    guard parts.count == 4, parts[0] == "blk", Int(parts[1]) != nil,
      let row = inner.first(where: { $0.gguf == parts[2] })
    else { return nil }
    return GGUFTensorName(
      gguf: name, huggingFace: "\(layers).\(parts[1]).\(row.huggingFace).\(parts[3])",
      tensor: row.gguf)
  }

  /// Takes `model.layers.3.self_attn.q_proj.weight` apart; nil for an unknown name.
  func tensor(huggingFace name: String) -> GGUFTensorName? {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    let (stem, suffix) = (name[..<dot], name[name.index(after: dot)...])
    if let row = outer.first(where: { $0.huggingFace == stem }) {
      return GGUFTensorName(gguf: "\(row.gguf).\(suffix)", huggingFace: name, tensor: row.gguf)
    }
    guard stem.hasPrefix(layers + ".") else { return nil }
    let rest = stem.dropFirst(layers.count + 1)
    guard let end = rest.firstIndex(of: "."), let layer = Int(rest[..<end]),
      let row = inner.first(where: { $0.huggingFace == rest[rest.index(after: end)...] })
    else { return nil }
    return GGUFTensorName(
      gguf: "blk.\(layer).\(row.gguf).\(suffix)", huggingFace: name, tensor: row.gguf)
  }
}
