import Foundation

/// Why a text is not JSON.
public struct JSONProblem: Error, Hashable, CustomStringConvertible, Sendable {
  /// The byte at which reading stopped, from 0.
  public let offset: Int
  public let expected: String

  public var description: String {
    "not JSON: at byte \(offset), expected \(expected)"
  }
}

extension TemplateValue {
  /// Reads JSON.
  ///
  /// Unlike Foundation's reader it keeps the order of keys, which templates print.
  public init(json text: String) throws(JSONProblem) {
    try self.init(json: Array(text.utf8))
  }

  public init(json bytes: [UInt8]) throws(JSONProblem) {
    var reader = JSONReader(bytes: bytes)
    self = try reader.document()
  }
}

private struct JSONReader {
  /// Deeper values would cost stack, and no conversation is that deep.
  static let deepest = 100

  let bytes: [UInt8]
  var place = 0
  var depth = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func document() throws(JSONProblem) -> TemplateValue {
    let result = try value()
    skipSpace()
    guard place == bytes.count else { throw problem("the end") }
    return result
  }

  func problem(_ expected: String) -> JSONProblem {
    JSONProblem(offset: place, expected: expected)
  }

  mutating func skipSpace() {
    while place < bytes.count, [32, 9, 10, 13].contains(bytes[place]) { place += 1 }
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < bytes.count, bytes[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  mutating func take(word: String) -> Bool {
    guard bytes[place...].starts(with: word.utf8) else { return false }
    place += word.utf8.count
    return true
  }

  mutating func value() throws(JSONProblem) -> TemplateValue {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw problem("at most \(Self.deepest) levels") }
    if take("{") { return try map() }
    if take("[") { return try list() }
    if take("\"") { return .text(try text()) }
    if take(word: "true") { return .bool(true) }
    if take(word: "false") { return .bool(false) }
    if take(word: "null") { return .none }
    return try number()
  }

  mutating func map() throws(JSONProblem) -> TemplateValue {
    var result = TemplateMap()
    if take("}") { return .map(result) }
    repeat {
      guard take("\"") else { throw problem("a key in quotes") }
      let key = try text()
      guard take(":") else { throw problem("`:`") }
      result.pairs.append(TemplateMap.Pair(key, try value()))
    } while take(",")
    guard take("}") else { throw problem("`,` or `}`") }
    return .map(result)
  }

  mutating func list() throws(JSONProblem) -> TemplateValue {
    var result: [TemplateValue] = []
    if take("]") { return .list(result) }
    repeat { result.append(try value()) } while take(",")
    guard take("]") else { throw problem("`,` or `]`") }
    return .list(result)
  }

  mutating func number() throws(JSONProblem) -> TemplateValue {
    let start = place
    let allowed = Array("+-.eE0123456789".utf8)
    while place < bytes.count, allowed.contains(bytes[place]) { place += 1 }
    let word = String(decoding: bytes[start..<place], as: UTF8.self)
    if let whole = Int(word) { return .int(whole) }
    if let real = Double(word) { return .float(real) }
    place = start
    throw problem("a value")
  }

  mutating func text() throws(JSONProblem) -> String {
    var result: [UInt8] = []
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: result, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      result += String(try escape()).utf8
    }
    throw problem("`\"` at the end of a text")
  }

  mutating func escape() throws(JSONProblem) -> Character {
    guard place < bytes.count else { throw problem("a character after `\\`") }
    place += 1
    switch Unicode.Scalar(bytes[place - 1]) {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "u": return Character(try escapedScalar())
    case let other where ["\"", "\\", "/"].contains(other): return Character(other)
    default: throw problem("one of n t r b f u \" \\ / after `\\`")
    }
  }

  /// Half a surrogate pair on its own becomes U+FFFD: a Swift text cannot hold it.
  mutating func escapedScalar() throws(JSONProblem) -> Unicode.Scalar {
    let first = try fourDigits()
    guard (0xD800..<0xDC00).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard take(word: "\\u") else { return "\u{FFFD}" }
    let second = try fourDigits()
    guard (0xDC00..<0xE000).contains(second) else { return "\u{FFFD}" }
    return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  mutating func fourDigits() throws(JSONProblem) -> UInt32 {
    guard place + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[place..<place + 4], as: UTF8.self), radix: 16)
    else { throw problem("four hexadecimal digits") }
    place += 4
    return code
  }
}
