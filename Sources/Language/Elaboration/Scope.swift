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

/// A type declared by a recipe, perhaps with a constraint on its values.
///
/// A class, as tables of names hold it beside values, which are small.
final class NamedType: Sendable {
  let type: RecipeType
  let constraint: Constraint?
  /// All that its values must meet: its own constraint, and those of the types that it is made of.
  let conditions: [WrittenType.Condition]

  init(type: RecipeType, constraint: Constraint?, conditions: [WrittenType.Condition] = []) {
    self.type = type
    self.constraint = constraint
    self.conditions = conditions
  }

  var written: WrittenType { WrittenType(type, conditions: conditions) }
}

/// A condition that values must meet.
final class Constraint: Sendable {
  let condition: SyntaxTree.Expression
  /// The word for the value in the condition: the param's name, or `it`.
  let subject: String
  let scopes: Scopes
  let setting: Elaborator.Setting

  init(
    _ condition: SyntaxTree.Expression, of subject: String, _ scopes: Scopes,
    _ setting: Elaborator.Setting
  ) {
    self.condition = condition
    self.subject = subject
    self.scopes = scopes
    self.setting = setting
  }

  /// As it is written.
  var text: String { setting.source[condition.range] }
}

/// A function that a recipe defines; it is checked anew at each call, with the real arguments.
///
/// A class, so that one is told from others of the same name.
final class UserFunction: Sendable {
  let name: String
  let formals: Formals
  let result: RecipeType?
  let body: SyntaxTree.Expression
  let documentation: Documentation
  /// Where the whole definition stands.
  let range: SourceRange
  let source: SourceText
  /// What was in scope where it was defined.
  let scopes: Scopes
  /// Whether the body was right when checked by itself.
  let isSound: Bool
  /// Whether a call is done at once: nothing in the body plans a stage.
  let isPure: Bool

  init(
    name: String, formals: Formals, result: RecipeType?, body: SyntaxTree.Expression,
    documentation: Documentation, range: SourceRange, source: SourceText, scopes: Scopes,
    isSound: Bool, isPure: Bool
  ) {
    self.name = name
    self.formals = formals
    self.result = result
    self.body = body
    self.documentation = documentation
    self.range = range
    self.source = source
    self.scopes = scopes
    self.isSound = isSound
    self.isPure = isPure
  }

  /// The whole definition as it is written.
  var text: String { source[range] }
}

/// A parameter of anything that can be called, as calls are matched against it.
///
/// A class, as lists of them are sifted at each call.
final class Formal: Sendable {
  let name: String
  let type: RecipeType
  let summary: String
  let fallback: SyntaxTree.Expression?
  /// The default as the recipe writes it; primitives have it as a value.
  let fallbackSource: String?
  let fallbackValue: Value?
  let isSubject: Bool
  let isOptional: Bool
  let takesRest: Bool
  let constraint: Constraint?
  /// Whether `.column` in other arguments speaks of what is given here.
  let takesRows: Bool

  init(
    name: String, type: RecipeType, summary: String = "", fallback: SyntaxTree.Expression? = nil,
    fallbackSource: String? = nil, fallbackValue: Value? = nil, isSubject: Bool = false,
    isOptional: Bool = false, takesRest: Bool = false, constraint: Constraint? = nil
  ) {
    self.name = name
    self.type = type
    self.summary = summary
    self.fallback = fallback
    self.fallbackSource = fallbackSource
    self.fallbackValue = fallbackValue
    self.isSubject = isSubject
    self.isOptional = isOptional
    self.takesRest = takesRest
    self.constraint = constraint
    takesRows = type.isRows
  }

  /// The default as signatures show it.
  var fallbackText: String? {
    fallbackSource ?? fallbackValue.flatMap { $0 == .none ? nil : $0.source }
  }

  /// As signatures show it: `beta: Float = 0.1`.
  var signature: String {
    if takesRest { return "\(name)…: \(type)" }
    let written = isSubject ? "_ \(name): \(type)" : "\(name): \(type)"
    // Written out when asked for: calls that are right never ask.
    return fallbackText.map { "\(written) = \($0)" } ?? written
  }
}

extension Formal {
  convenience init(_ slot: Slot) {
    self.init(
      name: slot.name, type: slot.type, summary: slot.summary,
      fallbackValue: slot.fallback,
      isSubject: slot.isSubject, isOptional: slot.isOptional, takesRest: slot.takesRest)
  }
}

/// A recipe that another one imports: a function of its params.
final class Module: Sendable {
  let name: String
  let file: SyntaxTree.File
  let source: SourceText
  let path: String
  let formals: Formals

  init(
    name: String, file: SyntaxTree.File, source: SourceText, path: String, formals: Formals
  ) {
    self.name = name
    self.file = file
    self.source = source
    self.path = path
    self.formals = formals
  }
}
