import Tensors
import Testing

/// One operator: the shapes of what it takes, and a formula over it.
///
/// Leaves are trainable parameters `p0`, `p1`, … so that their gradients can be compared with
/// finite differences. `twin` says in plain 64-bit Swift what the value should be.
struct OpCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let shapes: [[Int]]
  let range: ClosedRange<Float>
  let integers: [String: [Int32]]
  let formula: @Sendable ([Tensor]) -> Tensor
  let twin: (@Sendable ([[Double]]) -> [Double])?

  init(
    _ name: String, _ shapes: [Int]..., in range: ClosedRange<Float> = -2...2,
    integers: [String: [Int32]] = [:],
    formula: @escaping @Sendable ([Tensor]) -> Tensor,
    twin: (@Sendable ([[Double]]) -> [Double])? = nil
  ) {
    testDescription = name
    self.shapes = shapes
    self.range = range
    self.integers = integers
    self.formula = formula
    self.twin = twin
  }

  /// Numbers of the leaves: spread over the range without order, never near a kink at 0.
  var leaves: [[Float]] {
    shapes.enumerated().map { index, shape in
      (0..<shape.reduce(1, *)).map { place in
        let unit = Float((place &* 7919 &+ index &* 104_729 &+ 311) % 1009) / 1009
        let value = range.lowerBound + unit * (range.upperBound - range.lowerBound)
        return abs(value) < 0.05 ? value + 0.1 : value
      }
    }
  }
}

extension OpCase {
  var run: FormulaRun { FormulaRun(leaves: leaves, shapes: shapes, integers: integers) }
}

/// An i32 input of a row of the table.
func rows(_ name: String, _ count: Int, like tensor: Tensor) -> Tensor {
  tensor.graph.input(name, .i32, [.fixed(count)])
}

/// Every operator with a gradient has a row here.
let opCases: [OpCase] = [
  unaryCases, binaryCases, matrixCases, reductionCases, segmentCases, movementCases,
].flatMap { $0 }

// MARK: Plain twins in 64 bits

/// `f` of every number of the first leaf.
func each(_ f: @escaping @Sendable (Double) -> Double) -> @Sendable ([[Double]]) -> [Double] {
  { $0[0].map(f) }
}

/// `f` of the numbers of two leaves at the same place.
func pairs(
  _ f: @escaping @Sendable (Double, Double) -> Double
) -> @Sendable ([[Double]]) -> [Double] {
  { leaves in zip(leaves[0], leaves[1]).map { f($0, $1) } }
}

/// The rows of a leaf.
func rows(_ leaf: [Double], _ width: Int) -> [[Double]] {
  stride(from: 0, to: leaf.count, by: width).map { Array(leaf[$0..<$0 + width]) }
}
