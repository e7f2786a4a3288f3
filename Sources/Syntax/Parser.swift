/// Reads a recipe by recursive descent; always finishes, and reports all it finds in one go.
///
/// An error inside a bracket is left behind at the next comma or at the closing bracket, and one
/// in a statement at the next line that can begin a statement. A place is complained about once.
public struct Parser {
  /// The text and its tokens: one reference, as functions of the parser are handed all that it has.
  private let text: CutText
  /// Counts significant tokens.
  var position = 0 { didSet { current = token(0) } }
  /// The end of the innermost bracket; nothing at or beyond it is looked at.
  var limit: Int { didSet { current = token(0) } }
  /// The token to be read, or an end-of-file token at the end of the innermost bracket.
  private(set) var current: Token
  /// Whether a newline ends an expression here: in a file and in `{}`, not in `()` and `[]`.
  var newlinesMatter = true
  var depth = 0
  var diagnostics: [Diagnostic] = []
  /// The last token that was complained about.
  var complainedAt = -1
  /// How many complaints only say that the text is not finished.
  var endComplaints = 0

  /// How deep expressions may nest; beyond, the parser complains instead of running out of stack.
  static let maximumDepth = 200
  /// How high a tree may grow, chains of operators included, for those who walk it recursively.
  static let maximumHeight = 400

  /// How many brackets left open are complained about; beyond, something else is the matter.
  static let maximumUnclosed = 20

  public typealias Result = (tree: SyntaxTree.File, diagnostics: [Diagnostic])

  /// Parses a recipe or a cell.
  ///
  /// - Parameter continuing: whether it may start with `|>`, to go on from the last value.
  public static func parse(_ source: SourceText, continuing: Bool = false) -> Result {
    var parser = Parser(source)
    let tree = parser.file(continuing: continuing)
    return (tree, parser.sortedDiagnostics)
  }

  init(_ source: SourceText) {
    var tokens = TokenTable(source)
    var brackets = BracketMatching(tokens, source)
    let unmatched = brackets.unmatched.map { tokens[$0] }
    if !unmatched.isEmpty {
      tokens.drop(brackets.unmatched)
      brackets = BracketMatching(tokens, source)
    }
    text = CutText(source, tokens, brackets)
    limit = tokens.count
    current = tokens[0]
    for token in unmatched { complainUnmatched(token) }
    complainAboutUnclosed()
    complainAboutTrivia()
    complainAboutEncoding()
  }

  var source: SourceText { text.source }
  var tokens: TokenTable { text.tokens }
  var brackets: BracketMatching { text.brackets }

  private var sortedDiagnostics: [Diagnostic] {
    diagnostics.enumerated().sorted {
      ($0.element.primary.range.start, $0.offset) < ($1.element.primary.range.start, $1.offset)
    }.map(\.element)
  }

  mutating func file(continuing: Bool) -> SyntaxTree.File {
    var statements: [SyntaxTree.Statement] = []
    if continuing && at(.pipe) { statements.append(continuation()) }
    while position < limit { statements.append(contentsOf: line()) }
    return SyntaxTree.File(
      statements: statements, documentation: tokens.leadingDocumentation(in: source),
      range: source.range)
  }

  /// One statement and the step to the next line.
  private mutating func line() -> [SyntaxTree.Statement] {
    let start = position
    let statement = statement()
    finishLine(after: statement.isError, from: start)
    return [statement]
  }

  /// A cell that starts with `|>`.
  private mutating func continuation() -> SyntaxTree.Statement {
    let start = current.start
    let last = SyntaxTree.Expression(.lastValue, SourceRange(start, start))
    let value = binary(from: .coalesce, after: last)
    finishLine(after: false, from: -1)
    return SyntaxTree.Statement(.expression(value), value.range)
  }

  /// Comes to the next line that can begin a statement, and complains about what is in between.
  ///
  /// If nothing has been read since `start`, at least one token is stepped over.
  mutating func finishLine(after failed: Bool, from start: Int) {
    guard position < limit && (!startsLine || position == start) else { return }
    if !failed { complainAboutLeftover() }
    if position == start { skipToken() }
    skipStatement()
  }
}

/// A text cut into tokens, with its brackets paired.
private final class CutText {
  let source: SourceText
  let tokens: TokenTable
  let brackets: BracketMatching

  init(_ source: SourceText, _ tokens: TokenTable, _ brackets: BracketMatching) {
    self.source = source
    self.tokens = tokens
    self.brackets = brackets
  }

  /// Asked here, as whoever asks the source itself holds all parts of it meanwhile.
  func words(at range: SourceRange) -> String { source[range] }
}

// MARK: - Walking over tokens

