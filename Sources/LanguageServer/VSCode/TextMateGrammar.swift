// Colours for editors without a running server, from the tables of the language.

import JSON
import Language
import Syntax
import Vocabulary

/// The TextMate grammar of recipes.
public struct TextMateGrammar {
  private let lexicon: Lexicon

  public init(_ lexicon: Lexicon) { self.lexicon = lexicon }

  public static let scope = "source.roux"

  public var json: JSONValue {
    [
      "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
      "name": "Roux", "scopeName": .text(TextMateGrammar.scope), "fileTypes": ["recipe"],
      "patterns": .list(parts.map { ["include": .text("#" + $0.name)] }),
      "repository": .object(
        JSONObject(
          (parts + inner).map { ($0.name, ["patterns": .list($0.patterns)]) })),
    ]
  }

  private struct Part {
    let name: String
    let patterns: [JSONValue]
  }

  /// Tried from the first to the last at each place.
  private var parts: [Part] {
    [
      Part(name: "comments", patterns: comments), Part(name: "texts", patterns: texts),
      Part(name: "numbers", patterns: [number]),
      Part(
        name: "labels",
        patterns: [match("\(Self.name)(?=[ \\t]*:(?!=))", "variable.parameter.label.roux")]),
      Part(name: "columns", patterns: columns),
      Part(name: "keywords", patterns: keywords),
      Part(
        name: "words",
        patterns: [
          match(words(lexicon.words) + "(?=[ \\t]*\\()", "support.function.roux"),
          match("\(Self.name)(?=\\()", "entity.name.function.roux"),
          match(words(lexicon.typeNames), "support.type.roux"),
          match(Self.name, "variable.other.roux"),
        ]),
      Part(name: "operators", patterns: operators),
    ]
  }

  /// Parts that only others include.
  private var inner: [Part] {
    [
      Part(
        name: "interpolation",
        patterns: [
          [
            "name": "meta.embedded.interpolation.roux", "begin": "\\\\\\(", "end": "\\)",
            "beginCaptures": ["0": ["name": "punctuation.section.interpolation.begin.roux"]],
            "endCaptures": ["0": ["name": "punctuation.section.interpolation.end.roux"]],
            "patterns": [["include": "#parentheses"], ["include": "$self"]],
          ]
        ]),
      // A parenthesis inside an interpolation does not end it.
      Part(
        name: "parentheses",
        patterns: [
          [
            "begin": "\\(", "end": "\\)",
            "patterns": [["include": "#parentheses"], ["include": "$self"]],
          ]
        ]),
      Part(
        name: "escapes",
        patterns: [match("\\\\.", "constant.character.escape.roux")]),
    ]
  }

  // MARK: Patterns

  private static let name = "\\b[A-Za-z_][A-Za-z0-9_]*\\b"

  private var comments: [JSONValue] {
    [
      match("///(?!/).*$", "comment.line.documentation.roux"),
      match("//.*$", "comment.line.double-slash.roux"),
    ]
  }

  private var texts: [JSONValue] {
    [
      text("\"\"\"", "\"\"\"", "string.quoted.triple.roux"),
      // A text on one line ends with the line, closed or not.
      text("\"", "\"|$", "string.quoted.double.roux"),
    ]
  }

  private func text(_ begin: String, _ end: String, _ scope: String) -> JSONValue {
    [
      "name": .text(scope), "begin": .text(begin), "end": .text(end),
      "patterns": [["include": "#interpolation"], ["include": "#escapes"]],
    ]
  }

  /// The longest spelling first, so that `steps` is not taken for `s`.
  private var number: JSONValue {
    let units = Unit.spellings.keys.sorted { ($0.count, $0) > ($1.count, $1) }
      .map { $0 == "%" ? "%" : $0 + "\\b" }
    let digits = "[0-9][0-9_]*"
    return [
      "match": .text(
        "\\b(\(digits)(?:\\.\(digits))?(?:[eE][+-]?\(digits))?)(\(units.joined(separator: "|")))?"),
      "captures": [
        "1": ["name": "constant.numeric.roux"], "2": ["name": "keyword.other.unit.roux"],
      ],
    ]
  }

  private var columns: [JSONValue] {
    let dot: JSONValue = ["name": "punctuation.accessor.roux"]
    let pattern = { (before: String, scope: String) -> JSONValue in
      [
        "match": .text("\(before)(\\.)([A-Za-z_][A-Za-z0-9_]*)"),
        "captures": ["1": dot, "2": ["name": .text(scope)]],
      ]
    }
    return [
      pattern("(?<=[A-Za-z0-9_)\\]}\"])", "variable.other.member.roux"),
      pattern("(?<![.])", "variable.other.column.roux"),
    ]
  }

  private var keywords: [JSONValue] {
    let scopes = Dictionary(grouping: Token.Keyword.allCases, by: \.scope)
    return scopes.sorted { $0.key < $1.key }.map { scope, keywords in
      match(words(keywords.map(\.rawValue)), scope)
    }
  }

  private var operators: [JSONValue] {
    let symbols = Token.Symbol.allCases.map(\.rawValue).filter { text in
      Highlight.spans(in: SourceText(name: "symbol", text)).first?.kind == .operator
    }
    let longestFirst = symbols.sorted { ($0.count, $0) > ($1.count, $1) }
    return [
      match(longestFirst.map(escaped).joined(separator: "|"), "keyword.operator.roux"),
      match("[,:]", "punctuation.separator.roux"),
    ]
  }

  private func match(_ pattern: String, _ scope: String) -> JSONValue {
    ["match": .text(pattern), "name": .text(scope)]
  }

  private func words(_ words: [String]) -> String {
    "\\b(?:" + Set(words).sorted().joined(separator: "|") + ")\\b"
  }

  private func escaped(_ symbol: String) -> String {
    symbol.map { ".*+?|()[]{}^$".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}

extension Token.Keyword {
  fileprivate var scope: String {
    switch self {
    case .import, .param, .type, .def: "keyword.declaration.roux"
    case .if, .then, .else, .for: "keyword.control.roux"
    case .in, .and, .or, .not: "keyword.operator.word.roux"
    case .true, .false, .none: "constant.language.roux"
    case .as, .where: "keyword.other.roux"
    }
  }
}
