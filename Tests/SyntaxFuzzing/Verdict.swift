// What the parser says to an input, for comparison with the grammar.

import Foundation
import Syntax

/// A line of the file that parser and grammar are compared by.
public struct Verdict: Codable, Sendable {
  public let text: String
  /// Whether it parses without errors.
  public let accepted: Bool

  public init(text: String, accepted: Bool) {
    self.text = text
    self.accepted = accepted
  }

  /// One line of JSON, its newline included.
  public var line: Data {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return try encoder.encode(self) + Data("\n".utf8)
    }
  }

  /// The parser's verdict; nil where only the limits to nesting decide, which no grammar knows.
  public init?(of text: String) {
    let diagnostics = Parser.parse(SourceText(name: "input", text)).diagnostics
    guard !diagnostics.contains(where: { $0.code == .nestedTooDeeply }) else { return nil }
    self.init(text: text, accepted: !diagnostics.contains { $0.severity == .error })
  }
}

/// Writes verdicts, one JSON object a line.
public enum Verdicts {
  public static func write(_ count: Int, of mutator: Mutator) throws {
    for index in 0..<count {
      let text = String(decoding: mutator.input(index), as: UTF8.self)
      guard let verdict = Verdict(of: text) else { continue }
      FileHandle.standardOutput.write(try verdict.line)
    }
  }
}
