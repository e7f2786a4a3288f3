/// A node of the plan: something to run, known by the key of all that it depends on.
///
/// A class for identity: equal stages are one node, so that shared work runs once.
public final class Stage: Sendable {
  public enum Work: Sendable {
    case call(Primitive, arguments: Record)
    case member(Value, String)
    case operation(Operation, [Value])
    case index(Value, Value)
    case choice(condition: Value, then: Value, otherwise: Value)
    /// A list or record with deferred parts, or a text with deferred pieces.
    case apply(Function, Value)
  }

  /// SHA-256 over primitive, version, semantic arguments and the keys of what comes before.
  public let key: String
  public let work: Work
  public let type: RecipeType
  /// The name that a recipe gave to the result, for plans and messages.
  public let label: String

  public init(key: String, work: Work, type: RecipeType, label: String) {
    self.key = key
    self.work = work
    self.type = type
    self.label = label
  }

  /// Pure and light work is done again when wanted; heavy work is kept in the store.
  public var cost: Cost {
    switch work {
    case .call(let primitive, _): primitive.cost
    case .member, .operation, .index, .choice, .apply: .pure
    }
  }
}

/// How dear a primitive is.
public enum Cost: Int, Comparable, Sendable {
  /// Always evaluated at once: numbers, texts, settings.
  case pure
  /// Run when looked at: rows, the opening of a model.
  case light
  /// Never run unless asked for, kept in the store: training, evaluation, generation.
  case heavy
  /// Done for what it changes outside: `save`, `show`, `check`.
  case effect

  public static func < (a: Cost, b: Cost) -> Bool { a.rawValue < b.rawValue }
}
