import Tensors
import Testing

/// A small stack of blocks like a model's, over ragged tokens.
private struct Stack {
  let graph = Graph()
  let loss: Tensor
  let effects: [Tensor]
  let weights: [String: Weight]
  static let width = 24, blocks = 4

  init(trains: (String) -> Bool = { _ in true }) {
    let random = Random(seed: 7, purpose: .initialization)
    var weights: [String: Weight] = [:]
    let graph = graph
    func parameter(_ name: String, _ shape: [Int]) -> Tensor {
      weights[name] = random.normalWeight(shape: shape, deviation: 0.3)
      return graph.parameter(name, shape: shape, trainable: trains(name))
    }
    var h = graph.input("x", .f32, [.tokens, 24])
    for block in 0..<Stack.blocks {
      let n = rmsNorm(h, gain: parameter("\(block).norm", [24]), epsilon: 1e-5)
      let gate = linear(n, parameter("\(block).gate", [40, 24]))
      let up = linear(n, parameter("\(block).up", [40, 24]))
      h = graph.checkpoint(
        h + linear(swiglu(gate: gate, up: up), parameter("\(block).down", [24, 40])))
    }
    loss = mean(square(tanh(h) * 2 - 1) + exp(-h) * 0.01)
    effects = graph.gradients(of: loss)
    self.weights = weights
  }

  func plan(_ options: Plan.Options = .init(), tokens: Int = 64) throws -> Plan {
    try Plan(graph, outputs: [loss], effects: effects, bounds: [.tokens: tokens], options: options)
  }

  static func input(_ tokens: Int) -> InputData {
    .floats((0..<tokens * width).map { Float($0 * 71 % 113) / 56 - 1 })
  }

  func run(_ plan: Plan, tokens: Int, workers: Int = 1) throws -> Execution {
    let execution = try Execution(plan, weights: weights, pool: WorkerPool(count: workers))
    try execution.run(inputs: ["x": Stack.input(tokens)], lengths: [.tokens: tokens])
    return execution
  }
}

@Suite struct PlanTests {
  @Test func `the planned peak is what an execution allocates`() throws {
    for level in Plan.Recomputation.allCases {
      let plan = try Stack().plan(.init(recomputation: level))
      for workers in [1, 3] {
        let execution = try Execution(
          plan, weights: Stack().weights, pool: WorkerPool(count: workers))
        #expect(execution.allocatedBytes == plan.peakBytes(workers: workers))
      }
    }
  }

  @Test func `the arena is used up to its last line`() throws {
    let stack = Stack()
    let plan = try stack.plan()
    let execution = try stack.run(plan, tokens: 64)
    let touched = execution.touchedArenaBytes
    #expect(touched <= plan.arenaBytes && touched > plan.arenaBytes - 64)
  }

  @Test func `recomputation trades memory and leaves every bit as it was`() throws {
    let stack = Stack()
    let plans = try Plan.Recomputation.allCases.map { try stack.plan(.init(recomputation: $0)) }
    let runs = try plans.map { try stack.run($0, tokens: 50) }
    #expect(plans[1].peakBytes < plans[0].peakBytes)
    #expect(plans[2].peakBytes < plans[1].peakBytes)
    #expect(plans[0].flops([.tokens: 50]) < plans[2].flops([.tokens: 50]))
    for run in runs {
      #expect(run.scalar(stack.loss) == runs[0].scalar(stack.loss))
      for name in stack.weights.keys {
        #expect(run.gradient(of: name)?.numbers == runs[0].gradient(of: name)?.numbers)
      }
    }
  }

  @Test func `the least recomputation that fits the budget is chosen`() throws {
    let stack = Stack()
    let free = try stack.plan()
    #expect(free.recomputation == .none)
    let tight = try stack.plan(.init(memoryBudget: free.peakBytes - 1))
    #expect(tight.recomputation == .cheap)
    #expect(try stack.plan(.init(memoryBudget: 1)).recomputation == .blocks)
  }

  @Test func `one plan runs batches of any length with the same numbers`() throws {
    let stack = Stack()
    let wide = try Execution(stack.plan(tokens: 300), weights: stack.weights)
    for tokens in [300, 1, 17, 300] {
      wide.zeroGradients()
      try wide.run(inputs: ["x": Stack.input(tokens)], lengths: [.tokens: tokens])
      let own = try stack.run(stack.plan(tokens: tokens), tokens: tokens)
      #expect(wide.scalar(stack.loss) == own.scalar(stack.loss))
      let name = "1.gate"
      #expect(wide.gradient(of: name)?.numbers == own.gradient(of: name)?.numbers)
    }
  }

  @Test func `a batch without tokens runs`() throws {
    let stack = Stack()
    let execution = try stack.run(stack.plan(), tokens: 0)
    #expect(execution.scalar(stack.loss) == 0)
    #expect(execution.gradient(of: "0.gate")?.numbers.allSatisfy { $0 == 0 } == true)
  }

