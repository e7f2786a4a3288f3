// What a submitted text is: a cell of the language, a command, a question, or nothing.

import Syntax

/// One thing to do, as it was typed.
enum CellText: Equatable {
  /// Statements of the language.
  case recipe(String)
  /// `:name arguments`; the name may end in `!`.
  case command(name: String, arguments: String)
  /// `?name`, `name?`, or with two marks to see its source.
  case question(String, wantsSource: Bool)

  /// The parts of a submission in order: a pasted session may hold several.
  static func parts(of text: String) -> [CellText] {
    var parts: [CellText] = []
    var recipe: [Substring] = []
    func endRecipe() {
      let text = recipe.joined(separator: "\n")
      if !isBlank(text) { parts.append(.recipe(text)) }
      recipe = []
    }
    if let question = question(text) { return [question] }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let command = command(line) {
        endRecipe()
        parts.append(command)
      } else {
        recipe.append(line)
      }
    }
    endRecipe()
    return parts
  }

  /// Whether a text is none of the language's own, so that one line of it is all.
  static func isSpoken(_ text: String) -> Bool {
    command(text[...]) != nil || question(text) != nil
  }

  /// No statement begins with a colon, so that a line that does is a command.
  private static func command(_ line: Substring) -> CellText? {
    let text = line.trimmingPrefix { $0.isWhitespace }
    guard text.first == ":", text.dropFirst().first.map({ $0.isLetter }) ?? text.dropFirst().isEmpty
    else { return nil }
    let name = text.dropFirst().prefix { !$0.isWhitespace }
    let rest = text.dropFirst(1 + name.count)
    return .command(name: String(name), arguments: trimmed(rest))
  }

  private static func question(_ text: String) -> CellText? {
    let text = trimmed(text[...])
    let isLeading = text.hasPrefix("?")
    guard isLeading || text.hasSuffix("?") else { return nil }
    let name =
      isLeading
      ? text.drop { $0 == "?" }
      : text[
        ..<(text.lastIndex { $0 != "?" }
          .map(text.index(after:)) ?? text.startIndex)]
    let marks = text.count - name.count
    let word = trimmed(name)
    guard marks <= 2, word.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
      return nil
    }
    return .question(word, wantsSource: marks == 2)
  }

  /// Whether there is nothing but blanks and comments.
  private static func isBlank(_ text: String) -> Bool {
    let (tree, diagnostics) = Parser.parse(SourceText(name: "cell", text), continuing: true)
    return tree.statements.isEmpty && diagnostics.isEmpty
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.trimmingPrefix { $0.isWhitespace }).trimmedRight
  }
}
