import Formats
import Tensors
import Testing

@Suite struct JoinedLinearTests {
  @Test(arguments: [1, 2, 8, 11, 40]) func `products of the same rows have the bits of single ones`(
    _ rows: Int
  ) throws {
    let graph = Graph()
    let x = graph.input("x", .f32, [.fixed(rows), .fixed(96)])
    let outputs = shapes.map { name, out, _ in
      linear(x, graph.parameter(name, shape: [out, 96], trainable: false), roundsRows: true)
    }
    var noise = Noise(9)
    let numbers = noise.floats(rows * 96)
    var weights: [String: Weight] = [:]
    for (name, out, type) in shapes {
      weights[name] = try Weight(shape: [out, 96], floats: noise.floats(out * 96)).converted(
        to: type)
    }
    var found: [[[Float]]] = []
    for (fuses, workers) in [(false, 1), (true, 1), (true, 3)] {
      let plan = try Plan(graph, outputs: outputs, bounds: [:], options: .init(fuses: fuses))
      let execution = try Execution(plan, weights: weights, pool: WorkerPool(count: workers))
      execution.profile = Profile()
      try execution.run(inputs: ["x": .floats(numbers)], lengths: [:])
      #expect(execution.profile?.entries.values.reduce(0) { $0 + $1.runs } == (fuses ? 1 : 4))
      found.append(outputs.map(execution.read))
    }
    #expect(found[1] == found[0] && found[2] == found[0])
  }

  private let shapes: [(name: String, out: Int, type: ElementType)] = [
    ("q", 96, .q4_1), ("k", 33, .q8_0), ("v", 250, .f32), ("o", 5, .q4_1),
  ]
}
