// What the operators do with values that are there.

import Vocabulary

/// The language's operators, for files that also see Foundation's `Operation`.
typealias RecipeOperation = Operation

extension Operation {
  /// The outcome for two operands, or one for `negate` and `not`.
  func applied(to operands: [Value]) throws -> Value {
    if operands.count == 1 { return try applied(to: operands[0]) }
    return try applied(operands[0], operands[1])
  }

  private func applied(to operand: Value) throws -> Value {
    switch (self, operand) {
    case (.negate, .int(let number)): return .int(try Operation.exact(0, number) { $0.subtractingReportingOverflow($1) })
    case (.negate, .float(let number)): return .float(-number)
    case (.negate, .quantity(let one)): return .quantity(Quantity(-one.amount, one.unit))
    case (.not, .bool(let flag)): return .bool(!flag)
    case (_, .opaque(let opaque)):
      if let result = try opaque.applying(self, to: nil, side: .left) { return result }
      throw unfit(operand)
    default: throw unfit(operand)
    }
  }

  private func applied(_ a: Value, _ b: Value) throws -> Value {
    if let result = try appliedToOpaque(a, b) { return result }
    switch self {
    case .add, .subtract, .multiply, .divide: return try arithmetic(a, b)
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return .bool(try compared(a, b))
    case .equal: return .bool(a == b)
    case .notEqual: return .bool(a != b)
    case .contained: return .bool(try contained(a, in: b))
    case .and, .or:
      guard case .bool(let x) = a, case .bool(let y) = b else { throw unfit(a, b) }
      return .bool(self == .and ? x && y : x || y)
    case .coalesce:
      if case .none = a { return b }
      return a
    case .negate, .not: throw unfit(a, b)
    }
  }

  private func appliedToOpaque(_ a: Value, _ b: Value) throws -> Value? {
    if case .opaque(let left) = a, let result = try left.applying(self, to: b, side: .left) {
      return result
    }
    if case .opaque(let right) = b { return try right.applying(self, to: a, side: .right) }
    return nil
  }

  private func arithmetic(_ a: Value, _ b: Value) throws -> Value {
    switch (a, b) {
    case (.int(let x), .int(let y)): return try integer(x, y)
    case (.float(let x), .float(let y)): return .float(real(x, y))
    case (.int(let x), .float(let y)): return .float(real(Double(x), y))
    case (.float(let x), .int(let y)): return .float(real(x, Double(y)))
    case (.text(let x), .text(let y)) where self == .add: return .text(x + y)
    case (.list(let x), .list(let y)) where self == .add: return .list(x + y)
    case (.quantity, _), (_, .quantity): return try quantity(a, b)
    default: throw unfit(a, b)
    }
  }

  private func integer(_ x: Int, _ y: Int) throws -> Value {
    switch self {
    case .add: return .int(try Operation.exact(x, y) { $0.addingReportingOverflow($1) })
    case .subtract: return .int(try Operation.exact(x, y) { $0.subtractingReportingOverflow($1) })
    case .multiply: return .int(try Operation.exact(x, y) { $0.multipliedReportingOverflow(by: $1) })
    default:
      guard y != 0 else { throw Fault("division by zero") }
      return .float(Double(x) / Double(y))
    }
  }

  private func real(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    default: x / y
    }
  }

  private func quantity(_ a: Value, _ b: Value) throws -> Value {
    switch (a, b, self) {
    case (.quantity(let x), .quantity(let y), _) where x.unit.dimension == y.unit.dimension:
      if self == .divide { return .float(x.base / y.base) }
      guard self != .multiply else { throw unfit(a, b) }
      let scale = Quantity(1, x.unit).base
      return .quantity(Quantity(real(x.amount, y.base / scale), x.unit))
    case (.quantity(let x), _, .multiply), (.quantity(let x), _, .divide):
      guard let y = b.number else { throw unfit(a, b) }
      return .quantity(Quantity(real(x.amount, y), x.unit))
    case (_, .quantity(let y), .multiply):
      guard let x = a.number else { throw unfit(a, b) }
      return .quantity(Quantity(x * y.amount, y.unit))
    default: throw unfit(a, b)
    }
  }

  private func compared(_ a: Value, _ b: Value) throws -> Bool {
    switch (a, b) {
    case (.int(let x), .int(let y)): return ordered(x, y)
    case (.text(let x), .text(let y)): return ordered(x, y)
    case (.quantity(let x), .quantity(let y)) where x.unit.dimension == y.unit.dimension:
      return ordered(x.base, y.base)
    default:
      guard let x = a.number, let y = b.number else { throw unfit(a, b) }
      return ordered(x, y)
    }
  }

  private func ordered<T: Comparable>(_ x: T, _ y: T) -> Bool {
    switch self {
    case .less: x < y
    case .lessOrEqual: x <= y
    case .greater: x > y
    default: x >= y
    }
  }

  private func contained(_ a: Value, in b: Value) throws -> Bool {
    switch (a, b) {
    case (_, .list(let values)): return values.contains(a)
    case (.text(let part), .text(let whole)): return whole.contains(part)
    default: throw unfit(a, b)
    }
  }

  private static func exact(
    _ x: Int, _ y: Int, _ operation: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) throws -> Int {
    let (value, overflow) = operation(x, y)
    guard !overflow else { throw Fault("the result is too large for an Int", found: "\(x), \(y)") }
    return value
  }

  private func unfit(_ operands: Value...) -> Fault {
    let types = operands.map { $0.type.widened.description }.joined(separator: " and ")
    return Fault("`\(rawValue)` does not work on \(types)")
  }
}

extension Value {
  /// An `Int` or `Float` as a double.
  var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .float(let number): number
    case .none, .bool, .text, .quantity, .list, .record, .type, .function, .opaque, .deferred: nil
    }
  }
}
