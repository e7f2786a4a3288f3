import Foundation
import Testing
import Tokenizers

private let gpt2 = "data/tokenizers/ggml-vocab/ggml-vocab-gpt-2.gguf"
private let phi3 = "data/tokenizers/ggml-vocab/ggml-vocab-phi-3.gguf"

@Suite struct GGUFTests {
  /// The `.inp` and `.out` files beside a vocabulary: texts, and a line of ids for each.
  private func checkVectors(_ path: String, _ tokenizer: Tokenizer) throws {
    let texts = try String(contentsOf: shared(path + ".inp"), encoding: .utf8)
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let lines = try String(contentsOf: shared(path + ".out"), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(texts.count > 40)
    for (text, line) in zip(texts, lines) {
      let ids = line.split(separator: " ").compactMap { Int32($0) }
      #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
    }
  }

  @Test(
    "the GPT-2 vocabulary of a GGUF file gives llama.cpp's ids",
    .enabled(if: isShared(gpt2), "shared files are absent"))
  func byteLevel() throws {
    let tokenizer = try Tokenizer(gguf: readVocabulary(shared(gpt2)))
    #expect(tokenizer.special.eos == 50256)
    try checkVectors(gpt2, tokenizer)
    let again = try Tokenizer(huggingFaceJSON: tokenizer.huggingFaceJSON())
    try checkVectors(gpt2, again)
  }

  @Test(
    "the Llama vocabulary of a GGUF file gives llama.cpp's ids",
    .enabled(if: isShared(phi3), "shared files are absent"))
  func scored() throws {
    let tokenizer = try Tokenizer(gguf: readVocabulary(shared(phi3)))
    try checkVectors(phi3, tokenizer)
    #expect(tokenizer.encode("hello world", addSpecial: true) == [1, 22172, 3186])
    #expect(tokenizer.decode([22172, 3186]) == "hello world")
  }

  @Test("an unknown kind of vocabulary is refused by name")
  func unknownKinds() {
    let model = #expect(throws: TokenizerError.self) {
      try Tokenizer(gguf: GGUFVocabulary(model: "bert", tokens: []))
    }
    #expect(model?.description.contains("`bert`") == true)
    let pre = #expect(throws: TokenizerError.self) {
      try Tokenizer(gguf: GGUFVocabulary(model: "gpt2", pre: "klingon", tokens: []))
    }
    #expect(pre?.description.contains("`klingon`") == true)
  }
}

/// Reads the `tokenizer.ggml.*` keys, which is all that these tests need of a GGUF file.
private func readVocabulary(_ url: URL) throws -> GGUFVocabulary {
  var reader = GGUFKeys(try Data(contentsOf: url))
  let keys = reader.read()
  func key(_ name: String) -> GGUFKeys.Value { keys["tokenizer.ggml." + name] ?? .other }
  return GGUFVocabulary(
    model: key("model").texts.first ?? "", pre: key("pre").texts.first ?? "default",
    tokens: key("tokens").texts, scores: key("scores").numbers.map { Float($0) },
    tokenTypes: key("token_type").numbers.map { Int($0) }, merges: key("merges").texts,
    bos: key("bos_token_id").numbers.first.map { Int($0) },
    eos: key("eos_token_id").numbers.first.map { Int($0) },
    unknown: key("unknown_token_id").numbers.first.map { Int($0) },
    pad: key("padding_token_id").numbers.first.map { Int($0) },
    addsBos: key("add_bos_token").numbers.first.map { $0 != 0 },
    addsEos: key("add_eos_token").numbers.first.map { $0 != 0 },
    addsSpacePrefix: key("add_space_prefix").numbers.first.map { $0 != 0 })
}

private struct GGUFKeys {
  enum Value {
    case texts([String])
    case numbers([Double])
    case other

    var texts: [String] { if case .texts(let texts) = self { texts } else { [] } }
    var numbers: [Double] { if case .numbers(let numbers) = self { numbers } else { [] } }
  }

  private let data: Data
  private var position = 16

  init(_ data: Data) { self.data = data }

  mutating func read() -> [String: Value] {
    let count = integer(8)
    var keys: [String: Value] = [:]
    for _ in 0..<count {
      let name = text()
      let kind = integer(4)
      keys[name] =
        kind == 9 ? elements(of: integer(4), count: integer(8)) : elements(of: kind, count: 1)
    }
    return keys
  }

  private mutating func elements(of kind: Int, count: Int) -> Value {
    if kind == 8 { return .texts((0..<count).map { _ in text() }) }
    let sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8]
    return .numbers(
      (0..<count).map { _ in
        let bits = integer(sizes[kind])
        switch kind {
        case 6: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case 12: return Double(bitPattern: UInt64(bitPattern: Int64(bits)))
        default: return Double(bits)
        }
      })
  }

  private mutating func text() -> String {
    let count = integer(8)
    defer { position += count }
    return String(decoding: data[position..<position + count], as: UTF8.self)
  }

  private mutating func integer(_ size: Int) -> Int {
    defer { position += size }
    return data[position..<position + size].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
