// Types as recipes write them.

import Syntax
import Vocabulary

extension Elaborator {
  func type(_ expression: SyntaxTree.TypeExpression) -> RecipeType {
    switch expression.kind {
    case .named(let name, let arguments): return type(named: name, arguments)
    case .row(let fields):
      return .record(fields.map { RecordField($0.label.text, type($0.type)) })
    case .text(let text): return .choice([text])
    case .optional(let inner): return .optional(type(inner))
    case .union(let members): return union(members.map(type))
    case .error: return .unknown
    }
  }

  private func union(_ members: [RecipeType]) -> RecipeType {
    let texts = members.map(\.texts)
    if texts.allSatisfy({ !$0.isEmpty }) { return .choice(texts.flatMap(\.self)) }
    return members.contains(.unknown) ? .unknown : .either(members)
  }

  private func type(named name: SyntaxTree.Name, _ arguments: [SyntaxTree.TypeExpression])
    -> RecipeType
  {
    if name.text == "Tensor" { return .tensor(arguments.compactMap(dimension)) }
    if case .type(let declared)? = place.scopes[name.text] {
      _ = count(arguments, 0...0, of: name)
      return declared.type
    }
    let types = arguments.map(type)
    if let constructor = Elaborator.constructors[name.text] {
      guard count(arguments, constructor.arity, of: name) else { return .unknown }
      return constructor.make(types)
    }
    if let entry = lexicon.library.type(named: name.text) {
      guard count(arguments, 0...entry.arity, of: name) else { return .unknown }
      return .opaque(name.text, types)
    }
    guard let simple = builtInType(name.text) else {
      report(unknownType(name))
      return .unknown
    }
    return count(arguments, 0...0, of: name) ? simple : .unknown
  }

  /// A dimension of a tensor is a word, not a type.
  private func dimension(_ expression: SyntaxTree.TypeExpression) -> String? {
    guard case .named(let name, _) = expression.kind else { return nil }
    return name.text
  }

  private func count(
    _ arguments: [SyntaxTree.TypeExpression], _ allowed: ClosedRange<Int>, of name: SyntaxTree.Name
  ) -> Bool {
    if allowed.contains(arguments.count) { return true }
    let (most, given) = (allowed.upperBound, arguments.count)
    report(
      Diagnostic(
        .typeArguments,
        "`\(name.text)` takes \(most == 0 ? "no" : "\(most)") type \(most == 1 ? "argument" : "arguments"), "
          + "not \(given)", at: name.range,
        label: given < most ? "of what?" : "\(given) are given",
        notes: [
          most == 0
            ? "Write it alone: `\(name.text)`."
            : "As in `\(name.text)<" + Array(repeating: "Int", count: most).joined(separator: ", ")
              + ">`."
        ]))
    return false
  }

  private func unknownType(_ name: SyntaxTree.Name) -> Diagnostic {
    let declared = place.scopes.names.filter { other in
      if case .type? = place.scopes[other] { true } else { false }
    }
    let known = declared + lexicon.typeNames
    let near = ForeignName.types[name.text] ?? nearest(name.text, in: known)
    return Diagnostic(
      .unknownType, "there is no type `\(name.text)`", at: name.range,
      label: near.map { "did you mean `\($0)`?" } ?? "not declared above, nor in the library",
      notes: near == nil
        ? ["`roux doc` lists the types; a recipe declares its own with `type`."] : [],
      fix: near.map { .init(name.range, $0, "write `\($0)`") })
  }

  func builtInType(_ name: String) -> RecipeType? { Elaborator.simpleTypes[name] }

  /// The types that come with the language, those of the library aside.
  static var typeNames: [String] { Array(simpleTypes.keys) + constructors.keys + ["Tensor"] }

  private static let simpleTypes: [String: RecipeType] = {
    var types: [String: RecipeType] = [
      "Bool": .bool, "Int": .int, "Float": .float, "Text": .text, "Path": .path, "Any": .any,
      "Budget": .budget,
    ]
    for dimension in Dimension.allCases { types[dimension.rawValue] = .quantity(dimension) }
    return types
  }()

  private struct Constructor: Sendable {
    let arity: ClosedRange<Int>
    let make: @Sendable ([RecipeType]) -> RecipeType
  }

  private static let constructors: [String: Constructor] = [
    "List": Constructor(arity: 1...1) { .list($0[0]) },
    "Data": Constructor(arity: 0...1) { .data($0.first ?? .any) },
    "Column": Constructor(arity: 0...1) { _ in .column },
    "Row": Constructor(arity: 0...1) { .row($0.first ?? .any) },
    "Function": Constructor(arity: 2...2) { .function([$0[0]], $0[1]) },
  ]

  // MARK: Constraints

  /// The condition that the values of a written type must meet, if it names a type that has one.
  func constraint(of expression: SyntaxTree.TypeExpression) -> Constraint? {
    switch expression.kind {
    case .named(let name, _):
      if case .type(let declared)? = place.scopes[name.text] { return declared.constraint }
      return nil
    case .optional(let inner): return constraint(of: inner)
    case .row, .text, .union, .error: return nil
    }
  }

  /// What the values of a written type must meet, part by part.
  func conditions(of expression: SyntaxTree.TypeExpression) -> [WrittenType.Condition] {
    switch expression.kind {
    case .named(let name, let arguments):
      if case .type(let declared)? = place.scopes[name.text] { return declared.conditions }
      guard name.text == "List", let element = arguments.first else { return [] }
      return conditions(of: element).map { $0.inside(.each) }
    case .optional(let inner): return conditions(of: inner)
    case .row(let fields):
      return fields.flatMap { field in
        conditions(of: field.type).map { $0.inside(.field(field.label.text)) }
      }
    case .text, .union, .error: return []
    }
  }

  /// The value, held to a constraint: now if it is known, else whenever it is computed.
  func constrained(
    _ typed: Typed, _ constraint: Constraint, called name: String, at range: SourceRange
  ) -> Typed {
    check(typed, constraint, called: name, at: range)
    guard case .code(let code) = typed.form else { return typed }
    var there = place
    there.scopes = constraint.scopes.adding([constraint.subject: .value(typed)])
    there.setting = constraint.setting
    let (test, found) = collecting { within(there) { elaborate(constraint.condition) } }
    guard found.isEmpty, let condition = self.code(test) else { return typed }
    let text = constraint.text
    let held = Code(code.text, from: [code, condition]) { frame in
      let value = try code.run(frame)
      let holds = value == .none ? Value.bool(true) : try condition.run(frame)
      guard holds != .bool(false) else {
        throw Fault("`\(name)` cannot be \(value.source): it must hold that `\(text)`")
      }
      return value
    }
    return Typed(typed.type, .code(held))
  }

  /// Reports a known value that breaks a constraint.
  func check(_ typed: Typed, _ constraint: Constraint, called name: String, at range: SourceRange) {
    guard let value = typed.constant, value != .none else { return }
    var there = place
    there.scopes = constraint.scopes.adding([constraint.subject: .value(typed)])
    there.setting = constraint.setting
    let (test, found) = collecting { within(there) { elaborate(constraint.condition) } }
    guard found.isEmpty, test.constant == .bool(false) else { return }
    let text = constraint.text
    report(
      Diagnostic(
        .constraintBroken, "`\(name)` cannot be \(value.source)", at: range,
        label: "this is \(value.source)",
        secondary: [
          .init(constraint.condition.range, "must hold: \(text)", in: constraint.setting.source)
        ],
        notes: ["It must hold that `\(text)`."]))
  }
}
