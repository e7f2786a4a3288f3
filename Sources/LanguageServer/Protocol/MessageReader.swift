// Cuts the stream of a client into messages: a header with their length, then so many bytes.

/// Finds messages in bytes that come in pieces of any size.
struct MessageReader {
  enum Frame: Equatable {
    case content([UInt8])
    /// What stands there is no message; it has been skipped.
    case malformed(String)
  }

  private var bytes: [UInt8] = []
  private var start = 0

  /// A header is a few lines; beyond this something else is being sent.
  private static let longestHeader = 4096
  private static let longestContent = 1 << 28

  mutating func append(_ more: some Sequence<UInt8>) {
    if start > 0 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// The next message that is there whole.
  mutating func next() -> Frame? {
    guard let header = header() else {
      guard bytes.count - start > Self.longestHeader else { return nil }
      start = bytes.count
      return .malformed("a header of more than \(Self.longestHeader) bytes")
    }
    guard let length = Self.contentLength(bytes[header.lines]) else {
      start = header.end
      return .malformed("a header without a usable Content-Length")
    }
    guard bytes.count - header.end >= length else { return nil }
    let content = Array(bytes[header.end..<header.end + length])
    start = header.end + length
    return .content(content)
  }

  /// The lines of the header at `start`, and where the empty line after them ends.
  private func header() -> (lines: Range<Int>, end: Int)? {
    var index = start
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "\n") {
        let after = bytes[(index + 1)...]
        if after.starts(with: Array("\r\n".utf8)) { return (start..<index, index + 3) }
        if after.first == UInt8(ascii: "\n") { return (start..<index, index + 2) }
      }
      index += 1
    }
    return nil
  }

  /// What the header says of the length; other fields do not matter.
  private static func contentLength(_ header: ArraySlice<UInt8>) -> Int? {
    for line in String(decoding: header, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
      guard let length = Int(parts[1].filter { $0 != " " }), (0...longestContent).contains(length)
      else { return nil }
      return length
    }
    return nil
  }
}
