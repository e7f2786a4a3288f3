// From the members of a tokenizer.json to the parts of a tokenizer.

import JSON

extension HuggingFaceFile {
  func parts() throws -> TokenizerParts {
    let normalizers = try normalizers(members["normalizer"] ?? .null)
    var cuts = try preTokenizers(members["pre_tokenizer"] ?? .null)
    let model = try tokenizerModel(&cuts, normalizers)
    return TokenizerParts(
      pieces: pieces, model: model, added: try addedTokens(), normalizers: normalizers,
      preTokenizers: cuts, frame: try frame(members["post_processor"] ?? .null),
      decoding: try decoding(members["decoder"] ?? .null))
  }

  private func addedTokens() throws -> [AddedToken] {
    try (members["added_tokens"]?.list ?? []).map { token in
      guard let id = token["id"]?.int, let text = token["content"]?.text,
        (0...PieceTable.highestID).contains(id)
      else {
        throw failure(
          "added_tokens", found: "a token without content or with no possible id",
          expected: "`content` and an `id` from 0 to \(PieceTable.highestID)")
      }
      return AddedToken(
        id: id, text: text, isSpecial: token["special"]?.bool ?? false,
        singleWord: token["single_word"]?.bool ?? false, stripsLeft: token["lstrip"]?.bool ?? false,
        stripsRight: token["rstrip"]?.bool ?? false,
        isNormalized: token["normalized"]?.bool ?? false)
    }
  }
}

// MARK: - Models

extension HuggingFaceFile {
  private func tokenizerModel(
    _ cuts: inout [PreTokenizer], _ normalizers: [Normalizer]
  ) throws -> TokenizerParts.Model {
    let inferred: ModelKind? =
      model["type"] == nil ? (scores.isEmpty ? .bpe : .unigram) : nil
    switch try inferred ?? kind(["type": model["type"] ?? .null], of: "model") as ModelKind {
    case .bpe: return .bpe(try bpe(&cuts))
    case .unigram: return .unigram(try unigram())
    }
  }

  private func bpe(_ cuts: inout [PreTokenizer]) throws -> BPE {
    if let dropout = model["dropout"]?.double, dropout != 0 {
      throw failure("model.dropout", found: "\(dropout)", expected: "null: ids must not be random")
    }
    let prefix = model["continuing_subword_prefix"]?.text ?? ""
    let suffix = model["end_of_word_suffix"]?.text ?? ""
    let unknown = unknownToken.map { pieces.find($0) }
    let wholeWords = model["ignore_merges"]?.bool ?? false
    let alphabet = ByteAlphabet.encoded.map { pieces.find($0) }
    // Stand-ins that nothing else looks at need not be written: the model can count bytes.
    if case .byteAlphabet? = cuts.last, prefix.isEmpty, suffix.isEmpty,
      unknown == nil || !alphabet.contains(PieceTable.absent)
    {
      cuts.removeLast()
      return BPE(pairs: pairs, symbols: .bytes(alphabet), takesWholeWords: wholeWords)
    }
    if cuts.isEmpty, !wholeWords, prefix.isEmpty, suffix.isEmpty, SpaceBounds.areSafe(pieces) {
      cuts = [.beforeSpaces]
    }
    let characters = CharacterSymbols(
      unknown: unknown.flatMap { $0 >= 0 ? $0 : nil },
      fusesUnknown: model["fuse_unk"]?.bool ?? false,
      bytes: model["byte_fallback"]?.bool ?? false ? byteIDs() : nil, continuingPrefix: prefix,
      endOfWord: suffix)
    return BPE(pairs: pairs, symbols: .characters(characters), takesWholeWords: wholeWords)
  }

  private func unigram() throws -> Unigram {
    guard let unknown = model["unk_id"]?.int, scores.indices.contains(unknown) else {
      throw failure("model.unk_id", found: "none", expected: "the id of the unknown piece")
    }
    var trie = ByteTrie()
    for id in scores.indices {
      if let piece = pieces.bytes(of: id) { trie.insert(piece, value: Int32(id)) }
    }
    return Unigram(
      trie: trie, scores: scores, unknown: Int32(unknown),
      unknownScore: (scores.min() ?? 0) - 10,
      bytes: model["byte_fallback"]?.bool ?? false ? byteIDs() : nil)
  }

