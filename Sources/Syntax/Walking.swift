extension SyntaxTree.Expression {
  /// The expressions directly inside, in the order of the text.
  public var children: [SyntaxTree.Expression] {
    var found: [SyntaxTree.Expression] = []
    kind.forEachChild { found.append($0) }
    return found
  }

  /// Visits this expression and all inside it, outermost first.
  public func walk(_ visit: (SyntaxTree.Expression) -> Void) {
    visit(self)
    kind.forEachChild { $0.walk(visit) }
  }
}

extension SyntaxTree.Expression.Kind {
  /// Visits the expressions directly inside, in the order of the text.
  public func forEachChild(_ visit: (SyntaxTree.Expression) -> Void) {
    switch self {
    case .number, .bool, .none, .name, .column, .lastValue, .error: break
    case .text(let segments):
      for case .interpolation(let inner, _) in segments { visit(inner) }
    case .list(let elements): elements.forEach(visit)
    case .comprehension(let element, let clauses):
      visit(element)
      for clause in clauses { visit(clause.expression) }
    case .record(let fields): for field in fields { visit(field.value) }
    case .call(let callee, let arguments):
      visit(callee)
      for argument in arguments { visit(argument.value) }
    case .member(let base, _), .unary(_, let base), .lambda(_, let base), .parenthesised(let base):
      visit(base)
    case .index(let first, let second), .binary(let first, _, let second, _),
      .pipe(let first, let second), .range(let first, _, let second):
      visit(first)
      visit(second)
    case .conditional(let condition, let then, let otherwise):
      visit(condition)
      visit(then)
      visit(otherwise)
    case .block(let bindings, let value):
      for binding in bindings { visit(binding.value) }
      visit(value)
    }
  }
}

extension SyntaxTree.Clause {
  /// What is iterated over, or the condition.
  public var expression: SyntaxTree.Expression {
    switch self {
    case .each(_, in: let source): source
    case .only(let condition): condition
    }
  }
}

extension SyntaxTree.Statement {
  /// The outermost expressions of this statement, in the order of the text.
  public var expressions: [SyntaxTree.Expression] {
    switch kind {
    case .importing, .error: []
    case .parameter(let parameter): [parameter.fallback, parameter.constraint].compactMap(\.self)
    case .type(let declaration): [declaration.constraint].compactMap(\.self)
    case .function(let function): function.formals.compactMap(\.fallback) + [function.body]
    case .binding(let binding): [binding.value]
    case .expression(let expression): [expression]
    }
  }
}
