/// Text to the ids of a model's vocabulary and back, exactly as the model was trained.
///
/// A value is immutable and may be used from several threads at once.
public struct Tokenizer: Sendable {
  /// One more than the largest id.
  public let vocabularySize: Int
  public let special: SpecialTokens

  let parts: TokenizerParts
  private let raw: AddedTokenSplitter
  private let normalized: AddedTokenSplitter
  private let specialIDs: Set<Int32>
  private let spelling: Spelling
  private let shelf = WorkspaceShelf()

  init(_ parts: TokenizerParts) {
    var parts = parts
    var raw = AddedTokenSplitter()
    var normalized = AddedTokenSplitter()
    for token in parts.added {
      var text = Array(token.text.utf8)
      if !parts.pieces.contains(token.id) { parts.pieces.insert(text, id: token.id) }
      guard token.isNormalized else {
        raw.insert(token, text: text)
        continue
      }
      for normalizer in parts.normalizers { normalizer.normalize(&text) }
      normalized.insert(token, text: text)
    }
    self.raw = raw
    self.normalized = normalized
    specialIDs = Set(parts.added.filter(\.isSpecial).map { Int32($0.id) })
    special = parts.specialTokens
    vocabularySize = parts.pieces.count
    spelling = Spelling(parts)
    self.parts = parts
  }

  /// The same vocabulary with other tokens that steer.
  public func with(special: SpecialTokens) -> Tokenizer {
    var parts = parts
    parts.specialTokens = special
    return Tokenizer(parts)
  }

  /// The ids of a text.
  ///
  /// - Parameters:
  ///   - addSpecial: adds what the model expects around one text, such as the id that begins it.
  ///   - recogniseSpecial: reads the text of a special token as that token. Turn it off for text
  ///     from people who must not steer the model.
  public func encode(
    _ text: String, addSpecial: Bool = false, recogniseSpecial: Bool = true
  ) -> [Int32] {
    var workspace = shelf.take()
    var output: [Int32] = []
    output.reserveCapacity(text.utf8.count / 3 + 4)
    if addSpecial { output.append(contentsOf: parts.frame.prefix) }
    var text = text
    text.withUTF8 { text in
      encode(text, recogniseSpecial: recogniseSpecial, &workspace, into: &output)
    }
    if addSpecial { output.append(contentsOf: parts.frame.suffix) }
    shelf.putBack(workspace)
    return output
  }

  /// The text of ids.
  ///
  /// Ids outside the vocabulary are passed over; bytes that make no text become U+FFFD.
  public func decode(_ ids: some Sequence<Int32>, skipSpecial: Bool = false) -> String {
    let shown = ids.filter { id in
      parts.pieces.contains(Int(id)) && !(skipSpecial && specialIDs.contains(id))
    }
    switch parts.decoding {
    case .byteLevel:
      return String(decoding: shown.flatMap { spelling[Int($0)] }, as: UTF8.self)
    case .joinedBySpaces: return shown.map(piece).joined(separator: " ")
    case .steps(let steps):
      var texts = shown.compactMap { parts.pieces.bytes(of: Int($0)).map(Array.init) }
      for step in steps { step.apply(&texts) }
      return String(decoding: texts.joined(), as: UTF8.self)
    case .sentencePiece(let decoder): return decoder.decode(shown, parts.pieces)
    }
  }

  /// The bytes that an id adds to the text, which may be a part of a character; see `StreamDecoder`.
  public func bytes(of id: Int32) -> [UInt8] {
    parts.pieces.contains(Int(id)) ? Array(spelling[Int(id)]) : []
  }

  /// The piece as the vocabulary writes it; empty where there is none.
  public func piece(_ id: Int32) -> String { parts.pieces.text(of: Int(id)) ?? "" }

  public func id(of piece: String) -> Int32? {
    let id = parts.pieces.find(piece)
    return id >= 0 ? id : nil
  }

  public func isSpecial(_ id: Int32) -> Bool { specialIDs.contains(id) }

  /// Whether decoding takes away the space that encoding put before the text.
  var stripsLeadingSpace: Bool { parts.decoding.stripsLeadingSpace }
}

extension Tokenizer {
  private func encode(
    _ text: UnsafeBufferPointer<UInt8>, recogniseSpecial: Bool, _ workspace: inout Workspace,
    into output: inout [Int32]
  ) {
    if raw.isEmpty {
      return encodeSegment(
        Array(text), beginsText: true, recogniseSpecial, &workspace, into: &output)
    }
    raw.split(text, recogniseSpecial: recogniseSpecial) { part in
      switch part {
      case .token(let id): output.append(Int32(id))
      case .text(let range):
        encodeSegment(
          Array(text[range]), beginsText: range.lowerBound == 0, recogniseSpecial, &workspace,
          into: &output)
      }
    }
  }

  private func encodeSegment(
    _ segment: [UInt8], beginsText: Bool, _ recogniseSpecial: Bool, _ workspace: inout Workspace,
    into output: inout [Int32]
  ) {
    var segment = segment
    for normalizer in parts.normalizers { normalizer.normalize(&segment) }
    if normalized.isEmpty {
      return encodePlain(segment, beginsText: beginsText, &workspace, into: &output)
    }
    segment.withUnsafeBufferPointer { text in
      normalized.split(text, recogniseSpecial: recogniseSpecial) { part in
        switch part {
        case .token(let id): output.append(Int32(id))
        case .text(let range):
          encodePlain(
            Array(text[range]), beginsText: beginsText && range.lowerBound == 0, &workspace,
            into: &output)
        }
      }
    }
  }

  private func encodePlain(
    _ text: [UInt8], beginsText: Bool, _ workspace: inout Workspace, into output: inout [Int32]
  ) {
    var cut = Cut(text, beginsText: beginsText)
    for preTokenizer in parts.preTokenizers { preTokenizer.apply(&cut) }
    cut.bytes.withUnsafeBufferPointer { bytes in
      for piece in cut.pieces {
        let word = UnsafeBufferPointer(rebasing: bytes[piece])
        switch parts.model {
        case .bpe(let bpe): bpe.encode(word, parts.pieces, &workspace, into: &output)
        case .unigram(let unigram): unigram.encode(word, &workspace, into: &output)
        }
      }
    }
  }
}
