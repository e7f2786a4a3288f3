extension SyntaxTree.Expression {
  /// The meaning of an expression as text: equal for expressions that differ in layout, comments,
  /// needless brackets, the order of labelled arguments or the names of local values.
  ///
  /// Cache keys are made of it, so a change of this form changes every key.
  public var canonicalText: String {
    var writer = CanonicalWriter()
    writer.write(self)
    return writer.text
  }
}

extension SyntaxTree.File {
  /// The meaning of a recipe as text, one statement a line; what an import is pinned to.
  public var canonicalText: String {
    var writer = CanonicalWriter()
    for statement in statements {
      writer.write(statement)
      writer.text += "\n"
    }
    return writer.text
  }
}

extension SyntaxTree.TypeExpression {
  /// The type as text without layout.
  public var canonicalText: String {
    switch kind {
    case .named(let name, let arguments):
      arguments.isEmpty ? name.text : "\(name.text)<\(arguments.canonicalList)>"
    case .row(let fields):
      "(\(fields.map { "\($0.label.text):\($0.type.canonicalText)" }.joined(separator: ",")))"
    case .text(let text): CanonicalWriter.quoted(text)
    case .optional(let wrapped): "(\(wrapped.canonicalText))?"
    case .union(let members): "(\(members.map(\.canonicalText).joined(separator: "|")))"
    case .error: "<error>"
    }
  }
}

extension [SyntaxTree.TypeExpression] {
  fileprivate var canonicalList: String { map(\.canonicalText).joined(separator: ",") }
}

/// Writes the canonical text: prefix operators in brackets, local names as `$0`, `$1`, ….
private struct CanonicalWriter {
  typealias Expression = SyntaxTree.Expression

  var text = ""
  /// What each local name is called.
  private var locals: [String: String] = [:]
  private var depth = 0

  mutating func write(_ expression: Expression) {
    switch expression.kind {
    case .number(let number): text += number.digits.lowercased() + (number.unit?.text ?? "")
    case .text(let segments): write(segments)
    case .bool(let value): text += value ? "true" : "false"
    case .none: text += "none"
    case .name(let name): text += locals[name] ?? name
    case .column(let name): text += "." + name.text
    case .list(let elements): form("list", elements)
    case .comprehension(let element, let clauses): write(element, clauses)
    case .record(let fields): write(fields)
    case .call(let callee, let arguments): write(callee, arguments)
    case .member(let base, let name):
      form("member", [base]) { $0.text += " ." + name.text }
    case .index(let base, let index): form("index", [base, index])
    case .unary(let operation, let value):
      form(operation == .negate ? "negate" : "not", [value])
    case .binary(let left, let operation, let right, _): form(operation.rawValue, [left, right])
    case .pipe(let subject, let target): form("|>", [subject, target])
    case .range(let lower, let operation, let upper): form(operation.rawValue, [lower, upper])
    case .lambda(let parameter, let body):
      scoped { writer in
        writer.bind(parameter)
        writer.form("function", [body])
      }
    case .conditional(let condition, let then, let otherwise):
      form("if", [condition, then, otherwise])
    case .block(let bindings, let value): write(bindings, value)
    case .parenthesised(let inner): write(inner)
    case .lastValue: text += "<last>"
    case .error: text += "<error>"
    }
  }

  /// Writes `(head child child …)`.
  private mutating func form(
    _ head: String, _ children: [Expression], _ rest: (inout CanonicalWriter) -> Void = { _ in }
  ) {
    text += "(" + head
    for child in children {
      text += " "
      write(child)
    }
    rest(&self)
    text += ")"
  }

  private mutating func scoped(_ body: (inout CanonicalWriter) -> Void) {
    let outer = (locals, depth)
    body(&self)
    (locals, depth) = outer
  }

  private mutating func bind(_ name: SyntaxTree.Name) {
    locals[name.text] = "$\(depth)"
    depth += 1
  }

  // MARK: Compound expressions

