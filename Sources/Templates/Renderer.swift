/// Carries out a template.
///
/// One renderer serves one rendering.
struct Renderer {
  /// What a template may use, so that no template can hang or fill the memory.
  enum Limit {
    static let steps = 4_000_000
    static let depth = 200
    static let scalars = 32 << 20
    static let valueDepth = 100
    static let rangeLength = 100_000
  }

  /// The names visible at one place.
  ///
  /// `parent` is where names are looked for that are not here.
  struct Scope {
    var parent: Int?
    var names: [String: Value] = [:]
  }

  struct Macro {
    let definition: MacroDefinition
    /// The scope it was written in.
    let home: Int
  }

  /// What comes after a statement.
  enum Flow { case onward, leave, skip }

  let clock: TemplateClock
  var scopes: [Scope] = [Scope()]
  var scope = 0
  var namespaces: [MapValue] = []
  var macros: [Macro] = []
  var output = TaggedText()
  var line = 1
  private var steps = 0
  private var depth = 0
  private var generations = 0

  init(clock: TemplateClock, globals: [(String, Value)]) {
    self.clock = clock
    for (name, value) in globals { scopes[0].names[name] = value }
  }

  /// Counts work.
  ///
  /// Steps are cheap; long texts and lists count for more than one.
  mutating func spend(_ amount: Int = 1) throws(Complaint) {
    steps += amount
    guard steps <= Limit.steps else {
      throw Complaint(
        "the template does not come to an end", advice: "a rendering may take \(Limit.steps) steps",
        kind: .limit)
    }
  }

  mutating func descend() throws(Complaint) {
    try spend()
    depth += 1
    guard depth <= Limit.depth else {
      throw Complaint(
        "the template goes deeper than \(Limit.depth) levels",
        advice: "a macro may not call itself without end", kind: .limit)
    }
  }

  mutating func ascend() { depth -= 1 }

  // MARK: Names

  func look(up name: String) -> Value {
    var place: Int? = scope
    while let index = place {
      if let value = scopes[index].names[name] { return value }
      place = scopes[index].parent
    }
    return GlobalFunction(rawValue: name).map(Value.function)
      ?? .undefined("`\(name)` is undefined")
  }

  mutating func assign(_ value: Value, to target: Target) throws(Complaint) {
    switch target {
    case .name(let name): scopes[scope].names[name] = value
    case .attribute(let namespace, let name):
      guard case .namespace(let index) = look(up: namespace) else {
        throw Complaint(
          "`\(namespace)` is not a namespace, so `\(namespace).\(name)` cannot be set",
          advice: "expected `{% set \(namespace) = namespace() %}` before")
      }
      namespaces[index].set(name, to: value)
    case .tuple(let targets):
      guard let items = value.elements, items.count == targets.count else {
        throw Complaint(
          "a \(value.kind) of \(value.length ?? 0) values is given to \(targets.count) names",
          advice: "expected as many values as names")
      }
      for (target, item) in zip(targets, items) { try assign(item, to: target) }
    }
  }

  /// Does something in a scope of its own, inside `parent`.
  mutating func inScope<Result>(
    within parent: Int, _ work: (inout Renderer) throws(Complaint) -> Result
  ) throws(Complaint) -> Result {
    let outer = scope
    scopes.append(Scope(parent: min(parent, scopes.count - 1)))
    scope = scopes.count - 1
    defer {
      scopes.removeLast()
      scope = outer
    }
    return try work(&self)
  }

  // MARK: Statements

  mutating func run(_ statements: [Statement]) throws(Complaint) -> Flow {
    try descend()
    defer { ascend() }
    for statement in statements {
      line = statement.line
      let flow = try run(statement)
      guard flow == .onward else { return flow }
    }
    return .onward
  }

