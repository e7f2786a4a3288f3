/// Reads the words of a template into statements.
///
/// What stands here reads expressions, in Jinja's order of precedence; statements are read in the
/// other file.
struct TemplateParser {
  /// A template nests no deeper than this, so that reading and freeing it need little stack.
  static let deepest = 60
  /// One tag holds no more operators than this, for the same reason.
  static let longestTag = 3000

  var tokens: [Token]
  var place = 0
  var depth = 0
  var operators = 0
  var loops = 0
  var hasGeneration = false

  init(_ source: String) throws(TemplateError) {
    var lexer = Lexer(source)
    tokens = try lexer.read()
  }

  var current: Token.Kind { tokens[min(place, tokens.count - 1)].kind }
  var next: Token.Kind { tokens[min(place + 1, tokens.count - 1)].kind }
  var line: Int { tokens[min(place, tokens.count - 1)].line }

  func problem(expected: String) -> TemplateError {
    TemplateError(
      .syntax, line: line, "found \(current.description)", advice: "expected \(expected)")
  }

  mutating func take(_ symbol: Symbol) -> Bool {
    guard current == .symbol(symbol) else { return false }
    place += 1
    return true
  }

  mutating func take(_ word: String) -> Bool {
    guard current == .name(word) else { return false }
    place += 1
    return true
  }

  mutating func expect(_ symbol: Symbol) throws(TemplateError) {
    guard take(symbol) else { throw problem(expected: "`\(symbol.rawValue)`") }
  }

  mutating func name() throws(TemplateError) -> String {
    guard case .name(let name) = current else { throw problem(expected: "a name") }
    place += 1
    return name
  }

  /// Counts one step down, or says that the template goes too deep.
  mutating func descend() throws(TemplateError) {
    depth += 1
    guard depth <= Self.deepest else {
      throw TemplateError(
        .limit, line: line, "nested deeper than \(Self.deepest) levels",
        advice: "expected fewer brackets or blocks inside one another")
    }
  }

  private mutating func link() throws(TemplateError) {
    operators += 1
    guard operators <= Self.longestTag else {
      throw TemplateError(
        .limit, line: line, "more than \(Self.longestTag) operators in one tag",
        advice: "expected the tag to be cut in several")
    }
  }

  /// One expression, or several between commas, which make a tuple.
  mutating func tuple(allowsCondition: Bool = true) throws(TemplateError) -> Expression {
    let first = try expression(allowsCondition: allowsCondition)
    guard current == .symbol(.comma) else { return first }
    var items = [first]
    while take(.comma), !endsTuple {
      items.append(try expression(allowsCondition: allowsCondition))
    }
    return .tuple(items)
  }

  private var endsTuple: Bool {
    [.variableEnd, .blockEnd, .symbol(.closeRound), .name("recursive")].contains(current)
  }

  mutating func expression(allowsCondition: Bool = true) throws(TemplateError) -> Expression {
    try descend()
    defer { depth -= 1 }
    var result = try either()
    while allowsCondition, take("if") {
      try link()
      let condition = try either()
      let otherwise = take("else") ? try expression() : nil
      result = .conditional(condition: condition, then: result, otherwise: otherwise)
    }
    return result
  }

  private mutating func either() throws(TemplateError) -> Expression {
    var left = try both()
    while take("or") {
      try link()
      left = .either(left, try both())
    }
    return left
  }

  private mutating func both() throws(TemplateError) -> Expression {
    var left = try negation()
    while take("and") {
      try link()
      left = .both(left, try negation())
    }
    return left
  }

  private mutating func negation() throws(TemplateError) -> Expression {
    guard take("not") else { return try comparison() }
    try descend()
    defer { depth -= 1 }
    return .unary(.not, try negation())
  }

  private mutating func comparison() throws(TemplateError) -> Expression {
    let left = try sum()
    var links: [ComparisonLink] = []
    while let comparison = takeComparison() {
      try link()
      links.append(ComparisonLink(comparison: comparison, right: try sum()))
    }
    return links.isEmpty ? left : .comparison(left, links)
  }

  private mutating func takeComparison() -> Comparison? {
    let symbols: [(Symbol, Comparison)] = [
      (.equal, .equal), (.unequal, .unequal), (.less, .less), (.lessOrEqual, .lessOrEqual),
      (.greater, .greater), (.greaterOrEqual, .greaterOrEqual),
    ]
    for (symbol, comparison) in symbols where take(symbol) { return comparison }
    if take("in") { return .isIn }
    if current == .name("not"), next == .name("in") {
      place += 2
      return .isNotIn
    }
    return nil
  }

  private mutating func takeOperator(_ symbols: [(Symbol, BinaryOperator)]) -> BinaryOperator? {
    for (symbol, binary) in symbols where take(symbol) { return binary }
    return nil
  }

  private mutating func sum() throws(TemplateError) -> Expression {
    var left = try concatenation()
    while let binary = takeOperator([(.add, .add), (.subtract, .subtract)]) {
      try link()
      left = .binary(left, binary, try concatenation())
    }
    return left
  }

  private mutating func concatenation() throws(TemplateError) -> Expression {
    var left = try product()
    while take(.tilde) {
      try link()
      left = .binary(left, .concatenate, try product())
    }
    return left
  }

  private mutating func product() throws(TemplateError) -> Expression {
    var left = try power()
    while let binary = takeOperator([
      (.multiply, .multiply), (.divide, .divide), (.floorDivide, .floorDivide),
      (.remainder, .remainder),
    ]) {
      try link()
      left = .binary(left, binary, try power())
    }
    return left
  }

  private mutating func power() throws(TemplateError) -> Expression {
    var left = try signed()
    while take(.power) {
      try link()
      left = .binary(left, .power, try signed())
    }
    return left
  }

  private mutating func signed(takesFilters: Bool = true) throws(TemplateError) -> Expression {
    try descend()
    defer { depth -= 1 }
    var result: Expression
    if take(.subtract) {
      result = .unary(.negative, try signed(takesFilters: false))
    } else if take(.add) {
      result = .unary(.positive, try signed(takesFilters: false))
    } else {
      result = try primary()
    }
    result = try postfix(result)
    return takesFilters ? try filtersAndTests(result) : result
  }
}

extension Token.Kind {
  /// How an error names it.
  var description: String {
    switch self {
    case .data: "text outside of tags"
    case .variableBegin: "`{{`"
    case .variableEnd: "`}}`"
    case .blockBegin: "`{%`"
    case .blockEnd: "`%}`"
    case .name(let name): "`\(name)`"
    case .text: "a text in quotes"
    case .int(let whole): "`\(whole)`"
    case .float(let real): "`\(real)`"
    case .symbol(let symbol): "`\(symbol.rawValue)`"
    case .end: "the end of the template"
    }
  }
}
