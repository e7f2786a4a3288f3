/// Writes a recipe in the one style: 100 columns, two spaces, commas after the last line of a list.
///
/// It works on tokens, so none is lost and no comment either; the tree only says where statements
/// and types begin. Text literals stay as they are, byte for byte.
public enum Formatter {
  /// The formatted recipe, or nil if it does not parse.
  ///
  /// A pipe that was broken once stays broken, which can make room for what stands before it; so
  /// the layout is made anew until it stays. As pipes only ever get broken, that comes to an end.
  ///
  /// - Parameter continuing: whether it may start with `|>`, to go on from the last value.
  public static func format(_ source: SourceText, continuing: Bool = false) -> String? {
    guard var text = layout(source, continuing) else { return nil }
    for _ in 0..<mostPasses {
      let next = layout(SourceText(name: source.name, text), continuing)
      guard let next, next != text else { return next }
      text = next
    }
    return text
  }

  /// Two are the rule, three are rare.
  private static let mostPasses = 20

  private static func layout(_ source: SourceText, _ continuing: Bool) -> String? {
    let (tree, diagnostics) = Parser.parse(source, continuing: continuing)
    guard !diagnostics.contains(where: { $0.severity == .error }) else { return nil }
    let composer = LayoutComposer(source, tree)
    let text = LayoutPrinter.print(composer.file())
    return text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
  }
}

/// Turns the tokens of a recipe into a layout.
struct LayoutComposer {
  let source: SourceText
  let tokens: TokenTable
  let brackets: BracketMatching
  let trivia: FormatTrivia
  let landmarks: FormatLandmarks

  init(_ source: SourceText, _ tree: SyntaxTree.File) {
    self.source = source
    tokens = TokenTable(source)
    brackets = BracketMatching(tokens, source)
    trivia = FormatTrivia(tokens, source)
    landmarks = FormatLandmarks(tree)
  }

  func file() -> Layout {
    let content = lines(0..<tokens.count)
    return .sequence([content, ending(tokens.count, isFirst: tokens.count == 0)])
  }

  // MARK: Statements

  /// The statements in a range of tokens, one below the other.
  func lines(_ range: Range<Int>) -> Layout {
    var parts: [Layout] = []
    for (place, statement) in statements(in: range).enumerated() {
      let first = statement.lowerBound
      if place > 0 {
        parts += [trailing(first), .hardLine]
        if trivia.startsParagraph(first) { parts.append(.hardLine) }
      } else if range.lowerBound > 0 {
        parts += [trailing(first), .hardLine]
      }
      parts += [leading(first, keepsBlanks: true), self.statement(statement)]
    }
    return .sequence(parts)
  }

  private func statements(in range: Range<Int>) -> [Range<Int>] {
    var starts: [Int] = []
    var index = range.lowerBound
    while index < range.upperBound {
      if landmarks.statements.contains(tokens[index].start) { starts.append(index) }
      index = after(index)
    }
    return starts.enumerated().map { place, start in
      start..<(place + 1 < starts.count ? starts[place + 1] : range.upperBound)
    }
  }

  private func statement(_ range: Range<Int>) -> Layout {
    guard tokens[range.lowerBound].kind == .keyword(.def),
      let equals = topLevel(range).first(where: { tokens[$0].kind == .symbol(.equals) })
    else { return expression(range) }
    let header = expression(range.lowerBound..<equals + 1)
    let start = equals + 1
    let value = Layout.sequence([leading(start), expression(start..<range.upperBound)])
    let isOwnLine = tokens.startsLine[start]
    let body = Layout.nest(.sequence([trailing(start), isOwnLine ? .hardLine : .line, value]))
    return isOwnLine ? .sequence([header, body]) : .group(.sequence([header, body]))
  }

  // MARK: Comments

  /// The comment that stands on the line of the token before `index`.
  func trailing(_ index: Int) -> Layout {
    trivia.trailing[index].map { .lineEnd($0.text) } ?? .empty
  }

  /// The comments on lines of their own above the token at `index`, which begins a line.
  func leading(_ index: Int, keepsBlanks: Bool = false) -> Layout {
    var parts: [Layout] = []
    for (place, comment) in trivia.leading[index].enumerated() {
      if place > 0 && comment.hasBlankBefore && keepsBlanks { parts.append(.hardLine) }
      parts += [.text(comment.text), .hardLine]
    }
    if !parts.isEmpty && trivia.hasBlankBefore[index] && keepsBlanks { parts.append(.hardLine) }
    return .sequence(parts)
  }

  /// The comments between the last thing and the end of a file, a block or a list.
  func ending(_ index: Int, isFirst: Bool = false) -> Layout {
    .sequence([trailing(index), endingLines(index, isFirst: isFirst)])
  }

  /// Those of them that have lines of their own.
  func endingLines(_ index: Int, isFirst: Bool = false) -> Layout {
    var parts: [Layout] = []
    for (place, comment) in trivia.leading[index].enumerated() {
      if !isFirst || place > 0 { parts.append(.hardLine) }
      if comment.hasBlankBefore && (!isFirst || place > 0) { parts.append(.hardLine) }
      parts.append(.text(comment.text))
    }
    return .sequence(parts)
  }

  // MARK: Walking

  /// What the token at `index` is; any word behind a `.` is a name, also one like `then`.
  func tokenKind(_ index: Int) -> Token.Kind {
    guard case .keyword = tokens[index].kind, index > 0,
      tokens[index - 1].kind == .symbol(.dot)
    else { return tokens[index].kind }
    return .name
  }

  /// The token behind the one at `index`, or behind its whole bracket.
  func after(_ index: Int) -> Int {
    brackets.limits[index] < 0 ? index + 1 : brackets.limits[index] + 1
  }

  /// The tokens of a range that are not inside brackets in it.
  func topLevel(_ range: Range<Int>) -> [Int] {
    var found: [Int] = []
    var index = range.lowerBound
    while index < range.upperBound {
      found.append(index)
      index = after(index)
    }
    return found
  }
}

/// What the formatter has to know from the tree.
struct FormatLandmarks {
  /// Where statements, bindings of blocks and values of blocks begin.
  private(set) var statements: Set<Int> = []
  /// Where brackets begin that hold one value and so take no comma.
  private(set) var groupings: Set<Int> = []
  /// Where the values end that an index follows.
  private(set) var indexed: Set<Int> = []
  private var types: [SourceRange] = []

  init(_ tree: SyntaxTree.File) {
    for statement in tree.statements {
      statements.insert(statement.range.start)
      types += statement.types.map(\.range)
      for expression in statement.expressions { expression.walk { visit($0) } }
    }
  }

  private mutating func visit(_ expression: SyntaxTree.Expression) {
    if case .parenthesised = expression.kind { groupings.insert(expression.range.start) }
    if case .index(let base, _) = expression.kind { indexed.insert(base.range.end) }
    guard case .block(let bindings, let value) = expression.kind else { return }
    for binding in bindings { statements.insert(binding.range.start) }
    statements.insert(value.range.start)
  }

  func isInType(_ offset: Int) -> Bool { types.contains { $0.contains(offset) } }
}

extension SyntaxTree.Statement {
  fileprivate var types: [SyntaxTree.TypeExpression] {
    switch kind {
    case .importing, .binding, .expression, .error: []
    case .parameter(let parameter): [parameter.type]
    case .type(let declaration): [declaration.type]
    case .function(let function):
      function.formals.map(\.type) + [function.result].compactMap(\.self)
    }
  }
}
