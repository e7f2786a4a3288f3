import Foundation

extension Tokenizer {
  /// Reads SentencePiece's `tokenizer.model`: BPE or unigram.
  ///
  /// As in SentencePiece itself, `addSpecial` adds the beginning of text where the model has one;
  /// unlike there, control tokens in the text are recognised unless told otherwise.
  public init(sentencePiece url: URL) throws {
    let data = try readFile(url, expected: "a SentencePiece model")
    let file = try SentencePieceFile(Array(data), place: url.path)
    var vocabulary = ScoredVocabulary(
      texts: file.pieces.map(\.text), scores: file.pieces.map(\.score),
      kinds: file.pieces.map(\.kind))
    vocabulary.normalizer = file.normalizer
    vocabulary.unknownText = file.unknownText
    vocabulary.usesUnigram = file.algorithm == .unigram
    guard file.algorithm == .unigram || file.algorithm == .bpe else {
      throw TokenizerError(
        url.path, found: "a \(file.algorithm) model", expected: "a BPE or a unigram model")
    }
    func present(_ id: Int) -> Int? { file.pieces.indices.contains(id) ? id : nil }
    vocabulary.special = SpecialTokens(
      bos: present(file.bos), eos: present(file.eos), pad: present(file.pad))
    vocabulary.addsBos = present(file.bos) != nil
    self.init(vocabulary.parts())
  }
}

/// A vocabulary whose merges follow from the scores of its pieces, as SentencePiece and GGUF files
/// of the Llama family hold it.
struct ScoredVocabulary {
  var texts: [[UInt8]]
  var scores: [Float]
  var kinds: [SentencePieceDecoder.Kind]
  var normalizer = SentencePieceNormalizer()
  var unknownText = " \u{2047} "
  var usesUnigram = false
  var special = SpecialTokens()
  var addsBos = false
  var addsEos = false
  /// Whether user-defined pieces are cut out before normalisation, as GGUF readers do.
  var cutsUserDefined = false

  init(texts: [[UInt8]], scores: [Float], kinds: [SentencePieceDecoder.Kind]) {
    self.texts = texts
    self.scores = scores
    self.kinds = kinds
  }

  func parts() -> TokenizerParts {
    var pieces = PieceTable(capacity: texts.count)
    for (id, text) in texts.enumerated() { pieces.insert(text, id: id) }
    let model: TokenizerParts.Model =
      usesUnigram ? .unigram(unigram()) : .bpe(MergesFromScores(self, pieces).bpe())
    var parts = TokenizerParts(pieces: pieces, model: model)
    parts.added = added
    var normalizer = normalizer
    if !cutsUserDefined { normalizer.whole = userDefined }
    parts.normalizers = [.sentencePiece(normalizer)]
    if !usesUnigram, isCutBeforeSpaces(pieces) { parts.preTokenizers = [.beforeSpaces] }
    parts.decoding = .sentencePiece(decoder)
    parts.specialTokens = special
    parts.specialTokens.unknown = unknown.map { Int($0) }
    parts.specialTokens.names = Dictionary(
      added.filter(\.isSpecial).map { ($0.text, $0.id) }, uniquingKeysWith: { $1 })
    if addsBos, let bos = special.bos { parts.frame.prefix = [Int32(bos)] }
    if addsEos, let eos = special.eos { parts.frame.suffix = [Int32(eos)] }
    return parts
  }

  var unknown: Int32? { kinds.firstIndex(of: .unknown).map { Int32($0) } }

  /// The ids of the 256 bytes, where the vocabulary has them all.
  var bytes: [Int32]? {
    var ids = [Int32](repeating: -1, count: 256)
    for (id, kind) in kinds.enumerated() where kind == .byte {
      if let byte = PieceDecoder.namedByte(texts[id]) { ids[Int(byte)] = Int32(id) }
    }
    return ids.contains(-1) ? nil : ids
  }

  var userDefined: ByteTrie {
    var trie = ByteTrie()
    for (id, kind) in kinds.enumerated() where kind == .userDefined {
      trie.insert(texts[id], value: Int32(id))
    }
    return trie
  }

  private var added: [AddedToken] {
    kinds.indices.compactMap { id in
      let text = String(decoding: texts[id], as: UTF8.self)
      switch kinds[id] {
      case .control, .unknown: return AddedToken(id: id, text: text, isSpecial: true)
      case .userDefined: return cutsUserDefined ? AddedToken(id: id, text: text) : nil
      case .normal, .unused, .byte: return nil
      }
    }
  }

  private var decoder: SentencePieceDecoder {
    SentencePieceDecoder(
      kinds: kinds, unknownText: unknownText,
      stripsLeadingSpace: normalizer.addsDummyPrefix || normalizer.removesExtraSpaces,
      stripsAllLeadingSpace: normalizer.removesExtraSpaces)
  }

  private func unigram() -> Unigram {
    var trie = ByteTrie()
    var scores = scores
    let normal = kinds.indices.filter { kinds[$0] == .normal }.map { scores[$0] }
    // A user-defined piece must win over every way to spell it.
    for (id, kind) in kinds.enumerated() {
      switch kind {
      case .normal: trie.insert(texts[id], value: Int32(id))
      case .userDefined:
        trie.insert(texts[id], value: Int32(id))
        scores[id] = Float(texts[id].count) * (normal.max() ?? 0) - 0.1
      case .unknown, .control, .unused, .byte: break
      }
    }
    return Unigram(
      trie: trie, scores: scores, unknown: unknown ?? 0, unknownScore: (normal.min() ?? 0) - 10,
      bytes: bytes)
  }

  /// Whether no piece has a space after another character.
  ///
  /// Then no merge crosses the bound before a space, and words can be merged apart, which the cache
  /// of words makes cheap.
  private func isCutBeforeSpaces(_ pieces: PieceTable) -> Bool {
    guard pieces.find(SentencePieceDecoder.space) >= 0, normalizer.escapesSpaces else {
      return false
    }
    return zip(texts, kinds).allSatisfy { text, kind in
      kind != .normal && kind != .userDefined && kind != .unused
        || !SpaceBounds.hasInnerBound(text)
    }
  }
}

/// Where `▁` follows another character.
enum SpaceBounds {
  /// Whether words before `▁` can be merged apart: no piece has it after another character, and it
  /// is itself a piece.
  static func areSafe(_ pieces: PieceTable) -> Bool {
    pieces.find(SentencePieceDecoder.space) >= 0
      && (0..<pieces.count).allSatisfy { id in
        pieces.bytes(of: id).map { !hasInnerBound(Array($0)) } ?? true
      }
  }

  static func hasInnerBound(_ text: [UInt8]) -> Bool {
    text.withUnsafeBufferPointer { text in
      (1..<max(1, text.count)).contains { isBound(text, $0, from: 0) }
    }
  }

  /// Whether a `▁` begins at `index` and the character before it is another.
  @inline(__always)
  static func isBound(_ text: UnsafeBufferPointer<UInt8>, _ index: Int, from start: Int) -> Bool {
    isSpace(text, index) && !(index >= start + 3 && isSpace(text, index - 3))
  }

  /// `▁` is E2 96 81.
  @inline(__always)
  private static func isSpace(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    text[index] == 0xE2 && index + 2 < text.count && text[index + 1] == 0x96
      && text[index + 2] == 0x81
  }
}
