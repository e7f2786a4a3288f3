// Expressions, by precedence climbing.

extension Parser {
  typealias Expression = SyntaxTree.Expression

  /// How tightly an operator binds, loosest first.
  enum Level: Int, Comparable {
    case coalesce, or, and, not, comparison, pipe, range, sum, product, prefix

    static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    var tighter: Level { Level(rawValue: rawValue + 1) ?? .prefix }
  }

  enum Infix {
    case binary(SyntaxTree.BinaryOperator)
    case range(SyntaxTree.RangeOperator)
    case pipe
    /// An operator of other languages that has no counterpart.
    case foreign
  }

  mutating func expression() -> Expression {
    nested { parser in
      if parser.beginsLambda { return parser.lambda() }
      if parser.at(.if) { return parser.conditional() }
      if let foreign = parser.foreignExpression() { return foreign }
      let value = parser.binary(from: .coalesce)
      return parser.at(.question) && parser.continuesLine ? parser.foreignTernary(value) : value
    }
  }

  private mutating func lambda() -> Expression {
    let parameter = takeName()
    position += 1
    let body = expression()
    return Expression(.lambda(parameter, body), range(from: parameter.range.start))
  }

  private mutating func conditional() -> Expression {
    let start = current.start
    position += 1
    let condition = expression()
    guard accept(.then) else { return foreignConditional(start, condition) }
    let then = expression()
    guard accept(.else) else {
      complainExpected("`else`", notes: ["An `if` is a value, so it needs both sides."])
      return Expression(.error, range(from: start))
    }
    let otherwise = expression()
    return Expression(
      .conditional(condition, then: then, otherwise: otherwise), range(from: start))
  }

  // MARK: Operators

  /// An expression of operators that bind at least as tightly as `level`.
  mutating func binary(from level: Level) -> Expression {
    binary(from: level, after: operand(level))
  }

  /// Goes on from a left side that has been read.
  mutating func binary(from level: Level, after first: Expression) -> Expression {
    var left = first
    var last: Level?
    while continuesLine, let (infix, itsLevel) = infix(), itsLevel >= level {
      if itsLevel == last && (itsLevel == .comparison || itsLevel == .range) {
        complainChained(itsLevel)
      }
      if last == .pipe && itsLevel > .pipe { complainBehindPipe(left) }
      left = apply(infix, itsLevel, to: left)
      if left.height > Self.maximumHeight { return tooDeep() }
      last = itsLevel
    }
    return left
  }

  private mutating func apply(_ infix: Infix, _ level: Level, to left: Expression) -> Expression {
    let sign = current.range
    position += 1
    switch infix {
    case .pipe:
      let target = pipeTarget()
      return Expression(.pipe(left, target), left.range.union(target.range))
    case .range(let operation):
      let right = binary(from: level.tighter)
      return Expression(.range(left, operation, right), left.range.union(right.range))
    case .binary(let operation):
      let right = binary(from: level.tighter)
      return Expression(
        .binary(left, operation, right, operatorRange: sign), left.range.union(right.range))
    case .foreign:
      let right = binary(from: level.tighter)
      return Expression(.error, left.range.union(right.range))
    }
  }

  private mutating func infix() -> (Infix, Level)? {
    if case .symbol(let symbol) = current.kind {
      if let operation = symbol.operation { return (.binary(operation), Self.level(of: operation)) }
      if symbol == .pipe { return (.pipe, .pipe) }
      if symbol == .closedRange { return (.range(.closed), .range) }
      if symbol == .halfOpenRange { return (.range(.halfOpen), .range) }
      return foreignInfix(symbol)
    }
    if at(.and) { return (.binary(.and), .and) }
    if at(.or) { return (.binary(.or), .or) }
    return at(.in) ? (.binary(.in), .comparison) : nil
  }

  private static func level(of operation: SyntaxTree.BinaryOperator) -> Level {
    switch operation {
    case .orElse: .coalesce
    case .or: .or
    case .and: .and
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: .comparison
    case .add, .subtract: .sum
    case .multiply, .divide: .product
    }
  }

  /// What stands on either side of an infix operator.
  private mutating func operand(_ level: Level) -> Expression {
    if at(.not) || at(.foreignNot) { return negation(level) }
    if at(.minus) { return negative() }
    if at(.if) || beginsLambda {
      let place = current.range
      complain(
        .unexpectedToken, "this needs brackets around it",
        at: place, label: "put `(` before this, and `)` after its end",
        notes: ["It reaches as far as it can, so brackets say where it ends."])
      return expression()
    }
    return postfix()
  }

