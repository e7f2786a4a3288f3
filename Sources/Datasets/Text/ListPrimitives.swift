import Vocabulary

extension CallSite {
  /// What the function argument gives.
  fileprivate func result(of name: String) -> RecipeType {
    switch type(name) {
    case .function(_, let output): output
    default: .any
    }
  }
}

extension Primitive {
  public static let lists: [Primitive] = [
    map, filterList, any, all, position, numbered, unique, power,
  ]

  private static let map = Primitive(
    "map", "A list with each item changed by a function.", in: .text,
    typing: .derived { .list($0.result(of: "by")) },
    examples: [#"map(["a", "b"], w => upper(w))"#],
    Parameter<[Value]>.subject("list", "The list."),
    Parameter<Lambda<Value>>.subject("by", "What becomes of an item.")
  ) { _, list, change in
    try list.map { try change($0) }
  }

  private static let filterList = Primitive(
    "filter", "The items of a list for which a condition holds.", in: .text,
    typing: .derived { $0.type("list") }, examples: ["filter([1, 2, 3], n => n > 1)"],
    Parameter<[Value]>.subject("list", "The list."),
    Parameter<Lambda<Bool>>.subject("condition", "What must hold of an item.")
  ) { _, list, condition in
    try list.filter { try condition($0) }
  }

  private static let any = Primitive(
    "any", "Whether a condition holds for some item of a list.", in: .text,
    examples: ["any([1, 2, 3], n => n > 2)"],
    Parameter<[Value]>.subject("list", "The list."),
    Parameter<Lambda<Bool>>.subject("condition", "What may hold of an item.")
  ) { _, list, condition in
    try list.contains { try condition($0) }
  }

  private static let all = Primitive(
    "all", "Whether a condition holds for all items of a list.", in: .text,
    examples: ["all([1, 2, 3], n => n > 0)"],
    Parameter<[Value]>.subject("list", "The list."),
    Parameter<Lambda<Bool>>.subject("condition", "What must hold of an item.")
  ) { _, list, condition in
    try list.allSatisfy { try condition($0) }
  }

  private static let position = Primitive(
    "position", "Where an item first stands in a list, counted from 0, or none.", in: .text,
    examples: [#"position(["A", "B"], of: "B")"#],
    Parameter<[Value]>.subject("list", "The list."),
    Parameter<Value>("of", "The item.")
  ) { _, list, item in
    list.firstIndex(of: item)
  }

  private static let numbered = Primitive(
    "numbered", "The items of a list with their places: records of `place`, from 0, and `item`.",
    in: .text,
    typing: .derived { call in
      guard case .list(let item) = call.type("list") else { return .list(.any) }
      return .list(.record([RecordField("place", .int), RecordField("item", item)]))
    },
    examples: [#"numbered(["a", "b"])"#],
    Parameter<[Value]>.subject("list", "The list.")
  ) { _, list in
    list.enumerated().map { Record([("place", .int($0)), ("item", $1)]) }
  }

  private static let unique = Primitive(
    "unique", "The items of a list without those that came before.", in: .text,
    typing: .derived { $0.type("list") }, examples: [#"unique(["a", "b", "a"])"#],
    Parameter<[Value]>.subject("list", "The list.")
  ) { _, list in
    var seen: Set<String> = []
    return list.filter { seen.insert($0.canonical).inserted }
  }

  private static let power = Primitive(
    "power", "A number times itself, so many times; whole if both are.", in: .text,
    typing: .derived { call in
      let types = [call.type("x"), call.type("to")]
      if types.contains(.any) { return .any }
      return types == [.int, .int] ? .int : .float
    },
    examples: ["power(3, to: 4)"],
    Parameter<Either<Int, Double>>.subject("x", "The number."),
    Parameter<Either<Int, Double>>("to", "How many times; a fraction takes a root.")
  ) { _, x, exponent in
    guard case .first(let whole) = x, case .first(let times) = exponent else {
      return Value.float(raised(x.double, to: exponent.double))
    }
    return .int(try wholePower(whole, times))
  }

  private static func wholePower(_ x: Int, _ times: Int) throws -> Int {
    guard times >= 0 else {
      throw NumberFault("a whole number to the power \(times) is not whole: write \(x).0")
    }
    var result = 1
    for _ in 0..<min(times, 64) {
      let (product, overflows) = result.multipliedReportingOverflow(by: x)
      guard !overflows else { throw NumberFault("\(x) to the power \(times) is too large") }
      result = product
    }
    // From here on only 0, 1 and -1 are left, and two times more change nothing.
    return times > 64 && times % 2 == 1 ? result * x : result
  }
}

extension Either<Int, Double> {
  fileprivate var double: Double {
    switch self {
    case .first(let whole): Double(whole)
    case .second(let number): number
    }
  }
}

/// Numbers that have no result.
struct NumberFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
