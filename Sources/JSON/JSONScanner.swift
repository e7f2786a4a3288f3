/// Walks over JSON, one pass and no looking back.
///
/// `value()` builds trees. Large members, such as the vocabulary of a tokenizer, are better walked
/// over with `beginObject`, `key(into:)` and `nextMember`, or `beginList` and `nextElement`:
///
///     var hasMore = try scanner.beginObject()
///     while hasMore {
///       try scanner.key(into: &key)
///       let id = try scanner.count(upTo: highest)
///       hasMore = try scanner.nextMember()
///     }
public struct JSONScanner: Sendable {
  let bytes: [UInt8]
  /// The byte that is read next.
  public internal(set) var position = 0
  private var depth = 0
  private static let depthLimit = 256

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A scanner of the same bytes that stands elsewhere, for members that must be read out of order.
  public func moved(to position: Int) -> JSONScanner {
    var scanner = self
    scanner.position = position
    return scanner
  }

  /// The byte that the next thing begins with; zero at the end.
  public mutating func peek() -> UInt8 {
    skipSpace()
    return position < bytes.count ? bytes[position] : 0
  }

  /// Whether nothing follows but white space.
  public mutating func isAtEnd() -> Bool {
    skipSpace()
    return position == bytes.count
  }

  public mutating func value() throws(JSONError) -> JSONValue {
    switch peek() {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .list(try list())
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
    default: return try number()
    }
  }

  /// Steps over a value, and finds in it what `value()` would complain about.
  public mutating func skip() throws(JSONError) {
    switch peek() {
    case UInt8(ascii: "{"):
      var key: [UInt8] = []
      var hasMore = try beginObject()
      while hasMore {
        try self.key(into: &key)
        try skip()
        hasMore = try nextMember()
      }
    case UInt8(ascii: "["):
      var hasMore = try beginList()
      while hasMore {
        try skip()
        hasMore = try nextElement()
      }
    default: _ = try value()
    }
  }

  // MARK: Objects and lists

  /// Steps into an object; whether it has a member.
  public mutating func beginObject() throws(JSONError) -> Bool {
    try begin(UInt8(ascii: "{"), end: UInt8(ascii: "}"))
  }

  /// Reads the key of a member and its colon.
  public mutating func key(into key: inout [UInt8]) throws(JSONError) {
    guard peek() == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
    try text(into: &key)
    guard take(UInt8(ascii: ":")) else {
      throw unexpected("`:` after the key \"\(String(decoding: key, as: UTF8.self))\"")
    }
  }

  /// Steps behind a member; whether another follows.
  public mutating func nextMember() throws(JSONError) -> Bool {
    try next(end: UInt8(ascii: "}"), "`,` or `}`")
  }

  /// Steps into a list; whether it has an element.
  public mutating func beginList() throws(JSONError) -> Bool {
    try begin(UInt8(ascii: "["), end: UInt8(ascii: "]"))
  }

  /// Steps behind an element; whether another follows.
  public mutating func nextElement() throws(JSONError) -> Bool {
    try next(end: UInt8(ascii: "]"), "`,` or `]`")
  }

  private mutating func begin(_ opener: UInt8, end: UInt8) throws(JSONError) -> Bool {
    guard take(opener) else { throw unexpected("`\(Character(Unicode.Scalar(opener)))`") }
    depth += 1
    guard depth <= Self.depthLimit else {
      position -= 1
      throw error("nested deeper than \(Self.depthLimit) levels")
    }
    return !leaves(end)
  }

  private mutating func next(end: UInt8, _ expected: StaticString) throws(JSONError) -> Bool {
    if leaves(end) { return false }
    guard take(UInt8(ascii: ",")) else { throw unexpected("\(expected)") }
    return true
  }

  private mutating func leaves(_ end: UInt8) -> Bool {
    guard take(end) else { return false }
    depth -= 1
    return true
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    var object = JSONObject()
    var key: [UInt8] = []
    var hasMore = try beginObject()
    while hasMore {
      try self.key(into: &key)
      object.append(String(decoding: key, as: UTF8.self), try value())
      hasMore = try nextMember()
    }
    return object
  }

  private mutating func list() throws(JSONError) -> [JSONValue] {
    var values: [JSONValue] = []
    var hasMore = try beginList()
    while hasMore {
      values.append(try value())
      hasMore = try nextElement()
    }
    return values
  }

  // MARK: Bytes

  private mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position += 1
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte, position < bytes.count else { return false }
    position += 1
    return true
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError)
    -> JSONValue
  {
    for expected in "\(text)".utf8 {
      guard position < bytes.count, bytes[position] == expected else {
        throw unexpected("`\(text)`")
      }
      position += 1
    }
    return value
  }

  func error(_ problem: String) -> JSONError { JSONError(problem, at: position, in: bytes) }

  func unexpected(_ expected: String) -> JSONError {
    guard position < bytes.count else {
      return error("the text ends where \(expected) is expected")
    }
    let found = Character(Unicode.Scalar(bytes[position]))
    return error("found `\(found)`, expected \(expected)")
  }
}

extension JSONScanner {
  /// A number from 0 to `limit`, written in digits alone.
  public mutating func count(upTo limit: Int) throws(JSONError) -> Int {
    _ = peek()
    let start = position
    var value = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]), value <= limit {
      value = value * 10 + Int(bytes[position] - 0x30)
      position += 1
    }
    guard position > start, value <= limit else {
      position = start
      throw unexpected("a number from 0 to \(limit)")
    }
    return value
  }

  fileprivate mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    if skips(UInt8(ascii: "-")), position < bytes.count, bytes[position] == UInt8(ascii: "I") {
      return try word("Infinity", .number(-.infinity))
    }
    let firstDigit = position
    var isWhole = true
    let digitCount = skipsDigits()
    var isSound = digitCount == 1 || (digitCount > 1 && bytes[firstDigit] != UInt8(ascii: "0"))
    if skips(UInt8(ascii: ".")) {
      isWhole = false
      isSound = skipsDigits() > 0 && isSound
    }
    if skips(UInt8(ascii: "e")) || skips(UInt8(ascii: "E")) {
      isWhole = false
      _ = skips(UInt8(ascii: "-")) || skips(UInt8(ascii: "+"))
      isSound = skipsDigits() > 0 && isSound
    }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    if isSound, isWhole, let number = Int(digits) { return .int(number) }
    guard isSound, let number = Double(digits) else {
      position = start
      throw unexpected("a value")
    }
    return .number(number)
  }

  private mutating func skips(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipsDigits() -> Int {
    let start = position
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
    return position - start
  }
}

extension JSONValue {
  /// Reads one JSON value that fills the whole text.
  ///
  /// `NaN` and `Infinity`, which Python writes, are read as numbers; who cannot use them says so.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var scanner = JSONScanner(bytes)
    self = try scanner.value()
    guard scanner.isAtEnd() else { throw scanner.error("text after the end of the value") }
  }

  public init(parsing text: String) throws(JSONError) { try self.init(parsing: Array(text.utf8)) }
}
