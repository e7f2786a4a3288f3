// The types that operators take and give.

import Syntax
import Vocabulary

extension SyntaxTree.BinaryOperator {
  var operation: Operation {
    switch self {
    case .orElse: .coalesce
    case .or: .or
    case .and: .and
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    case .in: .contained
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .divide: .divide
    }
  }
}

extension Elaborator {
  func unary(
    _ symbol: SyntaxTree.UnaryOperator, _ operand: SyntaxTree.Expression, at range: SourceRange
  ) -> Typed {
    switch symbol {
    case .not:
      return apply(.not, [expect(operand, .bool, "what follows `not`")], as: .bool, at: range)
    case .negate:
      let value = elaborate(operand)
      guard let type = negated(value.type) else {
        return wrong(
          Diagnostic(
            .operatorTypes, "`-` needs a number", at: operand.range,
            label: "this is \(value.type.widened)",
            notes: [
              value.type.widened == .text
                ? "A list of texts is written `[\"a\", \"b\"]`, a number in a text `number(…)`."
                : "It changes the sign of a number."
            ]))
      }
      return apply(.negate, [value], as: type, at: range)
    }
  }

  private func negated(_ type: RecipeType) -> RecipeType? {
    switch type {
    case .int, .float, .quantity, .tensor, .opaque, .any, .unknown: type
    case .row(let inner): negated(inner)
    case .none, .bool, .text, .path, .optional, .list, .record, .choice, .either, .function,
      .column, .rowType, .data:
      nil
    }
  }

  func binary(
    _ left: SyntaxTree.Expression, _ symbol: SyntaxTree.BinaryOperator,
    _ right: SyntaxTree.Expression, _ symbolRange: SourceRange, at range: SourceRange,
    as expected: RecipeType?
  ) -> Typed {
    switch symbol {
    case .and, .or: return logical(left, symbol, right, at: range)
    case .orElse: return coalesced(left, right, as: expected, at: range)
    case .in: return contained(left, right, at: range)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .add, .subtract,
      .multiply, .divide:
      let operands = [elaborate(left), elaborate(right)]
      let outcome = operandTypes(symbol.operation, operands[0].type, operands[1].type)
      switch outcome {
      case .success(let type): return apply(symbol.operation, operands, as: type, at: range)
      case .failure(let problem):
        return wrong(
          Diagnostic(
            problem.code, problem.message, at: symbolRange,
            label: problem.label,
            secondary: [
              .init(left.range, "this is \(operands[0].type.widened)"),
              .init(right.range, "this is \(operands[1].type.widened)"),
            ], notes: problem.notes))
      }
    }
  }

  func apply(
    _ operation: Operation, _ operands: [Typed], as type: RecipeType, at range: SourceRange
  )
    -> Typed
  {
    let graph = graph
    let result = combine(operands, as: type, at: range, text: { operation.text($0) }) {
      try graph.operation(operation, $0, type: type)
    }
    return result.settled
  }

  private func logical(
    _ left: SyntaxTree.Expression, _ symbol: SyntaxTree.BinaryOperator,
    _ right: SyntaxTree.Expression, at range: SourceRange
  ) -> Typed {
    let operands = [
      expect(left, .bool, "either side of `\(symbol.rawValue)`"),
      expect(right, .bool, "either side of `\(symbol.rawValue)`"),
    ]
    guard case .code = operands[0].form, let first = code(operands[0]),
      let second = code(operands[1])
    else { return apply(symbol.operation, operands, as: .bool, at: range) }
    return Typed(.bool, .code(shortCut(first, symbol.operation, second)))
  }

  /// Compiled so that the right side only runs where it matters.
  private func shortCut(_ first: Code, _ operation: Operation, _ second: Code) -> Code {
    let graph = graph
    return Code(operation.text([first.text, second.text]), from: [first, second]) { frame in
      let value = try first.run(frame)
      if case .bool(let flag) = value, flag == (operation == .or) { return value }
      return try graph.operation(operation, [value, try second.run(frame)], type: .bool)
    }
  }

  private func coalesced(
    _ left: SyntaxTree.Expression, _ right: SyntaxTree.Expression, as expected: RecipeType?,
    at range: SourceRange
  ) -> Typed {
    let first = elaborate(left)
    let inner: RecipeType
    switch first.type {
    case .optional(let wrapped): inner = wrapped
    case .none, .any, .unknown: inner = first.type
    case .bool, .int, .float, .text, .path, .quantity, .list, .record, .choice, .either, .function,
      .row, .column, .rowType, .data, .tensor, .opaque:
      inner = first.type
      report(
        Diagnostic(
          .needlessFallback, "this is never none, so `??` has no effect", at: left.range,
          label: "this is \(first.type.widened)", severity: .warning,
          notes: ["Remove `??` and what follows, or ask another value."]))
    }
    let second = elaborate(right, as: expected ?? inner)
    let type = inner == .none ? second.type : joined(inner, second.type)
    return apply(.coalesce, [first, second], as: type, at: range)
  }

