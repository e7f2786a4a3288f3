/// A step from pieces back to text.
///
/// Each step takes a list of texts and gives one.
enum PieceDecoder: Sendable {
  case byteLevel
  case replace([UInt8], with: [UInt8])
  case replacePattern(Pattern, with: [UInt8])
  /// `<0x41>` to the byte it names.
  case byteFallback
  case fuse
  case strip([UInt8], start: Int, stop: Int)
  case metaspace(replacement: [UInt8], stripsFirst: Bool)
  /// The end-of-word mark to a space, and nothing after the last word.
  case endOfWord([UInt8])

  func apply(_ texts: inout [[UInt8]]) {
    switch self {
    case .byteLevel: texts = [Self.joinBytes(texts)]
    case .replace(let old, let new):
      for index in texts.indices { texts[index] = texts[index].replacing(old, with: new) }
    case .replacePattern(let pattern, let new):
      for index in texts.indices { Normalizer.replace(pattern, with: new).normalize(&texts[index]) }
    case .byteFallback: texts = Self.spellBytes(texts)
    case .fuse: texts = [Array(texts.joined())]
    case .strip(let mark, let start, let stop):
      for index in texts.indices { Self.strip(&texts[index], mark, start, stop) }
    case .metaspace(let replacement, let stripsFirst):
      Self.metaspace(&texts, replacement, stripsFirst)
    case .endOfWord(let mark):
      for index in texts.indices {
        let new: [UInt8] = index == texts.count - 1 ? [] : [0x20]
        texts[index] = texts[index].replacing(mark, with: new)
      }
    }
  }

  /// The byte that a piece such as `<0x0A>` names.
  static func namedByte(_ piece: some Collection<UInt8>) -> UInt8? {
    guard piece.count == 6, piece.starts(with: "<0x".utf8) else { return nil }
    let digits = piece.dropFirst(3)
    guard let last = digits.dropFirst(2).first, last == UInt8(ascii: ">") else { return nil }
    return UInt8(String(decoding: digits.prefix(2), as: UTF8.self), radix: 16)
  }

  /// Bytes that make no text become one U+FFFD each.
  static func textOrMarks(_ bytes: [UInt8]) -> [UInt8] {
    if String(validating: bytes, as: UTF8.self) != nil { return bytes }
    return Array(repeatElement("\u{FFFD}".utf8, count: bytes.count).joined())
  }
}

extension PieceDecoder {
  private static func joinBytes(_ texts: [[UInt8]]) -> [UInt8] {
    var output: [UInt8] = []
    for text in texts where !ByteAlphabet.append(text, to: &output) {
      output.append(contentsOf: text)
    }
    return output
  }

  private static func spellBytes(_ texts: [[UInt8]]) -> [[UInt8]] {
    var output: [[UInt8]] = []
    var bytes: [UInt8] = []
    for text in texts {
      if let byte = namedByte(text) {
        bytes.append(byte)
        continue
      }
      if !bytes.isEmpty { output.append(textOrMarks(bytes)) }
      bytes.removeAll()
      output.append(text)
    }
    if !bytes.isEmpty { output.append(textOrMarks(bytes)) }
    return output
  }

  private static func strip(_ text: inout [UInt8], _ mark: [UInt8], _ start: Int, _ stop: Int) {
    for _ in 0..<start where text.starts(with: mark) { text.removeFirst(mark.count) }
    for _ in 0..<stop where text.count >= mark.count && text.suffix(mark.count) == mark[...] {
      text.removeLast(mark.count)
    }
  }

  private static func metaspace(
    _ texts: inout [[UInt8]], _ replacement: [UInt8], _ stripsFirst: Bool
  ) {
    for index in texts.indices {
      let new: [UInt8] = index == 0 && stripsFirst ? [] : [0x20]
      texts[index] = texts[index].replacing(replacement, with: new)
    }
  }
}
