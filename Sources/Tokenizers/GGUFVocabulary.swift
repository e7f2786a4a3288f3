/// The vocabulary inside a GGUF file: the values of its `tokenizer.ggml.*` keys.
public struct GGUFVocabulary: Sendable {
  /// `tokenizer.ggml.model`: `gpt2` for byte-level BPE, `llama` for SentencePiece's BPE.
  public var model: String
  /// `tokenizer.ggml.pre`: which patterns cut the text.
  public var pre: String
  public var tokens: [String]
  /// Needed for `llama` alone.
  public var scores: [Float]
  /// What each token is for: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.
  public var tokenTypes: [Int]
  /// Needed for `gpt2` alone.
  public var merges: [String]
  public var bos: Int?
  public var eos: Int?
  public var unknown: Int?
  public var pad: Int?
  /// nil where the file does not say; then what is usual for the model.
  public var addsBos: Bool?
  public var addsEos: Bool?
  public var addsSpacePrefix: Bool?

  public init(
    model: String, pre: String = "default", tokens: [String], scores: [Float] = [],
    tokenTypes: [Int] = [], merges: [String] = [], bos: Int? = nil, eos: Int? = nil,
    unknown: Int? = nil, pad: Int? = nil, addsBos: Bool? = nil, addsEos: Bool? = nil,
    addsSpacePrefix: Bool? = nil
  ) {
    self.model = model
    self.pre = pre
    self.tokens = tokens
    self.scores = scores
    self.tokenTypes = tokenTypes
    self.merges = merges
    self.bos = bos
    self.eos = eos
    self.unknown = unknown
    self.pad = pad
    self.addsBos = addsBos
    self.addsEos = addsEos
    self.addsSpacePrefix = addsSpacePrefix
  }
}

extension Tokenizer {
  private enum GGUFModel: String, CaseIterable { case gpt2, llama }

  public init(gguf vocabulary: GGUFVocabulary) throws {
    guard let model = GGUFModel(rawValue: vocabulary.model) else {
      throw TokenizerError(
        "tokenizer.ggml.model", found: "`\(vocabulary.model)`",
        expected: "one of \(GGUFModel.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    switch model {
    case .gpt2: self.init(try vocabulary.byteLevelParts())
    case .llama: self.init(try vocabulary.scoredParts())
    }
  }
}

extension GGUFVocabulary {
  fileprivate func byteLevelParts() throws -> TokenizerParts {
    let cut = try GGUFCut.named(pre)
    var pieces = PieceTable(capacity: tokens.count)
    for (id, token) in tokens.enumerated() { pieces.insert(token.utf8, id: id) }
    var parts = try TokenizerParts(
      byteLevel: pieces, merges: merges.lazy.map { Array($0.utf8) },
      place: "tokenizer.ggml.merges", takesWholeWords: cut.takesWholeWords)
    parts.added = added
    parts.preTokenizers = try cut.patterns.map { .split(try Pattern($0), .isolated, invert: false) }
    parts.origin = .byteLevel(patterns: cut.patterns)
    parts.specialTokens = special
    parts.frame = frame(bosByDefault: cut.addsBos)
    return parts
  }

  fileprivate func scoredParts() throws -> TokenizerParts {
    guard scores.count == tokens.count else {
      throw TokenizerError(
        "tokenizer.ggml.scores", found: "\(scores.count) scores",
        expected: "one for each of the \(tokens.count) tokens")
    }
    var vocabulary = ScoredVocabulary(
      texts: tokens.map { Array($0.utf8) }, scores: scores,
      kinds: tokens.indices.map { kind($0) })
    vocabulary.normalizer.addsDummyPrefix = addsSpacePrefix ?? true
    vocabulary.normalizer.removesExtraSpaces = false
    vocabulary.cutsUserDefined = true
    var parts = vocabulary.parts()
    parts.specialTokens = special
    parts.frame = frame(bosByDefault: true)
    return parts
  }

  private var special: SpecialTokens {
    SpecialTokens(
      bos: bos, eos: eos, pad: pad, unknown: unknown,
      names: Dictionary(
        added.filter(\.isSpecial).map { ($0.text, $0.id) }, uniquingKeysWith: { $1 }))
  }

  private func frame(bosByDefault: Bool) -> TokenizerParts.Frame {
    var frame = TokenizerParts.Frame()
    if addsBos ?? bosByDefault, let bos, tokens.indices.contains(bos) {
      frame.prefix = [Int32(bos)]
    }
    if addsEos ?? false, let eos, tokens.indices.contains(eos) { frame.suffix = [Int32(eos)] }
    return frame
  }

  private func kind(_ id: Int) -> SentencePieceDecoder.Kind {
    tokenTypes.indices.contains(id) ? .init(rawValue: tokenTypes[id]) ?? .normal : .normal
  }

  private var added: [AddedToken] {
    tokens.indices.compactMap { id in
      switch kind(id) {
      case .control, .unknown: AddedToken(id: id, text: tokens[id], isSpecial: true)
      case .userDefined: AddedToken(id: id, text: tokens[id])
      case .normal, .unused, .byte: nil
      }
    }
  }
}
