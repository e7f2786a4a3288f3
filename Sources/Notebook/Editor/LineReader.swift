// Cells from a pipe, or from a terminal that cannot move its cursor.

import Foundation

/// Reads lines, and joins them into cells until a cell is complete.
///
/// Nothing is edited.
public struct LineReader {
  private let input: Int32
  private let output: Int32?
  private let completeness: (String) -> Completeness
  private let isContinued: (String, String) -> Bool
  /// Lines that were read to see whether they belong to the cell before.
  private var ahead: [String] = []
  private var pending: [UInt8] = []
  private var isAtEnd = false

  /// Prompts are written to `output`; nil for a pipe, where nobody reads them.
  public init(
    input: Int32 = STDIN_FILENO, promptingOn output: Int32? = nil,
    completeness: @escaping (String) -> Completeness,
    isContinued: @escaping (String, String) -> Bool = { _, _ in false }
  ) {
    self.input = input
    self.output = output
    self.completeness = completeness
    self.isContinued = isContinued
  }

  /// The next cell; an unfinished one at the end of the input is a cell too.
  public mutating func read(_ prompt: Prompt) -> CellInput {
    var lines: [String] = []
    while true {
      show(lines.isEmpty ? prompt.first : prompt.continuation)
      switch nextLine() {
      case .interrupted: return .interrupted
      case .endOfInput: return lines.isEmpty ? .endOfInput : .cell(joined(lines))
      case .cell(let line):
        lines.append(line)
        while completeness(joined(lines)) == .complete, takesMore(&lines) {}
        switch completeness(joined(lines)) {
        case .complete, .wrong: return .cell(joined(lines))
        case .incomplete: continue
        }
      }
    }
  }

  /// Looks at the next line of a pipe, past empty ones, and takes it in if it goes on.
  private mutating func takesMore(_ lines: inout [String]) -> Bool {
    guard output == nil, !joined(lines).allSatisfy(\.isWhitespace) else { return false }
    var skipped: [String] = []
    while case .cell(let line) = nextLine() {
      skipped.append(line)
      if line.allSatisfy(\.isWhitespace) { continue }
      guard isContinued(joined(lines), joined(skipped)) else { break }
      lines += skipped
      return true
    }
    ahead = skipped + ahead
    return false
  }

  private func joined(_ lines: [String]) -> String { lines.joined(separator: "\n") }

  private func show(_ prompt: String) {
    if let output { TerminalChannel(input: input, output: output).write(prompt) }
  }

  private mutating func nextLine() -> CellInput {
    if !ahead.isEmpty { return .cell(ahead.removeFirst()) }
    while true {
      if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        defer { pending.removeSubrange(...end) }
        return .cell(text(pending[..<end]))
      }
      if isAtEnd {
        defer { pending = [] }
        return pending.isEmpty ? .endOfInput : .cell(text(pending[...]))
      }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      let count = Foundation.read(input, &bytes, bytes.count)
      if count < 0, errno == EINTR {
        pending = []
        return .interrupted
      }
      if count > 0 { pending += bytes[..<count] } else { isAtEnd = true }
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.last == 0x0D ? bytes.dropLast() : bytes, as: UTF8.self)
  }
}
