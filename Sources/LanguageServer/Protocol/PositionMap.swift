// Bytes of a text to lines and characters of the protocol, and back.

import JSON
import Syntax

/// What a client counts within a line.
enum PositionEncoding: String, Sendable {
  case utf8 = "utf-8"
  case utf16 = "utf-16"
  case utf32 = "utf-32"

  /// The first that the client offers and the server knows; UTF-16 is what all clients know.
  init(offered: [JSONValue]) {
    self = offered.lazy.compactMap(\.text).compactMap(PositionEncoding.init).first ?? .utf16
  }

  /// How many units the character that begins with a byte takes; 0 for the bytes inside one.
  fileprivate func units(of byte: UInt8) -> Int {
    if self == .utf8 { return 1 }
    if byte & 0xC0 == 0x80 { return 0 }
    return self == .utf16 && byte >= 0xF0 ? 2 : 1
  }
}

/// A line and a character in it, both from 0.
struct Position: Hashable, Sendable {
  let line: Int
  let character: Int

  init(line: Int, character: Int) {
    self.line = line
    self.character = character
  }

  init?(_ value: JSONValue?) {
    guard let line = value?["line"]?.int, let character = value?["character"]?.int else {
      return nil
    }
    self.init(line: line, character: character)
  }

  var json: JSONValue { ["line": .int(line), "character": .int(character)] }
}

/// The lines of one text, which end with `\n`, `\r\n` or `\r`, as the protocol has it.
struct PositionMap: Sendable {
  private let bytes: [UInt8]
  private let lineStarts: [Int]
  let encoding: PositionEncoding

  init(_ source: SourceText, _ encoding: PositionEncoding) {
    bytes = source.bytes
    self.encoding = encoding
    var starts = [0]
    for (index, byte) in bytes.enumerated() {
      let isReturn = byte == UInt8(ascii: "\r")
      let isBeforeNewline = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n")
      if byte == UInt8(ascii: "\n") || (isReturn && !isBeforeNewline) { starts.append(index + 1) }
    }
    lineStarts = starts
  }

  func position(of offset: Int) -> Position {
    let offset = min(max(offset, 0), bytes.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let units = bytes[lineStarts[low]..<offset].reduce(0) { $0 + encoding.units(of: $1) }
    return Position(line: low, character: units)
  }

  /// The byte at a position: beyond the end of a line its end, inside a character its start.
  func offset(of position: Position) -> Int {
    guard position.line >= 0 else { return 0 }
    guard position.line < lineStarts.count else { return bytes.count }
    let end = lineEnd(position.line)
    var offset = lineStarts[position.line]
    var units = 0
    while offset < end {
      var next = offset + 1
      while next < end && bytes[next] & 0xC0 == 0x80 { next += 1 }
      units += bytes[offset..<next].reduce(0) { $0 + encoding.units(of: $1) }
      if units > position.character { return offset }
      offset = next
    }
    return end
  }

  private func lineEnd(_ line: Int) -> Int {
    var end = line + 1 < lineStarts.count ? lineStarts[line + 1] : bytes.count
    let isBreak = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
    while end > lineStarts[line] && isBreak(bytes[end - 1]) { end -= 1 }
    return end
  }

  // MARK: Ranges

  func json(_ range: SourceRange) -> JSONValue {
    ["start": position(of: range.start).json, "end": position(of: range.end).json]
  }

  /// The range of a JSON value; one that ends before it starts is empty.
  func range(_ value: JSONValue?) -> SourceRange? {
    guard let start = Position(value?["start"]), let end = Position(value?["end"]) else {
      return nil
    }
    let first = offset(of: start)
    return SourceRange(first, max(first, offset(of: end)))
  }
}
