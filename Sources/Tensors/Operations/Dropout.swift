import CKernels

/// Zeroes numbers at random and scales the others up (Srivastava, Hinton et al., 2014).
///
/// The mask is a function of the key and the place: the backward pass makes it again.
struct Dropout: Operation {
  let rate: Float
  let stream: UInt32
  var name: String { "dropout" }
  var isCheap: Bool { true }
  var overwritable: [Int] { [0] }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs[0].type == .f32, inputs[1] == Signature([4], .i32) else {
      throw ShapeError(name, found: inputs, expected: "f32 numbers and an i32 key [4]")
    }
    return [inputs[0]]
  }

  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    [outputs[0].map { $0.graph.apply(self, to: [$0, node.inputs[1]])[0] }, nil]
  }

  func run(_ step: Step) {
    let x = step.inputs[0].floats, y = step.outputs[0].floats, key = step.inputs[1].integers
    let seed = [UInt32(bitPattern: key[0]), UInt32(bitPattern: key[1])]
    let moment = UInt32(bitPattern: key[2])
    let before = Int(UInt32(bitPattern: key[3])) * step.inputs[0].columns
    step.parallel(over: step.inputs[0].count, by: 1 << 14) { range, _ in
      let start = range.lowerBound
      k_dropout_f32(range.count, before + start, rate, seed, stream, moment, x + start, y + start)
    }
  }
}

/// Zeroes each number of `x` with probability `rate` and divides the others by `1 - rate`.
///
/// - key: i32 [4], the two halves of the seed, the step, and how many rows of the step stand before
///   those of `x` (see `Random.key`)
/// - stream: tells the dropouts of one model apart
public func dropout(_ x: Tensor, rate: Float, key: Tensor, stream: UInt32) -> Tensor {
  precondition(0..<1 ~= rate, "a dropout rate is at least 0 and less than 1, not \(rate)")
  return rate == 0 ? x : x.graph.apply(Dropout(rate: rate, stream: stream), to: [x, key])[0]
}
