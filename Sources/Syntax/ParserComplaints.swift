// What the parser says when the text is not what the grammar asks for.

extension Parser {
  /// Complains, unless this token has been complained about already.
  mutating func complain(
    _ code: DiagnosticCode, _ message: String, at range: SourceRange? = nil, label: String = "",
    secondary: [Diagnostic.Label] = [], notes: [String] = [], fix: Diagnostic.Fix? = nil
  ) {
    guard complainedAt != position else { return }
    complainedAt = position
    diagnostics.append(
      Diagnostic(
        code, message, at: range ?? current.range, label: label, secondary: secondary,
        notes: notes, fix: fix))
  }

  /// Complains that something else should stand at the current token.
  mutating func complainExpected(_ what: String, notes: [String] = []) {
    guard complainedAt != position else { return }
    if position >= tokens.count { endComplaints += 1 }
    let isAtBreak = startsLine || position >= tokens.count
    let place = isAtBreak ? SourceRange(previousEnd, previousEnd) : current.range
    complain(
      .unexpectedToken, "expected \(what), found \(found)", at: place,
      label: "expected \(what) here", notes: notes)
  }

  /// The current token in words.
  var found: String {
    if position >= tokens.count { return "the end of the text" }
    return startsLine ? "the end of the line" : Self.words(for: tokens[position], in: source)
  }

  static func words(for token: Token, in source: SourceText) -> String {
    switch token.kind {
    case .textStart: "a text"
    case .textEnd, .textLiteral: "the end of the text literal"
    case .interpolationEnd: "the `)` that ends the interpolation"
    case .endOfFile: "the end of the text"
    case .number: "the number `\(source[token.range])`"
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .name, .label,
      .keyword, .symbol, .interpolationStart, .foreignText, .unknown:
      "`\(source[token.range])`"
    }
  }

  // MARK: Brackets

  mutating func complainUnclosed(_ opener: Int) {
    let token = tokens[opener]
    let boundary = brackets.limits[opener]
    if token.kind == .interpolationStart && isInsideUnclosedText(opener) { return }
    if hidesCloser(of: opener) { return }
    if boundary >= tokens.count && token.kind != .textStart(isMultiline: false) {
      endComplaints += 1
    }
    if case .textStart(let isMultiline) = token.kind {
      return complainUnterminated(token, isMultiline: isMultiline, boundary: boundary)
    }
    let bracket = token.kind == .interpolationStart ? "\\(" : text(of: token)
    let closer = bracket == "[" ? "]" : bracket == "{" ? "}" : ")"
    let insertion = boundary > 0 ? tokens[boundary - 1].end : token.end
    let place = tokens[boundary].start
    let seen =
      boundary < tokens.count
      ? [
        Diagnostic.Label(
          SourceRange(place, tokens[boundary].end), "`\(closer)` is missing before this")
      ]
      : []
    diagnostics.append(
      Diagnostic(
        .unclosedBracket, "`\(bracket)` is never closed", at: token.range, label: "opened here",
        secondary: seen, fix: .init(SourceRange(insertion, insertion), closer, "close it")))
  }

  /// Whether a text without an end may have swallowed the closer of a bracket.
  private func hidesCloser(of opener: Int) -> Bool {
    if case .textStart = tokens[opener].kind { return false }
    return brackets.unclosed.contains { text in
      guard case .textStart = tokens[text].kind else { return false }
      return opener < text && text < brackets.limits[opener]
    }
  }

  private func isInsideUnclosedText(_ opener: Int) -> Bool {
    brackets.unclosed.contains {
      guard case .textStart = tokens[$0].kind else { return false }
      return $0 < opener && opener < brackets.limits[$0]
    }
  }

  private mutating func complainUnterminated(_ token: Token, isMultiline: Bool, boundary: Int) {
    let line = source.lineRange(source.lineIndex(at: token.start))
    let quotes = isMultiline ? "\"\"\"" : "\""
    diagnostics.append(
      Diagnostic(
        .unterminatedText, "this text has no closing `\(quotes)`", at: token.range,
        label: "opened here",
        notes: isMultiline ? [] : ["Text over several lines stands between `\"\"\"`."],
        fix: isMultiline
          ? nil : .init(SourceRange(line.end, line.end), quotes, "close it at the end of the line"))
    )
  }

  mutating func complainUnmatched(_ token: Token) {
    diagnostics.append(
      Diagnostic(
        .unmatchedBracket, "`\(text(of: token))` closes nothing", at: token.range,
        label: "no bracket is open here", fix: .init(token.range, "", "remove it")))
  }

  // MARK: Inside expressions

  mutating func complainAboutOperand() {
    if case .keyword(let keyword) = current.kind {
      complain(
        .unexpectedToken, "expected a value, found the word `\(keyword.rawValue)`",
        label: "a word of the language")
    } else if at(.equals) {
      complain(
        .unexpectedToken, "expected a value, found `=`", label: "`==` compares; `=` gives a name")
    } else if current.kind == .unknown {
      complainUnknown()
    } else {
      complainExpected("a value")
    }
  }

