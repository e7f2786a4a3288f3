import CBLAS

/// `y = x Wᵀ`.  x: [T, in]   W: [out, in], a matrix in any element type   y: [T, out]
///
/// W is usually a parameter and stays in the format of its file.
public struct Linear: Operation {
  /// Whether few rows may be rounded to 16 bits where weights are whole numbers, as in generation, which
  /// is quicker (see `DotRows`).
  public let roundsRows: Bool
  public init(roundsRows: Bool = false) { self.roundsRows = roundsRows }

  public var name: String { "linear" }
  public var packedInputs: [Int] { [1] }

  public func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let x = inputs[0].shape.extents, w = inputs[1].shape.extents
    guard x.count == 2, w.count == 2, x[1] == w[1], inputs.allSatisfy({ $0.type == .f32 }) else {
      throw ShapeError(name, found: inputs, expected: "x [T, in] and a weight [out, in]")
    }
    return [Signature([x[0], w[0]])]
  }

  public func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dy = outputs[0] else { return [nil, nil] }
    let x = node.inputs[0], weight = node.inputs[1]
    let graph = dy.graph
    return [
      node.needed[0] ? graph.apply(LinearInputGradient(), to: [dy, weight])[0] : nil,
      node.needed[1] ? graph.apply(LinearWeightGradient(), to: [dy, x])[0] : nil,
    ]
  }

  public func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: 2 * sizes.inputs[0].count * sizes.inputs[1].rows, bytes: sizes.bytes)
  }

  public func scratchBytes(_ sizes: Sizes) -> Int {
    let tiles = MatrixTiles.scratchBytes(sizes.inputs[1])
    return roundsRows ? max(tiles, DotRows.scratchBytes(sizes.inputs[0])) : tiles
  }

  /// Among batches of at most 32 rows a row's bits do not depend on how many rows come with it; OpenBLAS
  /// adds up the terms of small products in another order than those of large ones.
  public func run(_ step: Step) {
    let x = step.inputs[0], w = step.inputs[1]
    if x.rows <= DotRows.most, roundsRows || !DotRows.rounds(w.type) {
      DotRows.multiply(x, transposed: step.inputs.dropFirst(), step.outputs, step)
    } else {
      MatrixTiles.multiply(x, transposed: w, step.outputs[0], step)
    }
  }
}

/// `dx = dy W`.  dy: [T, out]   W: [out, in]   dx: [T, in]
struct LinearInputGradient: Operation {
  var name: String { "linear, gradient of x" }
  var packedInputs: [Int] { [1] }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    [Signature([inputs[0].shape.extents[0], inputs[1].shape.extents[1]])]
  }
  func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: 2 * sizes.inputs[0].rows * sizes.inputs[1].count, bytes: sizes.bytes)
  }
  func scratchBytes(_ sizes: Sizes) -> Int { MatrixTiles.scratchBytes(sizes.inputs[1]) }
  func run(_ step: Step) {
    MatrixTiles.multiply(step.inputs[0], step.inputs[1], step.outputs[0], step)
  }
}

/// `dW = dyᵀ x`.  dy: [T, out]   x: [T, in]   dW: [out, in]
struct LinearWeightGradient: Operation {
  var name: String { "linear, gradient of W" }
  var canAccumulate: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    [Signature([inputs[0].shape.extents[1], inputs[1].shape.extents[1]])]
  }
  func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: 2 * sizes.inputs[0].count * sizes.inputs[1].columns, bytes: sizes.bytes)
  }
  func scratchBytes(_ sizes: Sizes) -> Int { MatrixTiles.gradientScratchBytes }
  func run(_ step: Step) {
    MatrixTiles.multiply(transposed: step.inputs[0], step.inputs[1], step.outputs[0], step)
  }
}

/// `x Wᵀ + bias`.  x: [T, in]   weight: [out, in]   bias: [out]   Returns: [T, out]
///
/// roundsRows: for generation, see `Linear`.
public func linear(
  _ x: Tensor, _ weight: Tensor, bias: Tensor? = nil, roundsRows: Bool = false
) -> Tensor {
  let y = x.graph.apply(Linear(roundsRows: roundsRows), to: [x, weight])[0]
  return bias.map { y + $0 } ?? y
}
