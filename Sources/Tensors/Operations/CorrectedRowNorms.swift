import CBLAS
import Foundation

/// `n[o] = ‖W[o] + scale · B[o] A‖`, the length of each row of a corrected matrix.
///
/// W: [out, in] in any element type   A: [rank, in]   B: [out, rank]   n: [out]
///
/// Has no gradient: DoRA takes the norm as a constant (arXiv 2402.09353, section 4.3). The sum of both
/// matrices exists for a tile of rows at a time.
struct CorrectedRowNorms: Operation {
  let scale: Float
  var name: String { "corrected row norms" }
  var packedInputs: [Int] { [0] }

  private static let rows = 96

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let w = inputs[0].shape.extents, a = inputs[1].shape.extents, b = inputs[2].shape.extents
    guard w.count == 2, a.count == 2, b.count == 2, a[1] == w[1], b == [w[0], a[0]],
      inputs.allSatisfy({ $0.type == .f32 })
    else {
      throw ShapeError(name, found: inputs, expected: "W [out, in], A [rank, in], B [out, rank]")
    }
    return [Signature([w[0]])]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] { [nil, nil, nil] }

  func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: 2 * sizes.inputs[0].count * (sizes.inputs[1].rows + 1), bytes: sizes.bytes)
  }

  func scratchBytes(_ sizes: Sizes) -> Int { 4 * Self.rows * sizes.inputs[0].columns }

  func run(_ step: Step) {
    let w = step.inputs[0], a = step.inputs[1], b = step.inputs[2]
    let norms = step.outputs[0].floats, width = w.columns
    step.parallel(over: w.rows, by: Self.rows) { range, scratch in
      let tile = scratch.assumingMemoryBound(to: Float.self)
      w.unpack(range.count * width, from: range.lowerBound * width, into: tile)
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(range.count), blasint(width),
        blasint(a.rows), scale, b.floats + range.lowerBound * a.rows, blasint(a.rows), a.floats,
        blasint(width), 1, tile, blasint(width))
      for (place, row) in range.enumerated() {
        norms[row] = cblas_snrm2(blasint(width), tile + place * width, 1)
      }
    }
  }
}

/// The lengths of the rows of `W + scale · B A` [out], without a gradient.
///
/// - weight: [out, in], any element type
/// - a: [rank, in]
/// - b: [out, rank]
public func correctedRowNorms(_ weight: Tensor, a: Tensor, b: Tensor, scale: Float) -> Tensor {
  weight.graph.apply(CorrectedRowNorms(scale: scale), to: [weight, a, b])[0]
}
