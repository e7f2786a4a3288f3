// A JSON reader that walks the bytes once. Foundation's reader builds an object per vocabulary
// entry, which is most of the time it takes to open a tokenizer.json.

/// A JSON value small enough to be held as a tree.
enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  subscript(_ key: String) -> JSONValue {
    if case .object(let members) = self { return members[key] ?? .null }
    return .null
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var bool: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  var number: Double? { if case .number(let number) = self { number } else { nil } }
  var integer: Int? { number.flatMap { Int(exactly: $0) } }
  var id: Int32? { number.flatMap { Int32(exactly: $0) } }
  var array: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
  var isNull: Bool { if case .null = self { true } else { false } }
}

struct JSONScanner {
  private let bytes: [UInt8]
  private let place: String
  private(set) var position = 0
  private var depth = 0

  // No tokenizer file nests deeper than ten; a file that does must not exhaust the stack.
  private static let deepest = 200

  init(_ bytes: [UInt8], place: String) {
    self.bytes = bytes
    self.place = place
  }

  /// A scanner of the same bytes that stands elsewhere, for members that must be read out of order.
  func moved(to position: Int) -> JSONScanner {
    var scanner = self
    scanner.position = position
    return scanner
  }

  mutating func value() throws -> JSONValue {
    switch peek() {
    case UInt8(ascii: "{"):
      var members: [String: JSONValue] = [:]
      try object { scanner, key in
        members[String(decoding: key, as: UTF8.self)] = try scanner.value()
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try array { scanner in elements.append(try scanner.value()) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  /// Calls `member` with the scanner at each value; `member` must read or skip that value.
  mutating func object(_ member: (inout JSONScanner, [UInt8]) throws -> Void) throws {
    try expect(UInt8(ascii: "{"))
    try enter()
    defer { depth -= 1 }
    if take(UInt8(ascii: "}")) { return }
    var key: [UInt8] = []
    repeat {
      skipSpace()
      try string(into: &key)
      try expect(UInt8(ascii: ":"))
      try member(&self, key)
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
  }

  /// Calls `element` with the scanner at each element; `element` must read or skip it.
  mutating func array(_ element: (inout JSONScanner) throws -> Void) throws {
    try expect(UInt8(ascii: "["))
    try enter()
    defer { depth -= 1 }
    if take(UInt8(ascii: "]")) { return }
    repeat { try element(&self) } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
  }

  mutating func string() throws -> String {
    var text: [UInt8] = []
    try string(into: &text)
    return String(decoding: text, as: UTF8.self)
  }

  mutating func string(into text: inout [UInt8]) throws {
    text.removeAll(keepingCapacity: true)
    try expect(UInt8(ascii: "\""))
    while true {
      let start = position
      while position < bytes.count, bytes[position] != 0x22, bytes[position] != 0x5C {
        position += 1
      }
      text.append(contentsOf: bytes[start..<position])
      guard position < bytes.count else { throw failure("the end of the file", "a closing quote") }
      position += 1
      if bytes[position - 1] == 0x22 { return }
      try escape(into: &text)
    }
  }

  mutating func number() throws -> Double {
    skipSpace()
    let start = position
    while position < bytes.count, Self.isNumberByte[Int(bytes[position])] { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Double(text) else { throw failure(near(start), "a JSON value") }
    return number
  }

  /// The id of a piece.
  ///
  /// Ids far above any vocabulary are refused, since tables are as long as ids are high.
  mutating func id() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]), value < 1 << 40 {
      value = value * 10 + Int(bytes[position] - 0x30)
      position += 1
    }
    guard position > start, value <= PieceTable.highestID else {
      throw failure(near(start), "an id from 0 to \(PieceTable.highestID)")
    }
    return value
  }

  mutating func skip() throws {
    switch peek() {
    case UInt8(ascii: "{"): try object { scanner, _ in try scanner.skip() }
    case UInt8(ascii: "["): try array { scanner in try scanner.skip() }
    default: _ = try value()
    }
  }

  mutating func peek() -> UInt8 {
    skipSpace()
    return position < bytes.count ? bytes[position] : 0
  }
}

extension JSONScanner {
  private static let isNumberByte: [Bool] = (0..<256).map { byte in
    "+-.0123456789eE".utf8.contains(UInt8(byte))
  }

  private mutating func enter() throws {
    depth += 1
    guard depth <= Self.deepest else { throw failure("\(depth) levels of nesting", "fewer") }
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws {
    guard take(byte) else { throw failure(near(position), "`\(Character(Unicode.Scalar(byte)))`") }
  }

  private mutating func word(_ text: String, _ value: JSONValue) throws -> JSONValue {
    for byte in text.utf8 { try expect(byte) }
    return value
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    guard position < bytes.count else { throw failure("the end of the file", "an escape") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "u"): text.append(contentsOf: try escapedScalar().utf8Bytes)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    default: throw failure(near(position - 2), "a JSON escape")
    }
  }

  /// The scalar after `\u`; a surrogate without its partner becomes U+FFFD.
  private mutating func escapedScalar() throws -> Unicode.Scalar {
    let unit = try hexUnit()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, position + 1 < bytes.count, bytes[position] == 0x5C,
      bytes[position + 1] == UInt8(ascii: "u")
    else { return "\u{FFFD}" }
    let start = position
    position += 2
    let low = try hexUnit()
    guard (0xDC00...0xDFFF).contains(low) else {
      position = start
      return "\u{FFFD}"
    }
    return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func hexUnit() throws -> UInt32 {
    let end = min(position + 4, bytes.count)
    let digits = String(decoding: bytes[position..<end], as: UTF8.self)
    guard digits.utf8.count == 4, let unit = UInt32(digits, radix: 16) else {
      throw failure(near(position), "four hexadecimal digits")
    }
    position = end
    return unit
  }

  private func near(_ start: Int) -> String {
    let end = min(start + 24, bytes.count)
    guard start < end else { return "the end of the file" }
    return "`\(String(decoding: bytes[start..<end], as: UTF8.self))`"
  }

  private func failure(_ found: String, _ expected: String) -> TokenizerError {
    TokenizerError("\(place), byte \(position)", found: found, expected: expected)
  }
}

extension Unicode.Scalar {
  var utf8Bytes: [UInt8] { Array(String(Character(self)).utf8) }
}
