import Foundation
import Tensors
import Testing

@Suite struct RotaryTests {
  /// Turned rows, and the gradient that reaches x from the gradient `dy`.
  private func turn(
    _ x: [Float], width: Int, headSize: Int, positions: [Int32], _ frequencies: RotaryFrequencies,
    _ layout: RotaryLayout, dy: [Float]? = nil, workers: Int = 1
  ) throws -> (y: [Float], dx: [Float]) {
    let graph = Graph()
    let rows = positions.count
    let input = graph.parameter("x", shape: [rows, width], trainable: true)
    let table = graph.parameter("table", shape: [frequencies.values.count], trainable: false)
    let place = graph.input("positions", .i32, [.fixed(rows)])
    let y = rotary(
      input, positions: place, frequencies: table, headSize: headSize, layout: layout,
      amplitude: Float(frequencies.amplitude))
    let effects = graph.gradients(of: sum(y * graph.input("dy", .f32, y.shape)))
    let plan = try Plan(graph, outputs: [y], effects: effects, bounds: [:])
    let weights = [
      "x": Weight(shape: [rows, width], floats: x),
      "table": Weight(shape: [frequencies.values.count], floats: frequencies.floats),
    ]
    let execution = try Execution(plan, weights: weights, pool: WorkerPool(count: workers))
    try execution.run(
      inputs: ["positions": .integers(positions), "dy": .floats(dy ?? x)], lengths: [:])
    return (execution.read(y), execution.gradient(of: "x")?.numbers ?? [])
  }

  @Test(.enabled(if: Vector.isAvailable)) func `both layouts agree with the vector`() throws {
    let vector = try Vector("arch.rope_layouts")
    let frequencies = RotaryFrequencies(dimensions: 6, base: 10_000)
    for (layout, from, to) in [
      (RotaryLayout.halfSplit, "v_hf", "y_half_split"), (.interleaved, "v_gguf", "y_interleaved"),
    ] {
      let x = Vector.numbers(vector.inputs[from] ?? vector.expected[from]).map(Float.init)
      let found = try turn(x, width: 6, headSize: 6, positions: [3], frequencies, layout)
      #expect(distance(found.y, Vector.numbers(vector.expected[to])) < 2e-6, "\(layout)")
    }
  }

  @Test(.enabled(if: Vector.isAvailable)) func `numbers beyond the rotary ones pass`() throws {
    let vector = try Vector("arch.neox_partial_rotary")
    let x = Vector.numbers(vector.inputs["q"]).map(Float.init)
    let frequencies = RotaryFrequencies(dimensions: 2, base: 10_000)
    let found = try turn(x, width: 8, headSize: 8, positions: [5], frequencies, .halfSplit)
    #expect(distance(found.y, Vector.numbers(vector.expected["y"])) < 2e-6)
  }

  @Test(
    .enabled(if: Vector.isAvailable),
    arguments: ["arch.rope_llama3.llama3.1_8b", "arch.rope_llama3.llama3.2_1b"])
  func `Llama 3 scaling agrees with the vector`(_ id: String) throws {
    let vector = try Vector(id)
    func number(_ name: String) throws -> Double {
      try #require(Vector.numbers(vector.inputs[name]).first)
    }
    let found = try RotaryFrequencies(
      dimensions: Int(number("head_dim")), base: number("theta"),
      scaling: .llama3(
        factor: number("factor"), lowFactor: number("low_freq_factor"),
        highFactor: number("high_freq_factor"),
        trainedContext: Int(number("original_max_position"))))
    let expected = Vector.numbers(vector.expected["inv_freq"])
    #expect(found.values.count == expected.count)
    for (a, b) in zip(found.values, expected) { #expect(abs(a / b - 1) < 1e-12) }
  }

  @Test func `the other scalings do what their formulas say`() {
    let plain = RotaryFrequencies(dimensions: 64, base: 10_000).values
    func scaled(_ scaling: RotaryScaling) -> RotaryFrequencies {
      RotaryFrequencies(dimensions: 64, base: 10_000, scaling: scaling)
    }
    #expect(scaled(.linear(factor: 4)).values == plain.map { $0 / 4 })
    let short = scaled(.dynamic(factor: 2, trainedContext: 2048, context: 1000))
    #expect(short.values == plain)
    let long = scaled(.dynamic(factor: 2, trainedContext: 2048, context: 4096)).values
    // base · 3^(64 / 62): the slowest pair ends up exactly three times slower.
    #expect(abs(plain[31] / long[31] - 3) < 1e-9)
    let divisors = plain.indices.map { Double($0 + 1) }
    #expect(scaled(.divisors(divisors)).values == zip(plain, divisors).map { $0 / $1 })
  }

  @Test func `YaRN keeps fast pairs, stretches slow ones and raises the amplitude`() {
    let plain = RotaryFrequencies(dimensions: 64, base: 10_000).values
    let yarn = RotaryFrequencies(
      dimensions: 64, base: 10_000, scaling: .yarn(factor: 4, trainedContext: 2048))
    // Turns within the context: 32 at pair 8.07, 1 at pair 20.1, hence the ramp from 8 to 21.
    #expect(Array(yarn.values[0...8]) == Array(plain[0...8]))
    for pair in 21..<32 { #expect(abs(yarn.values[pair] - plain[pair] / 4) < 1e-15) }
    let ramp = 6.0 / 13
    #expect(abs(yarn.values[14] - plain[14] * (ramp / 4 + 1 - ramp)) < 1e-15)
    #expect(abs(yarn.amplitude - (0.1 * log(4.0) + 1)) < 1e-15)
  }

  @Test(arguments: [RotaryLayout.halfSplit, .interleaved])
  func `the gradient turns back and workers leave the bits alone`(_ layout: RotaryLayout) throws {
    var noise = Noise(5)
    let x = noise.floats(130 * 30), dy = noise.floats(130 * 30)
    let positions = (0..<130).map { Int32($0 * 997 % 4001) }
    let frequencies = RotaryFrequencies(dimensions: 8, base: 10_000)
    let one = try turn(
      x, width: 30, headSize: 10, positions: positions, frequencies, layout, dy: dy)
    let back = try turn(
      one.y, width: 30, headSize: 10, positions: positions.map { -$0 }, frequencies, layout)
    #expect(distance(back.y, x) < 1e-6)
    let turned = try turn(
      dy, width: 30, headSize: 10, positions: positions.map { -$0 }, frequencies, layout)
    #expect(distance(one.dx, turned.y) < 1e-6)
    let five = try turn(
      x, width: 30, headSize: 10, positions: positions, frequencies, layout, dy: dy, workers: 5)
    #expect(five.y == one.y && five.dx == one.dx)
  }
}
