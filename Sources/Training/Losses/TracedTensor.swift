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
    /// One per sequence and output of a head. `Tensor<sequence, output>`
    case outputs(Int)
    /// One per sequence or pair. `Tensor<sequence>`
    case sequences
    /// One per prompt, where each has several sequences. `Tensor<prompt>`
    case prompts
    case scalar
  }

  /// What running a step in parts does to the numbers.
  enum Cut: Sendable, Hashable {
    /// Nothing: each belongs to one token or one sequence, or is a constant.
    case free
    /// The parts' numbers add up to that of the step.
    case additive
    /// They are right only where the whole step runs at once.
    case whole
  }

  public let tensor: Tensor
  public let level: Level
  let cut: Cut
  let trace: LossTrace
  /// The sum over the whole step, where the numbers are a mask and the sum is fed.
  var total: Tensor?

  init(
    _ tensor: Tensor, _ level: Level, _ cut: Cut, _ trace: LossTrace, total: Tensor? = nil
  ) {
    self.tensor = tensor
    self.level = level
    self.cut = cut
    self.trace = trace
    self.total = total
  }

  /// A function of each number.
  func mapped(isLinear: Bool = false, _ body: (Tensor) -> Tensor) -> TracedTensor {
    TracedTensor(body(tensor), level, isLinear || cut == .free ? cut : .whole, trace)
  }

  /// The sum over sequences, which a part of a step has only a part of.
  var cutOfSum: Cut { cut == .free ? .additive : .whole }

  public static var recipeType: RecipeType { .anyTensor }
  public var recipeType: RecipeType { .tensor(level.dimensions) }
  public var canonical: String { "tensor \(tensor.id)" }

  public func applying(_ operation: Vocabulary.Operation, to other: Value?, side: Side) throws
    -> Value?
  {
    guard let other else {
      return operation == .negate ? .opaque(mapped(isLinear: true) { -$0 }) : nil
    }
    let operand = try trace.tensor(of: other, like: self)
    let (a, b) = side == .left ? (self, operand) : (operand, self)
    let level = try a.joined(b, operation)
    guard let result = a.tensor.combined(b.tensor, operation) else { return nil }
    return .opaque(TracedTensor(result, level, a.cut(operation, b), trace))
  }

  /// Sums stay sums under addition, and when a constant multiplies or divides them.
  private func cut(_ operation: Vocabulary.Operation, _ other: TracedTensor) -> Cut {
    switch (operation, cut, other.cut) {
    case (_, .free, .free): .free
    case (.add, .additive, .additive), (.subtract, .additive, .additive): .additive
    case (.multiply, .additive, .free): other.level == .scalar ? .additive : .whole
    case (.multiply, .free, .additive): level == .scalar ? .additive : .whole
    case (.divide, .additive, .free): other.level == .scalar ? .additive : .whole
    default: .whole
    }
  }

  /// The level of an element-wise result: equal levels, or one side a scalar.
  private func joined(_ other: TracedTensor, _ operation: Vocabulary.Operation) throws -> Level {
    try joined(other, in: operation.rawValue)
  }

  private func joined(_ other: TracedTensor, in word: String) throws -> Level {
    if level == other.level || other.level == .scalar { return level }
    if level == .scalar { return other.level }
    throw TraceError(
      problem: "`\(word)` got \(recipeType) and \(other.recipeType)",
      advice: "Reduce one side with sum(…) or mean(…) first, so that both have one number per "
        + "sequence.")
  }

  /// A function of the numbers that stand at the same place.
  static func zipped(
    _ word: String, _ operands: [TracedTensor], _ body: ([Tensor]) -> Tensor
  ) throws -> TracedTensor {
    var level = operands[0].level
    for operand in operands.dropFirst() {
      let before = TracedTensor(operand.tensor, level, .free, operand.trace)
      level = try before.joined(operand, in: word)
    }
    let isFree = operands.allSatisfy { $0.cut == .free }
    return TracedTensor(
      body(operands.map(\.tensor)), level, isFree ? .free : .whole, operands[0].trace)
  }
}

extension TracedTensor.Level {
  public var dimensions: [String] {
    switch self {
    case .tokens: ["sequence", "token"]
    case .outputs: ["sequence", "output"]
    case .sequences: ["sequence"]
    case .prompts: ["prompt"]
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
