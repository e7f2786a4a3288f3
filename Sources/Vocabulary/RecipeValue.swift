/// A Swift type that passes in and out of recipes.
public protocol RecipeValue: Sendable {
  static var recipeType: RecipeType { get }
  init(recipeValue: Value) throws
  var recipeValue: Value { get }
}

/// A value of another type than a primitive takes.
///
/// The checker refuses such calls, so this is thrown for results alone, whose type is known only
/// after running.
public struct ValueMismatch: Error, Sendable, CustomStringConvertible {
  public let expected: RecipeType
  public let found: RecipeType

  public init(expected: RecipeType, found: RecipeType) {
    self.expected = expected
    self.found = found
  }

  public var description: String { "expected \(expected), found \(found)" }
}

extension Value: RecipeValue {
  public static var recipeType: RecipeType { .any }
  public init(recipeValue: Value) { self = recipeValue }
  public var recipeValue: Value { self }
}

extension Bool: RecipeValue {
  public static var recipeType: RecipeType { .bool }
  public init(recipeValue value: Value) throws {
    guard case .bool(let flag) = value else { throw value.mismatch(.bool) }
    self = flag
  }
  public var recipeValue: Value { .bool(self) }
}

extension Int: RecipeValue {
  public static var recipeType: RecipeType { .int }
  public init(recipeValue value: Value) throws {
    guard case .int(let number) = value else { throw value.mismatch(.int) }
    self = number
  }
  public var recipeValue: Value { .int(self) }
}

extension Double: RecipeValue {
  public static var recipeType: RecipeType { .float }
  public init(recipeValue value: Value) throws {
    switch value {
    case .float(let number): self = number
    case .int(let number): self = Double(number)
    default: throw value.mismatch(.float)
    }
  }
  public var recipeValue: Value { .float(self) }
}

extension String: RecipeValue {
  public static var recipeType: RecipeType { .text }
  public init(recipeValue value: Value) throws {
    guard case .text(let text) = value else { throw value.mismatch(.text) }
    self = text
  }
  public var recipeValue: Value { .text(self) }
}

extension Optional: RecipeValue where Wrapped: RecipeValue {
  public static var recipeType: RecipeType { .optional(Wrapped.recipeType) }
  public init(recipeValue value: Value) throws {
    if case .none = value {
      self = nil
    } else {
      self = .some(try Wrapped(recipeValue: value))
    }
  }
  public var recipeValue: Value { map(\.recipeValue) ?? Value.none }
}

extension Array: RecipeValue where Element: RecipeValue {
  public static var recipeType: RecipeType { .list(Element.recipeType) }
  public init(recipeValue value: Value) throws {
    guard case .list(let values) = value else { throw value.mismatch(Self.recipeType) }
    self = try values.map(Element.init(recipeValue:))
  }
  public var recipeValue: Value { .list(map(\.recipeValue)) }
}

extension Record: RecipeValue {
  public static var recipeType: RecipeType { .record([]) }
  public init(recipeValue value: Value) throws {
    guard case .record(let record) = value else { throw value.mismatch(.record([])) }
    self = record
  }
  public var recipeValue: Value { .record(self) }
}

/// Of one type or another, as a learning rate is a number or a schedule.
public enum Either<First: RecipeValue, Second: RecipeValue>: RecipeValue {
  case first(First)
  case second(Second)

  public static var recipeType: RecipeType { .either([First.recipeType, Second.recipeType]) }
  public init(recipeValue value: Value) throws {
    if let first = try? First(recipeValue: value) {
      self = .first(first)
    } else {
      self = .second(try Second(recipeValue: value))
    }
  }
  public var recipeValue: Value {
    switch self {
    case .first(let value): value.recipeValue
    case .second(let value): value.recipeValue
    }
  }
}

/// A type of the runtime is taken as it is.
extension RecipeValue where Self: OpaqueValue {
  public static var recipeType: RecipeType { .opaque(typeName, []) }
  public init(recipeValue value: Value) throws {
    guard case .opaque(let opaque) = value, let own = opaque as? Self else {
      throw value.mismatch(Self.recipeType)
    }
    self = own
  }
  public var recipeValue: Value { .opaque(self) }
}

extension Value {
  func mismatch(_ expected: RecipeType) -> ValueMismatch {
    ValueMismatch(expected: expected, found: type)
  }
}