  private mutating func negation(_ level: Level) -> Expression {
    let start = current.start
    if at(.foreignNot) { complainForeign("!", instead: "not ") }
    if level > .not {
      complain(
        .unexpectedToken, "`not` needs brackets around it here",
        label: "binds less tightly than what is before",
        notes: ["Write `a == (not b)`."])
    }
    position += 1
    let value = nested { $0.at(.not) ? $0.negation(.not) : $0.binary(from: .comparison) }
    return Expression(.unary(.not, value), range(from: start))
  }

  private mutating func negative() -> Expression {
    let start = current.start
    position += 1
    let value = nested { $0.operand(.prefix) }
    return Expression(.unary(.negate, value), range(from: start))
  }

  // MARK: Pipes

  /// The right side of `|>`: a name, a member path or a call of either.
  private mutating func pipeTarget() -> Expression {
    guard current.kind == .name else {
      let advice = "As in `data |> take(3)`: what is left becomes the first argument."
      if position >= tokens.count {
        complainExpected("a function's name or a call", notes: [advice])
      }
      complain(
        .pipeTarget, "the right side of `|>` is a function's name or a call",
        label: "found \(found)", notes: [advice])
      return canBeginOperand ? operand(.pipe) : Expression(.error, current.range)
    }
    return postfix(isPipeTarget: true)
  }

  private var canBeginOperand: Bool {
    guard continuesLine else { return false }
    switch current.kind {
    case .name, .number, .textStart, .foreignText, .label: return true
    case .symbol(let symbol):
      return symbol == .openParenthesis || symbol == .openBracket || symbol == .openBrace
        || symbol == .dot
    case .keyword(let keyword): return keyword.isLiteral
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .textLiteral,
      .interpolationStart, .interpolationEnd, .textEnd, .unknown, .endOfFile:
      return false
    }
  }

  // MARK: Postfix

  private mutating func postfix(isPipeTarget: Bool = false) -> Expression {
    var base = primary()
    let start = base.range.start
    while !startsLine {
      if at(.dot) {
        position += 1
        guard let name = member() else { return Expression(.error, range(from: start)) }
        base = Expression(.member(base, name), range(from: start))
      } else if at(.openParenthesis) {
        let arguments = arguments()
        base = Expression(.call(base, arguments), range(from: start))
      } else if at(.openBracket) && !isPipeTarget {
        let index = bracketed { $0.index() }
        base = Expression(.index(base, index), range(from: start))
      } else {
        break
      }
      if base.height > Self.maximumHeight { return tooDeep() }
    }
    return base
  }

  /// The name after a dot; any word will do, since columns are named by the data.
  mutating func member() -> SyntaxTree.Name? {
    if current.kind.isWord && !startsLine { return takeName() }
    complainExpected(
      "a name after `.`", notes: ["A column is `.name`, a part of a value `value.name`."])
    return nil
  }

  private mutating func arguments() -> [SyntaxTree.Argument] {
    bracketed { parser in parser.commaSeparated { $0.argument() } }
  }

  private mutating func argument() -> SyntaxTree.Argument {
    if let value = spread() { return .spread(value) }
    if current.kind == .label {
      let label = takeName()
      position += 1
      return .labelled(label, expression())
    }
    if current.kind == .name && next(is: .equals) { return equalsArgument() }
    if isQuotedKey {
      let label = quotedLabel()
      position += 1
      return .labelled(label, expression())
    }
    return .unlabelled(expression())
  }

  /// `..value`, or nil if there is no spread here.
  mutating func spread() -> Expression? {
    if at(.closedRange) {
      complain(
        .misplacedSpread, "a spread is written with two dots", label: "three dots make a range",
        fix: .init(current.range, "..", "write two dots"))
    } else if at(.power) || at(.star) {
      complain(
        .misplacedSpread, "a record is spread with `..`", label: "not with `\(text(of: current))`",
        fix: .init(current.range, "..", "write two dots"))
    } else if !at(.spread) {
      return nil
    }
    position += 1
    return expression()
  }
}

extension Token.Symbol {
  /// The operator between two values that it is.
  fileprivate var operation: SyntaxTree.BinaryOperator? {
    switch self {
    case .orElse: .orElse
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .openParenthesis, .closeParenthesis, .openBracket, .closeBracket, .openBrace, .closeBrace,
      .comma, .colon, .dot, .spread, .closedRange, .halfOpenRange, .equals, .fatArrow, .arrow, .bar,
      .pipe, .question, .foreignAnd, .foreignOr, .foreignNot, .power, .remainder, .caret,
      .ampersand, .tilde, .walrus, .plusEquals, .minusEquals, .starEquals, .slashEquals:
      nil
    }
  }
}
