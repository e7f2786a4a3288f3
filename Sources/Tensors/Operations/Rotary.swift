import CKernels

/// Which numbers of a head turn together.
public enum RotaryLayout: Hashable, Sendable {
  /// (i, i + pairs): Hugging Face, GPT-NeoX.
  case halfSplit
  /// (2i, 2i + 1): Meta's own files, GGUF files of the Llama family.
  case interleaved

  var kernelLayout: Int32 {
    switch self {
    case .halfSplit: Int32(ROPE_HALF_SPLIT.rawValue)
    case .interleaved: Int32(ROPE_INTERLEAVED.rawValue)
    }
  }
}

/// Cosines, then sines, of positions times frequencies: made once, read by every layer.
///
/// - positions: int32 [T]
/// - frequencies: [pairs]
/// - Output: [T, 2 * pairs]
struct RotaryTable: Operation {
  let amplitude: Float
  var name: String { "rotary table" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs[0].type == .i32, inputs[0].shape.rank == 1, let pairs = inputs[1].shape.width,
      inputs[1].shape.rank == 1
    else {
      throw ShapeError(name, found: inputs, expected: "i32 positions [T] and frequencies [pairs]")
    }
    return [Signature([inputs[0].shape.extents[0], .fixed(2 * pairs)])]
  }

  func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: 20 * sizes.outputs[0].count, bytes: sizes.bytes)
  }

  func run(_ step: Step) {
    let positions = step.inputs[0].integers, frequencies = step.inputs[1].floats
    let table = step.outputs[0].floats, width = step.outputs[0].columns
    step.parallel(over: step.outputs[0].rows, by: 64) { rows, _ in
      let first = rows.lowerBound
      k_rope_table_f32(
        rows.count, width / 2, amplitude, positions + first, frequencies, table + first * width)
    }
  }
}

/// Turns the pairs of each head by the angles of a table.
///
/// RoFormer (Su et al. 2021), equation 34.
///
/// - x: [T, heads * headSize]
/// - table: [T, 2 * pairs]
struct Rotary: Operation {
  let headSize: Int
  let layout: RotaryLayout
  let direction: Float
  var name: String { "rotary" }
  var isCheap: Bool { true }
  /// A pair is read before either half of it is written.
  var overwritable: [Int] { [0] }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard let width = inputs[0].shape.width, let angles = inputs[1].shape.width,
      inputs[0].shape.rank == 2, width % headSize == 0, angles <= headSize
    else {
      throw ShapeError(
        name, found: inputs,
        expected: "x [T, heads * \(headSize)] and a table [T, at most \(headSize)]")
    }
    return [inputs[0]]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    let back = Rotary(headSize: headSize, layout: layout, direction: -direction)
    return [outputs[0].map { $0.graph.apply(back, to: [$0, node.inputs[1]])[0] }, nil]
  }

  func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: 3 * sizes.outputs[0].count, bytes: sizes.bytes)
  }

  func run(_ step: Step) {
    let x = step.inputs[0].floats, y = step.outputs[0].floats, width = step.outputs[0].columns
    let table = step.inputs[1].floats, angles = step.inputs[1].columns
    step.parallel(over: step.outputs[0].rows, by: 64) { rows, _ in
      let first = rows.lowerBound
      k_rope_f32(
        rows.count, width / headSize, headSize, angles / 2, layout.kernelLayout, direction,
        table + first * angles, x + first * width, y + first * width)
    }
  }
}

/// Rotary position embedding of queries or keys; numbers beyond `2 * pairs` of a head pass through.
///
/// - x: [T, heads * headSize]
/// - positions: int32 [T]
/// - frequencies: [pairs], see `RotaryFrequencies`
/// - amplitude: what YaRN multiplies cosines and sines with
public func rotary(
  _ x: Tensor, positions: Tensor, frequencies: Tensor, headSize: Int,
  layout: RotaryLayout = .halfSplit, amplitude: Float = 1
) -> Tensor {
  let table = x.graph.apply(RotaryTable(amplitude: amplitude), to: [positions, frequencies])[0]
  return x.graph.apply(Rotary(headSize: headSize, layout: layout, direction: 1), to: [x, table])[0]
}
