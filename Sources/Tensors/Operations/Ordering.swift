/// The places of `x` from the smallest number to the largest.
///
/// Equal numbers keep their order, NaN comes last. No gradient.
struct SortedPlaces: Operation {
  var name: String { "sortedPlaces" }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs[0].shape.rank == 1, inputs[0].type == .f32 else {
      throw ShapeError(name, found: inputs, expected: "f32 numbers in a row [N]")
    }
    return [Signature(inputs[0].shape, .i32)]
  }

  func run(_ step: Step) {
    let x = step.inputs[0].floats, y = step.outputs[0].integers
    let places = (0..<step.inputs[0].count).sorted { a, b in
      let areEqual = x[a] == x[b] || (x[a].isNaN && x[b].isNaN)
      return areEqual ? a < b : x[a] < x[b] || x[b].isNaN
    }
    for (rank, place) in places.enumerated() { y[rank] = Int32(place) }
  }
}

/// The same numbers in rising order; each gradient goes back to where its number came from.
///
/// - x: [N]
/// - Returns: [N]
public func sorted(_ x: Tensor) -> Tensor {
  gather(x, rows: x.graph.apply(SortedPlaces(), to: [x])[0])
}