  /// The ids of `<0x00>` to `<0xFF>`.
  private func byteIDs() -> [Int32] {
    (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return pieces.find("<0x\(byte < 16 ? "0" : "")\(digits)>")
    }
  }
}

// MARK: - Frames

extension HuggingFaceFile {
  private enum FrameKind: String, CaseIterable {
    case template = "TemplateProcessing"
    case byteLevel = "ByteLevel"
    case bert = "BertProcessing"
    case roberta = "RobertaProcessing"
    case sequence = "Sequence"
  }

  private func frame(_ part: JSONValue) throws -> TokenizerParts.Frame {
    if part == .null { return TokenizerParts.Frame() }
    switch try kind(part, of: "post_processor") as FrameKind {
    case .byteLevel: return TokenizerParts.Frame()
    case .template: return try template(part)
    case .bert, .roberta:
      return TokenizerParts.Frame(
        prefix: part["cls"]?.list?.last?.pieceID.map { [$0] } ?? [],
        suffix: part["sep"]?.list?.last?.pieceID.map { [$0] } ?? [])
    case .sequence:
      var frame = TokenizerParts.Frame()
      for inner in try (part["processors"]?.list ?? []).map(self.frame) {
        frame.prefix = inner.prefix + frame.prefix
        frame.suffix += inner.suffix
      }
      return frame
    }
  }

  private func template(_ part: JSONValue) throws -> TokenizerParts.Frame {
    var frame = TokenizerParts.Frame()
    var afterText = false
    for item in part["single"]?.list ?? [] {
      guard let name = item["SpecialToken"]?["id"]?.text else {
        afterText = true
        continue
      }
      let ids = (part["special_tokens"]?[name]?["ids"]?.list ?? []).compactMap(\.pieceID)
      if afterText { frame.suffix += ids } else { frame.prefix += ids }
    }
    return frame
  }
}

// MARK: - Decoders

extension HuggingFaceFile {
  private enum DecoderKind: String, CaseIterable {
    case byteLevel = "ByteLevel"
    case replace = "Replace"
    case byteFallback = "ByteFallback"
    case fuse = "Fuse"
    case strip = "Strip"
    case metaspace = "Metaspace"
    case bpe = "BPEDecoder"
    case sequence = "Sequence"
  }

  private func decoding(_ part: JSONValue) throws -> Decoding {
    if part == .null { return .joinedBySpaces }
    let steps = try decoders(part)
    if case .byteLevel? = steps.first, steps.count == 1 { return .byteLevel }
    return .steps(steps)
  }

  private func decoders(_ part: JSONValue) throws -> [PieceDecoder] {
    switch try kind(part, of: "decoder") as DecoderKind {
    case .byteLevel: return [.byteLevel]
    case .byteFallback: return [.byteFallback]
    case .fuse: return [.fuse]
    case .sequence: return try (part["decoders"]?.list ?? []).flatMap(decoders)
    case .replace:
      let new = Array((part["content"]?.text ?? "").utf8)
      if let text = part["pattern"]?["String"]?.text {
        return [.replace(Array(text.utf8), with: new)]
      }
      return [.replacePattern(try pattern(part, of: "decoder"), with: new)]
    case .strip:
      return [
        .strip(
          Array((part["content"]?.text ?? " ").utf8), start: part["start"]?.int ?? 0,
          stop: part["stop"]?.int ?? 0)
      ]
    case .metaspace:
      let mark = Array((part["replacement"]?.text ?? "▁").utf8)
      return [.metaspace(replacement: mark, stripsFirst: prependScheme(part) != .never)]
    case .bpe: return [.endOfWord(Array((part["suffix"]?.text ?? "</w>").utf8))]
    }
  }
}

extension JSONValue {
  /// The number as the id of a piece.
  fileprivate var pieceID: Int32? { int.flatMap { Int32(exactly: $0) } }
}
