import Vocabulary

/// What training minimises: a lambda over a batch, traced once into a graph.
public struct Loss: OpaqueValue, RecipeValue {
  public static let typeName = "Loss"

  /// The columns that it reads, from the type that its `def` declares.
  public let row: RecipeType
  public let function: Function
  /// From the batch to a record of tensors: what is told of each step beside the loss.
  public let metrics: Function?
  /// How the answers come about that it judges; nil where the rows bring them.
  public let rollout: RolloutSettings?
  private let traced = TracedNeeds()

  public init(
    row: RecipeType, function: Function, metrics: Function? = nil, rollout: RolloutSettings? = nil
  ) {
    self.row = row
    self.function = function
    self.metrics = metrics
    self.rollout = rollout
  }

  public var recipeType: RecipeType { .opaque(Self.typeName, [row]) }
  public var canonical: String {
    "\(row) \(function.canonical) \(metrics?.canonical ?? "") \(rollout?.canonical ?? "")"
  }

  public func declared(as type: RecipeType) -> any OpaqueValue {
    guard case .opaque(Self.typeName, let arguments) = type, let row = arguments.first else {
      return self
    }
    return Loss(row: row, function: function, metrics: metrics, rollout: rollout)
  }

  /// What it reads of a model whose head gives `outputs`; of one without a head where that is nil.
  package func needs(outputs: [String]? = nil) throws -> LossNeeds {
    try traced.needs(of: self, outputs)
  }

  /// How many completions each row brings.
  public var roles: Role {
    if rollout != nil { return .group }
    if row.field("responses") != nil { return .group }
    return row.field("chosen") != nil && row.field("rejected") != nil ? .pair : .single
  }

  public enum Role: Sendable {
    case single, pair
    /// Several tries at an answer to one prompt, which a step keeps together.
    case group
  }

  /// The columns with numbers or truths that it may read.
  public var columns: [String] {
    (row.fields ?? []).filter { [.bool, .int, .float].contains($0.type) }.map(\.label)
  }
}

extension Loss.Role {
  var count: Int {
    switch self {
    case .single, .group: 1
    case .pair: 2
    }
  }
}

extension Primitive {
  public static let loss = Primitive(
    "loss", "A loss from a lambda over a batch, traced once into the tensor graph.", in: .losses,
    typing: .derived { call in
      if case .opaque(RolloutSettings.typeName, let row) = call.type("rollout"), !row.isEmpty {
        return .opaque(Loss.typeName, row)
      }
      guard case .opaque(Loss.typeName, let row)? = call.expected else {
        return .opaque(Loss.typeName, [.any])
      }
      return .opaque(Loss.typeName, row)
    },
    examples: ["loss(b => mean(-b.logp, over: b.mask))"],
    Parameter<LossFormula>.subject("of", "What is minimised, from the batch."),
    Parameter<LossFormula?>(
      "metrics", "What else to tell of each step, as b => (likelihood: mean(sum(b.logp)))."),
    Parameter<RolloutSettings?>(
      "rollout", "How the policy writes the answers that are judged; without it, rows bring them.")
  ) { _, formula, metrics, rollout in
    Loss(
      row: rollout?.row ?? .any, function: formula.function, metrics: metrics?.function,
      rollout: rollout)
  }
}

/// A lambda from the batch, such as `b => mean(-b.logp, over: b.mask)`.
struct LossFormula: RecipeValue {
  let function: Function
  static var recipeType: RecipeType { .function([.opaque(TracedBatch.typeName, [])], .any) }

  init(recipeValue value: Value) throws {
    function = try Lambda<Value>(recipeValue: value).function
  }
  var recipeValue: Value { .function(function) }
}
