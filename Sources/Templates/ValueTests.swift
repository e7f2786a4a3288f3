/// Jinja's tests: what may stand after `is`.
enum TestName: String, CaseIterable, Sendable {
  case defined, undefined, none, boolean, integer, float, number, string, mapping, sequence
  case iterable, callable, odd, even, lower, upper, filter, test, escaped
  case isTrue = "true"
  case isFalse = "false"
  case divisible = "divisibleby"
  case same = "sameas"
  case isIn = "in"

  /// The tests that are comparisons, by all their names.
  static let comparisons: [String: Comparison] = [
    "==": .equal, "eq": .equal, "equalto": .equal, "!=": .unequal, "ne": .unequal,
    "<": .less, "lt": .less, "lessthan": .less, "<=": .lessOrEqual, "le": .lessOrEqual,
    ">": .greater, "gt": .greater, "greaterthan": .greater, ">=": .greaterOrEqual,
    "ge": .greaterOrEqual,
  ]
}

extension Renderer {
  mutating func test(
    _ value: Value, _ name: String, _ arguments: Arguments
  ) throws(Complaint) -> Bool {
    if let comparison = TestName.comparisons[name] {
      return try holds(value, comparison, try arguments.required(0, "other"))
    }
    guard let test = TestName(rawValue: name) else {
      let known = TestName.allCases.map(\.rawValue) + TestName.comparisons.keys.sorted()
      throw Complaint(
        "there is no test `\(name)`",
        advice: "expected one of " + known.joined(separator: ", "))
    }
    return try passes(value, test, arguments)
  }

  private mutating func passes(
    _ value: Value, _ test: TestName, _ arguments: Arguments
  ) throws(Complaint) -> Bool {
    switch test {
    case .defined: return !value.isUndefined
    case .undefined: return value.isUndefined
    case .none:
      guard case .none = value else { return false }
      return true
    case .boolean:
      guard case .bool = value else { return false }
      return true
    case .integer:
      guard case .int = value else { return false }
      return true
    case .float:
      guard case .float = value else { return false }
      return true
    case .number: return value.number != nil
    case .string:
      guard case .text = value else { return false }
      return true
    case .mapping:
      guard case .map = value else { return false }
      return true
    case .sequence: return value.length != nil
    case .iterable: return value.elements != nil
    case .callable: return value.isCallable
    case .odd: return try remainder(of: value, by: 2) != 0
    case .even: return try remainder(of: value, by: 2) == 0
    case .divisible:
      guard let divisor = try arguments.whole(0, "num"), divisor != 0, divisor != -1 else {
        throw Complaint("`divisibleby` needs a number that is not 0 or -1")
      }
      return try remainder(of: value, by: divisor) == 0
    case .lower: return value.text.scalars.elementsEqual(value.text.lowercased.scalars)
    case .upper: return value.text.scalars.elementsEqual(value.text.uppercased.scalars)
    case .filter: return FilterName(rawValue: value.text.string) != nil
    case .test:
      let name = value.text.string
      return TestName(rawValue: name) != nil || TestName.comparisons[name] != nil
    case .escaped: return false
    case .isTrue:
      guard case .bool(true) = value else { return false }
      return true
    case .isFalse:
      guard case .bool(false) = value else { return false }
      return true
    case .same: return value.isSame(as: try arguments.required(0, "other"))
    case .isIn: return try arguments.required(0, "seq").contains(value)
    }
  }

  private func remainder(of value: Value, by divisor: Int) throws(Complaint) -> Int {
    guard let whole = value.whole else {
      throw Complaint("a \(value.kind) is neither odd nor even", advice: "expected a whole number")
    }
    return whole % divisor
  }
}

extension Value {
  fileprivate var isCallable: Bool {
    switch self {
    case .macro, .method, .function: true
    case .undefined, .none, .bool, .int, .float, .text, .list, .map, .namespace, .loop: false
    }
  }

  /// Python's `is`, as far as values without identity have one.
  fileprivate func isSame(as other: Value) -> Bool {
    switch (self, other) {
    case (.bool(let left), .bool(let right)): left == right
    case (.bool, _), (_, .bool): false
    default: kind == other.kind && equals(other)
    }
  }
}
