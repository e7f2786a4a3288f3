// Statements, and the types that stand in them.

extension Parser {
  typealias Statement = SyntaxTree.Statement

  private static let statementAdvice =
    "A statement is `name = value`, a call, or begins with import, param, type or def."

  mutating func statement() -> Statement {
    let start = current.start
    let documentation = tokens.documentation(above: position, in: source)
    let count = diagnostics.count
    let kind = statementKind()
    if kind == nil && diagnostics.count == count {
      complainExpected("a statement", notes: [Self.statementAdvice])
    }
    return Statement(kind ?? .error, range(from: start), documentation: documentation)
  }

  /// The statement at the current token, or nil after a complaint.
  private mutating func statementKind() -> Statement.Kind? {
    if foreignStatement() { return nil }
    skipForeignBinding()
    if beginsBinding { return .binding(binding()) }
    if case .keyword(let keyword) = current.kind {
      if next(is: .equals) && !nextStartsLine && keyword != .type {
        complainKeywordAsName()
        return nil
      }
      switch keyword {
      case .import: return importing()
      case .param: return parameter()
      case .type: return typeDeclaration()
      case .def: return function()
      case .if, .then, .else, .for, .in, .and, .or, .not, .true, .false, .none, .as, .where: break
      }
    }
    let value = expression()
    return value.isError ? nil : .expression(value)
  }

  // MARK: Declarations

  private mutating func importing() -> Statement.Kind? {
    position += 1
    guard case .textStart = current.kind, !startsLine else {
      return missing(Self.importPath, Self.importAdvice)
    }
    let literal = textLiteral()
    guard let path = literal.plainText else {
      complain(
        .interpolatedPath, "an imported path must be plain text", at: literal.range,
        label: "computed",
        notes: ["Imports are read before anything is computed. To choose, import both recipes."])
      return nil
    }
    var alias: SyntaxTree.Name?
    if accept(.as) {
      alias = definedName("a name after `as`", Self.importAdvice)
      if alias == nil { return nil }
    }
    return .importing(
      SyntaxTree.Import(path: path, pathRange: literal.range, alias: alias))
  }

  private mutating func parameter() -> Statement.Kind? {
    position += 1
    guard let name = typedName(of: "param") else { return nil }
    let type = type()
    guard type.kind != .error else { return nil }
    let fallback = accept(.equals) ? expression() : nil
    let constraint = accept(.where) ? expression() : nil
    return .parameter(
      SyntaxTree.Parameter(name: name, type: type, fallback: fallback, constraint: constraint))
  }

  private mutating func typeDeclaration() -> Statement.Kind? {
    position += 1
    guard let name = definedName("a name after `type`", Self.typeAdvice) else { return nil }
    guard accept(.equals) else { return missing("`=`", Self.typeAdvice) }
    let type = type()
    guard type.kind != .error else { return nil }
    let constraint = accept(.where) ? expression() : nil
    return .type(SyntaxTree.TypeDeclaration(name: name, type: type, constraint: constraint))
  }

  private mutating func function() -> Statement.Kind? {
    if foreignDefinition() { return nil }
    position += 1
    guard let name = definedName("a name after `def`", Self.functionAdvice) else { return nil }
    guard at(.openParenthesis) && !startsLine else {
      return missing("`(` and the parameters", Self.functionAdvice)
    }
    let count = diagnostics.count
    let formals = bracketed { parser in parser.commaSeparated { $0.formal() } }
    if diagnostics.count > count { return nil }
    var result: SyntaxTree.TypeExpression?
    if accept(.arrow) { result = type() }
    guard result?.kind != .error else { return nil }
    guard accept(.equals) else {
      return missing("`=` and the value of the function", Self.functionAdvice)
    }
    let body = expression()
    return .function(
      SyntaxTree.Function(
        name: name, formals: formals.compactMap(\.self), result: result, body: body))
  }

  private mutating func formal() -> SyntaxTree.Formal? {
    let start = current.start
    let isUnlabelled = current.kind == .name && text(of: current) == "_"
    if isUnlabelled { position += 1 }
    guard let label = typedName(of: "parameter") else { return nil }
    let type = type()
    let fallback = accept(.equals) ? expression() : nil
    return SyntaxTree.Formal(
      isUnlabelled: isUnlabelled, label: label, type: type, fallback: fallback,
      range: range(from: start))
  }

