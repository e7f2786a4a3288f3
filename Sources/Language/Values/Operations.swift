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
    case (.negate, .int(let number)):
      return try Arithmetic.subtract.integer(0, number)
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
    case .add: return try arithmetic(.add, a, b)
    case .subtract: return try arithmetic(.subtract, a, b)
    case .multiply: return try arithmetic(.multiply, a, b)
    case .divide: return try arithmetic(.divide, a, b)
    case .less: return .bool(try order(a, b) == .before)
    case .lessOrEqual: return .bool([.before, .same].contains(try order(a, b)))
    case .greater: return .bool(try order(a, b) == .after)
    case .greaterOrEqual: return .bool([.after, .same].contains(try order(a, b)))
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

  private func arithmetic(_ kind: Arithmetic, _ a: Value, _ b: Value) throws -> Value {
    switch (a, b) {
    case (.int(let x), .int(let y)): return try kind.integer(x, y)
    case (.text(let x), .text(let y)) where kind == .add: return .text(x + y)
    case (.list(let x), .list(let y)) where kind == .add: return .list(x + y)
    case (.quantity, _), (_, .quantity): return try quantity(kind, a, b)
    default:
      guard let x = a.number, let y = b.number else { throw unfit(a, b) }
      return .float(kind.real(x, y))
    }
  }

  private func quantity(_ kind: Arithmetic, _ a: Value, _ b: Value) throws -> Value {
    switch (a, b, kind) {
    case (.quantity(let x), .quantity(let y), _) where x.unit.dimension == y.unit.dimension:
      if kind == .divide { return .float(x.base / y.base) }
      guard kind != .multiply else { throw unfit(a, b) }
      let scale = Quantity(1, x.unit).base
      return .quantity(Quantity(kind.real(x.amount, y.base / scale), x.unit))
    case (.quantity(let x), _, .multiply), (.quantity(let x), _, .divide):
      guard let y = b.number else { throw unfit(a, b) }
      return .quantity(Quantity(kind.real(x.amount, y), x.unit))
    case (_, .quantity(let y), .multiply):
      guard let x = a.number else { throw unfit(a, b) }
      return .quantity(Quantity(x * y.amount, y.unit))
    default: throw unfit(a, b)
    }
  }

  /// Nil where a value is not a number, and so neither before nor after anything.
  private func order(_ a: Value, _ b: Value) throws -> Order? {
    switch (a, b) {
    case (.int(let x), .int(let y)): return Order(x, y)
    case (.text(let x), .text(let y)): return Order(x, y)
    case (.quantity(let x), .quantity(let y)) where x.unit.dimension == y.unit.dimension:
      return Order(x.base, y.base)
    default:
      guard let x = a.number, let y = b.number else { throw unfit(a, b) }
      return Order(x, y)
    }
  }

  private func contained(_ a: Value, in b: Value) throws -> Bool {
    switch (a, b) {
    case (_, .list(let values)): return values.contains(a)
    case (.text(let part), .text(let whole)): return whole.contains(part)
    default: throw unfit(a, b)
    }
  }

  private func unfit(_ operands: Value...) -> Fault {
    let types = operands.map { $0.type.widened.description }.joined(separator: " and ")
    return Fault("`\(rawValue)` does not work on \(types)")
  }
}

/// The four operations on numbers.
private enum Arithmetic {
  case add, subtract, multiply, divide

  func real(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    }
  }

  /// Whole but for division; refused where the result does not fit.
  func integer(_ x: Int, _ y: Int) throws -> Value {
    let (value, overflow) =
      switch self {
      case .add: x.addingReportingOverflow(y)
      case .subtract: x.subtractingReportingOverflow(y)
      case .multiply: x.multipliedReportingOverflow(by: y)
      case .divide: (0, false)
      }
    guard !overflow else {
      throw Fault(
        "the result is too large for an Int", found: "\(x), \(y)",
        advice: "A Float holds larger numbers: write one of them with a point, as in `1.0`.")
    }
    guard self == .divide else { return .int(value) }
    guard y != 0 else {
      throw Fault(
        "division by zero", found: "\(x) / \(y)",
        advice: "Where the divisor may be 0: `if d == 0 then … else n / d`.")
    }
    return .float(Double(x) / Double(y))
  }
}

/// How one value stands to another.
private enum Order {
  case before, same, after

  init?<T: Comparable>(_ x: T, _ y: T) {
    if x < y {
      self = .before
    } else if x == y {
      self = .same
    } else if x > y {
      self = .after
    } else {
      return nil
    }
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
