import CZlib
import Foundation

/// A file read line by line, gzipped or not: zlib's reader passes plain files through.
struct TextFile {
  let url: URL

  /// Calls `body` with each line, without its end; stops early when `body` returns false.
  func forEachLine(_ body: (_ number: Int, _ line: [UInt8]) throws -> Bool) throws {
    guard let file = gzopen(url.path, "rb") else {
      throw DataError(
        path: url.path, problem: "cannot be opened: \(String(cString: strerror(errno)))",
        advice: "Check the path; relative paths start at the recipe's folder.")
    }
    defer { gzclose(file) }
    gzbuffer(file, 1 << 18)
    var line: [UInt8] = []
    var number = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = gzread(file, &chunk, UInt32(chunk.count))
      try check(file, count)
      if count == 0 { break }
      var start = 0
      while let end = chunk[start..<Int(count)].firstIndex(of: UInt8(ascii: "\n")) {
        line += chunk[start..<end]
        number += 1
        guard try deliver(&line, number, body) else { return }
        start = end + 1
      }
      line += chunk[start..<Int(count)]
    }
    if !line.isEmpty { _ = try deliver(&line, number + 1, body) }
  }

  /// The whole content.
  func bytes() throws -> [UInt8] {
    var all: [UInt8] = []
    try forEachLine { _, line in
      all += line
      all.append(UInt8(ascii: "\n"))
      return true
    }
    return all
  }

  private func deliver(
    _ line: inout [UInt8], _ number: Int, _ body: (Int, [UInt8]) throws -> Bool
  ) throws -> Bool {
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    guard line.allSatisfy({ $0 < 0x80 }) || String(validating: line, as: UTF8.self) != nil else {
      throw DataError(
        path: url.path, place: "line \(number)", problem: "is not text in UTF-8",
        advice: "Is it the right file? To convert one: iconv -f latin1 -t utf-8.")
    }
    defer { line.removeAll(keepingCapacity: true) }
    return try body(number, line)
  }

  /// A cut gzip file delivers what it has and then reports the damage; nothing of it is used.
  private func check(_ file: gzFile, _ count: Int32) throws {
    var code: Int32 = 0
    let message = gzerror(file, &code)
    guard count < 0 || (count == 0 && code != Z_OK && code != Z_STREAM_END) else { return }
    let words = message.map { String(cString: $0) } ?? "error \(code)"
    throw DataError(
      path: url.path,
      problem: "is a damaged gzip file: \(words.replacing("\(url.path): ", with: ""))",
      advice: "Fetch it again; was the download cut off?")
  }
}
