import Formats
import Foundation
import Tensors
import TestSupport
import Testing

private let vocabularies = SharedFiles.file("data/tokenizers/ggml-vocab")

@Suite("GGUF")
struct GGUFTests {
  /// A small Llama with every type of value and several formats of numbers.
  static func writeSample(to url: URL) throws {
    var metadata: [(key: String, value: GGUFValue)] = [
      ("general.architecture", .string("llama")), ("llama.block_count", .uint32(1)),
      ("llama.context_length", .uint32(64)), ("llama.embedding_length", .uint32(32)),
      ("llama.feed_forward_length", .uint32(64)), ("llama.attention.head_count", .uint32(4)),
      ("llama.attention.head_count_kv", .uint32(2)),
      ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
    ]
    metadata += values
    metadata += GGUFTokenizer(model: "llama", tokens: ["<unk>", "a", "b", "é€"]).metadata
    let blocks = ramp([32, 32])
    try GGUFWriter.write(
      metadata: metadata,
      tensors: [
        ("token_embd.weight", try ramp([4, 32]).converted(to: .q8_0)),
        ("blk.0.attn_q.weight", try blocks.converted(to: .q4_1)),
        ("blk.0.attn_k.weight", try ramp([16, 32]).converted(to: .q4_0)),
        ("blk.0.attn_norm.weight", ramp([32])),
        ("output_norm.weight", try ramp([33]).converted(to: .f16)),
        ("rope_freqs.weight", ramp([4])),
      ], to: url)
  }

  static let values: [(key: String, value: GGUFValue)] = [
    ("t.u8", .uint8(.max)), ("t.i8", .int8(.min)), ("t.u16", .uint16(.max)),
    ("t.i16", .int16(.min)), ("t.u32", .uint32(.max)), ("t.i32", .int32(.min)),
    ("t.u64", .uint64(.max)), ("t.i64", .int64(.min)), ("t.f32", .float32(1.5)),
    ("t.f64", .float64(-0.1)), ("t.true", .boolean(true)), ("t.text", .string("é😀")),
    ("t.au8", .array(.uint8([1, 2]))), ("t.ai8", .array(.int8([-1]))),
    ("t.au16", .array(.uint16([65535]))), ("t.ai16", .array(.int16([]))),
    ("t.au32", .array(.uint32([7]))), ("t.ai32", .array(.int32([-7, 8]))),
    ("t.au64", .array(.uint64([.max]))), ("t.ai64", .array(.int64([.min]))),
    ("t.af32", .array(.float32([0.5, -2]))), ("t.af64", .array(.float64([1e300]))),
    ("t.abool", .array(.boolean([true, false]))), ("t.astr", .array(.string(["", "x"]))),
    ("t.nested", .array(.array([.int32([1]), .string(["a"])]))),
  ]