extension Parser {
  func token(_ ahead: Int) -> Token {
    let index = position + ahead
    if index < limit { return tokens[index] }
    let boundary = tokens[limit]
    return Token(kind: .endOfFile, start: boundary.start, end: boundary.end)
  }

  /// Where the last token that was read ends.
  var previousEnd: Int { position > 0 ? tokens[position - 1].end : 0 }

  func at(_ symbol: Token.Symbol) -> Bool {
    if case .symbol(symbol) = current.kind { true } else { false }
  }

  func at(_ keyword: Token.Keyword) -> Bool {
    if case .keyword(keyword) = current.kind { true } else { false }
  }

  func next(is symbol: Token.Symbol) -> Bool { token(1).kind == .symbol(symbol) }

  /// Whether a lambda begins here.
  var beginsLambda: Bool { current.kind == .name && next(is: .fatArrow) && !nextStartsLine }

  /// Whether a newline that counts stands before the current token.
  var startsLine: Bool {
    newlinesMatter && position < tokens.count && tokens.startsLine[position]
  }

  /// Whether a newline that counts stands before the token after the current one.
  var nextStartsLine: Bool {
    newlinesMatter && position + 1 < tokens.count && tokens.startsLine[position + 1]
  }

  /// Whether the current token goes on with the expression before it.
  var continuesLine: Bool { !startsLine || isContinuation(current.kind) }

  func isContinuation(_ kind: Token.Kind) -> Bool {
    kind == .symbol(.pipe) || kind == .symbol(.orElse) || kind == .keyword(.and)
      || kind == .keyword(.or) || kind == .keyword(.then) || kind == .keyword(.else)
  }

  mutating func accept(_ symbol: Token.Symbol) -> Bool {
    guard at(symbol) && continuesLine else { return false }
    position += 1
    return true
  }

  mutating func accept(_ keyword: Token.Keyword) -> Bool {
    guard at(keyword) && continuesLine else { return false }
    position += 1
    return true
  }

  /// The current token as a name, then steps over it.
  mutating func takeName() -> SyntaxTree.Name {
    let name = SyntaxTree.Name(text.words(at: current.range), current.range)
    position += 1
    return name
  }

  func text(of token: Token) -> String { source[token.range] }

  func range(from start: Int) -> SourceRange { SourceRange(start, max(start, previousEnd)) }

  // MARK: Brackets

  /// Reads what is inside the bracket at the current token, and steps behind its closer.
  mutating func bracketed<Content>(_ body: (inout Parser) -> Content) -> Content {
    let opener = position
    let outer = (limit: limit, newlinesMatter: newlinesMatter)
    let count = diagnostics.count
    newlinesMatter = at(.openBrace)
    limit = max(opener + 1, min(brackets.limits[opener], limit))
    position = opener + 1
    let content = body(&self)
    if position < limit && diagnostics.count == count { complainAboutLeftover() }
    position = limit
    (limit, newlinesMatter) = outer
    if brackets.isClosed(opener) && position < limit { position += 1 }
    return content
  }

  /// Reads items up to the end of the bracket; each is followed by a comma or is the last.
  mutating func commaSeparated<Item>(_ item: (inout Parser) -> Item) -> [Item] {
    var items: [Item] = []
    // Most calls and records have a few.
    if position < limit { items.reserveCapacity(4) }
    while position < limit {
      let count = diagnostics.count
      items.append(item(&self))
      if position < limit && !at(.comma) {
        if diagnostics.count == count { complainAboutMissingComma() }
        skipItem()
      }
      _ = accept(.comma)
    }
    return items
  }

  mutating func skipItem() {
    while position < limit && !at(.comma) { skipToken() }
  }

  mutating func skipStatement() {
    while position < limit && !(startsLine && !isContinuation(current.kind)) { skipToken() }
  }

  /// Steps over a token, or over a whole bracket.
  mutating func skipToken() {
    let bracketEnd = brackets.limits[position]
    position = bracketEnd < 0 ? position + 1 : max(position + 1, min(bracketEnd, limit))
  }

  // MARK: Depth

  /// Runs `body` one level deeper, unless that is too deep.
  mutating func nested(
    _ body: (inout Parser) -> SyntaxTree.Expression
  ) -> SyntaxTree.Expression {
    guard depth < Self.maximumDepth else { return tooDeep() }
    depth += 1
    defer { depth -= 1 }
    return body(&self)
  }

  mutating func tooDeep() -> SyntaxTree.Expression {
    let place = current.range
    complain(
      .nestedTooDeeply, "this is nested too deeply", label: "more than \(Self.maximumDepth) levels",
      notes: ["Give the inner parts names of their own."])
    position = limit
    return SyntaxTree.Expression(.error, place)
  }
}