  private func contained(
    _ left: SyntaxTree.Expression, _ right: SyntaxTree.Expression, at range: SourceRange
  ) -> Typed {
    if case .range(let low, let symbol, let high) = right.kind {
      return between(left, low, symbol, high, at: range)
    }
    let operands = [elaborate(left), elaborate(right)]
    switch operands[1].type {
    case .list, .text, .choice, .path, .any, .unknown:
      return apply(.contained, operands, as: .bool, at: range)
    case .none, .bool, .int, .float, .quantity, .optional, .record, .either, .function, .row,
      .column, .rowType, .data, .tensor, .opaque:
      return wrong(
        Diagnostic(
          .operatorTypes, "`in` needs a list, a range or a text on its right", at: right.range,
          label: "this is \(operands[1].type.widened)",
          notes: ["As in `3 in [1, 2]`, `x in 0...1` or `\"b\" in \"abc\"`."]))
    }
  }

  /// `x in a...b` compares; the numbers between are never listed, so it works for fractions too.
  private func between(
    _ value: SyntaxTree.Expression, _ low: SyntaxTree.Expression,
    _ symbol: SyntaxTree.RangeOperator, _ high: SyntaxTree.Expression, at range: SourceRange
  ) -> Typed {
    let operands = [elaborate(value), elaborate(low), elaborate(high)]
    for (bound, expression) in zip(operands.dropFirst(), [low, high]) {
      if case .failure(let problem) = operandTypes(.less, operands[0].type, bound.type) {
        return wrong(
          Diagnostic(
            problem.code, problem.message, at: expression.range,
            label: "this is \(bound.type.widened)",
            secondary: [.init(value.range, "this is \(operands[0].type.widened)")],
            notes: problem.notes))
      }
    }
    let upper: Operation = symbol == .closed ? .lessOrEqual : .less
    let first = apply(.lessOrEqual, [operands[1], operands[0]], as: .bool, at: range)
    let second = apply(upper, [operands[0], operands[2]], as: .bool, at: range)
    return apply(.and, [first, second], as: .bool, at: range)
  }
}

extension Operation {
  func text(_ operands: [String]) -> String {
    operands.count == 1
      ? "(\(rawValue) \(operands[0]))" : "(\(operands[0]) \(rawValue) \(operands[1]))"
  }
}

extension Typed {
  /// Values of the runtime know their type best, once they are there.
  var settled: Typed {
    guard case .opaque(let value)? = value else { return self }
    return typed(as: value.recipeType)
  }
}

// MARK: - Types of operands

/// Why two operands do not go together.
struct OperandProblem: Error {
  var code = DiagnosticCode.operatorTypes
  let message: String
  var label = ""
  var notes: [String] = []
}

/// The type of `a operation b`.
func operandTypes(_ operation: Operation, _ a: RecipeType, _ b: RecipeType)
  -> Result<RecipeType, OperandProblem>
{
  switch operation {
  case .equal, .notEqual:
    if a.accepts(b) || b.accepts(a) || (a.isNumber && b.isNumber) { return .success(.bool) }
    return .failure(
      OperandProblem(
        message: "\(a.widened) and \(b.widened) are never equal",
        notes: [comparisonAdvice(a.widened, b.widened)]))
  case .less, .lessOrEqual, .greater, .greaterOrEqual:
    return ordered(operation, a.widened, b.widened)
  case .add, .subtract, .multiply, .divide:
    return arithmetic(operation, a.widened, b.widened)
  case .negate, .contained, .and, .or, .not, .coalesce: return .success(.bool)
  }
}

private func ordered(_ operation: Operation, _ a: RecipeType, _ b: RecipeType)
  -> Result<RecipeType, OperandProblem>
{
  // Inside a loss a comparison is made number by number: it gives ones and zeros.
  if a.isTensor || b.isTensor { return arithmetic(operation, a, b) }
  if a.isOpen || b.isOpen { return .success(.bool) }
  if let problem = optionalProblem(operation, a, b) { return .failure(problem) }
  switch (a, b) {
  case (.int, .int), (.int, .float), (.float, .int), (.float, .float), (.text, .text):
    return .success(.bool)
  case (.quantity(let x), .quantity(let y)) where x == y: return .success(.bool)
  case (.quantity(let x), _) where b.isNumber: return .failure(unitProblem(x))
  case (_, .quantity(let y)) where a.isNumber: return .failure(unitProblem(y))
  default:
    return .failure(
      OperandProblem(
        message: "\(a) and \(b) cannot be compared", notes: [comparisonAdvice(a, b)]))
  }
}

