/// SentencePiece's own normalisation: replacements, white space to `▁`, and one before the text.
struct SentencePieceNormalizer: Sendable {
  var map: CharacterMap?
  var addsDummyPrefix = true
  var removesExtraSpaces = true
  var escapesSpaces = true
  var spaceIsSuffix = false
  /// Symbols that are not normalised.
  var whole = ByteTrie()

  func normalize(_ text: [UInt8]) -> [UInt8] {
    text.withUnsafeBufferPointer { text in
      var index = 0
      while removesExtraSpaces, index < text.count, step(text, index).0 == [0x20] {
        index += step(text, index).1
      }
      guard index < text.count else { return [] }
      var output: [UInt8] = []
      output.reserveCapacity(text.count + text.count / 2)
      if addsDummyPrefix, !spaceIsSuffix { output.append(contentsOf: space) }
      append(text, from: index, to: &output)
      while removesExtraSpaces, output.hasSuffix(space) { output.removeLast(space.count) }
      if addsDummyPrefix, spaceIsSuffix { output.append(contentsOf: space) }
      return output
    }
  }

  private var space: [UInt8] { escapesSpaces ? SentencePieceDecoder.space : [0x20] }

  private func append(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, to output: inout [UInt8]
  ) {
    var index = start
    var afterSpace = removesExtraSpaces
    while index < text.count {
      var (new, length) = step(text, index)
      index += length
      while afterSpace, new.first == 0x20 { new.removeFirst() }
      for byte in new {
        if byte == 0x20 { output.append(contentsOf: space) } else { output.append(byte) }
      }
      if let last = new.last { afterSpace = removesExtraSpaces && last == 0x20 }
    }
  }

  /// The normal form of what stands at `index`, and how many bytes that is of the text.
  private func step(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> (ArraySlice<UInt8>, Int) {
    if !whole.isEmpty, let match = whole.longest(in: text, at: index) {
      return (ArraySlice(text[index..<index + match.length]), match.length)
    }
    if let replaced = map?.longest(text, index) { return replaced }
    let length = min(characterLength(text[index]), text.count - index)
    return (ArraySlice(text[index..<index + length]), length)
  }
}

extension [UInt8] {
  fileprivate func hasSuffix(_ end: [UInt8]) -> Bool {
    count >= end.count && suffix(end.count) == end[...]
  }
}

/// From SentencePiece's pieces back to text.
struct SentencePieceDecoder: Sendable {
  /// What a piece is for; the numbers are those of the file.
  enum Kind: Int, Sendable {
    case normal = 1
    case unknown, control, userDefined, unused, byte
  }

  static let space = Array("▁".utf8)

  var kinds: [Kind]
  var unknownText = " ⁇ "
  var stripsLeadingSpace = true
  var stripsAllLeadingSpace = false

  func decode(_ ids: [Int32], _ pieces: PieceTable) -> String {
    var output: [UInt8] = []
    var bytes: [UInt8] = []
    var atStart = true
    var sawSpace = false
    for id in ids {
      let piece = pieces.bytes(of: Int(id)) ?? []
      if kind(Int(id)) == .byte, let byte = PieceDecoder.namedByte(piece) {
        bytes.append(byte)
        continue
      }
      output.append(contentsOf: PieceDecoder.textOrMarks(bytes))
      bytes.removeAll()
      if sawSpace || !output.isEmpty { atStart = false }
      sawSpace = append(Int(id), piece, atStart, to: &output)
    }
    output.append(contentsOf: PieceDecoder.textOrMarks(bytes))
    return String(decoding: output, as: UTF8.self)
  }

  /// The bytes of one piece on its own.
  func spell(_ id: Int, _ piece: ArraySlice<UInt8>) -> [UInt8] {
    switch kind(id) {
    case .byte: PieceDecoder.namedByte(piece).map { [$0] } ?? Array(piece)
    case .unknown: Array(unknownText.utf8)
    case .control: Array(piece)
    case .normal, .userDefined, .unused: Array(piece).replacing(Self.space, with: [0x20])
    }
  }

  private func kind(_ id: Int) -> Kind { kinds.indices.contains(id) ? kinds[id] : .control }

  /// Appends one piece; true where its leading space was the one that encoding had put there.
  private func append(
    _ id: Int, _ piece: ArraySlice<UInt8>, _ atStart: Bool, to output: inout [UInt8]
  ) -> Bool {
    switch kind(id) {
    case .control, .byte: return false
    case .unknown: output.append(contentsOf: unknownText.utf8)
    case .normal, .userDefined, .unused:
      var piece = piece
      let strips = atStart && stripsLeadingSpace && piece.starts(with: Self.space)
      if strips { piece.removeFirst(Self.space.count) }
      output.append(contentsOf: Array(piece).replacing(Self.space, with: [0x20]))
      return strips && !stripsAllLeadingSpace
    }
    return false
  }
}
