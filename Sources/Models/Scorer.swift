import Tensors

/// Gives the log-probability of each target of examples, without training anything.
public final class Scorer {
  private let model: LanguageModel
  private let adapters: Int
  private let pool: WorkerPool
  private let tokens: Int
  private let sharesPrompts: Bool

  /// - Parameters:
  ///   - adapters: how many of the model's adapters are on, from the first; nil for all.
  ///   - tokens: how many tokens a batch may hold, if examples allow.
  public init(
    _ model: LanguageModel, adapters: Int? = nil, pool: WorkerPool, tokens: Int = 1024,
    sharesPrompts: Bool = true
  ) {
    self.model = model
    self.adapters = adapters ?? model.adapters.count
    self.tokens = tokens
    self.sharesPrompts = sharesPrompts
    self.pool = pool
  }

  /// For each example, for each completion, the log-probability of each target, in order.
  public func logProbabilities(
    _ examples: [Example], progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [[[Float]]] {
    guard let roles = examples.first?.targetCounts.count else { return [] }
    for example in examples { try model.checkLength(example.length) }
    let groups = examples.grouped(tokens: tokens, sharesPrompts: sharesPrompts)
      .map { ($0.count, Batch($0, sharesPrompts: sharesPrompts)) }
    let graph = Graph()
    let outfit = Scope.Outfit(adapters: Array(model.adapters.prefix(adapters)))
    let batchGraph = BatchGraph(graph, model.architecture, outfit: outfit, roles: roles)
    let plan = try Plan(
      graph, outputs: [batchGraph.logProbabilities],
      bounds: BatchBounds(of: groups.map(\.1)).axes)
    let execution = try Execution(plan, weights: model.graphWeights, pool: pool)
    var results: [[[Float]]] = []
    for (count, batch) in groups {
      try execution.run(inputs: batch.inputs, lengths: batch.lengths)
      results += batch.distribute(execution.read(batchGraph.logProbabilities), count: count)
      try progress(results.count)
    }
    return results
  }
}

extension Batch {
  /// Numbers per target as they belong to examples and completions.
  public func distribute(_ values: [Float], count: Int) -> [[[Float]]] {
    var result = [[[Float]]](repeating: [], count: count)
    var place = 0
    let owners = groupSizes.enumerated().flatMap { example, size in
      [Int](repeating: example, count: size)
    }
    for sequences in roles {
      for (sequence, targets) in sequences.enumerated() {
        result[owners[sequence]].append(Array(values[place..<place + targets.count]))
        place += targets.count
      }
    }
    return result
  }
}
