// What is said about what stands where a statement, or an item in brackets, should end.

extension Parser {
  mutating func complainAboutMissingComma() {
    if at(.equals) { return complainEquals(in: "list") }
    if complainAboutForeignWord() { return }
    switch current.kind {
    case .symbol, .keyword, .unknown, .foreignText: return complainAboutLeftover()
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .name, .label,
      .number, .textStart, .textLiteral, .interpolationStart, .interpolationEnd, .textEnd,
      .endOfFile:
      break
    }
    let place = SourceRange(previousEnd, previousEnd)
    complain(
      .unexpectedToken, "a comma is missing before \(found)", at: place, label: "write `,` here",
      fix: .init(place, ",", "add the comma"))
  }

  mutating func complainAboutLeftover() {
    if complainAboutForeignWord() || complainAboutForeignSign() { return }
    if current.kind == .unknown { return complainUnknown() }
    if newlinesMatter && beginsBinding && position > 0 {
      let gap = SourceRange(previousEnd, current.start)
      return complain(
        .unexpectedToken, "two statements stand on one line", label: "this begins another",
        fix: .init(gap, "\n", "put it on a line of its own"))
    }
    complain(
      .unexpectedToken, "did not expect \(found) here",
      label: newlinesMatter
        ? "a statement ends at the end of its line" : "not part of what is before",
      notes: [
        newlinesMatter
          ? "A statement goes on inside brackets, after an operator, or where the next line begins "
            + "with `|>`."
          : "Is an operator or a comma missing before it?"
      ])
  }

  /// Words of other languages behind a value: `x is None`, `a not in b`, `a if c else b`.
  private mutating func complainAboutForeignWord() -> Bool {
    if at(.if) {
      complain(
        .foreignConditional, "a choice is written `if c then a else b`",
        label: "the condition comes first",
        notes: ["For example `if n > 2 then \"many\" else \"few\"`."])
      return true
    }
    if at(.not), token(1).kind == .keyword(.in) {
      complain(
        .foreignOperator, "`x not in xs` is written `not (x in xs)` here",
        at: SourceRange(current.start, token(1).end), label: "two words",
        notes: ["`not` stands before the whole comparison, in brackets where it is part of more."])
      return true
    }
    guard current.kind == .name, text(of: current) == "is" else { return false }
    let isNegated = token(1).kind == .keyword(.not)
    let words = SourceRange(current.start, isNegated ? token(1).end : current.end)
    let sign = isNegated ? "!=" : "=="
    complain(
      .foreignOperator, "`\(source[words])` is written `\(sign)` here", at: words,
      label: "write `\(sign)`", fix: .init(words, sign, "write `\(sign)`"))
    return true
  }

  /// Signs that mean something in other languages, or in other places.
  private mutating func complainAboutForeignSign() -> Bool {
    if at(.plusEquals) || at(.minusEquals) || at(.starEquals) || at(.slashEquals) || at(.walrus) {
      complain(
        .foreignBinding, "nothing is ever reassigned", label: "give the new value a new name",
        notes: ["For example `next = n + 1`."])
    } else if at(.equals) {
      complain(
        .unexpectedToken, "only a name can stand left of `=`", label: "this gives a name",
        notes: [
          "Nothing is ever changed: rows with another column are made by `add`, under a new name."
        ])
    } else if at(.question) {
      complain(
        .foreignConditional, "there is no `?` operator here",
        label: "for a fallback write `??`",
        notes: ["A choice is written `if c then a else b`."])
    } else if at(.bar) {
      complainForeign("|", instead: "|>")
    } else if at(.comma) && newlinesMatter {
      complain(
        .foreignBinding, "one name is bound to one value", label: "a second value",
        notes: ["Several values make a list [1, 2] or a record (a: 1, b: 2)."])
    } else if at(.colon) {
      complain(
        .unexpectedToken, "did not expect `:` here", label: "only a label is followed by `:`",
        notes: ["A label is one word without quotes, at the beginning of an argument or field."])
    } else {
      return false
    }
    return true
  }

  /// Reads what stands in `list[…]`; parts of lists, as `xs[0:2]`, are no part of the language.
  mutating func index() -> Expression {
    let first = at(.colon) ? Expression(.error, current.range) : expression()
    guard at(.colon) else { return first }
    complain(
      .unexpectedToken, "a list has no slices", label: "one number stands here",
      notes: ["The first two items are `[xs[i] for i in 0..<2]`; rows have `take` and `skip`."])
    position = limit
    return Expression(.error, first.range)
  }
}
