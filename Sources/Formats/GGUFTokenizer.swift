/// The tokenizer in the metadata of a GGUF file, as it stands there.
public struct GGUFTokenizer: Sendable, Equatable {
  /// `gpt2` for byte-level pair encoding, `llama` for SentencePiece.
  public var model: String
  /// The name of the pre-tokenizer.
  public var pre: String?
  public var tokens: [String]
  /// One per token, or empty.
  public var scores: [Float] = []
  /// One per token, or empty: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
  public var tokenTypes: [Int] = []
  /// Pairs with a space between, best first.
  public var merges: [String] = []
  public var bosID: Int?
  public var eosID: Int?
  public var unkID: Int?
  public var padID: Int?
  public var addBOS: Bool?
  public var addEOS: Bool?
  public var addSpacePrefix: Bool?
  public var chatTemplate: String?

  public init(model: String, pre: String? = nil, tokens: [String]) {
    self.model = model
    self.pre = pre
    self.tokens = tokens
  }

  /// Reads the metadata of a file; nil where it has no tokenizer.
  public init?(of file: GGUFFile) throws {
    func value(_ key: String) -> GGUFValue? { file.metadata["tokenizer.\(key)"] }
    guard let model = value("ggml.model")?.text, let tokens = value("ggml.tokens")?.texts else {
      return nil
    }
    self.init(model: model, pre: value("ggml.pre")?.text, tokens: tokens)
    scores = value("ggml.scores")?.floats ?? []
    tokenTypes = value("ggml.token_type")?.ints ?? []
    merges = value("ggml.merges")?.texts ?? []
    bosID = value("ggml.bos_token_id")?.int
    eosID = value("ggml.eos_token_id")?.int
    unkID = value("ggml.unknown_token_id")?.int
    padID = value("ggml.padding_token_id")?.int
    addBOS = value("ggml.add_bos_token")?.flag
    addEOS = value("ggml.add_eos_token")?.flag
    addSpacePrefix = value("ggml.add_space_prefix")?.flag
    chatTemplate = value("chat_template")?.text
    try checkCounts(path: file.file.path)
  }

  private func checkCounts(path: String) throws {
    for (key, count) in [("scores", scores.count), ("token_type", tokenTypes.count)]
    where count != 0 && count != tokens.count {
      throw FormatError(
        path: path, place: "tokenizer.ggml.\(key)",
        problem: "has \(count) elements for \(tokens.count) tokens")
    }
    for (key, id) in [("bos", bosID), ("eos", eosID), ("unknown", unkID), ("padding", padID)] {
      guard let id, !tokens.indices.contains(id) else { continue }
      throw FormatError(
        path: path, place: "tokenizer.ggml.\(key)_token_id",
        problem: "is \(id), but there are \(tokens.count) tokens")
    }
  }

  /// The metadata that say all this again, for writing a file.
  public var metadata: [(key: String, value: GGUFValue)] {
    let pairs: [(String, GGUFValue?)] = [
      ("ggml.model", .string(model)), ("ggml.pre", pre.map(GGUFValue.string)),
      ("ggml.tokens", .array(.string(tokens))),
      ("ggml.scores", scores.isEmpty ? nil : .array(.float32(scores))),
      (
        "ggml.token_type",
        tokenTypes.isEmpty ? nil : .array(.int32(tokenTypes.map { Int32(clamping: $0) }))
      ),
      ("ggml.merges", merges.isEmpty ? nil : .array(.string(merges))),
      ("ggml.bos_token_id", id(bosID)), ("ggml.eos_token_id", id(eosID)),
      ("ggml.unknown_token_id", id(unkID)), ("ggml.padding_token_id", id(padID)),
      ("ggml.add_bos_token", addBOS.map(GGUFValue.boolean)),
      ("ggml.add_eos_token", addEOS.map(GGUFValue.boolean)),
      ("ggml.add_space_prefix", addSpacePrefix.map(GGUFValue.boolean)),
      ("chat_template", chatTemplate.map(GGUFValue.string)),
    ]
    return pairs.compactMap { key, value in value.map { ("tokenizer.\(key)", $0) } }
  }

  private func id(_ id: Int?) -> GGUFValue? { id.map { .uint32(UInt32(clamping: $0)) } }
}
