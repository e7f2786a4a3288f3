// What a statement that could not be read would have defined.

import Syntax
import Vocabulary

extension Elaborator {
  /// Takes the names that a broken statement was to define as wrong already, so that their uses are
  /// not complained about as well.
  func silenceNames(of statement: SyntaxTree.Statement) {
    let isBroken = brokenStatements.contains { $0.contains(statement.range.start) }
    guard statement.isError || isBroken else { return }
    let source = place.source
    let line = source.lineRange(source.lineIndex(at: statement.range.end))
    let text = source[SourceRange(statement.range.start, max(line.end, statement.range.end))]
    for name in BrokenStatement(text).names where place.scopes[name] == nil {
      let isType = name.first?.isUppercase ?? false
      place.scopes.define(
        name, isType ? .type(NamedType(type: .unknown, constraint: nil)) : .value(.wrong))
    }
  }
}

extension SyntaxTree.File {
  /// Where statements stand that were not read right, each up to the next one.
  func broken(by problems: [Diagnostic]) -> [SourceRange] {
    guard !problems.isEmpty else { return [] }
    let problems = problems.filter { !$0.isReadThrough }
    let ends = statements.dropFirst().map(\.range.start) + [range.end]
    return zip(statements, ends).map { SourceRange($0.range.start, max($0.range.start, $1)) }
      .filter { region in problems.contains { region.contains($0.primary.range.start) } }
  }
}

extension Diagnostic {
  /// Whether the parser has read what was meant all the same, as with most habits from elsewhere.
  fileprivate var isReadThrough: Bool { severity != .error || code.isHabit && fix != nil }
}

/// The text of a statement that no grammar reads.
private struct BrokenStatement {
  private let lines: [Substring]

  init(_ text: String) { lines = text.split(separator: "\n") }

  /// What stands behind a word that defines, before an equals sign or a colon, or behind `as`.
  var names: [String] {
    lines.flatMap { line -> [String] in
      let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
      guard let first = words.first else { return [] }
      var names = words.indices.filter { $0 > 0 && words[$0 - 1] == "as" }.map { words[$0] }
      if BrokenStatement.defining.contains(first) {
        names += words.dropFirst().prefix(1)
      } else if first == "from" || first == "import" {
        names += words.dropFirst()
      } else {
        names += BrokenStatement.bound(by: line)
      }
      return names
    }
  }

  private static let defining: Set<String> = [
    "def", "param", "type", "let", "var", "const", "val", "fn", "func", "function", "class",
    "struct", "export",
  ]

  /// `a, b` in `a, b = …`, `key` in `key: …`, and the second name of `a = 1 b = 2`.
  private static func bound(by line: Substring) -> [String] {
    let parts = line.split(separator: "=")
    let later = parts.dropFirst().dropLast().compactMap { part in
      part.split { !($0.isLetter || $0.isNumber || $0 == "_") }.last.map(String.init)
    }
    return later + first(bound: line)
  }

  private static func first(bound line: Substring) -> [String] {
    guard let sign = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return [] }
    let head = line[..<sign]
    let isList = head.allSatisfy { $0.isLetter || $0.isNumber || "_, -".contains($0) }
    guard isList else { return [] }
    return head.split { $0 == "," || $0 == " " || $0 == "-" }.map(String.init)
  }
}
