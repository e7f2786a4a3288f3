// Texts in JSON: what stands between quotes, its escapes resolved.

extension JSONScanner {
  mutating func text() throws(JSONError) -> String {
    let start = position + 1
    var end = start
    while end < bytes.count, isPlain(bytes[end]) { end += 1 }
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
      position = end + 1
      return String(decoding: bytes[start..<end], as: UTF8.self)
    }
    var text: [UInt8] = []
    try self.text(into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads a text into a buffer that is used again and again.
  public mutating func text(into text: inout [UInt8]) throws(JSONError) {
    text.removeAll(keepingCapacity: true)
    guard peek() == UInt8(ascii: "\"") else { throw unexpected("a text") }
    position += 1
    while position < bytes.count {
      let start = position
      while position < bytes.count, isPlain(bytes[position]) { position += 1 }
      text.append(contentsOf: bytes[start..<position])
      guard position < bytes.count else { break }
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      default: throw error("a raw control character inside a text; write it as an escape")
      }
    }
    throw unexpected("`\"` at the end of the text")
  }

  private func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard position < bytes.count else { throw unexpected("an escape") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try scalar())).utf8)
    default:
      position -= 1
      throw unexpected("one of n t r b f u \" \\ / after a backslash")
    }
  }

  /// The scalar after `\u`; a lone half of a surrogate pair becomes U+FFFD, as it cannot stand in
  /// UTF-8.
  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    let code = try fourDigits()
    guard (0xD800..<0xDC00).contains(code), position + 1 < bytes.count,
      bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    else { return Unicode.Scalar(code) ?? "\u{FFFD}" }
    let back = position
    position += 2
    let low = try fourDigits()
    guard (0xDC00..<0xE000).contains(low) else {
      position = back
      return "\u{FFFD}"
    }
    return Unicode.Scalar(0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func fourDigits() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard position < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue
      else { throw unexpected("four hexadecimal digits") }
      code = code << 4 + UInt32(digit)
      position += 1
    }
    return code
  }
}
