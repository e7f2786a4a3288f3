/// Literals, and what follows an operand: attributes, items, calls, filters, tests.
extension TemplateParser {
  mutating func primary() throws(TemplateError) -> Expression {
    switch current {
    case .name(let name):
      place += 1
      return Self.constant(named: name) ?? .name(name)
    case .text: return .constant(.text(TaggedText(adjacentTexts())))
    case .int(let whole):
      place += 1
      return .constant(.int(whole))
    case .float(let real):
      place += 1
      return .constant(.float(real))
    case .symbol(.openRound): return try parentheses()
    case .symbol(.openSquare):
      place += 1
      return .list(try items(until: .closeSquare))
    case .symbol(.openCurly): return try map()
    case .symbol, .data, .variableBegin, .variableEnd, .blockBegin, .blockEnd, .end:
      throw problem(expected: "an expression")
    }
  }

  private static func constant(named name: String) -> Expression? {
    switch name {
    case "true", "True": .constant(.bool(true))
    case "false", "False": .constant(.bool(false))
    case "none", "None": .constant(.none)
    default: nil
    }
  }

  private mutating func adjacentTexts() -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    while case .text(let text) = current {
      result += text
      place += 1
    }
    return result
  }

  private mutating func parentheses() throws(TemplateError) -> Expression {
    try expect(.openRound)
    if take(.closeRound) { return .tuple([]) }
    let result = try tuple()
    try expect(.closeRound)
    return result
  }

  private mutating func items(until closer: Symbol) throws(TemplateError) -> [Expression] {
    var result: [Expression] = []
    while !take(closer) {
      if !result.isEmpty {
        try expect(.comma)
        if take(closer) { break }
      }
      result.append(try expression())
    }
    return result
  }

  private mutating func map() throws(TemplateError) -> Expression {
    try expect(.openCurly)
    var entries: [MapEntry] = []
    while !take(.closeCurly) {
      if !entries.isEmpty {
        try expect(.comma)
        if take(.closeCurly) { break }
      }
      let key = try expression()
      try expect(.colon)
      entries.append(MapEntry(key: key, value: try expression()))
    }
    return .map(entries)
  }

  mutating func postfix(_ operand: Expression) throws(TemplateError) -> Expression {
    var result = operand
    while true {
      switch current {
      case .symbol(.dot): result = try attribute(of: result)
      case .symbol(.openSquare): result = try subscripted(result)
      case .symbol(.openRound): result = .call(result, try arguments())
      case .symbol, .name, .text, .int, .float, .data, .variableBegin, .variableEnd, .blockBegin,
        .blockEnd, .end:
        return result
      }
      try countLink()
    }
  }

  private mutating func countLink() throws(TemplateError) {
    operators += 1
    guard operators <= Self.longestTag else {
      throw TemplateError(
        .limit, line: line, "more than \(Self.longestTag) operators in one tag",
        advice: "expected the tag to be cut in several")
    }
  }

  private mutating func attribute(of base: Expression) throws(TemplateError) -> Expression {
    try expect(.dot)
    if case .int(let index) = current {
      place += 1
      return .item(base, .constant(.int(index)))
    }
    return .attribute(base, try name())
  }

  private mutating func subscripted(_ base: Expression) throws(TemplateError) -> Expression {
    try expect(.openSquare)
    var bounds = SliceBounds()
    if current != .symbol(.colon) {
      let index = try expression()
      if take(.closeSquare) { return .item(base, index) }
      bounds.lower = index
    }
    try expect(.colon)
    if current != .symbol(.colon), current != .symbol(.closeSquare) {
      bounds.upper = try expression()
    }
    if take(.colon), current != .symbol(.closeSquare) { bounds.step = try expression() }
    try expect(.closeSquare)
    return .slice(base, bounds)
  }

  mutating func arguments() throws(TemplateError) -> CallArguments {
    try expect(.openRound)
    var result = CallArguments()
    var isFirst = true
    while !take(.closeRound) {
      if !isFirst {
        try expect(.comma)
        if take(.closeRound) { break }
      }
      isFirst = false
      if case .name(let name) = current, next == .symbol(.assign) {
        place += 2
        result.named.append((name, try expression()))
      } else if result.named.isEmpty {
        result.positional.append(try expression())
      } else {
        throw problem(expected: "`name=value`: arguments without a name come first")
      }
    }
    return result
  }

  mutating func filtersAndTests(_ operand: Expression) throws(TemplateError) -> Expression {
    var result = operand
    while true {
      if take(.pipe) {
        result = .filter(result, try filterCall())
      } else if take("is") {
        result = try test(of: result)
      } else if current == .symbol(.openRound) {
        result = .call(result, try arguments())
      } else {
        return result
      }
      try countLink()
    }
  }

  mutating func filterCall() throws(TemplateError) -> FilterCall {
    let name = try name()
    let hasArguments = current == .symbol(.openRound)
    return FilterCall(name: name, arguments: hasArguments ? try arguments() : CallArguments())
  }

  private mutating func test(of operand: Expression) throws(TemplateError) -> Expression {
    let isNegated = take("not")
    let name = try name()
    var given = CallArguments()
    if current == .symbol(.openRound) {
      given = try arguments()
    } else if beginsTestArgument {
      try descend()
      defer { depth -= 1 }
      given.positional = [try postfix(try primary())]
    }
    let result = Expression.test(operand, name, given)
    return isNegated ? .unary(.not, result) : result
  }

  private var beginsTestArgument: Bool {
    switch current {
    case .name(let word): !["else", "or", "and", "if", "is", "not", "in"].contains(word)
    case .text, .int, .float, .symbol(.openSquare), .symbol(.openCurly): true
    case .symbol, .data, .variableBegin, .variableEnd, .blockBegin, .blockEnd, .end: false
    }
  }
}
