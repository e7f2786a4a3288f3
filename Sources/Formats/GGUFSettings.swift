import Tensors

/// The settings of a model in GGUF metadata, and the Hugging Face configuration they make.
struct GGUFSettings {
  let file: GGUFFile
  let architecture: String

  /// Beyond this a number of heads is damage.
  private static let sensibleHeads = 1...65536

  func int(_ key: String) throws -> Int {
    guard let value = optionalInt(key) else { throw missing(key) }
    return value
  }

  func optionalInt(_ key: String) -> Int? { file.metadata["\(architecture).\(key)"]?.int }

  func double(_ key: String) -> Double? { file.metadata["\(architecture).\(key)"]?.double }

  func text(_ key: String) -> String? { file.metadata["\(architecture).\(key)"]?.text }

  func heads() throws -> Int {
    let heads = try int("attention.head_count")
    guard Self.sensibleHeads.contains(heads) else { throw missing("attention.head_count") }
    return heads
  }

  func keyValueHeads() throws -> Int {
    guard let heads = optionalInt("attention.head_count_kv") else { return try self.heads() }
    guard Self.sensibleHeads.contains(heads) else { throw missing("attention.head_count_kv") }
    return heads
  }

  /// The rows of the embedding; without one, the length of the vocabulary.
  func vocabularySize() throws -> Int {
    if let rows = file.tensors["token_embd.weight"]?.shape.first { return rows }
    if let size = optionalInt("vocab_size") { return size }
    guard let tokens = file.metadata["tokenizer.ggml.tokens"]?.texts else {
      throw missing("vocab_size")
    }
    return tokens.count
  }

  private func missing(_ key: String) -> FormatError {
    FormatError(
      path: file.file.path, problem: "has no usable number for \(architecture).\(key)",
      advice: "The metadata of the model are incomplete; convert it again.")
  }
}

extension GGUFSettings {
  /// What every configuration says.
  private func common(_ modelType: String, _ className: String) throws -> JSONObject {
    var config = JSONObject()
    config["architectures"] = [.string(className)]
    config["model_type"] = .string(modelType)
    config["vocab_size"] = .integer(try vocabularySize())
    config["tie_word_embeddings"] = .boolean(file.tensors["output.weight"] == nil)
    for (name, key) in [
      ("bos_token_id", "bos"), ("eos_token_id", "eos"), ("pad_token_id", "padding"),
    ] {
      config[name] = file.metadata["tokenizer.ggml.\(key)_token_id"]?.int.map(JSONValue.integer)
    }
    return config
  }

  func llama() throws -> JSONObject {
    let heads = try heads(), width = try int("embedding_length")
    var config = try common("llama", "LlamaForCausalLM")
    config["hidden_size"] = .integer(width)
    config["intermediate_size"] = .integer(try int("feed_forward_length"))
    config["num_hidden_layers"] = .integer(try int("block_count"))
    config["num_attention_heads"] = .integer(heads)
    config["num_key_value_heads"] = .integer(try keyValueHeads())
    let headWidth = optionalInt("attention.key_length") ?? optionalInt("rope.dimension_count")
    config["head_dim"] = .integer(headWidth ?? width / heads)
    config["max_position_embeddings"] = .integer(try int("context_length"))
    config["rms_norm_eps"] = .number(double("attention.layer_norm_rms_epsilon") ?? 1e-5)
    config["rope_theta"] = .number(double("rope.freq_base") ?? 10000)
    config["rope_scaling"] = ropeScaling()
    config["hidden_act"] = "silu"
    config["attention_bias"] = .boolean(file.tensors["blk.0.attn_q.bias"] != nil)
    config["mlp_bias"] = .boolean(file.tensors["blk.0.ffn_up.bias"] != nil)
    return config
  }

  /// Linear and YaRN scaling.
  ///
  /// Llama 3's is in the tensor `rope_freqs.weight`, a divisor for each
  /// frequency, and leaves no numbers here.
  private func ropeScaling() -> JSONValue {
    guard let type = text("rope.scaling.type"), type != "none" else { return .null }
    var scaling = JSONObject()
    scaling["rope_type"] = .string(type)
    scaling["factor"] = .number(double("rope.scaling.factor") ?? 1)
    scaling["original_max_position_embeddings"] =
      optionalInt("rope.scaling.original_context_length").map(JSONValue.integer)
    return .object(scaling)
  }

  func gpt2() throws -> JSONObject {
    var config = try common("gpt2", "GPT2LMHeadModel")
    config["n_embd"] = .integer(try int("embedding_length"))
    config["n_inner"] = .integer(try int("feed_forward_length"))
    config["n_layer"] = .integer(try int("block_count"))
    config["n_head"] = .integer(try heads())
    config["n_positions"] = .integer(try int("context_length"))
    config["n_ctx"] = config["n_positions"]
    config["layer_norm_epsilon"] = .number(double("attention.layer_norm_epsilon") ?? 1e-5)
    config["activation_function"] = "gelu_new"
    return config
  }

  func gptNeoX() throws -> JSONObject {
    let heads = try heads(), width = try int("embedding_length")
    var config = try common("gpt_neox", "GPTNeoXForCausalLM")
    config["hidden_size"] = .integer(width)
    config["intermediate_size"] = .integer(try int("feed_forward_length"))
    config["num_hidden_layers"] = .integer(try int("block_count"))
    config["num_attention_heads"] = .integer(heads)
    config["max_position_embeddings"] = .integer(try int("context_length"))
    config["layer_norm_eps"] = .number(double("attention.layer_norm_epsilon") ?? 1e-5)
    let rotary = try int("rope.dimension_count")
    config["rotary_pct"] = .number(Double(rotary) / Double(max(1, width / heads)))
    config["rotary_emb_base"] = .number(double("rope.freq_base") ?? 10000)
    let parallel = file.metadata["\(architecture).use_parallel_residual"]?.flag
    config["use_parallel_residual"] = .boolean(parallel ?? true)
    config["hidden_act"] = "gelu"
    return config
  }
}
