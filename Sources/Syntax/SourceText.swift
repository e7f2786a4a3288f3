/// The bytes of one recipe or cell, under the name that messages give it.
///
/// The bytes need not be valid UTF-8; whatever they are, they are kept as they came.
public struct SourceText: Hashable, Sendable {
  public let name: String
  public let bytes: [UInt8]
  /// The byte offset at which each line starts; never empty.
  public let lineStarts: [Int]

  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == Byte.newline {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  public init(name: String, _ text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// A place as people count it.
  public struct Position: Hashable, Sendable {
    /// Counted from 1.
    public let line: Int
    /// In characters, counted from 1.
    public let column: Int
  }

  /// The whole of it.
  public var range: SourceRange { SourceRange(0, bytes.count) }

  /// The text of `range`; bytes that are not UTF-8 become U+FFFD.
  public subscript(range: SourceRange) -> String {
    String(decoding: bytes[clamped(range.start)..<clamped(range.end)], as: UTF8.self)
  }

  /// The line, counted from 0, that holds the byte at `offset`.
  public func lineIndex(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The bytes of a line counted from 0, without its newline.
  public func lineRange(_ index: Int) -> SourceRange {
    let start = lineStarts[index]
    var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
    if end > start && bytes[end - 1] == Byte.carriageReturn { end -= 1 }
    return SourceRange(start, end)
  }

  public func position(at offset: Int) -> Position {
    let line = lineIndex(at: offset)
    let before = SourceRange(lineStarts[line], max(lineStarts[line], clamped(offset)))
    return Position(line: line + 1, column: characters(in: before) + 1)
  }

  /// How many characters stand in a part of a line.
  private func characters(in range: SourceRange) -> Int {
    // Of ASCII each byte is one, which is much sooner seen than told by the rules of Unicode.
    if bytes[range.start..<range.end].allSatisfy({ $0 < 0x80 }) { return range.count }
    return self[range].count
  }

  /// Whether a space or tab stands at `offset`.
  func isBlank(at offset: Int) -> Bool { offset < bytes.count && bytes[offset].isBlank }

  private func clamped(_ offset: Int) -> Int { min(max(offset, 0), bytes.count) }
}
