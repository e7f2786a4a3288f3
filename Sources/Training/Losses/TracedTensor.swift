import Models
import Tensors
import Vocabulary

/// Numbers inside a loss while it is traced: arithmetic on it appends nodes to the graph.
public struct TracedTensor: OpaqueValue, RecipeValue {
  public static let typeName = "Tensor"

  /// Along what the numbers lie.
  public enum Level: Sendable, Hashable {
    /// One per target of a role (0 chosen or only, 1 rejected). `Tensor<sequence, token>`
    case tokens(role: Int)
    /// One per sequence or pair. `Tensor<sequence>`
    case sequences
    case scalar
  }

  public let tensor: Tensor
  public let level: Level
  let trace: LossTrace

  init(_ tensor: Tensor, _ level: Level, _ trace: LossTrace) {
    self.tensor = tensor
    self.level = level
    self.trace = trace
  }

  public static var recipeType: RecipeType { .anyTensor }
  public var recipeType: RecipeType { .tensor(level.dimensions) }
  public var canonical: String { "tensor \(tensor.id)" }

  public func applying(_ operation: Vocabulary.Operation, to other: Value?, side: Side) throws
    -> Value?
  {
    guard let other else {
      return operation == .negate ? .opaque(TracedTensor(-tensor, level, trace)) : nil
    }
    let operand = try trace.tensor(of: other, like: self)
    let (a, b) = side == .left ? (self, operand) : (operand, self)
    let level = try a.joined(b, operation)
    guard let result = a.tensor.combined(b.tensor, operation) else { return nil }
    return .opaque(TracedTensor(result, level, trace))
  }

  /// The level of an element-wise result: equal levels, or one side a scalar.
  private func joined(_ other: TracedTensor, _ operation: Vocabulary.Operation) throws -> Level {
    if level == other.level || other.level == .scalar { return level }
    if level == .scalar { return other.level }
    throw TraceError(
      problem: "`\(operation.rawValue)` got \(recipeType) and \(other.recipeType)",
      advice: "Reduce one side with sum(…) or mean(…) first, so that both have one number per "
        + "sequence.")
  }
}

extension TracedTensor.Level {
  public var dimensions: [String] {
    switch self {
    case .tokens: ["sequence", "token"]
    case .sequences: ["sequence"]
    case .scalar: []
    }
  }
}

extension Tensor {
  /// The result of an operator of the language; nil where tensors have none.
  fileprivate func combined(_ other: Tensor, _ operation: Vocabulary.Operation) -> Tensor? {
    switch operation {
    case .add: self + other
    case .subtract: self - other
    case .multiply: self * other
    case .divide: self / other
    case .less: less(self, other)
    case .lessOrEqual: lessEqual(self, other)
    case .greater: less(other, self)
    case .greaterOrEqual: lessEqual(other, self)
    case .equal: equal(self, other)
    case .negate, .notEqual, .contained, .and, .or, .not, .coalesce: nil
    }
  }
}

/// A loss that cannot be made into a graph.
public struct TraceError: Error, Sendable, CustomStringConvertible {
  public let problem: String
  public let advice: String
  public var description: String { "\(problem)\n  \(advice)" }
}
