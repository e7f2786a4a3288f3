// What stands alone: literals, names, and everything in brackets.

extension Parser {
  mutating func primary() -> Expression {
    let token = current
    if startsLine && beginsBinding {
      complainExpected("a value", notes: [Self.valueAdvice])
      return Expression(.error, SourceRange(previousEnd, previousEnd))
    }
    switch token.kind {
    case .name, .label: return nameOrForeign()
    case .number(let unitLength): return number(token, unitLength: Int(unitLength))
    case .keyword(let keyword) where keyword.isLiteral:
      position += 1
      return Expression(keyword == .none ? .none : .bool(keyword == .true), token.range)
    case .textStart: return textLiteral()
    case .foreignText: return foreignQuotes()
    case .symbol(.dot): return column()
    case .symbol(.openParenthesis): return nested { $0.parenthesis() }
    case .symbol(.openBracket): return nested { $0.list() }
    case .symbol(.openBrace): return nested { $0.block() }
    case .unknown where Self.curlyQuotes[String(text(of: token).prefix(1))] != nil:
      if let text = foreignCurlyText() { return text }
      complainAboutOperand()
      return Expression(.error, token.range)
    case .symbol, .keyword, .textLiteral, .interpolationStart, .interpolationEnd, .textEnd,
      .unknown, .endOfFile, .space, .newline, .comment, .documentation, .semicolon,
      .foreignComment:
      complainAboutOperand()
      return Expression(.error, token.kind == .endOfFile ? range(from: previousEnd) : token.range)
    }
  }

  /// Whether the next binding begins here, so that a value is missing before it.
  var beginsBinding: Bool {
    current.kind == .name && next(is: .equals) && !nextStartsLine
  }

  private mutating func nameOrForeign() -> Expression {
    if let foreign = foreignLiteral() { return foreign }
    let name = takeName()
    return Expression(.name(name.text), name.range)
  }

  private mutating func number(_ token: Token, unitLength: Int) -> Expression {
    position += 1
    let unitRange = SourceRange(token.end - unitLength, token.end)
    let unit = unitLength == 0 ? nil : SyntaxTree.Name(source[unitRange], unitRange)
    let written = source[SourceRange(token.start, unitRange.start)]
    let isGrouped = written.utf8.contains(Byte.underscore)
    if let unit, unit.text != "%", !unit.text.utf8.allSatisfy(\.isLetter) {
      complain(
        .malformedNumber, "`\(text(of: token))` is not a number", at: token.range,
        label: "`\(unit.text)` is no unit",
        notes: ["A number is written like 2_000, 0.5 or 1e-4, with its unit attached: 3epochs."])
    }
    let literal = SyntaxTree.NumberLiteral(
      digits: isGrouped ? written.filter { $0 != "_" } : written, unit: unit)
    return Expression(.number(literal), token.range)
  }

  private mutating func column() -> Expression {
    let start = current.start
    if case .number = token(1).kind, token(1).start == current.end {
      let number = token(1)
      complain(
        .malformedNumber, "a number begins with a digit", at: SourceRange(start, number.end),
        label: "write 0 before the point",
        fix: .init(SourceRange(start, start), "0", "write 0 before the point"))
      position += 2
      return Expression(.error, range(from: start))
    }
    position += 1
    guard let name = member() else { return Expression(.error, range(from: start)) }
    return Expression(.column(name), range(from: start))
  }

  // MARK: Parentheses

  private mutating func parenthesis() -> Expression {
    let start = current.start
    let kind = bracketed { $0.parenthesisContent() }
    let value = Expression(kind, range(from: start))
    return at(.fatArrow) && !startsLine ? foreignArrow(start, value) : value
  }

