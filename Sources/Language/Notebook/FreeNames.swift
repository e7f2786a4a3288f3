// The names that a cell takes from elsewhere: what its dependence on other cells is made of.

import Syntax

/// A name where it stands, not bound by anything around it.
struct FreeName: Hashable {
  let name: String
  let range: SourceRange
}

extension SyntaxTree.File {
  /// The names that the file reads and does not define before.
  var freeNames: [FreeName] {
    var bound: Set<String> = []
    var found: [FreeName] = []
    for statement in statements {
      statement.collect(into: &found, bound: bound)
      if let name = statement.definedName { bound.insert(name.text) }
    }
    return found
  }

  /// The names that it defines, in order.
  var definedNames: [SyntaxTree.Name] { statements.compactMap(\.definedName) }
}

extension SyntaxTree.Statement {
  fileprivate func collect(into found: inout [FreeName], bound: Set<String>) {
    var inner = bound
    switch kind {
    case .importing, .error, .binding, .expression: break
    case .parameter(let parameter):
      parameter.type.collect(into: &found, bound: bound)
      inner.insert(parameter.name.text)
    case .type(let declaration):
      declaration.type.collect(into: &found, bound: bound)
      inner.insert("it")
    case .function(let function):
      for formal in function.formals { formal.type.collect(into: &found, bound: bound) }
      function.result?.collect(into: &found, bound: bound)
      inner.formUnion(function.formals.map(\.label.text) + [function.name.text])
    }
    for expression in expressions { expression.collect(into: &found, bound: inner) }
  }
}

extension SyntaxTree.TypeExpression {
  fileprivate func collect(into found: inout [FreeName], bound: Set<String>) {
    if case .named(let name, _) = kind, !bound.contains(name.text) {
      found.append(FreeName(name: name.text, range: name.range))
    }
    for child in children { child.collect(into: &found, bound: bound) }
  }
}

extension SyntaxTree.Expression {
  fileprivate func collect(into found: inout [FreeName], bound: Set<String>) {
    switch kind {
    case .name(let name):
      if !bound.contains(name) { found.append(FreeName(name: name, range: range)) }
    case .lastValue: found.append(FreeName(name: Elaborator.lastValue, range: range))
    case .lambda(let parameter, let body):
      body.collect(into: &found, bound: bound.union([parameter.text]))
    case .block(let bindings, let value):
      var inner = bound
      for binding in bindings {
        binding.value.collect(into: &found, bound: inner)
        inner.insert(binding.name.text)
      }
      value.collect(into: &found, bound: inner)
    case .comprehension(let element, let clauses):
      var inner = bound
      for clause in clauses {
        clause.expression.collect(into: &found, bound: inner)
        if case .each(let name, _) = clause { inner.insert(name.text) }
      }
      element.collect(into: &found, bound: inner)
    case .number, .text, .bool, .none, .column, .list, .record, .call, .member, .index, .unary,
      .binary, .pipe, .range, .conditional, .parenthesised, .error:
      kind.forEachChild { $0.collect(into: &found, bound: bound) }
    }
  }
}
