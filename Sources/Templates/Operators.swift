import Foundation

/// Arithmetic, as Python does it.
extension Renderer {
  func apply(_ unary: UnaryOperator, to operand: Value) throws(Complaint) -> Value {
    switch unary {
    case .not: return .bool(!operand.isTrue)
    case .positive where operand.number != nil: return operand
    case .negative where operand.whole != nil: return try whole(0, operand, -)
    case .negative, .positive:
      guard let number = operand.number else {
        throw misfit(operand, unary == .negative ? "-" : "+")
      }
      return .float(-number)
    }
  }

  private func misfit(_ operand: Value, _ sign: String) -> Complaint {
    if case .undefined(let reason) = operand { return Complaint(reason) }
    return Complaint("`\(sign)` does not go with a \(operand.kind)", advice: "expected a number")
  }

  private func whole(
    _ zero: Int, _ operand: Value, _ subtract: (Int, Int) -> Int
  ) throws(Complaint) -> Value {
    guard let value = operand.whole, value != .min else { throw Self.overflow }
    return .int(subtract(zero, value))
  }

  private static var overflow: Complaint {
    Complaint("a whole number is too large", advice: "expected at most 64 bits")
  }

  mutating func apply(
    _ binary: BinaryOperator, _ left: Value, _ right: Value
  ) throws(Complaint) -> Value {
    try spend(((left.length ?? 0) + (right.length ?? 0)) / 16)
    if binary == .concatenate { return .text(try joined(left.text, right.text)) }
    if case .undefined(let reason) = left { throw Complaint(reason) }
    if case .undefined(let reason) = right { throw Complaint(reason) }
    if let left = left.whole, let right = right.whole, let result = try whole(left, binary, right) {
      return result
    }
    if let left = left.number, let right = right.number { return try real(left, binary, right) }
    if binary == .add, let sum = try sum(left, right) { return sum }
    if binary == .multiply, let result = try repeated(left, right) { return result }
    if binary == .remainder, case .text(let pattern) = left {
      throw Complaint("`%` does not format here: \(pattern.quoted.string)", advice: "use `~`")
    }
    throw Complaint(
      "`\(binary.rawValue)` does not go with a \(left.kind) and a \(right.kind)",
      advice: "expected two numbers, or two texts or lists to add")
  }

  private func joined(_ left: TaggedText, _ right: TaggedText) throws(Complaint) -> TaggedText {
    guard left.count + right.count <= Limit.scalars else { throw Self.tooLong }
    return left + right
  }

  private func sum(_ left: Value, _ right: Value) throws(Complaint) -> Value? {
    switch (left, right) {
    case (.text(let left), .text(let right)): return .text(try joined(left, right))
    case (.list(let left), .list(let right)) where left.style == right.style:
      guard left.items.count + right.items.count <= Limit.steps else { throw Self.tooLong }
      return .list(ListValue(left.items + right.items, style: left.style))
    default: return nil
    }
  }

  private mutating func repeated(_ left: Value, _ right: Value) throws(Complaint) -> Value? {
    guard let times = left.whole ?? right.whole else { return nil }
    let part = left.whole == nil ? left : right
    let (total, overflows) = (part.length ?? 0).multipliedReportingOverflow(by: max(times, 0))
    guard !overflows, total <= Limit.scalars else { throw Self.tooLong }
    try spend(total / 16)
    let copies = total == 0 ? 0 : times
    switch part {
    case .text(let text):
      return .text(TaggedText().joining(Array(repeating: text, count: copies)))
    case .list(let list):
      let items = Array(repeating: list.items, count: copies).flatMap { $0 }
      return .list(ListValue(items, style: list.style))
    case .undefined, .none, .bool, .int, .float, .map, .namespace, .macro, .loop, .method,
      .function:
      return nil
    }
  }

  /// The result for whole numbers; nil where Python goes on with real ones.
  private func whole(
    _ left: Int, _ binary: BinaryOperator, _ right: Int
  ) throws(Complaint) -> Value? {
    let result: (partialValue: Int, overflow: Bool)
    switch binary {
    case .add: result = left.addingReportingOverflow(right)
    case .subtract: result = left.subtractingReportingOverflow(right)
    case .multiply: result = left.multipliedReportingOverflow(by: right)
    case .floorDivide, .remainder:
      guard right != 0 else { throw Self.zeroDivision }
      let quotient = left.dividedReportingOverflow(by: right)
      guard !quotient.overflow else { throw Self.overflow }
      let rest = left - quotient.partialValue * right
      let goesDown = rest != 0 && (rest < 0) != (right < 0)
      result =
        binary == .remainder
        ? (goesDown ? rest + right : rest, false)
        : (goesDown ? quotient.partialValue - 1 : quotient.partialValue, false)
    case .power:
      guard right >= 0 else { return nil }
      return .int(try power(left, right))
    case .divide, .concatenate: return nil
    }
    guard !result.overflow else { throw Self.overflow }
    return .int(result.partialValue)
  }

  private func power(_ base: Int, _ exponent: Int) throws(Complaint) -> Int {
    if base == 0 || base == 1 { return exponent == 0 ? 1 : base }
    if base == -1 { return exponent % 2 == 0 ? 1 : -1 }
    guard exponent < 64 else { throw Self.overflow }
    var result = 1
    for _ in 0..<exponent {
      let (product, overflows) = result.multipliedReportingOverflow(by: base)
      guard !overflows else { throw Self.overflow }
      result = product
    }
    return result
  }

  private static var zeroDivision: Complaint {
    Complaint("division by zero", advice: "test the divisor with `if` first")
  }

  private func real(
    _ left: Double, _ binary: BinaryOperator, _ right: Double
  ) throws(Complaint) -> Value {
    switch binary {
    case .add: return .float(left + right)
    case .subtract: return .float(left - right)
    case .multiply: return .float(left * right)
    case .power: return .float(pow(left, right))
    case .divide, .floorDivide, .remainder:
      guard right != 0 else { throw Self.zeroDivision }
      if binary == .divide { return .float(left / right) }
      let floor = (left / right).rounded(.down)
      return .float(binary == .floorDivide ? floor : left - floor * right)
    case .concatenate: throw Complaint("`~` joins texts")
    }
  }
}
