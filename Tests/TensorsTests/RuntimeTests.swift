import Foundation
import Synchronization
import Tensors
import Testing

@Suite struct RuntimeTests {
  @Test func `every task runs exactly once, on any number of workers`() {
    for workers in [1, 2, 5] {
      let pool = WorkerPool(count: workers)
      for tasks in [0, 1, 3, 1000] {
        let runs = (0..<tasks).map { _ in Counter() }
        for _ in 0..<20 { pool.parallel(tasks: tasks) { task, _ in runs[task].add() } }
        #expect(runs.allSatisfy { $0.count == 20 })
      }
    }
  }

  @Test func `random numbers are those of the paper`() {
    // Known answers of Random123 for Philox 4x32-10: counter and key all zeros.
    let zero = Random(seed: 0, purpose: .init(rawValue: 0)).words(0)
    #expect(zero == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = Random(
      seed: .max, purpose: .init(rawValue: .max), stream: .max
    ).words(.max)
    #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  @Test func `random numbers have the right moments`() {
    let random = Random(seed: 3, purpose: .sampling)
    let normal = (0..<20_000).map { random.normal($0) }
    let uniform = (0..<20_000).map { random.uniform($0) }
    #expect(abs(normal.reduce(0, +) / 20_000) < 0.02)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / 20_000 - 1) < 0.03)
    #expect(abs(uniform.reduce(0, +) / 20_000 - 0.5) < 0.01)
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
    #expect(random.permutation(of: 50).sorted() == Array(0..<50))
    #expect(random.permutation(of: 50) != Array(0..<50))
  }

  @Test func `dropout keeps the mean, and another step drops others`() throws {
    let graph = Graph()
    let x = graph.input("x", .f32, [4000]), key = graph.input("key", .i32, [4])
    let y = dropout(x, rate: 0.25, key: key, stream: 1)
    let execution = try Execution(Plan(graph, outputs: [y], bounds: [:]))
    func kept(step: Int) throws -> [Float] {
      let inputs = [
        "x": InputData.floats([Float](repeating: 3, count: 4000)),
        "key": Random.key(seed: 5, step: step),
      ]
      try execution.run(inputs: inputs, lengths: [:])
      return execution.read(y)
    }
    let first = try kept(step: 0)
    #expect(Set(first) == [0, 4])
    #expect(abs(first.reduce(0, +) / 4000 - 3) < 0.1)
    #expect(try kept(step: 0) == first)
    #expect(try kept(step: 1) != first)
  }

  @Test func `a small network learns exclusive or, the same on any number of workers`() throws {
    let losses = try [1, 3].map { try learnExclusiveOr(workers: $0) }
    #expect(losses[0].last ?? 1 < 0.01 && losses[0][0] > 0.2)
    #expect(losses[0] == losses[1])
  }

  private func learnExclusiveOr(workers: Int) throws -> [Float] {
    let graph = Graph(), random = Random(seed: 1, purpose: .initialization)
    let weights = [
      "in": random.normalWeight(shape: [8, 2], deviation: 1),
      "bias": random.normalWeight(shape: [8], deviation: 1),
      "out": random.normalWeight(shape: [1, 8], deviation: 1),
    ]
    let p = weights.mapValues(\.shape).reduce(into: [:]) {
      $0[$1.key] = graph.parameter($1.key, shape: $1.value, trainable: true)
    }
    guard let first = p["in"], let bias = p["bias"], let last = p["out"] else { return [] }
    let x = graph.input("x", .f32, [.tokens, 2]), y = graph.input("y", .f32, [.tokens])
    let hidden = tanh(linear(x, first, bias: bias))
    let loss = mean(square(flatten(linear(hidden, last)) - y))
    let plan = try Plan(
      graph, outputs: [loss], effects: graph.gradients(of: loss), bounds: [.tokens: 4])
    let pool = WorkerPool(count: workers)
    let execution = try Execution(plan, weights: weights, pool: pool)
    let inputs: [String: InputData] = [
      "x": .floats([0, 0, 0, 1, 1, 0, 1, 1]), "y": .floats([0, 1, 1, 0]),
    ]
    var adam = AdamW()
    return try (0..<300).map { _ in
      try execution.run(inputs: inputs, lengths: [.tokens: 4])
      let updates = plan.trainedParameters.compactMap { name in
        guard let parameter = weights[name], let gradient = execution.gradient(of: name) else {
          return nil as AdamW.Update?
        }
        return AdamW.Update(name: name, parameter: parameter, gradient: gradient, decay: 0)
      }
      adam.update(updates, rate: 0.05, pool: pool)
      return execution.scalar(loss)
    }
  }

  @Test func `fast functions are as good as the C library's`() throws {
    let numbers = stride(from: Float(-100), through: 90, by: 0.0137).map { $0 }
    let positive = (0..<4000).map { Foundation.exp(Float($0) * 0.04 - 80) }
    let finite: [(String, [Float], @Sendable ([Tensor]) -> Tensor, (Double) -> Double)] = [
      ("exp", numbers.filter { $0 > -87 && $0 < 88 }, { exp($0[0]) }, { Foundation.exp($0) }),
      ("log", positive, { log($0[0]) }, { Foundation.log($0) }),
      ("tanh", numbers, { tanh($0[0]) }, { Foundation.tanh($0) }),
      (
        "sigmoid", numbers.filter { $0 > -87 }, { sigmoid($0[0]) },
        { 1 / (1 + Foundation.exp(-$0)) }
      ),
    ]
    for (name, x, formula, truth) in finite {
      let y = try FormulaRun(leaves: [x], shapes: [[x.count]])(formula).value
      let worst =
        zip(x, y).map { Swift.abs(Double($1) / truth(Double($0)) - 1) }
        .filter { $0.isFinite }.max() ?? 1
      #expect(worst < 3e-7, "\(name) is off by \(worst)")
    }
  }

  @Test func `fast functions are right at the ends of the range`() throws {
    let x: [Float] = [-.infinity, -200, 200, .infinity, .nan, 0]
    func values(_ formula: ([Tensor]) -> Tensor) throws -> [Float] {
      try FormulaRun(leaves: [x], shapes: [[6]])(formula).value
    }
    let e = try values { exp($0[0]) }
    #expect(e[0] == 0 && e[1] == 0 && e[2] == .infinity && e[3] == .infinity && e[4].isNaN)
    let l = try values { log($0[0]) }
    #expect(l[1].isNaN && l[3] == .infinity && l[4].isNaN && l[5] == -.infinity)
    let s = try values { sigmoid($0[0]) }
    #expect(s[0] == 0 && s[3] == 1 && s[4].isNaN && s[5] == 0.5)
    #expect(try values { logSigmoid($0[0]) }[1] == -200)
    #expect(try values { tanh($0[0]) }.prefix(4) == [-1, -1, 1, 1])
  }
}

/// A number that threads count up.
private final class Counter: Sendable {
  private let value = Atomic<Int>(0)
  func add() { value.wrappingAdd(1, ordering: .relaxed) }
  var count: Int { value.load(ordering: .relaxed) }
}
