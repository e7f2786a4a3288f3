import CKernels

/// The sum of all numbers, in 64 bits and in order.
struct SumAll: Operation {
  let shape: Shape
  var name: String { "sum" }
  var canAccumulate: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    try requireFloats(inputs)
    return [Signature(.scalar)]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    [outputs[0].map { expand($0, to: shape) }]
  }

  func run(_ step: Step) {
    let total = Float(k_sum_f32(step.inputs[0].count, step.inputs[0].floats))
    step.outputs[0].floats[0] = total + (step.accumulates ? step.outputs[0].floats[0] : 0)
  }
}

/// `[R, C]` to `[C]`: the sum over the rows.
struct SumRows: Operation {
  let shape: Shape
  var name: String { "sumRows" }
  var canAccumulate: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    try requireMatrix(inputs)
    return [Signature(Shape([shape.extents[1]]))]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    [outputs[0].map { spreadRow($0, over: shape) }]
  }

  func run(_ step: Step) {
    let x = step.inputs[0], y = step.outputs[0].floats
    step.parallel(over: x.columns, by: 64) { range, _ in
      let start = range.lowerBound
      if !step.accumulates { k_fill_f32(range.count, 0, y + start) }
      k_sum_rows_f32(x.rows, x.columns, range.count, x.floats + start, y + start)
    }
  }
}

/// `[R, C]` to `[R]`: the sum over the columns.
struct SumColumns: Operation {
  let shape: Shape
  var name: String { "sumColumns" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    try requireMatrix(inputs)
    return [Signature(Shape([shape.extents[0]]))]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    [outputs[0].map { spreadColumn($0, over: shape) }]
  }

  func run(_ step: Step) {
    let x = step.inputs[0], y = step.outputs[0].floats
    step.parallel(over: x.rows, by: 16) { range, _ in
      for row in range { y[row] = Float(k_sum_f32(x.columns, x.floats + row * x.columns)) }
    }
  }
}

/// The largest of all numbers; equal ones share the gradient.
struct MaxAll: Operation {
  let shape: Shape
  var name: String { "max" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    try requireFloats(inputs)
    return [Signature(.scalar)]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dy = outputs[0] else { return [nil] }
    let hits = equal(node.inputs[0], node.outputs[0])
    return [hits * (dy / sum(hits))]
  }

  func run(_ step: Step) {
    step.outputs[0].floats[0] = k_max_f32(step.inputs[0].count, step.inputs[0].floats)
  }
}

/// How many numbers a tensor has in this step, as a number; no gradient.
struct Count: Operation {
  var name: String { "count" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] { [Signature(.scalar)] }

  func run(_ step: Step) { step.outputs[0].floats[0] = Float(step.inputs[0].count) }
}

extension Operation {
  func requireFloats(_ inputs: [Signature]) throws(ShapeError) {
    guard inputs.allSatisfy({ $0.type == .f32 }) else {
      throw ShapeError(name, found: inputs, expected: "f32 numbers")
    }
  }

  func requireMatrix(_ inputs: [Signature]) throws(ShapeError) {
    guard inputs[0].shape.rank == 2, inputs[0].type == .f32 else {
      throw ShapeError(name, found: inputs, expected: "an f32 matrix [rows, columns]")
    }
  }
}

/// The sum of all numbers of `x`: a scalar.
public func sum(_ x: Tensor) -> Tensor { x.graph.apply(SumAll(shape: x.shape), to: [x])[0] }

/// `[R, C]` to `[C]`: adds the rows up.
public func sumRows(_ x: Tensor) -> Tensor { x.graph.apply(SumRows(shape: x.shape), to: [x])[0] }

/// `[R, C]` to `[R]`: adds up each row.
public func sumColumns(_ x: Tensor) -> Tensor {
  x.graph.apply(SumColumns(shape: x.shape), to: [x])[0]
}

/// The largest number of `x`: a scalar, minus infinity when there is none.
public func max(_ x: Tensor) -> Tensor { x.graph.apply(MaxAll(shape: x.shape), to: [x])[0] }

/// How many numbers `x` has in the step: a scalar.
public func count(_ x: Tensor) -> Tensor { x.graph.apply(Count(), to: [x])[0] }

/// The mean of all numbers of `x`; 0 when there is none.
public func mean(_ x: Tensor) -> Tensor { sum(x) / maximum(count(x), 1) }

/// `sum(x weights) / sum(weights)`.
///
/// The weights should not add up to 0.
public func mean(_ x: Tensor, weights: Tensor) -> Tensor { sum(x * weights) / sum(weights) }

/// `[C]` seen as every row of `[R, C]`.
func spreadRow(_ x: Tensor, over shape: Shape) -> Tensor { spread(x, .row, over: shape) }

/// `[R]` seen as every column of `[R, C]`.
func spreadColumn(_ x: Tensor, over shape: Shape) -> Tensor { spread(x, .column, over: shape) }

/// Unlike `expand`, clear about the direction where rows and columns are equally many.
private func spread(_ x: Tensor, _ spread: Elementwise.Spread, over shape: Shape) -> Tensor {
  let copy = Elementwise.Instruction(primitive: .copy, operands: [0])
  let operation = Elementwise(shape: shape, spreads: [spread], program: [copy])
  return x.graph.apply(operation, to: [x])[0]
}
