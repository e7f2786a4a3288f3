// Habits from other languages that take whole lines: loops, definitions, imports, pasted YAML.

extension Parser {
  /// Whether a statement of another language stands here; it is complained about and skipped.
  mutating func foreignStatement() -> Bool {
    if at(.for) { return foreignLoop() }
    if at(.slash), next(is: .star), token(1).start == current.end { return foreignBlockComment() }
    if at(.minus), next(is: .minus), token(1).start == current.end { return foreignDashes() }
    if current.kind == .unknown, text(of: current) == "@" { return foreignDecorator() }
    if current.kind == .label { return foreignKey() }
    guard current.kind == .name, isWordStatement else { return false }
    let word = text(of: current)
    if word == "while" { return foreignLoop() }
    guard let answer = ForeignWord.statements[word] else { return false }
    if next(is: .openParenthesis), ForeignWord.callable.contains(word) { return false }
    return refuse(answer.code, answer.message, answer.label, notes: [answer.advice])
  }

  /// Whether the name is followed on its line by something that no call or binding begins with.
  private var isWordStatement: Bool {
    guard position + 1 < limit, !nextStartsLine else { return false }
    switch token(1).kind {
    case .name, .label, .number, .textStart, .foreignText: return true
    case .keyword(let keyword): return keyword == .not || keyword.isLiteral
    case .symbol(let symbol):
      return symbol == .openParenthesis && token(1).start > current.end
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .textLiteral,
      .interpolationStart, .interpolationEnd, .textEnd, .unknown, .endOfFile:
      return false
    }
  }

  private mutating func foreignLoop() -> Bool {
    refuse(
      .foreignStatement, "there are no loops", "`\(text(of: current))` does not begin a statement",
      notes: ["A list is made with [f(x) for x in xs if c], rows with add, filter and select."])
  }

  /// `try:`, and what belongs to it.
  private mutating func foreignBlock(_ key: String) -> Bool {
    let isTry = key == "try"
    complain(
      isTry ? .foreignStatement : .foreignConditional, "there is no `\(key):` block",
      label: "not a word here",
      notes: [
        isTry
          ? "There are no exceptions: what may be missing is handled by `??`, the rest ends the run."
          : "A choice is written `if c then a else b`."
      ])
    repeat {
      skipIndentedLines()
    } while position < limit
      && ["except", "finally", "else"].contains(text(of: current))
    return true
  }

  /// `/* … */`, which has no end that could be overlooked here.
  private mutating func foreignBlockComment() -> Bool {
    let start = current.start
    complain(
      .foreignComment, "a comment begins with `//`", at: SourceRange(start, token(1).end),
      label: "not with `/*`",
      notes: ["Each line of a comment begins with `//` and ends with its line."])
    position += 2
    while position < limit, !(at(.star) && next(is: .slash)) { position += 1 }
    position = min(position + 2, limit)
    return true
  }

  /// `--lr 2e-4` from a command line, or the `---` that begins a document of YAML.
  private mutating func foreignDashes() -> Bool {
    let start = position
    let isDocument = token(2).kind == .symbol(.minus) && token(3).kind == .label
    guard isDocument || isOption(token(2), token(3)) else { return false }
    let dashes = SourceRange(current.start, token(isDocument ? 2 : 1).end)
    guard isDocument else {
      return refuse(
        .foreignStatement, "an option belongs on the command line", "two dashes",
        notes: ["In the recipe it is a param, as in `param lr: Float = 1e-4`."])
    }
    position += 3
    let lines = yamlLines()
    position = start
    complain(
      .pastedYAML, "this looks like YAML", at: dashes, label: "the beginning of a document",
      notes: [
        "A name is bound with `name = value`; several values make a record: (a: …, b: …).",
        "The \(lines.count + 1) lines of the document are skipped.",
      ])
    position = lines.end
    return true
  }

  /// Whether the two stand as `lr 2e-4` or `lr=2e-4` on one line, which no value goes on like.
  private func isOption(_ name: Token, _ value: Token) -> Bool {
    guard name.kind == .name, source.lineIndex(at: name.end) == source.lineIndex(at: value.start)
    else { return false }
    switch value.kind {
    case .name, .number, .textStart, .foreignText, .symbol(.equals): return true
    case .keyword(let keyword): return keyword.isLiteral
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .label, .symbol,
      .textLiteral, .interpolationStart, .interpolationEnd, .textEnd, .unknown, .endOfFile:
      return false
    }
  }

