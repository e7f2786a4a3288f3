import CKernels

/// `[T, A + B + …]` to `[T, A]`, `[T, B]`, …; a vector counts as one row.
struct Split: Operation {
  let widths: [Int]
  var name: String { "split" }
  var isCheap: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs[0].shape.width == widths.reduce(0, +), inputs[0].type == .f32 else {
      throw ShapeError(name, found: inputs, expected: "\(widths.reduce(0, +)) columns")
    }
    return widths.map { Signature(Shape(inputs[0].shape.extents.dropLast() + [.fixed($0)])) }
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let graph = outputs.compactMap({ $0 }).first?.graph else { return [nil] }
    let parts = zip(outputs, node.outputs).map { gradient, output in
      gradient ?? expand(graph.constant(0), to: output.shape)
    }
    return [concatenate(parts)]
  }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 0, bytes: sizes.bytes) }

  func run(_ step: Step) {
    let x = step.inputs[0], width = widths.reduce(0, +), rows = x.count / max(1, width)
    step.parallel(over: rows, by: 64) { range, _ in
      for row in range {
        var place = x.floats + row * width
        for (output, width) in zip(step.outputs, widths) {
          (output.floats + row * width).update(from: place, count: width)
          place += width
        }
      }
    }
  }
}

/// `[T, A]`, `[T, B]`, … to `[T, A + B + …]`.
struct Concatenate: Operation {
  var name: String { "concatenate" }
  var isCheap: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let rows = inputs[0].shape.extents.dropLast(), widths = inputs.compactMap(\.shape.width)
    guard widths.count == inputs.count,
      inputs.allSatisfy({ $0.shape.extents.dropLast() == rows && $0.type == .f32 })
    else { throw ShapeError(name, found: inputs, expected: "equal rows and fixed widths") }
    return [Signature(Shape(rows + [.fixed(widths.reduce(0, +))]))]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dy = outputs[0] else { return node.inputs.map { _ in nil } }
    return split(dy, widths: node.inputs.compactMap(\.shape.width))
  }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 0, bytes: sizes.bytes) }

  func run(_ step: Step) {
    let isVector = step.outputs[0].columns == 1 && step.inputs.allSatisfy { $0.columns == 1 }
    let rows = isVector ? 1 : step.outputs[0].rows
    step.parallel(over: rows, by: 64) { range, _ in
      for row in range {
        var place = step.outputs[0].floats + row * (step.outputs[0].count / max(1, rows))
        for input in step.inputs {
          let width = input.count / max(1, rows)
          place.update(from: input.floats + row * width, count: width)
          place += width
        }
      }
    }
  }
}

/// A matrix of one column as a vector, or back: the same numbers in the same memory.
struct Flatten: Operation {
  let isInverse: Bool
  var name: String { isInverse ? "column" : "flatten" }
  var alias: Int? { 0 }
  var isCheap: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let extents = inputs[0].shape.extents
    if isInverse, extents.count == 1 { return [Signature([extents[0], 1], inputs[0].type)] }
    guard !isInverse, extents.count == 2, extents[1] == 1 else {
      throw ShapeError(
        name, found: inputs, expected: isInverse ? "a vector" : "a matrix of one column")
    }
    return [Signature([extents[0]], inputs[0].type)]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    [outputs[0].map { $0.graph.apply(Flatten(isInverse: !isInverse), to: [$0])[0] }]
  }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 0, bytes: 0) }
  func run(_ step: Step) {}
}

/// The same numbers, as far as gradients are concerned a constant.
struct StopGradient: Operation {
  var name: String { "stopGradient" }
  var alias: Int? { 0 }
  var isCheap: Bool { true }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] { inputs }
  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 0, bytes: 0) }
  func run(_ step: Step) {}
}

/// Integers as f32 numbers; no gradient.
struct Convert: Operation {
  var name: String { "convert" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs[0].type == .i32 else {
      throw ShapeError(name, found: inputs, expected: "i32 numbers")
    }
    return [Signature(inputs[0].shape)]
  }

  func run(_ step: Step) {
    let x = step.inputs[0]
    k_convert_i32_f32(x.count, x.integers, step.outputs[0].floats)
  }
}

/// Cuts columns apart.  x: [T, sum of widths], or a vector of that length
public func split(_ x: Tensor, widths: [Int]) -> [Tensor] {
  Array(x.graph.apply(Split(widths: widths), to: [x]).prefix(widths.count))
}

/// Some columns of a matrix, or some numbers of a vector.
public func slice(_ x: Tensor, _ range: Range<Int>) -> Tensor {
  let width = x.shape.width ?? range.upperBound
  let widths = [range.lowerBound, range.count, width - range.upperBound]
  let place = range.lowerBound > 0 ? 1 : 0
  let parts = split(x, widths: widths.filter { $0 > 0 })
  return parts[min(place, parts.count - 1)]
}

/// Puts columns side by side.  parts: [T, A], [T, B], …   Returns: [T, A + B + …]
public func concatenate(_ parts: [Tensor]) -> Tensor {
  parts[0].graph.apply(Concatenate(), to: parts)[0]
}

/// A matrix of one column as a vector.  x: [R, 1]   Returns: [R]
public func flatten(_ x: Tensor) -> Tensor {
  x.graph.apply(Flatten(isInverse: false), to: [x])[0]
}

/// A vector as a matrix of one column.  x: [R]   Returns: [R, 1]
public func column(_ x: Tensor) -> Tensor { x.graph.apply(Flatten(isInverse: true), to: [x])[0] }

/// The value of `x`, through which no gradient flows.
public func stopGradient(_ x: Tensor) -> Tensor { x.graph.apply(StopGradient(), to: [x])[0] }

/// i32 numbers as f32 numbers.
public func convert(_ x: Tensor) -> Tensor { x.graph.apply(Convert(), to: [x])[0] }
