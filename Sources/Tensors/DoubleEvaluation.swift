import Foundation

/// A graph of formulas worked out in double precision, node after node: slow and plain.
///
/// It is what the gradients of a loss are checked against, so it shares no kernel with what it
/// checks. Only the operations that losses are made of are known; shapes are those of vectors.
public struct DoubleEvaluation {
  /// Numbers that a graph is fed.
  public enum Numbers: Sendable {
    case doubles([Double])
    case integers([Int32])
  }

  private let contents: Graph.Contents
  /// The nodes that the result depends on, in order.
  private let nodes: [Int]
  private let result: Int

  public init(of result: Tensor) {
    contents = result.graph.contents
    self.result = result.id
    var needed: Set<Int> = [result.id]
    var found: [Int] = []
    for (index, node) in contents.nodes.enumerated().reversed()
    where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs)
      found.append(index)
    }
    nodes = found.reversed()
  }

  /// What a run found: the result, and what it passed on without a gradient.
  public struct Outcome: Sendable {
    public let value: Double
    /// The numbers of `stopGradient` nodes, by node.
    fileprivate let held: [Int: [Double]]
  }

  /// The result, which is one number.
  ///
  /// - Parameter held: where what carries no gradient keeps the numbers of an earlier run, as the
  ///   slope along the other inputs asks for.
  public func run(_ inputs: [String: Numbers], holding held: Outcome? = nil) throws -> Outcome {
    var values: [Int: Numbers] = [:]
    for (id, value) in contents.values.enumerated() {
      switch value.origin {
      case .input(let name): values[id] = inputs[name]
      case .constant(let number): values[id] = .doubles([Double(number)])
      case .parameter, .state, .gradient, .result: break
      }
    }
    var stopped: [Int: [Double]] = [:]
    for index in nodes {
      let node = contents.nodes[index]
      let operands = try node.inputs.map { try operand(values[$0], of: node) }
      guard let operation = node.operation as? any PlainOperation else {
        throw DoubleEvaluationError(operation: node.operation.name, problem: "has no plain formula")
      }
      var numbers = operation.doubles(operands)
      if operation.stopsGradients {
        numbers = held?.held[index] ?? numbers
        stopped[index] = numbers
      }
      values[node.outputs[0]] = .doubles(numbers)
    }
    guard case .doubles(let last)? = values[result], last.count == 1 else {
      throw DoubleEvaluationError(operation: "the result", problem: "is not one number")
    }
    return Outcome(value: last[0], held: stopped)
  }

  private func operand(_ numbers: Numbers?, of node: Graph.Node) throws -> Numbers {
    guard let numbers else {
      throw DoubleEvaluationError(operation: node.operation.name, problem: "lacks an input")
    }
    return numbers
  }
}

/// A graph that cannot be worked out in double precision.
public struct DoubleEvaluationError: Error, Sendable, CustomStringConvertible {
  public let operation: String
  public let problem: String
  public var description: String { "`\(operation)` \(problem)" }
}

/// An operation whose formula is written out for double precision.
protocol PlainOperation: Operation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double]
  var stopsGradients: Bool { get }
}

extension PlainOperation {
  var stopsGradients: Bool { false }
}

extension DoubleEvaluation.Numbers {
  fileprivate var doubles: [Double] {
    switch self {
    case .doubles(let numbers): numbers
    case .integers(let numbers): numbers.map(Double.init)
    }
  }

  fileprivate var places: [Int] {
    switch self {
    case .doubles(let numbers): numbers.map { Int($0) }
    case .integers(let numbers): numbers.map(Int.init)
    }
  }
}

// MARK: - Formulas

extension Elementwise: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    let inputs = operands.map(\.doubles)
    let count = inputs.map(\.count).max() ?? 0
    return (0..<count).map { place in
      var slots = inputs.map { $0.count == 1 ? $0[0] : $0[place] }
      for instruction in program {
        slots.append(instruction.primitive.double(instruction.operands.map { slots[$0] }))
      }
      return slots.last ?? .nan
    }
  }
}

extension SegmentSum: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    let (x, borders) = (operands[0].doubles, operands[1].places)
    return zip(borders, borders.dropFirst()).map { x[$0..<$1].reduce(0, +) }
  }
}

extension SegmentMax: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    let (x, borders) = (operands[0].doubles, operands[1].places)
    return zip(borders, borders.dropFirst()).map { x[$0..<$1].max() ?? -.infinity }
  }
}

