import Foundation
import TestSupport
import Testing
import Tokenizers

private let mistral = "data/tokenizers/mistral-7b-v0.1/tokenizer.model"
private let unigram = "data/tokenizers/sentencepiece/test_model.model"
private let torchtune = "data/tokenizers/torchtune/m.model"
private let stories = "data/models/stories260K/hf/tokenizer.model"
private let ranks = "data/tokenizers/torchtune/tiktoken_small.model"
private let encoder = "data/tokenizers/gpt2/encoder.json"
private let qwen = "models/dashscope/qwen.tiktoken"

private func words(digits: String) -> String {
  #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
    + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
}

@Suite struct SentencePieceTests {
  @Test(
    "Mistral's tokenizer.model gives SentencePiece's ids",
    .enabled(if: isShared(mistral), "shared files are absent"))
  func mistral7B() throws {
    let tokenizer = try Tokenizer(sentencePiece: shared(mistral))
    #expect(tokenizer.special.bos == 1)
    try Vectors("data/tokenizers/mistral-7b-v0.1/expected-sentencepiece.json")
      .check(tokenizer, Convention(recogniseSpecial: false))
  }

  @Test(
    "a unigram model with a map of characters gives SentencePiece's ids",
    .enabled(if: isShared(unigram), "shared files are absent"))
  func unigramModel() throws {
    try Vectors("data/tokenizers/sentencepiece/expected.json")
      .check(Tokenizer(sentencePiece: shared(unigram)), Convention(recogniseSpecial: false))
  }

  @Test(
    "a BPE model without bytes gives SentencePiece's ids",
    .enabled(if: isShared(torchtune), "shared files are absent"))
  func torchtuneModel() throws {
    try Vectors("data/tokenizers/torchtune/expected-m.model.json")
      .check(Tokenizer(sentencePiece: shared(torchtune)), Convention(recogniseSpecial: false))
  }

  @Test(
    "the tokenizer.model of stories260K agrees with its tokenizer.json",
    .enabled(if: isShared(stories), "shared files are absent"))
  func stories260K() throws {
    let tokenizer = try Tokenizer(sentencePiece: shared(stories))
    let json = try Tokenizer(
      huggingFace: shared("data/models/stories260K/hf/tokenizer.json"))
    for vector in try Vectors("data/tokenizers/stories260K/expected.json").cases
    where !vector.text.contains("<s>") {
      let text = vector.text
      #expect(tokenizer.encode(text) == vector.ids, "\(text.debugDescription)")
      #expect(tokenizer.encode(text, addSpecial: true) == json.encode(text, addSpecial: true))
      #expect(tokenizer.decode(vector.ids) == vector.decoded)
    }
  }
}

@Suite struct TiktokenTests {
  @Test(
    "a rank file with Llama 3's pattern gives tiktoken's ids",
    .enabled(if: isShared(ranks), "shared files are absent"))
  func smallRanks() throws {
    let tokenizer = try Tokenizer(
      tiktoken: shared(ranks), pattern: words(digits: #"\p{N}{1,3}"#))
    try Vectors("data/tokenizers/torchtune/expected-tiktoken_small.json").check(tokenizer)
  }

  @Test(
    "Qwen's rank file gives tiktoken's ids",
    .enabled(if: isShared(qwen), "qwen.tiktoken of the package dashscope is absent"))
  func qwenRanks() throws {
    let special = ["<|endoftext|>": 151643, "<|im_start|>": 151644, "<|im_end|>": 151645]
    let tokenizer = try Tokenizer(
      tiktoken: shared(qwen), pattern: words(digits: #"\p{N}"#), special: special)
    try Vectors("data/tokenizers/qwen/expected.json").check(tokenizer)
  }
}

@Suite struct GPT2FilesTests {
  private func gpt2() throws -> Tokenizer {
    try Tokenizer(
      gpt2: shared(encoder), merges: shared("data/tokenizers/gpt2/vocab.bpe"))
  }

  @Test(
    "GPT-2's own files give the published ids",
    .enabled(if: isShared(encoder), "shared files are absent"))
  func publishedIDs() throws {
    try Vectors("data/tokenizers/gpt2/expected.json")
      .check(gpt2(), Convention(recogniseSpecial: false))
  }

  @Test(
    "GPT-2's tokenizer written as tokenizer.json reads back as the same tokenizer",
    .enabled(if: isShared(encoder), "shared files are absent"))
  func writtenAndRead() throws {
    let again = try Tokenizer(huggingFaceJSON: gpt2().huggingFaceJSON())
    try Vectors("data/tokenizers/gpt2/expected.json")
      .check(again, Convention(recogniseSpecial: false))
  }

  private struct Published: Decodable {
    struct Encoded: Decodable { var input_ids: [Int32] }
    var input: String
    var encoded: Encoded
  }

  @Test(
    "the vectors that others publish for GPT-2 hold",
    .enabled(
      if: isShared(encoder, "data/tokenizers/swift-transformers/tokenizer_tests.json"),
      "shared files are absent"))
  func othersVectors() throws {
    let tokenizer = try gpt2()
    let url = try shared("data/tokenizers/swift-transformers/tokenizer_tests.json")
    let suites = try JSONDecoder().decode(
      [String: [Published]].self, from: Data(contentsOf: url))
    let cases = try #require(suites["distilgpt2"])
    for published in cases {
      #expect(tokenizer.encode(published.input) == published.encoded.input_ids)
    }
  }

  private struct Paragraph: Decodable {
    var text: String
    var bpe_tokens: [String]
    var token_ids: [Int32]
  }

  @Test(
    "a published paragraph gives its pieces and its ids",
    .enabled(
      if: isShared(encoder, "data/tokenizers/swift-transformers/gpt2_encoded_tokens.json"),
      "shared files are absent"))
  func paragraph() throws {
    let tokenizer = try gpt2()
    let url = try shared("data/tokenizers/swift-transformers/gpt2_encoded_tokens.json")
    let paragraph = try JSONDecoder().decode(Paragraph.self, from: Data(contentsOf: url))
    let ids = tokenizer.encode(paragraph.text)
    #expect(ids == paragraph.token_ids)
    #expect(ids.map(tokenizer.piece) == paragraph.bpe_tokens)
    #expect(tokenizer.decode(ids) == paragraph.text)
  }
}