  private mutating func write(_ segments: [SyntaxTree.TextSegment]) {
    text += "(text"
    var literal = ""
    for segment in segments {
      switch segment {
      case .literal(let piece, _): literal += piece
      case .interpolation(let value, _):
        text += " " + Self.quoted(literal) + " "
        literal = ""
        write(value)
      }
    }
    text += " " + Self.quoted(literal) + ")"
  }

  private mutating func write(_ element: Expression, _ clauses: [SyntaxTree.Clause]) {
    scoped { writer in
      writer.text += "(each"
      for clause in clauses {
        writer.text += " "
        writer.form(clause.isCondition ? "only" : "for", [clause.expression])
        if case .each(let name, in: _) = clause { writer.bind(name) }
      }
      writer.text += " "
      writer.write(element)
      writer.text += ")"
    }
  }

  private mutating func write(_ fields: [SyntaxTree.Field]) {
    text += "(record"
    for field in fields {
      switch field {
      case .labelled(let label, let value): write(label.text + ":", value)
      case .spread(let value): write("..", value)
      }
    }
    text += ")"
  }

  private mutating func write(_ head: String, _ value: Expression) {
    text += " " + head
    write(value)
  }

  /// Labelled arguments go by label, unless a spread makes their order matter.
  private mutating func write(_ callee: Expression, _ arguments: [SyntaxTree.Argument]) {
    form("call", [callee]) { writer in
      for argument in arguments.canonicalOrder {
        switch argument {
        case .labelled(let label, let value): writer.write(label.text + ":", value)
        case .unlabelled(let value): writer.write("", value)
        case .spread(let value): writer.write("..", value)
        }
      }
    }
  }

  private mutating func write(_ bindings: [SyntaxTree.Binding], _ value: Expression) {
    scoped { writer in
      writer.text += "(block"
      for binding in bindings {
        writer.write("=", binding.value)
        writer.bind(binding.name)
      }
      writer.write("", value)
      writer.text += ")"
    }
  }

  // MARK: Statements

  mutating func write(_ statement: SyntaxTree.Statement) {
    switch statement.kind {
    case .importing(let source):
      text += "import \(Self.quoted(source.path)) \(source.alias?.text ?? "")"
    case .parameter(let parameter):
      text += "param \(parameter.name.text):\(parameter.type.canonicalText)"
      write("=", optional: parameter.fallback)
      write("where", optional: parameter.constraint)
    case .type(let declaration):
      text += "type \(declaration.name.text)=\(declaration.type.canonicalText)"
      write("where", optional: declaration.constraint)
    case .function(let function): write(function)
    case .binding(let binding):
      text += binding.name.text
      write("=", binding.value)
    case .expression(let expression): write(expression)
    case .error: text += "<error>"
    }
  }

  private mutating func write(_ head: String, optional value: Expression?) {
    if let value { write(head + " ", value) }
  }

  private mutating func write(_ function: SyntaxTree.Function) {
    text += "def \(function.name.text)("
    for formal in function.formals {
      text += "\(formal.isUnlabelled ? "_ " : "")\(formal.label.text):\(formal.type.canonicalText)"
      write("=", optional: formal.fallback)
      text += ","
    }
    text += ")\(function.result.map { "->" + $0.canonicalText } ?? "")"
    write("=", function.body)
  }

  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\n": quoted += "\\n"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension SyntaxTree.Clause {
  fileprivate var isCondition: Bool {
    if case .only = self { return true }
    return false
  }
}

extension [SyntaxTree.Argument] {
  fileprivate var canonicalOrder: [SyntaxTree.Argument] {
    let hasSpread = contains { if case .spread = $0 { true } else { false } }
    if hasSpread { return self }
    return enumerated().sorted { a, b in
      (a.element.sortingLabel, a.offset) < (b.element.sortingLabel, b.offset)
    }.map(\.element)
  }
}

extension SyntaxTree.Argument {
  /// Empty without a label, so that those come first.
  fileprivate var sortingLabel: String {
    if case .labelled(let label, _) = self { return label.text }
    return ""
  }
}
