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
  mutating func complainExpected(_ what: String, notes: [String]) {
    guard complainedAt != position else { return }
    if position >= tokens.count { endComplaints += 1 }
    let isAtBreak = startsLine || position >= tokens.count
    let place = isAtBreak ? SourceRange(previousEnd, previousEnd) : current.range
    complain(
      .unexpectedToken, "expected \(what), found \(found)", at: place,
      label: isAtBreak ? "here" : "instead of \(what)", notes: notes)
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

  /// Complains about texts first, since one without an end may be what left brackets open.
  mutating func complainAboutUnclosed() {
    let texts = brackets.unclosed.filter { isText($0) }
    let others = brackets.unclosed.filter { !isText($0) }
    for opener in (texts + others).prefix(Self.maximumUnclosed) { complainUnclosed(opener) }
  }

  private func isText(_ opener: Int) -> Bool {
    if case .textStart = tokens[opener].kind { return true }
    return false
  }

  private mutating func complainUnclosed(_ opener: Int) {
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
        notes: [
          isMultiline
            ? "Close it with `\"\"\"` behind its last line."
            : "Text over several lines stands between `\"\"\"`."
        ],
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

  mutating func complainChained(_ level: Level) {
    if level == .range {
      return complain(
        .chainedComparison, "a range has two ends", label: "a third end",
        notes: ["A range is written `low...high`, or `low..<high` without its upper end."])
    }
    complain(
      .chainedComparison, "comparisons do not chain", label: "a second comparison",
      notes: ["Write `a < b and b < c`, or `b in a...c`."])
  }

  /// What a pipe gives goes into arithmetic only in brackets, as `|>` binds less tightly.
  mutating func complainBehindPipe(_ pipe: Expression) {
    let sign = text(of: current)
    let isWhole = !pipe.range.isEmpty && !source[pipe.range].hasPrefix("|>")
    complain(
      .unexpectedToken, "the pipe before `\(sign)` needs brackets",
      label: "binds more tightly than `|>`",
      notes: isWhole ? [] : ["Give what the pipe makes a name first."],
      fix: isWhole ? .init(pipe.range, "(\(source[pipe.range]))", "put brackets around it") : nil)
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
      label: "expected a value before this",
      notes: ["The last line of a block is what the block gives: write it without `name =`."])
  }

  mutating func complainKeywordAsName() {
    let word = text(of: current)
    complain(
      .keywordAsName, "`\(word)` is a word of the language and cannot be a name",
      label: "choose another name",
      notes: ["As a column, behind a dot, any word is fine: `.\(word)`."])
  }

  mutating func complainUntyped(_ what: String) {
    guard current.kind == .name && !startsLine else {
      return complainExpected(
        what == "param" ? "a name and its type" : "a \(what): its name, `:` and its type",
        notes: ["For example `rank: Int`."])
    }
    let name = text(of: current)
    complain(
      .missingLabel, "`\(name)` needs a type", label: "write `\(name): Type`",
      notes: [Self.knownTypes])
  }

  mutating func complainEscape(_ problem: TextAssembly.Problem) {
    let found = source[problem.range]
    diagnostics.append(
      Diagnostic(
        .invalidEscape,
        problem.isInvalidScalar
          ? "`\\u{…}` needs the number of a character" : "`\(found)` is not an escape",
        at: problem.range,
        label: problem.isInvalidScalar ? "like `\\u{1F600}`" : "means nothing in a text",
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
            label: "not with `#`",
            fix: .init(SourceRange(token.start, token.start + 1), "//", "write `//`")))
      } else if token.kind == .semicolon {
        diagnostics.append(
          Diagnostic(
            .semicolon, "a statement ends with its line", at: token.range,
            label: "no `;` is needed",
            fix: isLastOnLine(token)
              ? .init(token.range, "", "remove it")
              : .init(untilNext(token), "\n", "put the next on a line of its own")))
      }
    }
  }

  /// The token with the blanks behind it.
  private func untilNext(_ token: Token) -> SourceRange {
    var end = token.end
    while source.isBlank(at: end) { end += 1 }
    return SourceRange(token.start, end)
  }

  private func isLastOnLine(_ token: Token) -> Bool {
    let line = source.lineRange(source.lineIndex(at: token.start))
    return source.bytes[token.end..<max(token.end, line.end)].allSatisfy(\.isBlank)
  }
}
