// What is said where a value should begin.

extension Parser {
  /// What a value is, for those who wrote something else.
  static let valueAdvice =
    "A value is a number, text, name or call, a list [1, 2] or a record (a: 1)."

  mutating func complainAboutOperand() {
    if complainAboutForeignOperand() { return }
    if case .keyword(let keyword) = current.kind {
      complain(
        .unexpectedToken, "expected a value, found the word `\(keyword.rawValue)`",
        label: "a word of the language", notes: [Self.valueAdvice])
    } else if at(.equals) {
      complain(
        .unexpectedToken, "expected a value, found `=`", label: "`==` compares; `=` gives a name",
        notes: [Self.valueAdvice])
    } else if current.kind == .unknown {
      complainUnknown()
    } else {
      complainExpected("a value", notes: [Self.valueAdvice])
    }
  }

  /// Signs of other languages that go on from the sign before: `===`, `n++`.
  private mutating func complainAboutForeignOperand() -> Bool {
    guard position > 0, tokens[position - 1].end == current.start else { return false }
    let before = tokens[position - 1]
    if at(.equals), before.kind == .symbol(.equal) || before.kind == .symbol(.notEqual) {
      let sign = text(of: before)
      complain(
        .foreignOperator, "`\(sign)=` is written `\(sign)` here", label: "one `=` too many",
        fix: .init(current.range, "", "write `\(sign)`"))
      return true
    }
    guard at(.plus), before.kind == .symbol(.plus) else { return false }
    complain(
      .foreignBinding, "nothing is ever reassigned", at: SourceRange(before.start, current.end),
      label: "give the new value a new name", notes: ["For example `next = n + 1`."])
    return true
  }

  // MARK: Characters

  mutating func complainUnknown() {
    let found = text(of: current)
    switch found.prefix(1) {
    case "\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}", "\u{00AB}", "\u{00BB}":
      let mark = SourceRange(current.start, current.start + found.prefix(1).utf8.count)
      complain(
        .unexpectedCharacter, "`\(found.prefix(1))` is not a quote of the language", at: mark,
        label: "write `\"`", fix: .init(mark, "\"", "write a straight quote"))
    case "\\": complainAboutBackslash()
    case "$":
      complain(
        .unexpectedCharacter, "there are no variables of the shell", label: "not part of a name",
        notes: [
          "A setting from outside is a param: `param rows: Path`, given as `--rows \"$HOME\"`."
        ])
    case "@":
      complain(
        .unexpectedCharacter, "`@` means nothing here", label: "there are no decorators",
        notes: ["What a function needs is said in its parameters and its body."])
    case "`":
      complain(
        .unexpectedCharacter, "text stands between double quotes", label: "not a quote",
        notes: ["A value stands in a text as `\\(name)`."])
    default:
      complain(
        .unexpectedCharacter, "`\(found)` means nothing here", label: "not part of any word",
        notes: [
          "Names are made of the letters a to z, digits and `_`; any script may stand in text."
        ])
    }
  }

  /// A text between quotes of a word processor; nil if there is none.
  mutating func foreignCurlyText() -> Expression? {
    let open = text(of: current).prefix(1)
    guard current.kind == .unknown, let closers = Self.curlyQuotes[String(open)] else { return nil }
    let start = current.start + open.utf8.count
    guard let mark = firstQuote(of: closers, from: start) else { return nil }
    let inside = SourceRange(start, mark.start)
    let whole = SourceRange(current.start, mark.end)
    let content = source[inside]
    complain(
      .unexpectedCharacter, "`\(open)` is not a quote of the language", at: whole,
      label: "write `\"` before and behind it",
      fix: .init(
        whole, "\"\(content.replacing("\"", with: "\\\""))\"", "write straight quotes"))
    while position < limit, current.start < whole.end { position += 1 }
    return Expression(.text([.literal(content, inside)]), whole)
  }

  /// Where one of some characters stands on the rest of the line.
  ///
  /// Looked for among the bytes: of a line that is not UTF-8, a text is longer than the line.
  private func firstQuote(of quotes: String, from start: Int) -> SourceRange? {
    let end = source.lineRange(source.lineIndex(at: start)).end
    for place in start..<max(start, end) {
      for quote in quotes where source.bytes[place..<end].starts(with: String(quote).utf8) {
        return SourceRange(place, place + quote.utf8.count)
      }
    }
    return nil
  }

  static let curlyQuotes: [String: String] = [
    "\u{201C}": "\u{201D}\u{201C}", "\u{201E}": "\u{201C}\u{201D}", "\u{2018}": "\u{2019}",
    "\u{00AB}": "\u{00BB}",
  ]

  /// A backslash at the end of a line, as in the shell and in Python, or a lost one.
  private mutating func complainAboutBackslash() {
    let line = source.lineRange(source.lineIndex(at: current.start))
    guard current.end == line.end else {
      return complain(
        .unexpectedCharacter, "`\\` means nothing here", label: "only texts have escapes",
        notes: ["Inside a text, `\\n` is a new line and `\\(name)` a value."])
    }
    var start = current.start
    while start > line.start && source.bytes[start - 1].isBlank { start -= 1 }
    complain(
      .unexpectedCharacter, "a line that goes on needs no mark", label: "remove it",
      notes: ["It goes on inside brackets, after an operator, or where the next begins with `|>`."],
      fix: .init(SourceRange(start, current.end), "", "remove it"))
  }
}
