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
  let formula: @Sendable ([Tensor]) -> Tensor
  let twin: (@Sendable ([[Double]]) -> [Double])?

  init(
    _ name: String, _ shapes: [Int]..., in range: ClosedRange<Float> = -2...2,
    formula: @escaping @Sendable ([Tensor]) -> Tensor,
    twin: (@Sendable ([[Double]]) -> [Double])? = nil
  ) {
    testDescription = name
    self.shapes = shapes
    self.range = range
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
