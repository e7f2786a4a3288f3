import Formats
import Foundation
import Tensors
import TestSupport
import Testing

private let stories = SharedFiles.file("data/models/stories260K")
private let mistral = SharedFiles.file("data/tokenizers/mistral-7b-v0.1")

@Suite("Checkpoints", .enabled(if: stories != nil, "the shared folder is absent"))
struct CheckpointTests {
  private func open(_ name: String) throws -> Checkpoint {
    try Checkpoint(opening: #require(stories).appending(path: name))
  }

  @Test("a folder gives configuration, weights, tokenizer files and chat template")
  func folder() throws {
    let model = try open("hf")
    #expect(model.config["model_type"]?.text == "llama")
    #expect(model.config["rms_norm_eps"]?.double == 1e-5)
    #expect(model.weights.count == 47 && model.skipped.isEmpty)
    #expect(model.weights.values.reduce(0) { $0 + $1.count } == 260_032)
    #expect(model.generationConfig?["eos_token_id"]?.int == 2)
    #expect(
      Set(model.tokenizerFiles.keys) == [
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model",
      ])
    #expect(model.chatTemplate?.hasPrefix("{{ bos_token }}") == true)
  }

  @Test("a folder in shards holds the same weights")
  func shards() throws {
    let whole = try open("hf"), parts = try open("hf-sharded")
    #expect(parts.weights.count == whole.weights.count)
    for (name, weight) in whole.weights {
      #expect(parts.weights[name]?.contents == weight.contents, "\(name)")
    }
  }

