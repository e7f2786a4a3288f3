// Statements: each is checked, then evaluated, before the next is looked at.

import Syntax
import Vocabulary

/// A name that a recipe defines, with what is known of it.
struct Defined: Sendable {
  let name: SyntaxTree.Name
  let definition: Definition
  let documentation: String?
  /// The expression that gave the value.
  let range: SourceRange
}

/// A param of a recipe, as options and imports set it.
public struct RecipeParameter: Sendable {
  public let name: String
  public let type: RecipeType
  /// The default as it is written; nil where a value is required.
  public let fallback: String?
  public let documentation: String?
  public let range: SourceRange
}

extension Elaborator {
  /// Looks at all statements and gives the names that they define, in order.
  func run(_ file: SyntaxTree.File) -> [Defined] {
    place.setting = place.setting.reading(file.statements)
    var all: [Defined] = []
    all.reserveCapacity(file.statements.count)
    var places = [String: SourceRange](minimumCapacity: file.statements.count)
    for statement in file.statements {
      let found = run(statement)
      silenceNames(of: statement)
      guard let found else { continue }
      if let first = places.updateValue(found.name.range, forKey: found.name.text) {
        report(
          Diagnostic(
            .duplicateName, "`\(found.name.text)` is defined twice", at: found.name.range,
            label: "defined again", secondary: [.init(first, "defined here")],
            notes: ["A name means one thing in a recipe: choose another."]))
      }
      all.append(found)
    }
    return all
  }

  private func run(_ statement: SyntaxTree.Statement) -> Defined? {
    switch statement.kind {
    case .importing(let declaration): return importing(declaration, statement)
    case .parameter(let parameter):
      return define(
        parameter.name, .value(value(of: parameter)), statement, parameter.name.range)
    case .type(let declaration):
      return define(declaration.name, .type(named(declaration)), statement, statement.range)
    case .function(let declaration):
      let function = define(declaration, statement)
      return define(declaration.name, .function(function), statement, statement.range)
    case .binding(let binding):
      place.label = place.prefix + binding.name.text
      let typed = elaborate(binding.value)
      place.label = nil
      return define(binding.name, .value(typed), statement, binding.value.range)
    case .expression(let expression):
      place.label = nil
      let typed = elaborate(expression)
      place.scopes.define(Elaborator.lastValue, .value(typed))
      return nil
    case .error: return nil
    }
  }

  private func define(
    _ name: SyntaxTree.Name, _ definition: Definition, _ statement: SyntaxTree.Statement,
    _ range: SourceRange
  ) -> Defined {
    place.scopes.define(name.text, definition)
    if case .value(let typed) = definition {
      place.scopes.define(Elaborator.lastValue, .value(typed))
    }
    return Defined(
      name: name, definition: definition, documentation: statement.documentation, range: range)
  }

  private func named(_ declaration: SyntaxTree.TypeDeclaration) -> NamedType {
    let type = type(declaration.type)
    let inherited = conditions(of: declaration.type)
    guard let condition = declaration.constraint else {
      return NamedType(
        type: type, constraint: constraint(of: declaration.type), conditions: inherited)
    }
    return NamedType(
      type: type,
      constraint: Constraint(condition, of: "it", place.scopes, place.setting),
      conditions: inherited + [self.condition(condition, of: type)].compactMap(\.self))
  }

  // MARK: Params

  private func value(of parameter: SyntaxTree.Parameter) -> Typed {
    let name = parameter.name.text
    let type = type(parameter.type)
    let isGiven = place.setting.given[name] != nil
    let range = isGiven ? parameter.name.range : parameter.fallback?.range ?? parameter.name.range
    var value = Typed(type, .absent)
    if let given = place.setting.given[name] {
      value = require(given, type, at: parameter.name.range, "`\(name)`")
    } else if let fallback = parameter.fallback {
      value = expect(fallback, type, "`\(name)`")
    } else if type.isOptional {
      value = Typed(.none, as: type)
    } else if place.setting.collectsEffects {
      report(
        Diagnostic(
          .missingParameter, "`\(name)` needs a value", at: parameter.name.range,
          label: "it has no default",
          notes: ["Give one: `--\(name.optionSpelling) …`, or write a default after the type."]))
    }
    let settled = value.type == .unknown ? value : value.typed(as: narrowed(value.type, type))
    keepConstraints(settled, parameter, type, at: range)
    return settled
  }

  /// Data keep their columns; other params are of the declared type.
  private func narrowed(_ found: RecipeType, _ declared: RecipeType) -> RecipeType {
    if case .data = found { return found }
    return declared
  }

  private func keepConstraints(
    _ value: Typed, _ parameter: SyntaxTree.Parameter, _ type: RecipeType, at range: SourceRange
  ) {
    let name = parameter.name.text
    if let inherited = constraint(of: parameter.type) {
      check(value, inherited, called: name, at: range)
    }
    guard let condition = parameter.constraint else { return }
    scoped([name: .value(Typed(type, .absent))]) { _ = expect(condition, .bool, "a constraint") }
    check(
      value,
      Constraint(condition, of: name, place.scopes, place.setting), called: name, at: range)
  }
}

extension SyntaxTree.Statement {
  /// The name that the statement defines, if it defines one.
  package var definedName: SyntaxTree.Name? {
    switch kind {
    case .importing(let declaration): declaration.alias
    case .parameter(let parameter): parameter.name
    case .type(let declaration): declaration.name
    case .function(let function): function.name
    case .binding(let binding): binding.name
    case .expression, .error: nil
    }
  }
}

extension String {
  /// `warm_up` on the command line is `--warm-up`.
  var optionSpelling: String { replacing("_", with: "-") }
}
