// One case per kind of expression.

import Syntax
import Vocabulary

extension Elaborator {
  /// Looks at an expression where `expected` is asked for; the caller compares the outcome.
  func elaborate(_ expression: SyntaxTree.Expression, as expected: RecipeType? = nil) -> Typed {
    entering(expression)
    let result = dispatch(expression, as: expected)
    leaving(expression, result)
    if trace != nil { record(result, of: expression) }
    return result
  }

  private func dispatch(_ expression: SyntaxTree.Expression, as expected: RecipeType?) -> Typed {
    let range = expression.range
    switch expression.kind {
    case .number(let literal): return number(literal, at: range)
    case .text(let segments): return text(segments, at: range)
    case .bool(let flag): return Typed(.bool(flag))
    case .none: return Typed(.none)
    case .name(let name): return value(named: name, at: range, as: expected)
    case .column(let name): return column(name, at: range)
    case .list(let elements): return list(elements, as: expected, at: range)
    case .comprehension(let element, let clauses):
      return comprehension(element, clauses, as: expected, at: range)
    case .record(let fields): return self.record(fields, as: expected, at: range)
    case .call(let callee, let arguments):
      return call(callee, arguments.map(Given.init), at: range, as: expected)
    case .member(let base, let name): return member(name, of: base, at: range)
    case .index(let base, let index): return element(index, of: base, at: range)
    case .unary(let symbol, let operand): return unary(symbol, operand, at: range)
    case .binary(let left, let symbol, let right, let symbolRange):
      return binary(left, symbol, right, symbolRange, at: range, as: expected)
    case .pipe(let subject, let target): return pipe(subject, target, at: range, as: expected)
    case .range(let low, let symbol, let high): return numbers(low, symbol, high, at: range)
    case .lambda(let parameter, let body): return lambda(parameter, body, as: expected, at: range)
    case .conditional(let condition, let then, let otherwise):
      return conditional(condition, then, otherwise, as: expected, at: range)
    case .block(let bindings, let value): return block(bindings, value, as: expected)
    case .parenthesised(let inner): return elaborate(inner, as: expected)
    case .lastValue: return value(named: Elaborator.lastValue, at: range)
    case .error: return .wrong
    }
  }

  /// The hidden name of the value that a cell beginning with `|>` continues from.
  static let lastValue = "_"

  private func record(_ result: Typed, of expression: SyntaxTree.Expression) {
    guard let value = result.value, let anchor = expression.anchor else { return }
    trace?.append(TracedValue(range: expression.range, anchor: anchor, value: value))
  }

  private func number(_ literal: SyntaxTree.NumberLiteral, at range: SourceRange) -> Typed {
    if let unit = literal.unit {
      guard let known = Unit(spelled: unit.text) else {
        let near = nearest(unit.text, in: Unit.allCases.map(\.rawValue))
        return wrong(
          Diagnostic(
            .wrongUnit, "there is no unit `\(unit.text)`", at: unit.range,
            label: near.map { "did you mean `\($0)`?" } ?? "no unit",
            notes: ["Units: " + Unit.allCases.map(\.rawValue).joined(separator: ", ") + "."],
            fix: near.map { Diagnostic.Fix(unit.range, $0, "write `\($0)`") }))
      }
      return Typed(.quantity(Quantity(literal.value, known)))
    }
    if let integer = literal.integer { return Typed(.int(integer)) }
    return Typed(.float(literal.value))
  }

  private func text(_ segments: [SyntaxTree.TextSegment], at range: SourceRange) -> Typed {
    let parts = segments.map { segment -> Typed in
      switch segment {
      case .literal(let text, _): return Typed(.text(text))
      case .interpolation(let inner, _): return interpolated(inner)
      }
    }
    if segments.allSatisfy({ if case .literal = $0 { true } else { false } }) {
      return Typed(.text(parts.compactMap { $0.value?.plainText }.joined()))
    }
    let graph = graph
    let joined = combine(
      parts, as: .text, at: range, text: { "text(" + $0.joined(separator: ",") + ")" }
    ) { values in
      try graph.apply(Elaborator.joining, to: .list(values), type: .text)
    }
    if let value = joined.constant { return Typed(value) }
    return joined
  }

  private static let joining = Function(canonical: "joined", result: .text) { value in
    guard case .list(let parts) = value else { return value }
    return .text(parts.map(\.plainText).joined())
  }