  @Test("the same model in bf16 is the f32 one rounded")
  func brainFloats() throws {
    let full = try open("hf"), half = try open("hf-bf16")
    #expect(half.weights.count == full.weights.count)
    for (name, weight) in full.weights {
      #expect(half.weights[name]?.type == .bf16)
      #expect(
        half.weights[name]?.contents == (try weight.converted(to: .bf16).contents), "\(name)")
    }
  }

  @Test("a file by itself takes the configuration beside it")
  func singleFile() throws {
    let model = try open("hf/model.safetensors")
    #expect(model.config["hidden_size"]?.int == 64 && model.weights.count == 47)
  }

  @Test("a weight that is missing or of another shape is named with both shapes")
  func wrongWeights() throws {
    let model = try open("hf")
    let name = "model.layers.0.self_attn.k_proj.weight"
    #expect(try model.weight(name, shape: [32, 64]).count == 2048)
    #expect(
      complaint { _ = try model.weight(name, shape: [64, 64]) }?.contains(
        "tensor \(name): has shape [32, 64], but the model expects [64, 64]") == true)
    #expect(
      complaint { _ = try model.weight("model.none") }?.contains("is missing among 47") == true)
  }

  @Test("a missing shard is named")
  func missingShard() throws {
    let source = try #require(stories).appending(path: "hf-sharded")
    try withFolder { folder in
      let copy = folder.appending(path: "model")
      try FileManager.default.copyItem(at: source, to: copy)
      let shard = "model-00003-of-00004.safetensors"
      try FileManager.default.removeItem(at: copy.appending(path: shard))
      let found = complaint { _ = try Checkpoint(opening: copy) }
      #expect(found?.contains("needs \(shard), which is not in the folder") == true)
      #expect(found?.contains("The model has 4 files; fetch all of them.") == true)
    }
  }

  @Test("an index whose tensor is not in its file is an error")
  func wrongIndex() throws {
    try withFolder { folder in
      let weights = ["a": ramp([4, 4]), "b": ramp([4, 4])]
      let model = folder.appending(path: "model")
      try ModelFolder.write(to: model, config: [:], weights: weights, shardBytes: 64)
      let index = model.appending(path: "model.safetensors.index.json")
      let text = try String(contentsOf: index, encoding: .utf8)
      func complain(_ old: String, _ new: String) throws -> String? {
        try text.replacing(old, with: new).write(to: index, atomically: true, encoding: .utf8)
        return complaint { _ = try Checkpoint(opening: model) }
      }
      #expect(try complain("\"a\"", "\"c\"")?.contains("tensor c: is listed in") == true)
      #expect(try complain("model-00001", "../model-00001")?.contains("of this folder") == true)
      #expect(try complain("weight_map", "map")?.contains("has no weight_map") == true)
    }
  }

  @Test("pickles are refused with a way out", .enabled(if: mistral != nil))
  func pickles() throws {
    let found = complaint { _ = try Checkpoint(opening: #require(mistral)) }
    #expect(found?.contains("holds its weights as Python pickles") == true)
    #expect(found?.contains("Convert to safetensors") == true)
  }

  @Test("other folders and files are refused with what they are")
  func refusals() throws {
    #expect(complaint { _ = try open("peft-lora-qv") }?.contains("is an adapter") == true)
    #expect(complaint { _ = try open("tok512.bin") }?.contains("pickles") == true)
    #expect(complaint { _ = try open("golden.json") }?.contains("is no model") == true)
    try withFolder { folder in
      #expect(complaint { _ = try Checkpoint(opening: folder) }?.contains("nothing") == true)
    }
  }
}

@Suite("A GGUF file as a checkpoint")
struct TranslationTests {
  @Test("the order of query rows is the published one")
  func rowOrder() {
    #expect(RowOrder.interleavedHalves(heads: 2).indices(rows: 8) == [0, 2, 1, 3, 4, 6, 5, 7])
    #expect(
      RowOrder.partsBeforeHeads(heads: 2).indices(rows: 12)
        == [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])
  }

  @Test("rows go to GGUF's order and back as whole blocks")
  func rowsReturn() throws {
    let weight = try ramp([24, 64]).converted(to: .q4_1)
    for order in [RowOrder.interleavedHalves(heads: 3), .partsBeforeHeads(heads: 4)] {
      let there = weight.rowsToGGUF(order)
      #expect(there.contents != weight.contents)
      #expect(there.rowsFromGGUF(order).contents == weight.contents)
      let second = order.indices(rows: 24)[1]
      #expect(there.rows(1..<2).floats() == weight.rows(second..<second + 1).floats())
    }
  }

  @Test(
    "a Llama keeps weights and settings from Hugging Face to GGUF and back",
    .enabled(if: stories != nil))
  func llama() throws {
    let source = try Checkpoint(opening: #require(stories).appending(path: "hf"))
    try withFolder { folder in
      let url = folder.appending(path: "stories.gguf")
      var tokenizer = GGUFTokenizer(model: "llama", tokens: (0..<512).map { "t\($0)" })
      tokenizer.bosID = 1
      tokenizer.eosID = 2
      tokenizer.chatTemplate = source.chatTemplate
      try GGUFExport.write(
        config: source.config, weights: source.weights, tokenizer: tokenizer, name: "stories",
        to: url)
      let model = try Checkpoint(opening: url)
      #expect(model.weights.count == source.weights.count)
      for (name, weight) in source.weights {
        #expect(model.weights[name]?.shape == weight.shape)
        #expect(model.weights[name]?.contents == weight.contents, "\(name)")
      }
      for key in [
        "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
        "num_key_value_heads", "head_dim", "max_position_embeddings", "vocab_size",
        "tie_word_embeddings", "model_type", "bos_token_id", "eos_token_id", "hidden_act",
        "attention_bias", "mlp_bias",
      ] {
        #expect(model.config[key] == source.config[key], "\(key)")
      }
      #expect(model.config["rope_theta"]?.double == 10000)
      #expect(model.config["rope_scaling"]?.isNull == true)
      #expect(model.ggufTokenizer == tokenizer && model.chatTemplate == source.chatTemplate)
    }
  }

  @Test("export converts matrices, and vectors become f32", .enabled(if: stories != nil))
  func conversion() throws {
    let source = try Checkpoint(opening: #require(stories).appending(path: "hf-bf16"))
    try withFolder { folder in
      let url = folder.appending(path: "stories.gguf")
      try GGUFExport.write(
        config: source.config, weights: source.weights, tokenizer: nil, name: "stories",
        matrices: .q8_0, to: url)
      let file = try GGUFFile(opening: url)
      #expect(file.metadata["general.file_type"]?.int == 7)
      #expect(file.tensors["blk.0.attn_norm.weight"]?.type == .f32)
      #expect(file.tensors["blk.0.ffn_up.weight"]?.type == .q8_0)
      // Its rows have 172 numbers, which no block of 32 divides.
      #expect(file.tensors["blk.0.ffn_down.weight"]?.type == .f16)
    }
  }

  @Test("Llama 3's scaling of positions becomes rope_freqs")
  func rotaryFactors() throws {
    let config: JSONValue = [
      "model_type": "llama", "hidden_size": 64, "num_attention_heads": 1, "head_dim": 64,
      "num_hidden_layers": 1, "intermediate_size": 64, "max_position_embeddings": 131072,
      "vocab_size": 2, "rope_theta": 500000.0, "tie_word_embeddings": true,
      "rope_scaling": [
        "rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
      ],
    ]
    try withFolder { folder in
      let url = folder.appending(path: "a.gguf")
      let weights = ["model.embed_tokens.weight": ramp([2, 64])]
      try GGUFExport.write(
        config: config, weights: weights, tokenizer: nil, name: "a", to: url)
      let factors = try #require(try GGUFFile(opening: url).tensors["rope_freqs.weight"]).floats()
      #expect(factors.count == 32 && factors[0] == 1 && factors[31] == 32)
      #expect(factors.contains { $0 > 1 && $0 < 32 })
      #expect(try Checkpoint(opening: url).weights["rope_freqs.weight"]?.floats() == factors)
    }
  }

  @Test("GPT-NeoX: names, settings, and fused rows go back head by head")
  func gptNeoX() throws {
    try withFolder { folder in
      let url = folder.appending(path: "neox.gguf")
      let fused = ramp([24, 8]), bias = ramp([24])
      let order = RowOrder.partsBeforeHeads(heads: 2)
      try GGUFWriter.write(
        metadata: settings("gptneox") + [
          ("gptneox.rope.dimension_count", .uint32(1)),
          ("gptneox.use_parallel_residual", .boolean(true)),
        ],
        tensors: [
          ("token_embd.weight", ramp([5, 8])), ("output.weight", ramp([5, 8])),
          ("blk.0.attn_qkv.weight", fused.rowsToGGUF(order)),
          ("blk.0.attn_qkv.bias", bias.rowsToGGUF(order)),
          ("blk.0.ffn_up.bias", ramp([32])),
        ], to: url)
      let model = try Checkpoint(opening: url)
      let name = "gpt_neox.layers.0.attention.query_key_value"
      #expect(model.weights["\(name).weight"]?.contents == fused.contents)
      #expect(model.weights["\(name).bias"]?.contents == bias.contents)
      #expect(model.weights["gpt_neox.layers.0.mlp.dense_h_to_4h.bias"] != nil)
      #expect(model.weights["embed_out.weight"] != nil)
      #expect(model.config["rotary_pct"]?.double == 0.25)
      #expect(model.config["vocab_size"]?.int == 5)
      #expect(model.config["tie_word_embeddings"]?.flag == false)
    }
  }

  @Test("GPT-2: names, settings, and matrices that are [out, in]")
  func gpt2() throws {
    try withFolder { folder in
      let url = folder.appending(path: "gpt2.gguf")
      try GGUFWriter.write(
        metadata: settings("gpt2"),
        tensors: [
          ("token_embd.weight", ramp([5, 8])), ("position_embd.weight", ramp([16, 8])),
          ("blk.0.attn_qkv.weight", ramp([24, 8])), ("blk.0.ffn_down.weight", ramp([8, 32])),
        ], to: url)
      let model = try Checkpoint(opening: url)
      #expect(model.weights["transformer.h.0.attn.c_attn.weight"]?.shape == [24, 8])
      #expect(model.weights["transformer.h.0.mlp.c_proj.weight"]?.shape == [8, 32])
      #expect(model.weights["transformer.wpe.weight"]?.shape == [16, 8])
      #expect(model.hasTransposedConv1D)
      #expect(model.config["n_layer"]?.int == 1 && model.config["n_positions"]?.int == 16)
    }
  }

  private func settings(_ name: String) -> [(key: String, value: GGUFValue)] {
    [
      ("general.architecture", .string(name)), ("\(name).block_count", .uint32(1)),
      ("\(name).context_length", .uint32(16)), ("\(name).embedding_length", .uint32(8)),
      ("\(name).feed_forward_length", .uint32(32)), ("\(name).attention.head_count", .uint32(2)),
      ("\(name).attention.layer_norm_epsilon", .float32(1e-5)),
    ]
  }

  @Test("heads that do not divide the rows, and missing settings, are errors")
  func wrongSettings() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.gguf")
      try GGUFWriter.write(
        metadata: settings("llama") + [("tokenizer.ggml.model", .string("gpt2"))],
        tensors: [("token_embd.weight", ramp([5, 8])), ("blk.0.attn_q.weight", ramp([6, 8]))],
        to: url)
      #expect(
        complaint { _ = try Checkpoint(opening: url) }?
          .contains("has shape [6, 8], which 2 heads do not divide") == true)
      try GGUFWriter.write(metadata: settings("llama").dropLast(2), tensors: [], to: url)
      #expect(
        complaint { _ = try Checkpoint(opening: url) }?
          .contains("has no usable number for llama.attention.head_count") == true)
    }
  }
}
