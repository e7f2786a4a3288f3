import Foundation
import Vocabulary

/// Values that something may take, and how likely each is: what a search draws from.
public struct Distribution: OpaqueValue, RecipeValue {
  public static let typeName = "Distribution"

  enum Shape: Sendable {
    /// Between two numbers or shares, each as likely as the others.
    case uniform(Value, to: Value)
    /// Between two positive numbers, each order of magnitude as likely as the others.
    case logUniform(Double, to: Double)
    case oneOf([Value])
  }

  let shape: Shape
  /// The type of what is drawn.
  let element: RecipeType

  public var recipeType: RecipeType { .opaque(Self.typeName, [element]) }

  public var canonical: String {
    switch shape {
    case .uniform(let low, let high): "uniform \(low.canonical) \(high.canonical)"
    case .logUniform(let low, let high): "log_uniform \(low) \(high)"
    case .oneOf(let values): "one_of \(Value.list(values).canonical)"
    }
  }

  public var display: Display {
    switch shape {
    case .uniform(let low, let high): .text("uniform from \(low.source) to \(high.source)")
    case .logUniform(let low, let high): .text("log-uniform from \(low) to \(high)")
    case .oneOf(let values): .text("one of " + values.map(\.source).joined(separator: ", "))
    }
  }

  /// Shares between two, each as likely as the others.
  public static func shares(from low: Double, to high: Double) -> Distribution {
    Distribution(
      shape: .uniform(Ratio(low).recipeValue, to: Ratio(high).recipeValue),
      element: .quantity(.ratio))
  }

  /// The value at a share in 0 ..< 1 of the distribution, as its quantile function gives it.
  public func value(at share: Double) -> Value {
    switch shape {
    case .uniform(.int(let low), .int(let high)):
      let count = Double(high) - Double(low) + 1
      return .int(min(high, low + Int(share * count)))
    case .uniform(.quantity(let low), .quantity(let high)):
      let amount = low.base + share * (high.base - low.base)
      return .quantity(Quantity(amount * 100, .percent))
    case .uniform(let low, let high):
      let (a, b) = (low.double ?? 0, high.double ?? 0)
      return .float(a + share * (b - a))
    case .logUniform(let low, let high):
      return .float(low * pow(high / low, share))
    case .oneOf(let values):
      return values[min(values.count - 1, Int(share * Double(values.count)))]
    }
  }
}

extension Value {
  fileprivate var double: Double? { try? Double(recipeValue: self) }
}

extension Primitive {
  public static let distributions: [Primitive] = [uniform, logUniform, oneOf, draws]

  private static let uniform = Primitive(
    "uniform", "Numbers or shares between two, each as likely as the others.", in: .sweeps,
    typing: .derived { try .opaque(Distribution.typeName, [between($0)]) },
    examples: ["uniform(0.0, to: 0.3)", "uniform(0%, to: 100%)"],
    Parameter<Value>.subject("low", "The lowest: an Int, a Float or a Ratio."),
    Parameter<Value>("to", "The highest, of the same kind; whole numbers may come out themselves.")
  ) { _, low, high in
    let type = Value.commonType([low.type, high.type])
    let isOrdered: Bool =
      switch (low, high) {
      case (.quantity(let a), .quantity(let b)): a.base <= b.base
      default: (low.double ?? .nan) <= (high.double ?? .nan)
      }
    guard isOrdered else {
      throw NumberFault(
        "uniform goes from the lower to the higher, not \(low.source) to \(high.source)")
    }
    return Distribution(shape: .uniform(low, to: high), element: type)
  }

  private static func between(_ call: CallSite) throws -> RecipeType {
    let types = [call.type("low"), call.type("to")]
    let common = Value.commonType(types)
    if types.contains(.any) { return .any }
    for type in [RecipeType.int, .float, .quantity(.ratio)] where type.accepts(common) {
      return common
    }
    throw Complaints(
      Complaint(
        .wrongType(found: call.type("to"), expected: call.type("low").widened), at: "to",
        "`uniform` needs two numbers or two shares", label: "this is \(call.type("to").widened)"))
  }

  private static let logUniform = Primitive(
    "log_uniform", "Numbers between two, each order of magnitude as likely as the others.",
    in: .sweeps, typing: .fixed(.opaque(Distribution.typeName, [.float])),
    examples: ["log_uniform(1e-5, to: 1e-3)"],
    Parameter<Double>.subject("low", "The lowest number.", .above(0)),
    Parameter<Double>("to", "The highest number.", .above(0))
  ) { _, low, high in
    guard low <= high else {
      throw NumberFault("log_uniform goes from the lower to the higher, not \(low) to \(high)")
    }
    return Distribution(shape: .logUniform(low, to: high), element: .float)
  }

  private static let oneOf = Primitive(
    "one_of", "One of a few values, each as likely as the others.", in: .sweeps,
    typing: .derived { call in
      guard case .list(let element) = call.type("values") else {
        return .opaque(Distribution.typeName, [.any])
      }
      return .opaque(Distribution.typeName, [element])
    },
    examples: ["one_of([8, 16, 32])"],
    Parameter<[Value]>.subject(
      "values", "The values.", Rule("at least one value") { !$0.isEmpty })
  ) { _, values in
    Distribution(shape: .oneOf(values), element: Value.commonType(values.map(\.type)))
  }

  /// Each draw depends on the seed, its own number and the label alone: one more label, or more
  /// draws, leave the others as they were.
  private static let draws = Primitive(
    "draws", "Records whose fields are drawn from distributions.", in: .sweeps,
    typing: .derived { call in
      guard let fields = call.type("over").fields else { return .list(.any) }
      return .list(.record(fields.map { RecordField($0.label, $0.type.drawn) }))
    },
    examples: ["draws((lr: log_uniform(1e-5, to: 1e-3), rank: one_of([8, 16])), count: 3)"],
    Parameter<Record>.subject(
      "over", "A distribution for each label; other values stay as they are."),
    Parameter<Int>("count", "How many records.", .within(0...100_000)),
    Parameter("seed", "Another seed, other draws.", default: 0)
  ) { _, over, count, seed in
    (0..<count).map { number in
      Record(
        over.pairs.map { label, value in
          guard case .opaque(let distribution as Distribution) = value else {
            return (label, value)
          }
          var hash = StableHash(seed: seed)
          hash.add(label)
          hash.add(number)
          return (label, distribution.value(at: Double(hash.value >> 11) * 0x1p-53))
        })
    }
  }
}

extension Library {
  /// The types that sweeps bring.
  public static let sweepTypes: [TypeEntry] = [
    TypeEntry(Distribution.typeName, "Values to draw from, and how likely each is.", arity: 1)
  ]
}

extension RecipeType {
  /// The type of what is drawn from a distribution; other types stay as they are.
  fileprivate var drawn: RecipeType {
    guard case .opaque(Distribution.typeName, let arguments) = self else { return self }
    return arguments.first ?? .any
  }
}
