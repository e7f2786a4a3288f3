import Tensors
import Testing

/// Runs formulas over leaves given as numbers.
struct FormulaRun {
  var leaves: [[Float]]
  let shapes: [[Int]]
  /// i32 inputs, by name; a formula takes them with `graph.input(name, .i32, [count])`.
  var integers: [String: [Int32]] = [:]
  var options = Plan.Options()
  var workers = 1

  /// The value of a formula, and the gradients of `sum(value · mask)` for every leaf, where the
  /// mask is a fixed set of uneven numbers.
  func callAsFunction(
    _ formula: ([Tensor]) -> Tensor
  ) throws -> (value: [Float], gradients: [[Float]]) {
    let graph = Graph()
    let inputs = shapes.enumerated().map { index, shape in
      graph.parameter("p\(index)", shape: shape, trainable: true)
    }
    let value = formula(inputs)
    let mask = graph.input("mask", .f32, value.shape)
    let effects = graph.gradients(of: sum(value * mask))
    let plan = try Plan(graph, outputs: [value], effects: effects, bounds: [:], options: options)
    let execution = try Execution(plan, weights: weights, pool: WorkerPool(count: workers))
    var data = integers.mapValues(InputData.integers)
    data["mask"] = .floats(Self.mask(value.shape))
    try execution.run(inputs: data, lengths: [:])
    let gradients = shapes.indices.map { index in
      execution.gradient(of: "p\(index)")?.numbers ?? leaves[index].map { _ in 0 }
    }
    return (execution.read(value), gradients)
  }

  var weights: [String: Weight] {
    var weights: [String: Weight] = [:]
    for (index, shape) in shapes.enumerated() {
      weights["p\(index)"] = Weight(shape: shape, floats: leaves[index])
    }
    return weights
  }

  static func mask(_ shape: Shape) -> [Float] {
    (0..<shape.dimensions(in: [:]).count).map { 0.3 + Float($0 * 37 % 11) / 7 }
  }
}

/// Whether numbers agree within a part of their size, or absolutely where they are small.
func agree(_ a: [Double], _ b: [Double], within tolerance: Double) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($0), abs($1)) || $0 == $1 }
}
