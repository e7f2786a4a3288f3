import CKernels

/// `silu(gate) · up` in one pass (Shazeer 2020, equation 6).
struct SwiGLU: Operation {
  var name: String { "swiglu" }
  var isCheap: Bool { true }
  var overwritable: [Int] { [0, 1] }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs[0] == inputs[1], inputs[0].type == .f32 else {
      throw ShapeError(name, found: inputs, expected: "gate and up of one shape")
    }
    return [inputs[0]]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dy = outputs[0] else { return [nil, nil] }
    return dy.graph.apply(SwiGLUGradient(), to: [dy, node.inputs[0], node.inputs[1]])
  }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 16 * sizes.inputs[0].count, bytes: sizes.bytes) }

  func run(_ step: Step) {
    let gate = step.inputs[0].floats, up = step.inputs[1].floats, y = step.outputs[0].floats
    step.parallel(over: step.inputs[0].count, by: 1 << 12) { range, _ in
      let start = range.lowerBound
      k_swiglu_f32(range.count, gate + start, up + start, y + start)
    }
  }
}

/// Both gradients of `SwiGLU`: of the gate, and of `up`.
struct SwiGLUGradient: Operation {
  var name: String { "swiglu, gradients" }
  var overwritable: [Int] { [1, 0, 2] }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    [inputs[1], inputs[2]]
  }

  func cost(_ sizes: Sizes) -> Cost { Cost(flops: 20 * sizes.inputs[0].count, bytes: sizes.bytes) }

  func run(_ step: Step) {
    let dy = step.inputs[0].floats, gate = step.inputs[1].floats, up = step.inputs[2].floats
    let dgate = step.outputs[0].floats, dup = step.outputs[1].floats
    step.parallel(over: step.inputs[0].count, by: 1 << 14) { range, _ in
      let start = range.lowerBound
      k_swiglu_backward_f32(
        range.count, dy + start, gate + start, up + start, dgate + start, dup + start)
    }
  }
}

/// `silu(gate) · up`.  gate, up: [T, D]   Returns: [T, D]
public func swiglu(gate: Tensor, up: Tensor) -> Tensor {
  gate.graph.apply(SwiGLU(), to: [gate, up])[0]
}