private func comparisonAdvice(_ a: RecipeType, _ b: RecipeType) -> String {
  switch (a, b) {
  case (.text, .int), (.text, .float), (.int, .text), (.float, .text):
    "A number in a text is `number(text)`, which may be none; a number as a text `\"\\(n)\"`."
  case (.none, _), (_, .none): "Only a value whose type ends in `?` can be none."
  default: "Compare values of one type."
  }
}

private func arithmetic(_ operation: Operation, _ a: RecipeType, _ b: RecipeType)
  -> Result<RecipeType, OperandProblem>
{
  switch (a, b) {
  case (.unknown, _), (_, .unknown): return .success(.unknown)
  case (.any, _), (_, .any): return .success(.any)
  case (.either(let types), _):
    let results = types.compactMap { try? arithmetic(operation, $0, b).get() }
    return results.isEmpty
      ? .failure(arithmeticProblem(operation, a, b)) : .success(.either(results))
  case (.int, .int): return .success(operation == .divide ? .float : .int)
  case (.float, .float), (.int, .float), (.float, .int): return .success(.float)
  case (.text, .text) where operation == .add: return .success(.text)
  case (.list(let x), .list(let y)) where operation == .add:
    return .success(.list(x.joined(with: y)))
  case (.quantity(let x), .quantity(let y)) where x == y && operation != .multiply:
    return .success(operation == .divide ? .float : a)
  case (.quantity, _) where b.isNumber && (operation == .multiply || operation == .divide):
    return .success(a)
  case (_, .quantity) where a.isNumber && operation == .multiply: return .success(b)
  case (.quantity(let x), _) where b.isNumber: return .failure(unitProblem(x))
  case (_, .quantity(let y)) where a.isNumber: return .failure(unitProblem(y))
  case (.tensor(let x), .tensor(let y)): return tensors(x, y)
  case (.tensor, _) where b.isNumber: return .success(a)
  case (_, .tensor) where a.isNumber: return .success(b)
  case (.opaque, _): return .success(a)
  case (_, .opaque): return .success(b)
  default: return .failure(arithmeticProblem(operation, a, b))
  }
}

private func tensors(_ a: [String], _ b: [String]) -> Result<RecipeType, OperandProblem> {
  if a == b || b.isEmpty { return .success(.tensor(a)) }
  if a.isEmpty { return .success(.tensor(b)) }
  return .failure(
    OperandProblem(
      code: .dimensions,
      message: "tensors over (\(a.joined(separator: ", "))) and (\(b.joined(separator: ", "))) "
        + "do not go together",
      notes: ["Element by element needs equal dimensions; `sum` and `mean` remove one."]))
}

private func arithmeticProblem(_ operation: Operation, _ a: RecipeType, _ b: RecipeType)
  -> OperandProblem
{
  if let problem = optionalProblem(operation, a, b) { return problem }
  let message = "`\(operation.rawValue)` does not work on \(a) and \(b)"
  let advice =
    switch (a, b) {
    case (.text, _) where operation == .add, (_, .text) where operation == .add:
      "To put a value into a text, write `\"… \\(value)\"`."
    case (.quantity, .quantity): "Units of different kinds do not mix."
    case (.data, _), (_, .data):
      "Rows are changed by `add`, `filter`, `select`, and joined by `concat`."
    default: "It works on numbers, on quantities of one kind, and `+` on texts and on lists."
    }
  return OperandProblem(message: message, notes: [advice])
}

private func optionalProblem(_ operation: Operation, _ a: RecipeType, _ b: RecipeType)
  -> OperandProblem?
{
  guard a.isOptional || b.isOptional || a == .none || b == .none else { return nil }
  return OperandProblem(
    code: .optionalValue,
    message: "`\(operation.rawValue)` does not work on a value that may be none",
    notes: ["Say what counts instead of none: `(value ?? 0)`."])
}

private func unitProblem(_ dimension: Dimension) -> OperandProblem {
  OperandProblem(
    code: .wrongUnit, message: "one side has a unit and the other has none",
    notes: ["A \(dimension.rawValue) is written `3\(dimension.exampleUnit.rawValue)`."])
}

extension RecipeType {
  var isNumber: Bool { self == .int || self == .float }
  var isTensor: Bool {
    if case .tensor = self { return true }
    return false
  }
  /// Whether only the value itself will tell what it can do.
  var isOpen: Bool {
    switch self {
    case .any, .unknown, .tensor, .opaque: true
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .list, .record, .choice,
      .either, .function, .row, .column, .rowType, .data:
      false
    }
  }
}