  private mutating func complainUnknown() {
    let found = text(of: current)
    if "\u{201C}\u{201D}\u{2018}\u{2019}\u{00AB}\u{00BB}".contains(found.prefix(1)) {
      return complain(
        .unexpectedCharacter, "`\(found.prefix(1))` is not a quote of the language",
        label: "write `\"`", fix: .init(current.range, "\"", "write a straight quote"))
    }
    complain(
      .unexpectedCharacter, "`\(found)` means nothing here", label: "unknown",
      notes: current.end - current.start > 1 || !(found.utf8.first ?? 0 < 0x80)
        ? ["Names are made of the letters a to z, digits and `_`; any script may stand in text."]
        : [])
  }

  mutating func complainChained(_ level: Level) {
    if level == .range {
      return complain(.chainedComparison, "a range has two ends", label: "a third end")
    }
    complain(
      .chainedComparison, "comparisons do not chain", label: "a second comparison",
      notes: ["Write `a < b and b < c`, or `b in a...c`."])
  }

  mutating func complainAboutMissingComma() {
    if at(.equals) { return complainEquals(in: "list") }
    let place = SourceRange(previousEnd, previousEnd)
    switch current.kind {
    case .symbol, .keyword, .unknown, .foreignText: return complainAboutLeftover()
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .name, .label,
      .number, .textStart, .textLiteral, .interpolationStart, .interpolationEnd, .textEnd,
      .endOfFile:
      break
    }
    complain(
      .unexpectedToken, "a comma is missing before \(found)", at: place, label: "write `,` here",
      fix: .init(place, ",", "add the comma"))
  }

  /// Complains about what stands where a statement or a bracket should end.
  mutating func complainAboutLeftover() {
    if at(.plusEquals) || at(.minusEquals) || at(.starEquals) || at(.slashEquals) || at(.walrus) {
      complain(
        .foreignBinding, "nothing is ever reassigned", label: "give the new value a new name")
    } else if at(.equals) {
      complain(.unexpectedToken, "only a name can stand left of `=`", label: "found `=`")
    } else if at(.question) {
      complain(
        .foreignConditional, "there is no `?` operator here",
        label: "for a fallback write `??`")
    } else if current.kind == .unknown {
      complainUnknown()
    } else {
      complain(
        .unexpectedToken, "did not expect \(found) here",
        label: newlinesMatter ? "a statement ends at the end of its line" : "")
    }
  }

  mutating func complainUnusedValue(_ value: Expression) {
    guard value.kind != .error else { return }
    complain(
      .blockWithoutValue, "this value in the block is not used", at: value.range,
      label: "only the last line of a block is its value",
      notes: ["Give it a name with `=`, or remove it."])
  }

  mutating func complainBlockWithoutValue() {
    if position >= tokens.count { endComplaints += 1 }
    complain(
      .blockWithoutValue, "a block ends with its value", at: current.range,
      label: "expected a value before this")
  }

  mutating func complainKeywordAsName() {
    let word = text(of: current)
    complain(
      .keywordAsName, "`\(word)` is a word of the language and cannot be a name",
      label: "choose another name")
  }

  mutating func complainUntyped(_ what: String) {
    guard current.kind == .name else {
      return complainExpected(
        what == "param" ? "a name and its type" : "a \(what): its name, `:` and its type")
    }
    let name = text(of: current)
    complain(
      .missingLabel, "`\(name)` needs a type", label: "write `\(name): Type`",
      notes: ["Types are Int, Float, Bool, Text, Ratio, Path, Data<(prompt: Text)>, …"])
  }

  mutating func complainEscape(_ problem: TextAssembly.Problem) {
    let found = source[problem.range]
    diagnostics.append(
      Diagnostic(
        .invalidEscape,
        problem.isInvalidScalar
          ? "`\\u{…}` needs the number of a character" : "`\(found)` is not an escape",
        at: problem.range, label: problem.isInvalidScalar ? "like `\\u{1F600}`" : "",
        notes: ["The escapes are \\n, \\t, \\\", \\\\, \\u{…} and \\(value)."],
        fix: problem.isInvalidScalar
          ? nil : .init(problem.range, "\\" + found, "write a backslash")))
  }

  // MARK: Bytes and trivia

  mutating func complainAboutEncoding() {
    let bytes = source.bytes
    guard String(validating: bytes, as: UTF8.self) == nil else { return }
    let valid = source.firstInvalidByte
    diagnostics.append(
      Diagnostic(
        .invalidUTF8, "this is not UTF-8 text", at: SourceRange(valid, min(valid + 1, bytes.count)),
        label: "the first byte that is not", notes: ["Save the file as UTF-8."]))
  }

  mutating func complainAboutTrivia() {
    for token in tokens.all {
      if token.kind == .foreignComment {
        diagnostics.append(
          Diagnostic(
            .foreignComment, "a comment begins with `//`",
            at: SourceRange(token.start, token.start + 1),
            label: "not `#`",
            fix: .init(SourceRange(token.start, token.start + 1), "//", "write `//`")))
      } else if token.kind == .semicolon {
        diagnostics.append(
          Diagnostic(
            .semicolon, "a statement ends with its line", at: token.range,
            label: "no `;` is needed",
            fix: .init(token.range, isLastOnLine(token) ? "" : "\n", "remove it")))
      }
    }
  }

  private func isLastOnLine(_ token: Token) -> Bool {
    let line = source.lineRange(source.lineIndex(at: token.start))
    return source.bytes[token.end..<max(token.end, line.end)].allSatisfy(\.isBlank)
  }
}