  private mutating func run(_ statement: Statement) throws(Complaint) -> Flow {
    try spend()
    switch statement.kind {
    case .text(let text): try write(TaggedText(text))
    case .output(let expression): try write(try evaluate(expression).text)
    case .condition(let branches, let otherwise): return try choose(branches, otherwise)
    case .loop(let loop): return try run(loop)
    case .assign(let target, let value): try assign(try evaluate(value), to: target)
    case .capture(let target, let filters, let body):
      try assign(try filtered(.text(try captured(body)), through: filters), to: target)
    case .macro(let definition):
      scopes[scope].names[definition.name] = declare(definition)
    case .callBlock(let call, let caller): try write(try run(call, caller: caller).text)
    case .filter(let filters, let body):
      try write(try filtered(.text(try captured(body)), through: filters).text)
    case .with(let values, let body): return try run(body, with: values)
    case .generation(let body): return try generate(body)
    case .leave: return .leave
    case .skip: return .skip
    }
    return .onward
  }

  mutating func write(_ text: TaggedText) throws(Complaint) {
    try spend(text.count / 16)
    guard output.count + text.count <= Limit.scalars else { throw Self.tooLong }
    output.append(text)
  }

  static var tooLong: Complaint {
    Complaint(
      "the template writes a text that is too long",
      advice: "at most \(Limit.scalars) characters", kind: .limit)
  }

  private mutating func choose(
    _ branches: [Branch], _ otherwise: [Statement]
  ) throws(Complaint) -> Flow {
    for branch in branches where try evaluate(branch.condition).isTrue {
      return try run(branch.body)
    }
    return try run(otherwise)
  }

  /// What a body writes, kept instead of written.
  mutating func captured(_ body: [Statement]) throws(Complaint) -> TaggedText {
    let outer = output
    output = TaggedText()
    defer { output = outer }
    let home = scope
    _ = try inScope(within: home) { (renderer) throws(Complaint) in try renderer.run(body) }
    return output
  }

  private mutating func run(
    _ body: [Statement], with values: [(target: Target, value: Expression)]
  ) throws(Complaint) -> Flow {
    let home = scope
    return try inScope(within: home) { (renderer) throws(Complaint) in
      for (target, value) in values {
        try renderer.assign(try renderer.evaluate(value), to: target)
      }
      return try renderer.run(body)
    }
  }

  private mutating func generate(_ body: [Statement]) throws(Complaint) -> Flow {
    generations += 1
    let origin = Origin.generation(generations)
    let start = output.count
    let home = scope
    let flow = try inScope(within: home) { (renderer) throws(Complaint) in
      try renderer.run(body)
    }
    output.stretches.append(Stretch(lower: start, upper: output.count, origin: origin))
    return flow
  }

  // MARK: Loops

  private mutating func run(_ loop: LoopStatement) throws(Complaint) -> Flow {
    let source = try evaluate(loop.source)
    if case .list(let list) = source, let message = list.callsOfMessage {
      output.mark(.field(message), from: output.count, to: output.count)
    }
    let items = try kept(of: try elements(of: source), in: loop)
    guard !items.isEmpty else { return try run(loop.otherwise) }
    let home = scope
    for index in items.indices {
      try spend()
      markBoundary(before: items[index])
      let value = LoopValue(items: items, index: index, depth: 1)
      let flow = try inScope(within: home) { (renderer) throws(Complaint) in
        renderer.scopes[renderer.scope].names["loop"] = .loop(value)
        try renderer.assign(items[index], to: loop.target)
        return try renderer.run(loop.body)
      }
      if flow == .leave { break }
    }
    if let last = items.last { markBoundary(before: last) }
    return .onward
  }

  /// A loop over messages leaves a mark at each of its turns, and at its end.
  private mutating func markBoundary(before item: Value) {
    guard case .map(let map) = item, map.message != nil else { return }
    output.mark(.boundary, from: output.count, to: output.count)
  }

  private mutating func kept(
    of items: [Value], in loop: LoopStatement
  ) throws(Complaint) -> [Value] {
    guard let filter = loop.filter else { return items }
    let home = scope
    return try inScope(within: home) { (renderer) throws(Complaint) in
      var result: [Value] = []
      for item in items {
        try renderer.assign(item, to: loop.target)
        if try renderer.evaluate(filter).isTrue { result.append(item) }
      }
      return result
    }
  }

  func elements(of value: Value) throws(Complaint) -> [Value] {
    guard let items = value.elements else {
      throw Complaint(
        "a \(value.kind) cannot be gone through", advice: "expected a list, a dict or a text")
    }
    return items
  }
}
