extension JSONValue {
  /// Reads one JSON value that fills the whole text.
  ///
  /// `NaN` and `Infinity`, which Python writes, are read as numbers; who cannot use them says so.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes: bytes.span)
    self = try reader.document()
  }

  public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}

/// One pass over bytes, without looking back.
struct JSONReader: ~Escapable {
  private let bytes: Span<UInt8>
  private var place = 0
  private var depth = 0
  private static let depthLimit = 256

  @_lifetime(copy bytes)
  init(bytes: Span<UInt8>) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    skipSpace()
    let value = try value()
    skipSpace()
    guard place == bytes.count else { throw error("text after the end of the value") }
    return value
  }

  private func error(_ problem: String) -> JSONError { JSONError(problem, at: place, in: bytes) }

  private func unexpected(_ expected: String) -> JSONError {
    guard place < bytes.count else { return error("the text ends where \(expected) is expected") }
    let found = Character(Unicode.Scalar(bytes[place]))
    return error("found `\(found)`, expected \(expected)")
  }

  private mutating func skipSpace() {
    while place < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[place]) { place += 1 }
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    guard place < bytes.count else { throw unexpected("a value") }
    switch bytes[place] {
    case UInt8(ascii: "{"): return .object(try nested { r throws(JSONError) in try r.object() })
    case UInt8(ascii: "["): return .list(try nested { r throws(JSONError) in try r.list() })
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
    default: return try number()
    }
  }

  private mutating func nested<T>(
    _ body: (inout JSONReader) throws(JSONError) -> T
  ) throws(JSONError) -> T {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw error("nested deeper than \(Self.depthLimit) levels")
    }
    let result = try body(&self)
    depth -= 1
    return result
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError)
    -> JSONValue
  {
    for expected in "\(text)".utf8 {
      guard place < bytes.count, bytes[place] == expected else { throw unexpected("`\(text)`") }
      place += 1
    }
    return value
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    var object = JSONObject()
    place += 1
    skipSpace()
    if take(UInt8(ascii: "}")) { return object }
    while true {
      skipSpace()
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else {
        throw unexpected("a key in quotes")
      }
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw unexpected("`:` after the key \"\(key)\"") }
      skipSpace()
      object.append(key, try value())
      skipSpace()
      if take(UInt8(ascii: "}")) { return object }
      guard take(UInt8(ascii: ",")) else { throw unexpected("`,` or `}`") }
    }
  }

  private mutating func list() throws(JSONError) -> [JSONValue] {
    var values: [JSONValue] = []
    place += 1
    skipSpace()
    if take(UInt8(ascii: "]")) { return values }
    while true {
      skipSpace()
      values.append(try value())
      skipSpace()
      if take(UInt8(ascii: "]")) { return values }
      guard take(UInt8(ascii: ",")) else { throw unexpected("`,` or `]`") }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard place < bytes.count, bytes[place] == byte else { return false }
    place += 1
    return true
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = place
    if take(UInt8(ascii: "-")), place < bytes.count, bytes[place] == UInt8(ascii: "I") {
      return try word("Infinity", .number(-.infinity))
    }
    var isInteger = true
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"),
        UInt8(ascii: "-"):
        isInteger = false
      default:
        return try number(from: start, isInteger: isInteger)
      }
      place += 1
    }
    return try number(from: start, isInteger: isInteger)
  }

  private mutating func number(from start: Int, isInteger: Bool) throws(JSONError) -> JSONValue {
    let digits = text(start..<place)
    if isInteger, let number = Int(digits) { return .int(number) }
    guard let number = Double(digits), digits.utf8.last.map({ $0 != UInt8(ascii: ".") }) == true
    else {
      place = start
      throw unexpected("a value")
    }
    return .number(number)
  }

  private func text(_ range: Range<Int>) -> String {
    String(unsafeUninitializedCapacity: range.count) { buffer in
      for (i, place) in range.enumerated() { buffer[i] = bytes[place] }
      return range.count
    }
  }

  private mutating func string() throws(JSONError) -> String {
    place += 1
    let start = place
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "\""):
        place += 1
        return text(start..<place - 1)
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw error("a raw control character inside a text; write it as an escape")
      default: place += 1
      }
    }
    throw unexpected("`\"` at the end of the text")
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var result: [UInt8] = []
    for i in start..<place { result.append(bytes[i]) }
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
      case UInt8(ascii: "\\"): result += try escape()
      case 0..<0x20:
        place -= 1
        throw error("a raw control character inside a text; write it as an escape")
      default: result.append(byte)
      }
    }
    throw unexpected("`\"` at the end of the text")
  }

  private mutating func escape() throws(JSONError) -> [UInt8] {
    guard place < bytes.count else { throw unexpected("an escape") }
    let byte = bytes[place]
    place += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "u"): return try unicodeEscape()
    default:
      place -= 1
      throw unexpected("one of n t r b f u \" \\ / after a backslash")
    }
  }

  /// A lone half of a surrogate pair becomes U+FFFD, as it cannot stand in UTF-8.
  private mutating func unicodeEscape() throws(JSONError) -> [UInt8] {
    var code = try fourDigits()
    if (0xD800..<0xDC00).contains(code), place + 1 < bytes.count,
      bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
    {
      let back = place
      place += 2
      let low = try fourDigits()
      if (0xDC00..<0xE000).contains(low) {
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      } else {
        place = back
      }
    }
    return Array(String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8)
  }

  private mutating func fourDigits() throws(JSONError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard place < bytes.count,
        let digit = Character(Unicode.Scalar(bytes[place])).hexDigitValue
      else { throw unexpected("four hexadecimal digits") }
      code = code << 4 + UInt32(digit)
      place += 1
    }
    return code
  }
}