  @Test("all types of values and tensors survive a round trip")
  func roundTrip() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.gguf")
      try Self.writeSample(to: url)
      let file = try GGUFFile(opening: url)
      #expect(file.version == 3)
      for (key, value) in Self.values { #expect(file.metadata[key] == value, "\(key)") }
      #expect(file.keys.prefix(2) == ["general.architecture", "llama.block_count"])
      #expect(file.names.first == "token_embd.weight")
      let embedding = try #require(file.tensors["token_embd.weight"])
      #expect(embedding.shape == [4, 32] && embedding.type == .q8_0)
      #expect(embedding.contents == (try ramp([4, 32]).converted(to: .q8_0).contents))
      #expect(file.tensors["output_norm.weight"]?.floats() == ramp([33]).floats())
      #expect(file.tensors["rope_freqs.weight"]?.byteOffset.isMultiple(of: 32) == true)
    }
  }

  @Test("GPT-2's vocabulary of 50257 tokens is read", .enabled(if: vocabularies != nil))
  func gpt2Vocabulary() throws {
    let url = try #require(vocabularies).appending(path: "ggml-vocab-gpt-2.gguf")
    let tokenizer = try #require(try GGUFTokenizer(of: GGUFFile(opening: url)))
    #expect(tokenizer.model == "gpt2" && tokenizer.pre == "gpt-2")
    #expect(tokenizer.tokens.count == 50257 && tokenizer.merges.count == 50000)
    #expect(tokenizer.tokenTypes.count == 50257 && tokenizer.scores.isEmpty)
    #expect(tokenizer.merges.first == "Ġ t" && tokenizer.tokens.last == "<|endoftext|>")
    #expect(tokenizer.bosID == 50256 && tokenizer.eosID == 50256 && tokenizer.padID == nil)
    #expect(tokenizer.addBOS == nil && tokenizer.chatTemplate == nil)
  }

  @Test("Phi-3's SentencePiece vocabulary is read", .enabled(if: vocabularies != nil))
  func phi3Vocabulary() throws {
    let url = try #require(vocabularies).appending(path: "ggml-vocab-phi-3.gguf")
    let tokenizer = try #require(try GGUFTokenizer(of: GGUFFile(opening: url)))
    #expect(tokenizer.model == "llama" && tokenizer.tokens.count == 32064)
    #expect(tokenizer.scores.count == 32064 && tokenizer.merges.isEmpty)
    #expect(tokenizer.tokens[3] == "<0x00>" && tokenizer.tokenTypes[3] == 6)
    #expect(tokenizer.unkID == 0 && tokenizer.eosID == 32000 && tokenizer.padID == 32000)
    #expect(tokenizer.addBOS == true && tokenizer.addEOS == false)
    #expect(tokenizer.chatTemplate?.hasPrefix("{{ bos_token }}") == true)
    let refusal = complaint { _ = try Checkpoint(opening: url) }
    #expect(refusal?.contains("has the architecture phi3, which is not known") == true)
  }

  @Test("a vocabulary written again is the same", .enabled(if: vocabularies != nil))
  func vocabularyRoundTrip() throws {
    let url = try #require(vocabularies).appending(path: "ggml-vocab-phi-3.gguf")
    let tokenizer = try #require(try GGUFTokenizer(of: GGUFFile(opening: url)))
    try withFolder { folder in
      let copy = folder.appending(path: "copy.gguf")
      try GGUFWriter.write(metadata: tokenizer.metadata, tensors: [], to: copy)
      #expect(try GGUFTokenizer(of: GGUFFile(opening: copy)) == tokenizer)
    }
  }

  /// A file whose bytes are changed at a place where they say something.
  private func patched(_ old: [UInt8], _ new: [UInt8]) throws -> String? {
    try withFolder { folder in
      let url = folder.appending(path: "a.gguf")
      try Self.writeSample(to: url)
      var bytes = [UInt8](try Data(contentsOf: url))
      let place = try #require(bytes.firstRange(of: old)).lowerBound
      bytes.replaceSubrange(place..<place + new.count, with: new)
      try Data(bytes).write(to: url)
      return complaint { _ = try GGUFFile(opening: url) }
    }
  }

  @Test("another version, another byte order, another file and unknown types are named")
  func preamble() throws {
    let start = Array("GGUF".utf8) + [3, 0, 0, 0]
    #expect(try patched(start, Array("GGML".utf8))?.contains("not with \"GGUF\"") == true)
    #expect(try patched(start, start.dropLast(4) + [1])?.contains("is GGUF version 1") == true)
    #expect(try patched(start, start.dropLast(4) + [0, 0, 0, 3])?.contains("big-endian") == true)
    #expect(try patched(start, start.dropLast(4) + [2]) == nil)
    let norm = Array("blk.0.attn_norm.weight".utf8) + [1, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0]
    #expect(try patched(norm, norm + [16])?.contains("has the type IQ2_XXS (16)") == true)
    #expect(try patched(norm, norm + [99])?.contains("has the type 99") == true)
    let rank = Array("blk.0.attn_norm.weight".utf8) + [200]
    #expect(try patched(Array(rank.dropLast()), rank)?.contains("has 200 dimensions") == true)
  }

  @Test("a huge count is an error and allocates nothing")
  func hugeCounts() throws {
    let start = Array("GGUF".utf8) + [3, 0, 0, 0]
    let huge: [UInt8] = [255, 255, 255, 255, 255, 255, 255, 127]
    let tensors = try patched(start, start + huge)
    #expect(tensors?.contains("the number of tensors is 9223372036854775807, but only") == true)
    let array = Array("t.af32".utf8) + [9, 0, 0, 0, 6, 0, 0, 0]
    let elements = try patched(array, array + huge)
    #expect(elements?.contains("the number of elements of t.af32 is 9223372036854775807") == true)
  }

  @Test("a file cut in its data names the tensor")
  func truncated() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.gguf")
      try Self.writeSample(to: url)
      let bytes = try Data(contentsOf: url)
      try bytes.dropLast(64).write(to: url)
      let found = complaint { _ = try GGUFFile(opening: url) }
      #expect(found?.contains("bytes from byte") == true)
    }
  }
}