  @Test func `gradients add up over steps until they are zeroed`() throws {
    let stack = Stack()
    let execution = try stack.run(stack.plan(), tokens: 9)
    let once = try #require(execution.gradient(of: "2.down")?.numbers)
    try execution.run(inputs: ["x": Stack.input(9)], lengths: [.tokens: 9])
    let twice = try #require(execution.gradient(of: "2.down")?.numbers)
    #expect(zip(once, twice).allSatisfy { abs($0 * 2 - $1) <= 1e-6 * abs($1) + 1e-9 })
    execution.zeroGradients()
    #expect(execution.gradient(of: "2.down")?.numbers.allSatisfy { $0 == 0 } == true)
  }

  @Test func `frozen parameters cost nothing in the backward pass`() throws {
    let last = Stack { $0 == "3.down" }
    let plan = try last.plan()
    #expect(plan.trainedParameters == ["3.down"])
    #expect(!plan.operationNames.contains { $0.contains("gradient of x") })
    #expect(plan.flops([.tokens: 64]) * 2 < (try Stack().plan().flops([.tokens: 64])))
  }

  @Test func `fusion joins chains and leaves every bit as it was`() throws {
    let stack = Stack()
    let plain = try stack.plan(.init(fuses: false)), fused = try stack.plan()
    #expect(fused.operationNames.count < plain.operationNames.count)
    #expect(fused.peakBytes <= plain.peakBytes)
    let a = try stack.run(plain, tokens: 33), b = try stack.run(fused, tokens: 33, workers: 3)
    #expect(a.scalar(stack.loss) == b.scalar(stack.loss))
    for name in stack.weights.keys {
      #expect(a.gradient(of: name)?.numbers == b.gradient(of: name)?.numbers)
    }
  }

  @Test func `equal work is done once, unused work not at all`() throws {
    let graph = Graph()
    let x = graph.input("x", .f32, [8])
    let y = exp(x) + exp(x)
    _ = log(x)
    let plan = try Plan(graph, outputs: [y], bounds: [:], options: .init(fuses: false))
    #expect(plan.operationNames == ["exp", "add"])
  }

  @Test func `tensors that do not fit are refused when planned, with their shapes`() {
    let graph = Graph()
    let a = graph.input("a", .f32, [.tokens, 3]), b = graph.input("b", .f32, [.sequences])
    let y = sum(exp(a * b))
    let error = #expect(throws: ShapeError.self) {
      try Plan(graph, outputs: [y], bounds: [.tokens: 4, .sequences: 4])
    }
    #expect(error?.description.contains("`multiply` got [tokens, 3] and [sequences]") == true)
  }

  @Test func `bounds, lengths, inputs and weights that are missing or wrong are named`() throws {
    let graph = Graph()
    let x = graph.input("x", .f32, [.tokens, 2])
    let y = linear(x, graph.parameter("w", shape: [3, 2], trainable: false))
    #expect(throws: MissingBound.self) { try Plan(graph, outputs: [y], bounds: [:]) }
    let plan = try Plan(graph, outputs: [y], bounds: [.tokens: 4])
    #expect(throws: BindingError.self) { try Execution(plan) }
    let wrong = ["w": Weight(shape: [2, 2], floats: [1, 2, 3, 4])]
    #expect(throws: BindingError.self) { try Execution(plan, weights: wrong) }
    let right = ["w": Weight(shape: [3, 2], floats: [1, 2, 3, 4, 5, 6])]
    let execution = try Execution(plan, weights: right)
    #expect(throws: LengthError.self) { try execution.run(inputs: [:], lengths: [.tokens: 5]) }
    #expect(throws: BindingError.self) {
      try execution.run(inputs: ["x": .floats([1])], lengths: [.tokens: 1])
    }
    #expect(throws: BindingError.self) { try execution.run(inputs: [:], lengths: [.tokens: 1]) }
    try execution.run(inputs: ["x": .floats([1, 1])], lengths: [.tokens: 1])
    #expect(execution.read(y) == [3, 7, 11])
  }

  @Test func `a state keeps what was written into it`() throws {
    let graph = Graph()
    let cache = graph.state("cache", [.slots, 2])
    let values = graph.input("values", .f32, [.tokens, 2])
    let rows = graph.input("rows", .i32, [.tokens])
    let total = sum(storeRows(values, into: cache, at: rows))
    let plan = try Plan(graph, outputs: [total], bounds: [.tokens: 3, .slots: 5])
    let execution = try Execution(plan)
    let lengths: [Axis: Int] = [.tokens: 1, .slots: 5]
    try execution.run(
      inputs: ["values": .floats([1, 2]), "rows": .integers([3])], lengths: lengths)
    try execution.run(
      inputs: ["values": .floats([10, 20]), "rows": .integers([0])], lengths: lengths)
    #expect(execution.scalar(total) == 33)
    #expect(execution.state("cache")?.numbers.prefix(10) == [10, 20, 0, 0, 0, 0, 1, 2, 0, 0])
  }
}
