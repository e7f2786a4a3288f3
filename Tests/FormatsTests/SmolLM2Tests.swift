import Formats
import Foundation
import Tensors
import TestSupport
import Testing

/// The real model, which `make smollm2` fetches; `ROUX_SMOLLM2` names another place.
private let model: URL? = {
  let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let named = ProcessInfo.processInfo.environment["ROUX_SMOLLM2"].map { URL(filePath: $0) }
  let url = named ?? root.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")
  return FileManager.default.fileExists(atPath: url.path) ? url : nil
}()
private let fixture = SharedFiles.file("fixtures/smollm2/weights.json")

@Suite("SmolLM2 from GGUF", .enabled(if: model != nil && fixture != nil, "the model is absent"))
struct SmolLM2Tests {
  @Test("all 272 tensors are those of PyTorch: shape, sums, first and last numbers")
  func weights() throws {
    let checkpoint = try Checkpoint(opening: #require(model))
    let expected = try JSONValue(reading: #require(fixture))
    let tensors = try #require(expected["tensors"]?.elements)
    #expect(tensors.count == 272 && checkpoint.weights.count == 272)
    for tensor in tensors { try compare(tensor, checkpoint) }
  }

  private func compare(_ tensor: JSONValue, _ checkpoint: Checkpoint) throws {
    let name = try #require(tensor["name"]?.text)
    let shape = try #require(tensor["shape"]?.elements).compactMap(\.int)
    let numbers = try checkpoint.weight(name, shape: shape).floats()
    let sums = numbers.withUnsafeBufferPointer { numbers in
      var sum = 0.0, absolute = 0.0
      for number in numbers {
        sum += Double(number)
        absolute += abs(Double(number))
      }
      return (sum, absolute)
    }
    // Ten digits are printed.
    let absolute = try #require(tensor["abs_sum"]?.double)
    #expect(abs(sums.1 - absolute) <= 1e-9 * absolute, "\(name)")
    #expect(abs(sums.0 - (tensor["sum"]?.double ?? .nan)) <= 1e-9 * absolute, "\(name)")
    try compare(numbers.prefix(4), tensor["first"], name)
    try compare(numbers.suffix(2), tensor["last"], name)
  }

  /// Nine digits are printed, which tell every float32 from its neighbours.
  private func compare(_ numbers: ArraySlice<Float>, _ printed: JSONValue?, _ name: String) throws {
    let expected = try #require(printed?.elements).compactMap(\.double)
    #expect(numbers.map { $0 } == expected.map { Float($0) }, "\(name)")
  }

  @Test("the metadata make the configuration that transformers makes")
  func configuration() throws {
    let checkpoint = try Checkpoint(opening: #require(model))
    let file = try JSONValue(reading: #require(fixture))
    let expected = try #require(file["config"])
    for key in [
      "model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
      "num_attention_heads", "num_key_value_heads", "head_dim", "hidden_act", "rms_norm_eps",
      "max_position_embeddings", "tie_word_embeddings", "attention_bias", "mlp_bias",
      "bos_token_id", "eos_token_id", "pad_token_id", "architectures",
    ] {
      #expect(checkpoint.config[key] == expected[key], "\(key)")
    }
    #expect(checkpoint.config["rope_theta"]?.double == 100_000)
    #expect(checkpoint.weights["model.layers.29.mlp.down_proj.weight"]?.type == .q4_1)
  }

  @Test("the tokenizer is in the metadata")
  func tokenizer() throws {
    let checkpoint = try Checkpoint(opening: #require(model))
    let tokenizer = try #require(checkpoint.ggufTokenizer)
    #expect(tokenizer.model == "gpt2" && tokenizer.pre == "smollm")
    #expect(tokenizer.tokens.count == 49152 && tokenizer.merges.count == 48900)
    #expect(tokenizer.tokenTypes.count { $0 == 3 } == 17)
    #expect(tokenizer.addBOS == false && tokenizer.addSpacePrefix == false)
    #expect(tokenizer.chatTemplate?.contains("<|im_start|>system") == true)
  }
}
