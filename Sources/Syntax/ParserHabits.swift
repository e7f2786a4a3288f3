// Habits from other languages inside expressions: each is understood, and answered with what
// to write instead.

extension Parser {
  // MARK: Operators

  mutating func foreignInfix(_ symbol: Token.Symbol) -> (Infix, Level)? {
    if symbol == .foreignAnd {
      complainForeign("&&", instead: "and")
      return (.binary(.and), .and)
    }
    if symbol == .foreignOr {
      complainForeign("||", instead: "or")
      return (.binary(.or), .or)
    }
    if symbol == .power || symbol == .caret {
      complain(
        .foreignOperator, "there is no operator `\(symbol.rawValue)`", label: "unknown operator",
        notes: ["A square is `x * x`; another power of a positive x is `exp(y * log(x))`."])
      return (.foreign, .product)
    }
    if symbol == .ampersand {
      complainForeign("&", instead: "and")
      return (.binary(.and), .and)
    }
    if symbol == .remainder {
      complain(
        .foreignOperator, "there is no remainder operator", label: "`%` is a unit",
        notes: ["Write `mod(a, by: b)`. A percentage is written without a space: `5%`."])
      return (.foreign, .product)
    }
    return nil
  }

  mutating func complainForeign(_ written: String, instead: String) {
    complain(
      .foreignOperator,
      "`\(written)` is written `\(instead.trimmed)` here", label: "write `\(instead.trimmed)`",
      fix: .init(current.range, instead, "write `\(instead.trimmed)`"))
  }

  // MARK: Literals

  /// `None`, `True`, `null` and texts with a prefix; nil if there is nothing foreign.
  mutating func foreignLiteral() -> Expression? {
    let token = current
    if case .textStart = self.token(1).kind, self.token(1).start == token.end,
      token.end - token.start <= 2
    {
      return prefixedText()
    }
    guard token.kind == .name, Self.foreignInitials.contains(source.bytes[token.start]),
      let replacement = Self.foreignWords[text(of: token)],
      !next(is: .openParenthesis) || nextStartsLine
    else { return nil }
    complain(
      .foreignLiteral, "`\(text(of: token))` is written `\(replacement)` here",
      label: "write `\(replacement)`",
      fix: .init(token.range, replacement, "write `\(replacement)`"))
    position += 1
    if replacement == "none" { return Expression(.none, token.range) }
    return Expression(.bool(replacement == "true"), token.range)
  }

  private static let foreignWords = [
    "None": "none", "null": "none", "nil": "none", "NULL": "none", "undefined": "none",
    "True": "true", "TRUE": "true", "False": "false", "FALSE": "false",
  ]

  /// Told from most names without making a `String`.
  private static let foreignInitials = foreignWords.keys.compactMap(\.utf8.first)

  /// `f"…{x}"`, and the other letters that Python puts before a text.
  private mutating func prefixedText() -> Expression {
    let prefix = current
    let isFormat = text(of: prefix).lowercased().contains("f")
    let opener = position + 1
    let at = (place: position, complained: complainedAt)
    position = opener
    let literal = textLiteral()
    let whole = SourceRange(prefix.start, literal.range.end)
    let body = source[literal.range]
    complainedAt = at.complained == at.place ? at.place : -1
    diagnostics.append(
      Diagnostic(
        .foreignText,
        isFormat
          ? "values stand in text as `\\(value)`, without a prefix"
          : "text has no prefix", at: prefix.range, label: "no letter before the quotes",
        fix: .init(
          whole, isFormat ? Self.withInterpolation(body) : body,
          isFormat ? "write `\\(…)` for `{…}`" : "remove the prefix")))
    return literal
  }