extension SegmentSpread: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    let (x, borders) = (operands[0].doubles, operands[1].places)
    return x.indices.flatMap { Array(repeating: x[$0], count: borders[$0 + 1] - borders[$0]) }
  }
}

extension SegmentLengths: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    let borders = operands[0].places
    return zip(borders, borders.dropFirst()).map { Double($1 - $0) }
  }
}

extension Gather: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    let x = operands[0].doubles
    return operands[1].places.map { x[$0] }
  }
}

extension SortedPlaces: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    let x = operands[0].doubles
    return x.indices.sorted { x[$0] == x[$1] ? $0 < $1 : x[$0] < x[$1] }.map(Double.init)
  }
}

extension SumAll: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    [operands[0].doubles.reduce(0, +)]
  }
}

extension MaxAll: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    [operands[0].doubles.max() ?? -.infinity]
  }
}

extension Count: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] {
    [Double(operands[0].doubles.count)]
  }
}

extension StopGradient: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] { operands[0].doubles }
  var stopsGradients: Bool { true }
}

extension Convert: PlainOperation {
  func doubles(_ operands: [DoubleEvaluation.Numbers]) -> [Double] { operands[0].doubles }
}

extension Primitive {
  /// The instruction on doubles, by its definition.
  fileprivate func double(_ x: [Double]) -> Double {
    let a = x[0]
    switch self {
    case .copy: return a
    case .negate: return -a
    case .exp: return Foundation.exp(a)
    case .log: return Foundation.log(a)
    case .sqrt: return a.squareRoot()
    case .square: return a * a
    case .abs: return Swift.abs(a)
    case .sign: return a > 0 ? 1 : a < 0 ? -1 : 0
    case .sigmoid: return 1 / (1 + Foundation.exp(-a))
    case .logSigmoid: return -softened(-a)
    case .softplus: return softened(a)
    case .tanh: return Foundation.tanh(a)
    case .relu: return Swift.max(a, 0)
    case .log1mexp:
      let half = -Foundation.log(2.0)
      return a > half
        ? Foundation.log(-Foundation.expm1(a)) : Foundation.log1p(-Foundation.exp(a))
    case .expm1: return Foundation.expm1(a)
    case .log1p: return Foundation.log1p(a)
    case .add: return a + x[1]
    case .subtract: return a - x[1]
    case .multiply: return a * x[1]
    case .divide: return a / x[1]
    case .power: return Foundation.pow(a, x[1])
    case .minimum: return Swift.min(a, x[1])
    case .maximum: return Swift.max(a, x[1])
    case .less: return a < x[1] ? 1 : 0
    case .lessEqual: return a <= x[1] ? 1 : 0
    case .equal: return a == x[1] ? 1 : 0
    case .select: return a != 0 ? x[1] : x[2]
    case .silu, .siluSlope, .gelu, .geluSlope, .geluTanh, .geluTanhSlope:
      return activation(a)
    }
  }

  /// Activations and their slopes, which models have and losses have not.
  private func activation(_ a: Double) -> Double {
    let sigmoid = 1 / (1 + Foundation.exp(-a))
    let normal = 0.5 * (1 + Foundation.erf(a / 2.0.squareRoot()))
    let bent = (2 / Double.pi).squareRoot()
    let inner = Foundation.tanh(bent * (a + 0.044715 * a * a * a))
    switch self {
    case .silu: return a * sigmoid
    case .siluSlope: return sigmoid * (1 + a * (1 - sigmoid))
    case .gelu: return a * normal
    case .geluSlope: return normal + a * Foundation.exp(-a * a / 2) / (2 * Double.pi).squareRoot()
    case .geluTanh: return 0.5 * a * (1 + inner)
    case .geluTanhSlope:
      return 0.5 * (1 + inner)
        + 0.5 * a * (1 - inner * inner) * bent * (1 + 3 * 0.044715 * a * a)
    case .copy, .negate, .exp, .log, .sqrt, .square, .abs, .sign, .sigmoid, .logSigmoid, .softplus,
      .tanh, .relu, .log1mexp, .expm1, .log1p, .add, .subtract, .multiply, .divide, .power,
      .minimum,
      .maximum, .less, .lessEqual, .equal, .select:
      return .nan
    }
  }

  /// `log(1 + exp(x))` without overflow.
  private func softened(_ x: Double) -> Double {
    Swift.max(x, 0) + Foundation.log1p(Foundation.exp(-Swift.abs(x)))
  }
}
