import Tensors

/// Gives what the head of a reward model says of each completion, without training anything.
public final class RewardScorer {
  private let model: LanguageModel
  private let head: RewardHead
  private let pool: WorkerPool
  private let tokens: Int

  /// - Parameter tokens: how many tokens a batch may hold, if examples allow.
  public init(_ model: LanguageModel, pool: WorkerPool, tokens: Int = 1024) throws {
    guard let head = model.head else {
      throw ModelError(
        model: model.name, problem: "wears no reward head",
        advice: "Give it one, model |> attach(reward_head()), and train it.")
    }
    self.model = model
    self.head = head
    self.pool = pool
    self.tokens = tokens
  }

  /// For each example, for each completion, the outputs of the head.
  public func rewards(
    _ examples: [Example], progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [[[Float]]] {
    guard let roles = examples.first?.completions.count else { return [] }
    for example in examples { try model.checkLength(example.length) }
    let groups = examples.grouped(tokens: tokens).map { ($0.count, Batch($0)) }
    let graph = Graph()
    let outfit = Scope.Outfit(adapters: model.adapters, head: head)
    let batchGraph = BatchGraph(graph, model.architecture, outfit: outfit, roles: roles)
    let outputs = (0..<roles).compactMap { batchGraph.rewards?.ofRole($0) }
    let plan = try Plan(
      graph, outputs: outputs, bounds: BatchBounds(of: groups.map(\.1)).axes)
    let execution = try Execution(plan, weights: model.graphWeights, pool: pool)
    var results: [[[Float]]] = []
    for (count, batch) in groups {
      try execution.run(inputs: batch.inputs, lengths: batch.lengths)
      let read = outputs.map { execution.read($0) }
      results += (0..<count).map { example in read.map { row(example, of: $0) } }
      try progress(results.count)
    }
    return results
  }

  private func row(_ place: Int, of numbers: [Float]) -> [Float] {
    let width = head.names.count
    return Array(numbers[place * width..<(place + 1) * width])
  }
}