  /// Turns `{name}` into `\(name)`.
  private static func withInterpolation(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "{": result += "\\("
      case "}": result += ")"
      default: result.append(character)
      }
    }
    return result
  }

  /// Reads `'…'`.
  mutating func foreignQuotes() -> Expression {
    if let long = foreignLongQuotes() { return long }
    let token = current
    let inside = SourceRange(token.start + 1, token.end - 1)
    let content = source[inside]
    let escaped = content.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\\\"")
    complain(
      .foreignText, "text stands between double quotes", label: "single quotes",
      fix: .init(token.range, "\"\(escaped)\"", "write double quotes"))
    position += 1
    return Expression(.text([.literal(content, inside)]), token.range)
  }

  /// Reads `'''…'''` on one line, which looks like three texts.
  private mutating func foreignLongQuotes() -> Expression? {
    let parts = (0..<3).map { token($0) }
    guard parts.allSatisfy({ $0.kind == .foreignText }), parts[0].end == parts[1].start,
      parts[1].end == parts[2].start, parts[0].end - parts[0].start == 2
    else { return nil }
    let whole = SourceRange(parts[0].start, parts[2].end)
    let inside = SourceRange(parts[1].start + 1, parts[1].end - 1)
    complain(
      .foreignText, "text stands between double quotes", at: whole, label: "single quotes",
      notes: ["Text over several lines stands between `\"\"\"`."],
      fix: .init(
        whole, "\"\(source[inside].replacing("\"", with: "\\\""))\"", "write double quotes"))
    position += 3
    return Expression(.text([.literal(source[inside], inside)]), whole)
  }

  // MARK: Functions

  /// `lambda x: value` and `x -> value`; nil if there is nothing foreign.
  mutating func foreignExpression() -> Expression? {
    guard current.kind == .name else { return nil }
    if current.range.count == 6, text(of: current) == "lambda", !nextStartsLine,
      token(1).kind == .label || token(1).kind == .name
    {
      return pythonLambda()
    }
    guard next(is: .arrow) else { return nil }
    let parameter = takeName()
    complain(
      .foreignLambda, "a function of one value is written `\(parameter.text) => …`",
      label: "write `=>`", fix: .init(current.range, "=>", "write `=>`"))
    position += 1
    let body = expression()
    return Expression(.lambda(parameter, body), range(from: parameter.range.start))
  }

  private mutating func pythonLambda() -> Expression {
    let start = current.start
    let word = current.range
    position += 1
    let parameter = takeName()
    let place = position
    guard at(.colon) else {
      complain(
        .foreignLambda, "a function here takes one value: `x => …`", at: word,
        label: "there is no `lambda`", notes: ["Several values travel as one record."])
      skipItem()
      return Expression(.error, range(from: start))
    }
    let head = SourceRange(start, current.end)
    position = place
    complain(
      .foreignLambda, "a function of one value is written `\(parameter.text) => …`", at: head,
      label: "there is no `lambda`",
      fix: .init(head, "\(parameter.text) =>", "write `\(parameter.text) =>`"))
    position += 1
    let body = expression()
    return Expression(.lambda(parameter, body), range(from: start))
  }

  /// Reads `(x) => value`.
  mutating func foreignArrow(_ start: Int, _ parameters: Expression) -> Expression {
    let head = parameters.range
    var parameter: SyntaxTree.Name?
    if case .parenthesised(let inner) = parameters.kind, case .name(let text) = inner.kind {
      parameter = SyntaxTree.Name(text, inner.range)
    }
    if let parameter {
      complain(
        .foreignLambda, "the parameter of a function stands without brackets", at: head,
        label: "write `\(parameter.text) =>`",
        fix: .init(head, parameter.text, "remove the brackets"))
    } else {
      complainedAt = position
      diagnostics.removeAll { $0.code == .mixedRecord && head.contains($0.primary.range) }
      diagnostics.append(
        Diagnostic(
          .foreignLambda, "a function here takes one value", at: head,
          label: "not exactly one name",
          notes: ["Several values travel as one record: p => p.a + p.b"]))
    }
    position += 1
    let body = expression()
    guard let parameter else { return Expression(.error, range(from: start)) }
    return Expression(.lambda(parameter, body), range(from: start))
  }

  // MARK: Conditionals

  /// Reads on after `if c` where `then` is missing, as in `if c: …` or `if c { … }`.
  mutating func foreignConditional(_ start: Int, _ condition: Expression) -> Expression {
    if at(.colon) || at(.openBrace) {
      complain(
        .foreignConditional, "`if` is a value here: `if c then a else b`",
        label: "expected `then`",
        notes: ["It gives one of two values; what a recipe does depends on no condition."])
      skipItem()
    } else {
      complainExpected("`then`", notes: ["A choice is written `if c then a else b`."])
    }
    return Expression(.error, range(from: start))
  }

  /// Reads `c ? a : b`.
  mutating func foreignTernary(_ condition: Expression) -> Expression {
    let place = position
    position += 1
    guard position < limit else {
      position = place
      complainAboutLeftover()
      position += 1
      return condition
    }
    let mark = diagnostics.count
    let then = expression()
    guard diagnostics.count == mark else { return Expression(.error, condition.range) }
    guard accept(.colon) else {
      let rest = position
      position = place
      complainAboutLeftover()
      position = rest
      return Expression(.error, condition.range)
    }
    let otherwise = expression()
    let whole = condition.range.union(otherwise.range)
    let better =
      "if \(source[condition.range]) then \(source[then.range]) else \(source[otherwise.range])"
    diagnostics.append(
      Diagnostic(
        .foreignConditional, "a choice is written `if c then a else b`", at: tokens[place].range,
        label: "there is no `?` here", fix: .init(whole, better, "write it with `if`")))
    return Expression(.conditional(condition, then: then, otherwise: otherwise), whole)
  }

  // MARK: Arguments

  /// `lr = 2e-5` where `lr: 2e-5` is meant.
  mutating func equalsArgument() -> SyntaxTree.Argument {
    complainEquals(in: "call")
    let label = takeName()
    position += 1
    return .labelled(label, expression())
  }

  mutating func complainEquals(in place: String) {
    let sign = at(.equals) ? current : token(1)
    let label = at(.equals) ? "value" : text(of: current)
    let start = at(.equals) ? previousEnd : current.end
    complain(
      .equalsInCall, "a label in a \(place) is followed by `:`", at: sign.range,
      label: "write `\(label): …`",
      fix: .init(
        SourceRange(start, sign.end), source.isBlank(at: sign.end) ? ":" : ": ", "write `:`"))
  }

  // MARK: Braces

  /// Whether a quoted key begins here, as in JSON.
  var isQuotedKey: Bool {
    guard case .textStart = current.kind, brackets.isClosed(position) else { return false }
    let after = brackets.limits[position] + 1
    return after < limit && tokens[after].kind == .symbol(.colon)
  }

  /// `{a: 1}` where `(a: 1)` is meant.
  mutating func foreignBraces() -> Expression.Kind {
    let opener = tokens[position - 1]
    let whole = SourceRange(opener.start, tokens[min(limit, tokens.count - 1)].end)
    let isClosed = limit < tokens.count && tokens[limit].kind == .symbol(.closeBrace)
    complain(
      .mixedRecord, "a record stands in round brackets", at: opener.range,
      label: "`{` begins a block",
      notes: ["A record is written (a: 1, b: 2); its labels have no quotes."],
      fix: isClosed ? .init(whole, roundBrackets(whole), "write a record") : nil)
    position = limit
    return .error
  }

  /// `{"a": {"b": 1}}` as `(a: (b: 1))`.
  private func roundBrackets(_ whole: SourceRange) -> String {
    var text = ""
    var end = whole.start
    for index in (position - 1)...limit {
      let token = tokens[index]
      guard token.start >= end else { continue }
      text += source[SourceRange(end, token.start)]
      end = token.end
      switch token.kind {
      case .symbol(.openBrace): text += "("
      case .symbol(.closeBrace): text += ")"
      case .textStart:
        guard let label = label(inQuotesAt: index) else {
          text += self.text(of: token)
          continue
        }
        text += label.text
        end = tokens[brackets.limits[index]].end
      case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .name, .label,
        .keyword, .number, .symbol, .textLiteral, .interpolationStart, .interpolationEnd,
        .textEnd, .foreignText, .unknown, .endOfFile:
        text += self.text(of: token)
      }
    }
    return text
  }

  /// The word between the quotes at a token, if it is followed by a colon and can be a label.
  private func label(inQuotesAt index: Int) -> SyntaxTree.Name? {
    let end = brackets.limits[index]
    guard end == index + 2, end + 1 < tokens.count, tokens[end + 1].kind == .symbol(.colon),
      tokens[index + 1].kind == .textLiteral, tokens[end].kind == .textEnd
    else { return nil }
    let name = SyntaxTree.Name(source[tokens[index + 1].range], tokens[index + 1].range)
    let isWord = name.text.utf8.allSatisfy(\.isNamePart)
    return isWord && name.text.utf8.first?.isDigit == false ? name : nil
  }

  /// Reads `"rank"` where the label `rank` is meant; the colon is next.
  mutating func quotedLabel() -> SyntaxTree.Name {
    let end = brackets.limits[position]
    let whole = SourceRange(current.start, tokens[end].end)
    let label = label(inQuotesAt: position)
    complain(
      .quotedLabel, "a label stands without quotes", at: whole, label: "a text",
      notes: label == nil ? ["A label is one word of letters, digits and `_`."] : [],
      fix: label.map { .init(whole, $0.text, "remove the quotes") })
    position = end + 1
    return label ?? SyntaxTree.Name("", whole)
  }

  /// `{1, 2}` where a list or a record is meant.
  mutating func foreignCollection(_ first: Expression) -> Expression.Kind {
    complain(
      .mixedRecord, "several values stand in a list or a record", at: current.range,
      label: "a block has one value",
      notes: ["A list is written [1, 2], a record (a: 1, b: 2)."])
    position = limit
    return .error
  }
}

extension String {
  fileprivate var trimmed: String { String(prefix { $0 != " " }) }
}