  private mutating func foreignDecorator() -> Bool {
    complainUnknown()
    skipIndentedLines()
    return true
  }

  /// Complains, then steps over the line and the lines indented below it.
  private mutating func refuse(
    _ code: DiagnosticCode, _ message: String, _ label: String, notes: [String] = []
  ) -> Bool {
    complain(code, message, label: label, notes: notes)
    skipIndentedLines()
    return true
  }

  /// Steps to the next line that is indented no more than this one.
  private mutating func skipIndentedLines() {
    let margin = column(of: position)
    repeat {
      position += 1
    } while position < limit
      && !(tokens.startsLine[position] && column(of: position) <= margin
        && !isCloser(tokens[position].kind))
  }

  private func isCloser(_ kind: Token.Kind) -> Bool {
    if case .symbol(let symbol) = kind { return symbol.isCloser }
    return false
  }

  private func column(of index: Int) -> Int {
    let start = tokens[index].start
    return start - source.lineStarts[source.lineIndex(at: start)]
  }

  // MARK: Bindings

  /// `let x = …`: complains about the word and steps over it.
  mutating func skipForeignBinding() {
    guard current.kind == .name, !nextStartsLine,
      token(1).kind == .name || token(1).kind == .label,
      ["let", "var", "const", "val", "local", "auto"].contains(text(of: current))
    else { return }
    let rest = SourceRange(current.start, token(1).start)
    complain(
      .foreignBinding, "a name is bound without `\(text(of: current))`", label: "not needed",
      notes: ["Nothing is ever reassigned, so `=` needs no word before it."],
      fix: .init(rest, "", "remove it"))
    position += 1
  }

  /// `key: value` at the start of a line, alone or as a pasted block of YAML.
  private mutating func foreignKey() -> Bool {
    let key = text(of: current)
    guard next(is: .colon) else { return false }
    if key == "else" || key == "try" || key == "finally" { return foreignBlock(key) }
    if token(2).kind == .name, token(3).kind == .symbol(.equals) { return typedBinding() }
    let lines = yamlLines()
    if lines.count > 1 {
      complain(
        .pastedYAML, "this looks like YAML", at: SourceRange(current.start, token(1).end),
        label: "a key and a colon",
        notes: [
          "A name is bound with `\(key) = value`; several values make a record: (\(key): …, …).",
          "The \(lines.count) lines of the block are skipped.",
        ])
      position = lines.end
      return true
    }
    let sign = token(1)
    complain(
      .foreignBinding, "a name is bound with `=`", at: sign.range, label: "write `=`",
      fix: .init(SourceRange(current.end, sign.end), " =", "write `=`"))
    position += 2
    _ = expression()
    return true
  }

  /// `name: Type = value`: complains about the type and reads on.
  private mutating func typedBinding() -> Bool {
    let key = text(of: current)
    let type = SourceRange(current.end, token(2).end)
    complain(
      .foreignBinding, "a name is bound without its type", at: type, label: "not needed",
      notes: [
        "Types are inferred. What can be set from outside is a param: `param \(key): Float = …`."
      ],
      fix: .init(type, "", "remove the type"))
    position += 4
    _ = expression()
    return true
  }

  /// How many lines from here look like YAML, and the token behind them.
  private func yamlLines() -> (count: Int, end: Int) {
    var count = 0
    var index = position
    let margin = column(of: position)
    while index < limit {
      if tokens.startsLine[index] || index == position {
        let kind = tokens[index].kind
        let isItem = kind == .symbol(.minus) || (kind == .label && index + 1 < limit)
        if !isItem && column(of: index) <= margin { break }
        count += 1
      }
      index += 1
    }
    return (count, index)
  }

  // MARK: Definitions

  /// `def f(x):` with the body on the lines below.
  mutating func foreignDefinition() -> Bool {
    guard token(1).kind == .name, token(2).kind == .symbol(.openParenthesis) else { return false }
    var index = brackets.limits[position + 2] + 1
    if index < limit && tokens[index].kind == .symbol(.arrow) && tokens[index + 1].kind == .label {
      index += 2
    }
    guard index < limit, tokens[index].kind == .symbol(.colon), !tokens.startsLine[index] else {
      return false
    }
    let sign = tokens[index].range
    complain(
      .foreignDefinition, "a function is written `def f(x: Type) = value`", at: sign,
      label: "expected `=`",
      notes: ["Several steps stand in a block: `{`, a line per step, the value last, `}`."])
    skipIndentedLines()
    return true
  }
}
