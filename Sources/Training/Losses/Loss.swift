import Vocabulary

/// What training minimises: a lambda over a batch, traced once into a graph.
public struct Loss: OpaqueValue, RecipeValue {
  public static let typeName = "Loss"

  /// The columns that it reads, from the type that its `def` declares.
  public let row: RecipeType
  public let function: Function

  public init(row: RecipeType, function: Function) {
    self.row = row
    self.function = function
  }

  public var recipeType: RecipeType { .opaque(Self.typeName, [row]) }
  public var canonical: String { "\(row) \(function.canonical)" }

  public func declared(as type: RecipeType) -> any OpaqueValue {
    guard case .opaque(Self.typeName, let arguments) = type, let row = arguments.first else {
      return self
    }
    return Loss(row: row, function: function)
  }

  /// How many completions each row brings.
  public var roles: Role {
    row.field("chosen") != nil && row.field("rejected") != nil ? .pair : .single
  }

  public enum Role: Sendable { case single, pair }
}

extension Loss.Role {
  var count: Int {
    switch self {
    case .single: 1
    case .pair: 2
    }
  }
}

extension Primitive {
  public static let loss = Primitive(
    "loss", "A loss from a lambda over a batch, traced once into the tensor graph.", in: .losses,
    typing: .derived { call in
      guard case .opaque(Loss.typeName, let row)? = call.expected else {
        return .opaque(Loss.typeName, [.any])
      }
      return .opaque(Loss.typeName, row)
    },
    Parameter<LossFormula>.subject("of", "What is minimised, from the batch.")
  ) { _, formula in
    Loss(row: .any, function: formula.function)
  }
}

/// A lambda from the batch to a tensor, such as `b => mean(-b.logp, over: b.mask)`.
struct LossFormula: RecipeValue {
  let function: Function
  static var recipeType: RecipeType { .function([.opaque(TracedBatch.typeName, [])], .any) }

  init(recipeValue value: Value) throws {
    function = try Lambda<Value>(recipeValue: value).function
  }
  var recipeValue: Value { .function(function) }
}