  private static let importPath = "the path of a recipe, as text"
  private static let importAdvice =
    "An import is written `import \"sft.recipe\" as stage1`; only recipes can be imported."
  private static let typeAdvice = "A type is written `type Score = Int where it in 0...4`."
  private static let functionAdvice = "A function is written `def double(_ x: Int) = x * 2`."

  private mutating func missing(_ what: String, _ advice: String) -> Statement.Kind? {
    complainExpected(what, notes: [advice])
    return nil
  }

  /// A name that is being defined.
  private mutating func definedName(_ what: String, _ advice: String) -> SyntaxTree.Name? {
    if startsLine {
      complainExpected(what, notes: [advice])
      return nil
    }
    if current.kind == .name || current.kind == .label { return takeName() }
    if case .keyword = current.kind {
      complainKeywordAsName()
    } else {
      complainExpected(what, notes: [advice])
    }
    return nil
  }

  /// `name:` before a type.
  private mutating func typedName(of what: String) -> SyntaxTree.Name? {
    guard current.kind == .label && !startsLine else {
      complainUntyped(what)
      return nil
    }
    let name = takeName()
    position += 1
    return name
  }
}

// MARK: - Types

extension Parser {
  typealias TypeExpression = SyntaxTree.TypeExpression

  static let knownTypes =
    "Types are Int, Float, Bool, Text, Ratio, Path, List<Int>, Data<(prompt: Text)>, …"

  mutating func type() -> TypeExpression {
    guard depth < Self.maximumDepth else { return TypeExpression(.error, tooDeep().range) }
    depth += 1
    defer { depth -= 1 }
    var left = singleType()
    let start = left.range.start
    while !startsLine && left.kind != .error {
      if at(.question), case .optional = left.kind { break }
      if accept(.question) {
        left = TypeExpression(.optional(left), range(from: start))
      } else if accept(.bar) {
        let right = singleType()
        if right.kind == .error { return right }
        left = TypeExpression(.union(left.members + [right]), range(from: start))
      } else {
        break
      }
    }
    return left
  }

  private mutating func singleType() -> TypeExpression {
    let start = current.start
    if current.kind == .name || current.kind == .label { return namedType() }
    if at(.openParenthesis) {
      let fields = bracketed { parser in parser.commaSeparated { $0.rowField() } }
      return TypeExpression(.row(fields.compactMap(\.self)), range(from: start))
    }
    if case .textStart = current.kind {
      let literal = textLiteral()
      guard let text = literal.plainText else {
        complain(
          .interpolatedPath, "a text in a type must be plain", at: literal.range,
          label: "computed", notes: ["Write each text out: `\"small\" | \"large\"`."])
        return TypeExpression(.error, literal.range)
      }
      return TypeExpression(.text(text), literal.range)
    }
    complainExpected("a type", notes: [Self.knownTypes])
    return TypeExpression(.error, current.range)
  }

  private mutating func namedType() -> TypeExpression {
    let name = takeName()
    var arguments: [TypeExpression] = []
    if !startsLine && accept(.less) {
      repeat { arguments.append(type()) } while accept(.comma)
      guard accept(.greater) else {
        if at(.greaterOrEqual) {
          complain(
            .unexpectedToken, "`>=` compares; a space is missing between `>` and `=`",
            label: "write `> =`", fix: .init(current.range, "> =", "put a space between"))
        }
        complainExpected(
          "`>` after the type's arguments", notes: ["As in `List<Int>` or `Data<(prompt: Text)>`."])
        return TypeExpression(.error, range(from: name.range.start))
      }
    }
    return TypeExpression(.named(name, arguments: arguments), range(from: name.range.start))
  }

  private mutating func rowField() -> SyntaxTree.RowField? {
    guard let label = typedName(of: "column") else { return nil }
    return SyntaxTree.RowField(label: label, type: type())
  }
}

extension SyntaxTree.TypeExpression {
  /// The parts of a union, or the type itself.
  fileprivate var members: [SyntaxTree.TypeExpression] {
    if case .union(let members) = kind { return members }
    return [self]
  }
}

extension SyntaxTree.Expression {
  /// The content of a text literal without interpolation, else nil.
  public var plainText: String? {
    guard case .text(let segments) = kind else { return nil }
    var text = ""
    for segment in segments {
      guard case .literal(let piece, _) = segment else { return nil }
      text += piece
    }
    return text
  }
}
