import CKernels

/// `y[i] = x[rows[i]]`.  x: [R, C] in any element type, or [R]   rows: i32 [N]
struct Gather: Operation {
  let source: Shape
  var name: String { "gather" }
  var packedInputs: [Int] { [0] }
  var isCheap: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard source.rank > 0, inputs[1].type == .i32, inputs[1].shape.rank == 1 else {
      throw ShapeError(name, found: inputs, expected: "rows to pick from and i32 row numbers [N]")
    }
    return [Signature(Shape(inputs[1].shape.extents + source.extents.dropFirst()))]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dy = outputs[0], node.needed[0] else { return [nil, nil] }
    return [dy.graph.apply(ScatterAdd(target: source), to: [dy, node.inputs[1]])[0], nil]
  }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 0, bytes: sizes.outputs[0].count * 8) }

  func run(_ step: Step) {
    let x = step.inputs[0], indices = step.inputs[1].integers, y = step.outputs[0]
    requireRows(indices, step.inputs[1].count, below: x.rows)
    step.parallel(over: y.rows, by: 64) { range, _ in
      let target = y.floats + range.lowerBound * y.columns
      if x.type == .f32 {
        k_gather_rows_f32(
          range.count, x.columns, indices + range.lowerBound, x.floats, target)
      } else {
        for i in range {
          x.unpack(x.columns, from: Int(indices[i]) * x.columns, into: y.floats + i * y.columns)
        }
      }
    }
  }
}

/// `y[rows[i]] += x[i]`, in the order of `i`: the gradient of `Gather`.  y: like what it picked from
struct ScatterAdd: Operation {
  let target: Shape
  var name: String { "scatterAdd" }
  var canAccumulate: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] { [Signature(target)] }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    [outputs[0].map { gather($0, rows: node.inputs[1]) }, nil]
  }

  func run(_ step: Step) {
    let x = step.inputs[0], indices = step.inputs[1], y = step.outputs[0]
    requireRows(indices.integers, indices.count, below: y.rows)
    if !step.accumulates { y.fillWithZeros(step) }
    // Tasks own columns: repeated rows are added up in order.
    step.parallel(over: y.columns, by: 64) { columns, _ in
      k_scatter_add_rows_f32(
        indices.count, y.columns, columns.count, indices.integers,
        x.floats + columns.lowerBound, y.floats + columns.lowerBound)
    }
  }
}

/// Writes rows into a state: `state[rows[i]] = values[i]`.
///
/// Output 0 is the state.
struct StoreRows: Operation {
  var name: String { "storeRows" }
  var isPure: Bool { false }
  var alias: Int? { 0 }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let state = inputs[0].shape.extents, values = inputs[1].shape.extents
    guard state.count == values.count, state.dropFirst() == values.dropFirst(),
      inputs[2] == Signature([values[0]], .i32)
    else {
      throw ShapeError(
        name, found: inputs, expected: "a state [S, C], values [N, C] and i32 row numbers [N]")
    }
    return [inputs[0]]
  }

  func run(_ step: Step) {
    let state = step.inputs[0], values = step.inputs[1], indices = step.inputs[2].integers
    requireRows(indices, values.rows, below: state.rows)
    for i in 0..<values.rows {
      (state.floats + Int(indices[i]) * state.columns).update(
        from: values.floats + i * values.columns, count: values.columns)
    }
  }
}

extension Operation {
  /// Row numbers are checked where they are made; one out of range here is a bug of ours.
  func requireRows(_ rows: UnsafePointer<Int32>, _ count: Int, below bound: Int) {
    for i in 0..<count {
      precondition(
        0 <= rows[i] && rows[i] < bound, "\(name): row \(rows[i]) of \(bound) at place \(i)")
    }
  }
}

extension Operand {
  /// Sets all numbers to zero, in parallel.
  func fillWithZeros(_ step: Step) {
    let floats = floats
    step.parallel(over: count, by: 1 << 16) { range, _ in
      k_fill_f32(range.count, 0, floats + range.lowerBound)
    }
  }
}

/// Picks rows by number; a number may repeat.  x: [R, C] or [R]   rows: i32 [N]   Returns: [N, C] or [N]
public func gather(_ x: Tensor, rows: Tensor) -> Tensor {
  x.graph.apply(Gather(source: x.shape), to: [x, rows])[0]
}

/// The rows of a table that belong to token ids.  ids: i32 [T]   table: [V, D]   Returns: [T, D]
public func embedding(_ ids: Tensor, table: Tensor) -> Tensor { gather(table, rows: ids) }

/// Adds rows up where `rows` sends them; rows that nothing is sent to are 0.
///
/// - values: [N, C] or [N]
/// - rows: i32 [N]
/// - shape: of the result, [R, C] or [R]
public func scatterAdd(_ values: Tensor, rows: Tensor, shape: Shape) -> Tensor {
  values.graph.apply(ScatterAdd(target: shape), to: [values, rows])[0]
}

/// Writes `values` into the rows of a state and returns the state as it is afterwards.
///
/// Read the returned tensor, not the state itself, to be sure to read what was written.
/// - state: [S, C]
/// - values: [N, C]
/// - rows: i32 [N]
public func storeRows(_ values: Tensor, into state: Tensor, at rows: Tensor) -> Tensor {
  state.graph.apply(StoreRows(), to: [state, values, rows])[0]
}
