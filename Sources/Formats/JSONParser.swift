import Foundation
import Tensors

extension JSONValue {
  /// Parses a whole document.
  ///
  /// `path` is the file that errors name.
  ///
  /// Stricter than most: a key that occurs twice is an error. As Python's `json`, which writes many
  /// of these files, it takes `NaN`, `Infinity` and `-Infinity`.
  public init(parsing bytes: [UInt8], path: String) throws {
    var parser = JSONParser(bytes: bytes, path: path)
    self = try parser.document()
  }

  public init(reading url: URL) throws {
    let path = url.path(percentEncoded: false)
    let file = try MappedFile(opening: url)
    try self.init(parsing: withExtendedLifetime(file) { [UInt8](file.storage.bytes) }, path: path)
  }
}

/// A recursive-descent parser over bytes.
private struct JSONParser {
  let bytes: [UInt8]
  let path: String
  var at = 0
  var depth = 0

  /// Deeper documents are refused, so that no file can exhaust the stack.
  static let deepest = 256

  init(bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  mutating func document() throws -> JSONValue {
    let value = try self.value()
    skipSpace()
    guard at == bytes.count else { throw error("has text after its end") }
    return value
  }

  mutating func value() throws -> JSONValue {
    skipSpace()
    guard at < bytes.count else { throw error("ends where a value is expected") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try nested { try $0.object() }
    case UInt8(ascii: "["): return try nested { try $0.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .number(.nan))
    case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity))
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw error("has \(name(of: bytes[at])) where a value is expected")
    }
  }

  mutating func nested(_ parse: (inout Self) throws -> JSONValue) throws -> JSONValue {
    guard depth < Self.deepest else { throw error("is nested deeper than \(Self.deepest) levels") }
    depth += 1
    at += 1
    defer { depth -= 1 }
    return try parse(&self)
  }

  mutating func object() throws -> JSONValue {
    var object = JSONObject()
    if take("}") { return .object(object) }
    repeat {
      skipSpace()
      let start = at
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else {
        throw error("needs a key in quotes here")
      }
      let key = try string()
      guard object[key] == nil else { throw error("has the key \"\(key)\" twice", at: start) }
      guard take(":") else { throw error("needs ':' after the key \"\(key)\"") }
      object[key] = try value()
    } while take(",")
    guard take("}") else { throw error("needs ',' or '}' here") }
    return .object(object)
  }

  mutating func array() throws -> JSONValue {
    var elements: [JSONValue] = []
    if take("]") { return .array(elements) }
    repeat { elements.append(try value()) } while take(",")
    guard take("]") else { throw error("needs ',' or ']' here") }
    return .array(elements)
  }

  mutating func word(_ word: String, _ value: JSONValue) throws -> JSONValue {
    guard bytes[at...].starts(with: word.utf8) else { throw error("has an unknown word") }
    at += word.utf8.count
    return value
  }

  mutating func skipSpace() {
    while at < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[at]) { at += 1 }
  }

  mutating func take(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: mark) else { return false }
    at += 1
    return true
  }
}

// Numbers.
extension JSONParser {
  mutating func number() throws -> JSONValue {
    let start = at
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    if at < bytes.count, bytes[at] == UInt8(ascii: "I") {
      return try word("Infinity", .number(-.infinity))
    }
    let whole = digits()
    let leadingZero = whole > 1 && bytes[at - whole] == UInt8(ascii: "0")
    guard whole > 0, !leadingZero else { throw error("has a malformed number", at: start) }
    let fraction = try tail(after: ".", from: start)
    if at < bytes.count, bytes[at] == UInt8(ascii: "E") || bytes[at] == UInt8(ascii: "e") {
      at += 1
      _ = sign()
      guard digits() > 0 else { throw error("has a malformed number", at: start) }
      return try floating(start)
    }
    if !fraction, let exact = Int(text(start)) { return .integer(exact) }
    return try floating(start)
  }

  private mutating func tail(after mark: Unicode.Scalar, from start: Int) throws -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: mark) else { return false }
    at += 1
    guard digits() > 0 else { throw error("has a malformed number", at: start) }
    return true
  }

  private mutating func digits() -> Int {
    let start = at
    while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
    return at - start
  }

  private mutating func sign() -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") else {
      return false
    }
    at += 1
    return true
  }

  private func text(_ start: Int) -> String { String(decoding: bytes[start..<at], as: UTF8.self) }

  private func floating(_ start: Int) throws -> JSONValue {
    guard let value = Double(text(start)) else {
      throw error("has a malformed number", at: start)
    }
    return .number(value)
  }
}

// Strings.
extension JSONParser {
  mutating func string() throws -> String {
    let start = at
    at += 1
    var utf8: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "\"") {
        guard let text = String(validating: utf8, as: UTF8.self) else {
          throw error("has a string that is not UTF-8 text", at: start)
        }
        return text
      }
      guard byte >= 0x20 else { throw error("has a bare control character", at: at - 1) }
      if byte == UInt8(ascii: "\\") {
        utf8 += try escape()
      } else {
        utf8.append(byte)
      }
    }
    throw error("has a string without an end", at: start)
  }

  private mutating func escape() throws -> [UInt8] {
    guard at < bytes.count else { throw error("ends inside a string") }
    let letter = Unicode.Scalar(bytes[at])
    at += 1
    switch letter {
    case "\"", "\\", "/": return [UInt8(ascii: letter)]
    case "b": return [0x08]
    case "f": return [0x0C]
    case "n": return [0x0A]
    case "r": return [0x0D]
    case "t": return [0x09]
    case "u": return try unicode()
    default: throw error("has an unknown escape", at: at - 2)
    }
  }

  private mutating func unicode() throws -> [UInt8] {
    let start = at - 2
    var units = [try unit()]
    if UTF16.isLeadSurrogate(units[0]), bytes[at...].starts(with: "\\u".utf8) {
      at += 2
      units.append(try unit())
    }
    guard let text = String(validating: units, as: UTF16.self) else {
      throw error("has half of a surrogate pair", at: start)
    }
    return Array(text.utf8)
  }

  private mutating func unit() throws -> UInt16 {
    let end = at + 4
    guard end <= bytes.count,
      bytes[at..<end].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let unit = UInt16(String(decoding: bytes[at..<end], as: UTF8.self), radix: 16)
    else { throw error("needs four hexadecimal digits after \\u") }
    at = end
    return unit
  }
}

// Errors.
extension JSONParser {
  func error(_ problem: String, at place: Int? = nil) -> FormatError {
    let before = bytes[..<min(place ?? at, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let column = before.count - (before.lastIndex(of: 0x0A) ?? -1)
    return FormatError(
      path: path, place: "line \(line), column \(column)", problem: "the JSON \(problem)",
      advice: "Is the file complete?")
  }

  private func name(of byte: UInt8) -> String {
    byte < 0x80 && byte > 0x20 ? "'\(Unicode.Scalar(byte))'" : "the byte \(byte)"
  }
}
