import CKernels

/// `y[s] = sum of x[i]` for `i` in `borders[s] ..< borders[s + 1]`, in order.
struct SegmentSum: Operation {
  let source: Shape
  var name: String { "segmentSum" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard source.rank > 0, let axis = borderAxis(inputs[1]) else {
      throw ShapeError(name, found: inputs, expected: "rows and i32 borders of an axis")
    }
    return [Signature(Shape([axis] + source.extents.dropFirst()))]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    [outputs[0].map { segmentSpread($0, borders: node.inputs[1], over: source.extents[0]) }, nil]
  }

  func run(_ step: Step) {
    let x = step.inputs[0], borders = step.inputs[1].integers, y = step.outputs[0]
    step.parallel(over: y.rows, by: 8) { segments, _ in
      for s in segments {
        let start = Int(borders[s]), count = Int(borders[s + 1]) - start
        let row = x.floats + start * x.columns, target = y.floats + s * y.columns
        if x.columns == 1 {
          target[0] = Float(k_sum_f32(count, row))
        } else {
          k_fill_f32(y.columns, 0, target)
          k_sum_rows_f32(count, x.columns, x.columns, row, target)
        }
      }
    }
  }
}

/// `y[i] = x[s]` for `i` in `borders[s] ..< borders[s + 1]`; 0 outside all segments.
struct SegmentSpread: Operation {
  let rows: Extent
  var name: String { "segmentSpread" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard let axis = borderAxis(inputs[1]), inputs[0].shape.extents.first == axis else {
      throw ShapeError(name, found: inputs, expected: "one row per segment, and i32 borders")
    }
    return [Signature(Shape([rows] + inputs[0].shape.extents.dropFirst()))]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    [outputs[0].map { segmentSum($0, borders: node.inputs[1]) }, nil]
  }

  func run(_ step: Step) {
    let x = step.inputs[0], borders = step.inputs[1].integers, y = step.outputs[0]
    y.fillWithZeros(step)
    step.parallel(over: x.rows, by: 8) { segments, _ in
      for s in segments {
        for row in Int(borders[s])..<max(Int(borders[s]), Int(borders[s + 1])) {
          (y.floats + row * y.columns).update(from: x.floats + s * x.columns, count: x.columns)
        }
      }
    }
  }
}

/// `y[s] = max of x[i]` for `i` in `borders[s] ..< borders[s + 1]`; no gradient.
struct SegmentMax: Operation {
  var name: String { "segmentMax" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs[0].shape.rank == 1, let axis = borderAxis(inputs[1]) else {
      throw ShapeError(name, found: inputs, expected: "numbers [N] and i32 borders of an axis")
    }
    return [Signature([axis])]
  }

  func run(_ step: Step) {
    let x = step.inputs[0].floats, borders = step.inputs[1].integers, y = step.outputs[0]
    for s in 0..<y.rows {
      let start = Int(borders[s])
      y.floats[s] = k_max_f32(Int(borders[s + 1]) - start, x + start)
    }
  }
}

/// How many rows each segment has, as numbers; no gradient.
struct SegmentLengths: Operation {
  var name: String { "segmentLengths" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard let axis = borderAxis(inputs[0]) else {
      throw ShapeError(name, found: inputs, expected: "i32 borders of an axis")
    }
    return [Signature([axis])]
  }

  func run(_ step: Step) {
    let borders = step.inputs[0].integers, y = step.outputs[0]
    for s in 0..<y.rows { y.floats[s] = Float(borders[s + 1] - borders[s]) }
  }
}

/// The extent that borders lie between.
private func borderAxis(_ borders: Signature) -> Extent? {
  guard borders.type == .i32, borders.shape.rank == 1 else { return nil }
  switch borders.shape.extents[0] {
  case .borders(let axis): return .axis(axis)
  case .fixed(let count): return .fixed(count - 1)
  case .axis: return nil
  }
}

/// The sum of each run of rows.
///
/// - x: [N] or [N, C]
/// - borders: i32 `[.borders(S)]`; segment `s` spans `borders[s] ..< borders[s + 1]`
/// - Returns: [S] or [S, C]
public func segmentSum(_ x: Tensor, borders: Tensor) -> Tensor {
  x.graph.apply(SegmentSum(source: x.shape), to: [x, borders])[0]
}

/// The mean of each run of rows; 0 for an empty run.
///
/// Shapes as for `segmentSum`.
public func segmentMean(_ x: Tensor, borders: Tensor) -> Tensor {
  let lengths = maximum(segmentLengths(borders), 1)
  let sums = segmentSum(x, borders: borders)
  return sums / (sums.shape.rank == 1 ? lengths : spreadColumn(lengths, over: sums.shape))
}

/// How many rows each segment has.  borders: i32 [S + 1]   Returns: [S]
public func segmentLengths(_ borders: Tensor) -> Tensor {
  borders.graph.apply(SegmentLengths(), to: [borders])[0]
}

/// The largest number of each run of a vector, minus infinity for an empty run; no gradient.
///
/// x: [N]. borders: i32 [S + 1]. Returns: [S]
public func segmentMax(_ x: Tensor, borders: Tensor) -> Tensor {
  x.graph.apply(SegmentMax(), to: [x, borders])[0]
}

/// Gives every row of a segment the segment's value; rows outside all segments get 0.
///
/// - x: [S] or [S, C]
/// - borders: i32 [S + 1]
/// - rows: the extent of the result, `N`
/// - Returns: [N] or [N, C]
public func segmentSpread(_ x: Tensor, borders: Tensor, over rows: Extent) -> Tensor {
  x.graph.apply(SegmentSpread(rows: rows), to: [x, borders])[0]
}
