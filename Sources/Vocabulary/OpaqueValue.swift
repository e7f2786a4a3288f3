/// A value of the runtime that the language carries about without looking inside.
public protocol OpaqueValue: Sendable {
  /// The name that users read, such as `Model`.
  static var typeName: String { get }
  /// The full type, such as `Data<(prompt: Text)>`; by default the name alone.
  var recipeType: RecipeType { get }
  /// One text for one value, for keys of what is made from it.
  var canonical: String { get }
  /// A part by name, as in `report.ppl`; nil where there is none.
  func member(_ name: String) throws -> Value?
  /// What the prompt shows.
  var display: Display { get }
  /// The outcome of an operator with this value on one side; nil where it has none.
  func applying(_ operation: Operation, to other: Value?, side: Side) throws -> Value?
  /// The same value under the type that a `def` declares for it, as `-> Loss<(prompt: Text)>`.
  func declared(as type: RecipeType) -> any OpaqueValue
}

/// The side of an operator on which a value stands.
public enum Side: Sendable { case left, right }

/// The operators of the language, as far as values are concerned.
public enum Operation: String, Sendable, CaseIterable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case negate = "negate"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contained = "in"
  case and, or, not
  case coalesce = "??"
}

extension OpaqueValue {
  public var recipeType: RecipeType { .opaque(Self.typeName, []) }
  public func member(_ name: String) throws -> Value? { nil }
  public var display: Display { .text(recipeType.description) }
  public func applying(_ operation: Operation, to other: Value?, side: Side) throws -> Value? {
    nil
  }
  public func declared(as type: RecipeType) -> any OpaqueValue { self }
}

/// An opaque value that the store can keep between runs.
public protocol StoredValue: OpaqueValue {
  /// Writes the value into an empty folder.
  func write(to folder: Folder) throws
  /// Reads what `write` wrote.
  static func read(from folder: Folder) throws -> Self
}
