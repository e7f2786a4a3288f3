import CKernels

/// How many rows of a norm one task takes.
private let rowsPerTask = 16

/// `y = x / rms(x) · gain`, row by row, with `rms(x) = sqrt(mean(x²) + epsilon)`.
///
/// Zhang & Sennrich 2019, equation 4.
/// Output 1, `1 / rms` of each row, is for the gradient.
struct RMSNorm: Operation {
  let epsilon: Float
  var name: String { "rmsNorm" }
  var isCheap: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    try requireNormOperands(inputs)
    return [inputs[0], Signature([inputs[0].shape.extents[0]])]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dy = outputs[0] else { return [nil, nil] }
    let x = node.inputs[0], gain = node.inputs[1], inverse = node.outputs[1]
    return [
      node.needed[0] ? dy.graph.apply(RMSNormGradient(), to: [dy, x, gain, inverse])[0] : nil,
      node.needed[1] ? sumRows(dy * (x * spreadColumn(inverse, over: x.shape))) : nil,
    ]
  }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 4 * sizes.inputs[0].count, bytes: sizes.bytes) }

  func run(_ step: Step) {
    let x = step.inputs[0], y = step.outputs[0], inverse = step.outputs[1]
    let gain = step.inputs[1].floats, width = x.columns
    step.parallel(over: x.rows, by: rowsPerTask) { rows, _ in
      let start = rows.lowerBound * width
      k_rms_norm_f32(
        rows.count, width, epsilon, x.floats + start, gain, y.floats + start,
        inverse.floats + rows.lowerBound)
    }
  }
}

struct RMSNormGradient: Operation {
  var name: String { "rmsNorm, gradient of x" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] { [inputs[0]] }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 6 * sizes.inputs[0].count, bytes: sizes.bytes) }

  func run(_ step: Step) {
    let dy = step.inputs[0], x = step.inputs[1].floats, gain = step.inputs[2].floats
    let inverse = step.inputs[3].floats, dx = step.outputs[0].floats, width = dy.columns
    step.parallel(over: dy.rows, by: rowsPerTask) { rows, _ in
      let start = rows.lowerBound * width
      k_rms_norm_backward_f32(
        rows.count, width, dy.floats + start, x + start, gain, inverse + rows.lowerBound,
        dx + start)
    }
  }
}

/// `y = (x - mean) / sqrt(variance + epsilon) · gain + bias`, row by row.
///
/// Ba, Kiros & Hinton 2016, equation 4.
/// Outputs 1 and 2, mean and `1 / sqrt(…)` of each row, are for the gradient.
struct LayerNorm: Operation {
  let epsilon: Float
  var name: String { "layerNorm" }
  var isCheap: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    try requireNormOperands(inputs)
    let column = Signature([inputs[0].shape.extents[0]])
    return [inputs[0], column, column]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dy = outputs[0] else { return [nil, nil, nil] }
    let x = node.inputs[0], gain = node.inputs[1]
    let mean = node.outputs[1], inverse = node.outputs[2]
    let normal =
      (x - spreadColumn(mean, over: x.shape)) * spreadColumn(inverse, over: x.shape)
    let operands = [dy, x, gain, mean, inverse]
    return [
      node.needed[0] ? dy.graph.apply(LayerNormGradient(), to: operands)[0] : nil,
      node.needed[1] ? sumRows(dy * normal) : nil,
      node.needed[2] ? sumRows(dy) : nil,
    ]
  }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 7 * sizes.inputs[0].count, bytes: sizes.bytes) }

  func run(_ step: Step) {
    let x = step.inputs[0], gain = step.inputs[1].floats, bias = step.inputs[2].floats
    let y = step.outputs[0].floats, mean = step.outputs[1].floats
    let inverse = step.outputs[2].floats
    step.parallel(over: x.rows, by: rowsPerTask) { rows, _ in
      let start = rows.lowerBound * x.columns
      k_layer_norm_f32(
        rows.count, x.columns, epsilon, x.floats + start, gain, bias, y + start,
        mean + rows.lowerBound, inverse + rows.lowerBound)
    }
  }
}

struct LayerNormGradient: Operation {
  var name: String { "layerNorm, gradient of x" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] { [inputs[0]] }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 9 * sizes.inputs[0].count, bytes: sizes.bytes) }

  func run(_ step: Step) {
    let dy = step.inputs[0], x = step.inputs[1].floats, gain = step.inputs[2].floats
    let mean = step.inputs[3].floats, inverse = step.inputs[4].floats
    let dx = step.outputs[0].floats
    step.parallel(over: dy.rows, by: rowsPerTask) { rows, _ in
      let start = rows.lowerBound * dy.columns
      k_layer_norm_backward_f32(
        rows.count, dy.columns, dy.floats + start, x + start, gain, mean + rows.lowerBound,
        inverse + rows.lowerBound, dx + start)
    }
  }
}

extension Operation {
  fileprivate func requireNormOperands(_ inputs: [Signature]) throws(ShapeError) {
    let x = inputs[0].shape.extents
    guard x.count == 2, inputs.dropFirst().allSatisfy({ $0.shape.extents == [x[1]] }) else {
      throw ShapeError(name, found: inputs, expected: "x [T, D] and vectors of length D")
    }
  }
}

/// `x / rms(x) · gain`.  x: [T, D]   gain: [D]   Returns: [T, D]
public func rmsNorm(_ x: Tensor, gain: Tensor, epsilon: Float) -> Tensor {
  x.graph.apply(RMSNorm(epsilon: epsilon), to: [x, gain])[0]
}

/// `(x - mean) / sqrt(variance + epsilon) · gain + bias`.  x: [T, D]   gain, bias: [D]
public func layerNorm(_ x: Tensor, gain: Tensor, bias: Tensor, epsilon: Float) -> Tensor {
  x.graph.apply(LayerNorm(epsilon: epsilon), to: [x, gain, bias])[0]
}