  private func interpolated(_ expression: SyntaxTree.Expression) -> Typed {
    let part = elaborate(expression)
    switch part.type {
    case .data, .function, .rowType, .row:
      return wrong(
        Diagnostic(
          .typeMismatch, "a text cannot hold \(part.type)", at: expression.range,
          label: "this is \(part.type)",
          notes: ["Texts can hold numbers, texts and what is shown as one."]))
    case .optional(let inner):
      return wrong(
        Diagnostic(
          .optionalValue, "this may be none, so it cannot stand in a text", at: expression.range,
          label: "this is \(inner)?",
          notes: ["Say what stands there instead: `\\(value ?? \"…\")`."]))
    case .none, .bool, .int, .float, .text, .path, .quantity, .list, .record, .choice, .either,
      .column, .tensor, .opaque, .any, .unknown:
      return part
    }
  }

  private func conditional(
    _ condition: SyntaxTree.Expression, _ then: SyntaxTree.Expression,
    _ otherwise: SyntaxTree.Expression, as expected: RecipeType?, at range: SourceRange
  ) -> Typed {
    let test = expect(condition, .bool, "the condition of `if`")
    let chosen = test.constant.flatMap { if case .bool(let flag) = $0 { flag } else { nil } }
    let (first, firstEffects) = branch(then, as: expected, isTaken: chosen != false)
    let (second, secondEffects) = branch(otherwise, as: expected, isTaken: chosen != true)
    let type = branchType(first, second, otherwise.range)
    if let chosen {
      effects += chosen ? firstEffects : secondEffects
      return chosen ? first : second
    }
    for effect in firstEffects + secondEffects {
      report(effectInFunction(effect.stage.label, at: effect.range))
    }
    let graph = graph
    guard case .known = test.form else { return choiceCode(test, first, second, type) }
    return combine([test, first, second], as: type, at: range, text: Elaborator.choiceText) {
      try graph.choice($0[0], $0[1], $0[2], type: type)
    }
  }

  /// A branch, and the effects that it asks for if it is taken; values are no matter if it is not.
  private func branch(
    _ expression: SyntaxTree.Expression, as expected: RecipeType?, isTaken: Bool
  ) -> (Typed, [Effect]) {
    let count = effects.count
    let (result, found) = collecting { elaborate(expression, as: expected) }
    for one in found where isTaken || !one.code.isOfValues { report(one) }
    let asked = Array(effects[count...])
    effects.removeLast(asked.count)
    return (result, asked)
  }

  private func branchType(_ first: Typed, _ second: Typed, _ range: SourceRange) -> RecipeType {
    if first.type == second.type { return first.type }
    let type = joined(first.type, second.type)
    guard type == .any, first.type != .any, second.type != .any else { return type }
    report(
      Diagnostic(
        .typeMismatch, "the branches of `if` are of different types", at: range,
        label: "this is \(second.type.widened), the other \(first.type.widened)",
        notes: ["Either may be the value of `if`, so both are of one type."]))
    return .unknown
  }

  private static let choiceText: @Sendable ([String]) -> String = {
    "if \($0[0]) then \($0[1]) else \($0[2])"
  }

  /// Compiled so that only the chosen branch runs.
  private func choiceCode(_ test: Typed, _ first: Typed, _ second: Typed, _ type: RecipeType)
    -> Typed
  {
    guard let test = code(test), let first = code(first), let second = code(second) else {
      return Typed(type, .absent)
    }
    let graph = graph
    let parts = [test, first, second]
    return Typed(
      type,
      .code(
        Code(Elaborator.choiceText(parts.map(\.text)), from: parts) { frame in
          let condition = try test.run(frame)
          if case .bool(let flag) = condition { return try (flag ? first : second).run(frame) }
          return try graph.choice(
            condition, try first.run(frame), try second.run(frame), type: type)
        }))
  }

  private func block(
    _ bindings: [SyntaxTree.Binding], _ value: SyntaxTree.Expression, as expected: RecipeType?
  ) -> Typed {
    let label = place.label
    return scoped([:]) {
      for binding in bindings {
        warnIfShadowing(binding.name)
        place.label = place.prefix + binding.name.text
        place.scopes.define(binding.name.text, .value(elaborate(binding.value)))
      }
      place.label = label
      return elaborate(value, as: expected)
    }
  }

  /// The type of either of two expressions; unknown stays unknown.
  func joined(_ a: RecipeType, _ b: RecipeType) -> RecipeType {
    if a == .unknown || b == .unknown { return .unknown }
    return a.widened.joined(with: b.widened)
  }
}

extension Value {
  /// The value inside a text: `3`, not `"3"`.
  var plainText: String {
    if case .text(let text) = self { return text }
    return source
  }
}

extension DiagnosticCode {
  /// Whether it is about a value, not about what is written.
  fileprivate var isOfValues: Bool {
    self == .evaluationFailed || self == .ruleBroken || self == .constraintBroken
  }
}
