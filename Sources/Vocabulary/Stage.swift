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
  /// Pure and light work is done again when wanted; heavy work is kept in the store.
  public let cost: Cost

  public init(key: String, work: Work, type: RecipeType, label: String) {
    self.key = key
    self.work = work
    self.type = type
    self.label = label
    cost = work.cost(giving: type)
  }

  /// Whether functions that it is given make calls that are dear, as a column of model calls does.
  public var makesCalls: Bool {
    switch work {
    case .call(_, let arguments): Value.record(arguments).costOfCalling == .heavy
    case .apply: cost == .heavy
    case .member, .operation, .index, .choice: false
    }
  }
}

extension Stage.Work {
  /// A light word does heavy work where the functions that it is given do.
  fileprivate func cost(giving type: RecipeType) -> Cost {
    switch self {
    case .call(let primitive, let arguments):
      max(primitive.cost, Value.record(arguments).costOfCalling)
    case .apply(let function, _): type.isFunction ? .pure : function.cost
    case .member, .operation, .index, .choice: .pure
    }
  }
}

extension Value {
  /// How dear the functions are that stand in it as they are.
  fileprivate var costOfCalling: Cost {
    switch self {
    case .function(let function): function.cost
    case .record(let record): record.values.map(\.costOfCalling).max() ?? .pure
    case .deferred(let stage):
      if case .apply(let function, _) = stage.work, stage.type.isFunction {
        function.cost
      } else {
        .pure
      }
    case .none, .bool, .int, .float, .text, .quantity, .list, .type, .opaque: .pure
    }
  }
}

extension RecipeType {
  fileprivate var isFunction: Bool {
    switch self {
    case .function, .row: true
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .list, .record, .choice,
      .either, .column, .rowType, .data, .tensor, .opaque, .any, .unknown:
      false
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
