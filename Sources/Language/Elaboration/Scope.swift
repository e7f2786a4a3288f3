// What names stand for.

import Syntax
import Vocabulary

/// What a name stands for.
enum Definition: Sendable {
  case value(Typed)
  case function(UserFunction)
  case module(Module)
  case type(NamedType)

  /// As messages call it.
  var kind: String {
    switch self {
    case .value: "a value"
    case .function: "a function"
    case .module: "a recipe"
    case .type: "a type"
    }
  }
}

/// Names and what they stand for, innermost scope last.
struct Scopes: Sendable {
  private(set) var layers: [[String: Definition]] = [[:]]

  subscript(name: String) -> Definition? {
    for layer in layers.reversed() {
      if let found = layer[name] { return found }
    }
    return nil
  }

  mutating func define(_ name: String, _ definition: Definition) {
    layers[layers.count - 1][name] = definition
  }

  func adding(_ names: [String: Definition]) -> Scopes {
    var inner = self
    inner.layers.append(names)
    return inner
  }

  var names: [String] { layers.flatMap(\.keys) }
  /// Whether the file itself, not a scope inside it, defines a name.
  func definesAtTop(_ name: String) -> Bool { layers[0][name] != nil }
}

/// A type declared by a recipe, perhaps with a constraint on its values.
struct NamedType: Sendable {
  let type: RecipeType
  let constraint: Constraint?
}

/// A condition that values must meet.
struct Constraint: Sendable {
  let condition: SyntaxTree.Expression
  /// The word for the value in the condition: the param's name, or `it`.
  let subject: String
  let scopes: Scopes
  let source: SourceText
}

/// A function that a recipe defines; it is checked anew at each call, with the real arguments.
struct UserFunction: Sendable {
  let name: String
  let formals: [Formal]
  let result: RecipeType?
  let body: SyntaxTree.Expression
  let documentation: String?
  let source: SourceText
  /// What was in scope where it was defined.
  let scopes: Scopes
  /// Whether the body was right when checked by itself.
  let isSound: Bool
}

/// A parameter of anything that can be called, as calls are matched against it.
struct Formal: Sendable {
  let name: String
  let type: RecipeType
  var summary = ""
  var fallback: SyntaxTree.Expression?
  /// The default as signatures show it.
  var fallbackText: String?
  var isSubject = false
  var isOptional = false
  var takesRest = false
  var constraint: Constraint?

  /// As signatures show it: `beta: Float = 0.1`.
  var signature: String {
    if takesRest { return "\(name)…: \(type)" }
    let written = isSubject ? "_ \(name): \(type)" : "\(name): \(type)"
    return fallbackText.map { "\(written) = \($0)" } ?? written
  }
}

extension Formal {
  init(_ slot: Slot) {
    self.init(
      name: slot.name, type: slot.type, summary: slot.summary,
      fallbackText: slot.fallback.flatMap { $0 == .none ? nil : $0.source },
      isSubject: slot.isSubject, isOptional: slot.isOptional, takesRest: slot.takesRest)
  }
}

/// A recipe that another one imports: a function of its params.
struct Module: Sendable {
  let name: String
  let file: SyntaxTree.File
  let source: SourceText
  let path: String
  let formals: [Formal]
}
