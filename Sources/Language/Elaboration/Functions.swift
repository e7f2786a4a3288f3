// Lambdas and row expressions: what becomes a function value.

import Syntax
import Vocabulary

extension Elaborator {
  func lambda(
    _ parameter: SyntaxTree.Name, _ body: SyntaxTree.Expression, as expected: RecipeType?,
    at range: SourceRange
  ) -> Typed {
    let (input, output) = expected.flatMap(\.functionParts) ?? (.any, nil)
    warnIfShadowing(parameter)
    let closure = Closure(parameter, body, in: place, as: output == .any ? nil : output)
    let slot = depth
    let result = abstracted { () -> Typed in
      let argument = Typed(input, .code(Code(slot: slot)))
      return scoped([parameter.text: .value(argument)]) {
        let result = elaborate(body, as: output == .any ? nil : output)
        guard let output, output != .any else { return result }
        return require(result, output, at: body.range, "the result of this lambda")
      }
    }
    return function(of: slot, result, as: .function([input], result.type), at: range).with(closure)
  }

  /// The body of a lambda with its argument: what is wrong with this argument is said before
  /// anything runs, and stages are the same as if the body had been written out.
  func apply(_ closure: Closure, to argument: Typed, at range: SourceRange) -> Typed {
    guard place.applications < Elaborator.mostApplications else {
      return wrong(
        Diagnostic(
          .recursion, "this function goes on for ever", at: range, label: "it calls itself here",
          notes: ["A function that is given to itself may never end; use a comprehension."]))
    }
    var there = closure.place
    there.setting = there.setting.withoutEffects()
    there.applications = place.applications + 1
    there.prefix = place.prefix
    let (label, wasTracing) = (place.label, trace)
    trace = nil
    defer { trace = wasTracing }
    let (result, problems) = collecting {
      within(there) {
        scoped([closure.parameter.text: .value(argument)]) {
          place.label = label
          let result = elaborate(closure.body, as: closure.output)
          guard let output = closure.output else { return result }
          return require(result, output, at: closure.body.range, "the result of this lambda")
        }
      }
    }
    guard let problem = problems.first(where: { $0.severity == .error }) else { return result }
    // It is told where the lambda is written, not where some function calls it.
    let text = problem.primary.source ?? closure.place.source
    return wrong(problem.located(in: text == place.source ? nil : text))
  }

  private static var mostApplications: Int { 64 }

  /// An expression over the columns of the current row.
  func rowExpression(_ expression: SyntaxTree.Expression, of type: RecipeType) -> Typed {
    if let whole = rowParameter(expression) {
      return checkedRow(whole, of: type, at: expression.range)
    }
    let slot = depth
    let (row, label) = (place.row, place.label)
    place.row = RowContext(fields: row?.fields, slot: slot, range: row?.range)
    let result = abstracted { elaborate(expression, as: type == .any ? nil : type) }
    (place.row, place.label) = (row, label)
    if case .row = result.type { return checkedRow(result, of: type, at: expression.range) }
    let checked = require(result, type, at: expression.range, "this row expression")
    guard case .code = checked.form else {
      return checked.typed(as: checked.type == .unknown ? .unknown : .row(checked.type))
    }
    return function(of: slot, checked, as: .row(checked.type), at: expression.range)
  }

  /// A parameter that is a row expression, standing by itself.
  private func rowParameter(_ expression: SyntaxTree.Expression) -> Typed? {
    guard case .name(let name) = expression.kind, case .value(let typed)? = place.scopes[name],
      case .row = typed.type
    else { return nil }
    return typed
  }

  /// A row expression that comes from elsewhere, such as the parameter of a `def`.
  private func checkedRow(_ row: Typed, of type: RecipeType, at range: SourceRange) -> Typed {
    guard case .row(let inner) = row.type else { return row }
    return require(row.typed(as: inner), type, at: range, "this row expression")
      .typed(as: row.type)
  }

  /// A constraint as a test of values that are yet to be read; `it` is the value.
  func condition(_ condition: SyntaxTree.Expression, of type: RecipeType)
    -> WrittenType.Condition?
  {
    let slot = depth
    let result = abstracted {
      scoped(["it": .value(Typed(type, .code(Code(slot: slot))))]) {
        expect(condition, .bool, "a constraint")
      }
    }
    let test = function(of: slot, result, as: .function([type], .bool), at: condition.range)
    if test.value?.isDeferred ?? false {
      reportDeferred(at: condition.range, what: "a constraint")
    }
    guard case .function(let function)? = test.constant else { return nil }
    return WrittenType.Condition(test: function, words: place.source[condition.range])
  }

  private func abstracted(_ work: () -> Typed) -> Typed {
    depth += 1
    defer { depth -= 1 }
    return work()
  }

  /// The function of the value in `slot` that computes `result`.
  private func function(of slot: Int, _ result: Typed, as type: RecipeType, at range: SourceRange)
    -> Typed
  {
    let outermost = depth == 0
    let compiled = code(result)
    let mentioned = captures
    if outermost { captures = [] }
    guard let code = compiled else {
      return Typed(result.type == .unknown ? .unknown : type, .absent)
    }
    let codeResult = result.type
    guard code.slots.allSatisfy({ $0 == slot }) && (outermost || !code.hasCaptures) else {
      return Typed(
        type,
        .code(code.without(slot: slot) { code.function(of: slot, in: $0, result: codeResult) }))
    }
    let padding = [Value](repeating: .none, count: slot)
    guard code.hasCaptures else {
      return Typed(code.function(of: slot, in: Frame(slots: padding), result: codeResult), as: type)
    }
    return deferredFunction(code, slot, mentioned, as: type, result: codeResult, at: range)
  }

  /// A function that mentions results of stages is itself there only after they have run.
  private func deferredFunction(
    _ code: Code, _ slot: Int, _ captures: [Value], as type: RecipeType, result: RecipeType,
    at range: SourceRange
  ) -> Typed {
    let padding = [Value](repeating: .none, count: slot)
    let canonical = "function{\(code.text)}"
    let maker = Function(canonical: canonical, result: type, cost: code.cost) { value in
      guard case .list(let values) = value else { throw Fault("captures are a list") }
      return code.function(of: slot, in: Frame(captures: values, slots: padding), result: result)
    }
    let graph = graph
    return evaluated(as: type, at: range) {
      try graph.apply(maker, to: .list(captures), type: type)
    }
  }
}

extension RecipeType {
  /// The input and output of a function type with one input, also of one that may be absent.
  var functionParts: (RecipeType, RecipeType?)? {
    switch self {
    case .function(let inputs, let output): inputs.first.map { ($0, output) }
    case .optional(let type): type.functionParts
    case .either(let types): types.lazy.compactMap(\.functionParts).first
    case .none, .bool, .int, .float, .text, .path, .quantity, .list, .record, .choice, .row,
      .column, .rowType, .data, .tensor, .opaque, .any, .unknown:
      nil
    }
  }
}
