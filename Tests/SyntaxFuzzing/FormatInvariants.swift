// What has to hold of the formatter for every recipe that parses.

import Syntax

enum FormatInvariants {
  /// The first thing that formatting `source` breaks, with the text that it gave.
  static func violation(_ source: SourceText, _ tree: SyntaxTree.File) -> String? {
    guard let text = Formatter.format(source) else { return "what parses is not formatted" }
    let result = SourceText(name: "formatted", text)
    guard let broken = broken(source, tree, result) else { return nil }
    return "\(broken)\n=>\n\(text)"
  }

  private static func broken(
    _ source: SourceText, _ tree: SyntaxTree.File, _ result: SourceText
  ) -> String? {
    let again = Parser.parse(result)
    if let error = again.diagnostics.first { return "no recipe any more: \(error.message)" }
    guard words(of: source) == words(of: result) else { return "tokens changed" }
    guard comments(of: source) == comments(of: result) else { return "comments changed" }
    guard tree.canonicalText == again.tree.canonicalText else { return "the meaning changed" }
    guard documentation(tree) == documentation(again.tree) else {
      return "documentation changed its place"
    }
    guard let twice = Formatter.format(result) else { return "not formatted again" }
    guard Array(twice.utf8) == result.bytes else { return "formatted again it is\n\(twice)\nnot" }
    return FormatWidth(result).violation
  }

  /// What documents each statement, without the white space behind its lines; the file's own counts
  /// only where statements follow it.
  private static func documentation(_ tree: SyntaxTree.File) -> [String?] {
    let texts =
      [tree.statements.isEmpty ? nil : tree.documentation] + tree.statements.map(\.documentation)
    return texts.map { text in
      text?.split(separator: "\n", omittingEmptySubsequences: false).map { trimmed(String($0)) }
        .joined(separator: "\n")
    }
  }

  private static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let last = scalars.lastIndex { !$0.properties.isWhitespace }
    return last.map { String(scalars[...$0]) } ?? ""
  }

  /// The tokens, without commas before a closer and without trivia.
  private static func words(of source: SourceText) -> [String] {
    var words: [String] = []
    for token in Lexer.tokens(of: source.bytes) {
      switch token.kind {
      case .space, .newline, .comment, .documentation: continue
      case .symbol(let symbol):
        let closes = [.closeParenthesis, .closeBracket].contains(symbol)
        if closes && words.last == "," { words.removeLast() }
      case .semicolon, .foreignComment, .name, .label, .keyword, .number, .textStart, .textLiteral,
        .interpolationStart, .interpolationEnd, .textEnd, .foreignText, .unknown, .endOfFile:
        break
      }
      words.append(source[token.range])
    }
    return words
  }

  /// The comments in order, without the white space behind them.
  private static func comments(of source: SourceText) -> [String] {
    Lexer.tokens(of: source.bytes).compactMap { token in
      guard token.kind == .comment || token.kind == .documentation else { return nil }
      return trimmed(source[token.range])
    }
  }
}
