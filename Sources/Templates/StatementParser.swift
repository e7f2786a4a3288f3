/// Blocks.
extension TemplateParser {
  /// The words that begin a block.
  private enum Keyword: String, CaseIterable {
    case branch = "if"
    case loop = "for"
    case assign = "set"
    case macro, call, filter, with, generation
    case leave = "break"
    case skip = "continue"
  }

  mutating func template() throws(TemplateError) -> [Statement] {
    let body = try statements(until: [])
    guard current == .end else { throw problem(expected: "a block that is open here") }
    return body
  }

  /// Reads up to a block that begins with one of `ends`, and past its first word.
  private mutating func statements(until ends: [String]) throws(TemplateError) -> [Statement] {
    try descend()
    defer { depth -= 1 }
    let start = tokens[max(place - 1, 0)].line
    var result: [Statement] = []
    while current != .end {
      operators = 0
      let line = line
      switch current {
      case .data(let text):
        place += 1
        result.append(Statement(line: line, kind: .text(text)))
      case .variableBegin:
        place += 1
        let value = try tuple()
        guard current == .variableEnd else { throw problem(expected: "`}}`") }
        place += 1
        result.append(Statement(line: line, kind: .output(value)))
      case .blockBegin:
        place += 1
        if case .name(let word) = current, ends.contains(word) { return result }
        result.append(Statement(line: line, kind: try block(ends)))
      case .name, .text, .int, .float, .symbol, .variableEnd, .blockEnd, .end:
        throw problem(expected: "text or a tag")
      }
    }
    guard ends.isEmpty else {
      throw TemplateError(
        .syntax, line: start, "a block begins here that does not end",
        advice: "expected " + ends.map { "`{% \($0) %}`" }.joined(separator: " or "))
    }
    return result
  }

  private mutating func endBlock() throws(TemplateError) {
    guard current == .blockEnd else { throw problem(expected: "`%}`") }
    place += 1
  }

  /// Reads a body and the whole of the block that ends it.
  private mutating func body(until end: String) throws(TemplateError) -> [Statement] {
    let result = try statements(until: [end])
    place += 1
    // Jinja lets a macro's end repeat its name.
    if end == "endmacro", case .name = current { place += 1 }
    try endBlock()
    return result
  }

  private mutating func block(_ ends: [String]) throws(TemplateError) -> Statement.Kind {
    guard case .name(let word) = current, let keyword = Keyword(rawValue: word) else {
      let known = Keyword.allCases.map(\.rawValue) + ends
      throw problem(expected: "one of " + known.joined(separator: ", "))
    }
    place += 1
    switch keyword {
    case .branch: return try condition()
    case .loop: return try loop()
    case .assign: return try assignment()
    case .macro: return try macro()
    case .call: return try callBlock()
    case .filter: return try filterBlock()
    case .with: return try withBlock()
    case .generation:
      try endBlock()
      hasGeneration = true
      return .generation(try body(until: "endgeneration"))
    case .leave, .skip:
      guard loops > 0 else {
        throw TemplateError(
          .syntax, line: line, "`\(word)` outside of a loop", advice: "expected it in a `for`")
      }
      try endBlock()
      return keyword == .leave ? .leave : .skip
    }
  }

  private mutating func condition() throws(TemplateError) -> Statement.Kind {
    var branches: [Branch] = []
    while true {
      let condition = try tuple(allowsCondition: false)
      try endBlock()
      let body = try statements(until: ["elif", "else", "endif"])
      branches.append(Branch(condition: condition, body: body))
      if take("elif") { continue }
      let hasElse = take("else")
      if !hasElse { place += 1 }
      try endBlock()
      return .condition(branches, otherwise: hasElse ? try self.body(until: "endif") : [])
    }
  }

  private mutating func loop() throws(TemplateError) -> Statement.Kind {
    let target = try targets()
    guard take("in") else { throw problem(expected: "`in`") }
    let source = try tuple(allowsCondition: false)
    let filter = take("if") ? try expression() : nil
    if current == .name("recursive") {
      throw problem(expected: "`%}`: recursive loops are not supported")
    }
    try endBlock()
    loops += 1
    let body = try statements(until: ["else", "endfor"])
    loops -= 1
    let hasElse = take("else")
    if !hasElse { place += 1 }
    try endBlock()
    let otherwise = hasElse ? try self.body(until: "endfor") : []
    return .loop(
      LoopStatement(
        target: target, source: source, filter: filter, body: body, otherwise: otherwise))
  }

  private mutating func assignment() throws(TemplateError) -> Statement.Kind {
    let target = try targets()
    if take(.assign) {
      let value = try tuple()
      try endBlock()
      return .assign(target, value)
    }
    var filters: [FilterCall] = []
    while take(.pipe) { filters.append(try filterCall()) }
    try endBlock()
    return .capture(target, filters, try capturedBody(until: "endset"))
  }

  /// A body whose output is kept: `break` inside it cannot leave a loop around it.
  private mutating func capturedBody(until end: String) throws(TemplateError) -> [Statement] {
    let saved = loops
    loops = 0
    defer { loops = saved }
    return try body(until: end)
  }

  private mutating func targets() throws(TemplateError) -> Target {
    var result: [Target] = []
    var isTuple = false
    repeat {
      if result.count > 0, current == .name("in") || current == .symbol(.assign) { break }
      result.append(try target())
      isTuple = isTuple || current == .symbol(.comma)
    } while take(.comma)
    return isTuple ? .tuple(result) : result[0]
  }

  private mutating func target() throws(TemplateError) -> Target {
    if take(.openRound) {
      try descend()
      defer { depth -= 1 }
      let inner = try targets()
      try expect(.closeRound)
      return inner
    }
    let name = try name()
    return take(.dot) ? .attribute(namespace: name, name: try self.name()) : .name(name)
  }

  private mutating func macro() throws(TemplateError) -> Statement.Kind {
    let name = try name()
    let parameters = try parameters()
    try endBlock()
    let body = try capturedBody(until: "endmacro")
    return .macro(MacroDefinition(name: name, parameters: parameters, body: body))
  }

  private mutating func parameters() throws(TemplateError) -> [MacroParameter] {
    try expect(.openRound)
    var result: [MacroParameter] = []
    while !take(.closeRound) {
      if !result.isEmpty {
        try expect(.comma)
        if take(.closeRound) { break }
      }
      let name = try name()
      result.append(
        MacroParameter(name: name, fallback: take(.assign) ? try expression() : nil))
    }
    return result
  }

  private mutating func callBlock() throws(TemplateError) -> Statement.Kind {
    let parameters = current == .symbol(.openRound) ? try parameters() : []
    let call = try expression()
    try endBlock()
    let body = try capturedBody(until: "endcall")
    return .callBlock(call, MacroDefinition(name: "caller", parameters: parameters, body: body))
  }

  private mutating func filterBlock() throws(TemplateError) -> Statement.Kind {
    var filters = [try filterCall()]
    while take(.pipe) { filters.append(try filterCall()) }
    try endBlock()
    return .filter(filters, try capturedBody(until: "endfilter"))
  }

  private mutating func withBlock() throws(TemplateError) -> Statement.Kind {
    var values: [(target: Target, value: Expression)] = []
    while current != .blockEnd {
      if !values.isEmpty { try expect(.comma) }
      let target = try target()
      try expect(.assign)
      values.append((target, try expression()))
    }
    try endBlock()
    return .with(values, try body(until: "endwith"))
  }
}
