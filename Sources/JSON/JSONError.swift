/// Where and why a text is not JSON.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Counted from 1, in bytes within the line.
  public let line: Int
  public let column: Int
  public let problem: String

  public var description: String { "line \(line), column \(column): \(problem)" }

  init(_ problem: String, at offset: Int, in bytes: [UInt8]) {
    var line = 1
    var start = 0
    for i in 0..<min(offset, bytes.count) where bytes[i] == UInt8(ascii: "\n") {
      line += 1
      start = i + 1
    }
    self.line = line
    self.column = offset - start + 1
    self.problem = problem
  }
}