  private mutating func parenthesisContent() -> Expression.Kind {
    if position >= limit { return .record([]) }
    let startsRecord =
      current.kind == .label || at(.spread) || at(.closedRange) || at(.power) || isQuotedKey
    if startsRecord { return .record(commaSeparated { $0.field() }.compactMap(\.self)) }
    let value = expression()
    guard at(.comma) else { return .parenthesised(value) }
    complain(
      .mixedRecord, "the values of a record need labels", at: value.range,
      label: "which value is this?",
      notes: ["A record is written (a: 1, b: 2), a list [1, 2]."])
    position = limit
    return .error
  }

  private mutating func field() -> SyntaxTree.Field? {
    if let value = spread() { return .spread(value) }
    if isQuotedKey {
      let label = quotedLabel()
      position += 1
      return .labelled(label, expression())
    }
    guard current.kind == .label else {
      let start = current.start
      let isEquals = current.kind == .name && next(is: .equals)
      if isEquals {
        complainEquals(in: "record")
        let label = takeName()
        position += 1
        return .labelled(label, expression())
      }
      _ = expression()
      complain(
        .mixedRecord, "the values of a record need labels", at: range(from: start),
        label: "which value is this?", notes: ["A record is written (a: 1, b: 2)."])
      return nil
    }
    let label = takeName()
    position += 1
    return .labelled(label, expression())
  }

  // MARK: Lists

  private mutating func list() -> Expression {
    let start = current.start
    let kind = bracketed { $0.listContent() }
    return Expression(kind, range(from: start))
  }

  private mutating func listContent() -> Expression.Kind {
    if position >= limit { return .list([]) }
    let first = listElement()
    if at(.for) || at(.if) { return .comprehension(first, clauses()) }
    var elements = [first]
    if position < limit && !at(.comma) {
      if first.kind != .error { complainAboutMissingComma() }
      skipItem()
    }
    if accept(.comma) { elements += commaSeparated { $0.listElement() } }
    return .list(elements)
  }

  private mutating func listElement() -> Expression {
    guard at(.spread) || at(.closedRange) else { return expression() }
    complain(
      .misplacedSpread, "a list has no spread",
      label: "`..` belongs in records and calls", notes: ["Join lists with `+`."])
    position += 1
    return expression()
  }

  private static let comprehensionAdvice = "A list is made as in `[n * n for n in 1...3 if n > 1]`."

  private mutating func clauses() -> [SyntaxTree.Clause] {
    var clauses: [SyntaxTree.Clause] = []
    while position < limit {
      if accept(.if) {
        clauses.append(.only(binary(from: .or)))
      } else if accept(.for) {
        guard current.kind == .name || current.kind == .label else {
          complainExpected("a name after `for`", notes: [Self.comprehensionAdvice])
          return clauses
        }
        let name = takeName()
        guard accept(.in) else {
          complainExpected("`in`", notes: [Self.comprehensionAdvice])
          return clauses
        }
        clauses.append(.each(name, in: binary(from: .or)))
      } else {
        return clauses
      }
    }
    return clauses
  }

  // MARK: Blocks

  private mutating func block() -> Expression {
    let start = current.start
    let kind = bracketed { $0.blockContent() }
    return Expression(kind, range(from: start))
  }

  private mutating func blockContent() -> Expression.Kind {
    if current.kind == .label || isQuotedKey { return foreignBraces() }
    var bindings: [SyntaxTree.Binding] = []
    var value: Expression?
    while position < limit {
      let start = position
      if let value { complainUnusedValue(value) }
      if let binding = blockBinding() {
        value = nil
        bindings.append(binding)
      } else {
        value = expression()
        if at(.comma), let value { return foreignCollection(value) }
      }
      finishLine(after: value?.kind == .error, from: start)
    }
    if let value { return .block(bindings, value) }
    complainBlockWithoutValue()
    return .error
  }

  private mutating func blockBinding() -> SyntaxTree.Binding? {
    skipForeignBinding()
    return beginsBinding ? binding() : nil
  }

  /// Reads `name = value`.
  mutating func binding() -> SyntaxTree.Binding {
    let name = takeName()
    position += 1
    let value = expression()
    return SyntaxTree.Binding(name: name, value: value, range: range(from: name.range.start))
  }
}
