import Tensors

/// The part of a graph between a packed batch and what losses read: the log-probability of each
/// target, and what a head says of each completion.
///
/// What nobody reads is never computed.
public struct BatchGraph: Sendable {
  public let graph: Graph
  public let scope: Scope
  private let architecture: any Architecture
  public let input: ModelInput
  /// The log-probabilities of all targets, role after role.
  public let targets: ScoredTargets
  public var logProbabilities: Tensor { targets.logProbabilities }
  /// 1 where no token is likelier than the target. [targets]
  public let isBest: Tensor
  /// What the head says of each completion; nil for a model without one.
  public let rewards: RewardOutputs?
  /// What a critic says of the state before each target; nil without one. [targets]
  public let values: Tensor?

  /// - Parameters:
  ///   - temperature: what logits are divided by.
  ///   - critic: what the critic wears on the same weights.
  public init(
    _ graph: Graph, _ architecture: any Architecture, outfit: Scope.Outfit, roles: Int,
    temperature: Double = 1, critic: Scope.Outfit? = nil
  ) {
    self.graph = graph
    self.architecture = architecture
    scope = Scope(graph, outfit)
    input = ModelInput(graph, architecture)
    let hidden = architecture.hidden(input, scope)
    let d = architecture.dimensions
    let rows = graph.input("target.rows", .i32, [.targets])
    let before = gather(hidden, rows: rows)
    let scores = targetLogProbability(
      temperature == 1 ? before : before * Float(1 / temperature),
      scope.parameter(d.unembedding, [d.vocabulary, d.width]),
      targets: graph.input("target.tokens", .i32, [.targets]))
    targets = ScoredTargets(graph, logProbabilities: scores.logProbability, roles: roles)
    isBest = scores.isBest
    let scope = self.scope
    rewards = outfit.head.map { head in
      RewardOutputs(names: head.names) { role in
        let ends = graph.input("role.\(role).ends", .i32, [.sequences])
        return head.outputs(gather(hidden, rows: ends), scope)
      }
    }
    let input = self.input
    values = critic.flatMap { outfit in
      let own = Scope(graph, outfit)
      return outfit.head.map {
        flatten($0.outputs(gather(architecture.hidden(input, own), rows: rows), own))
      }
    }
  }
}

/// The most that a batch may hold: what plans are made for.
public struct BatchBounds: Sendable, Hashable {
  public var tokens: Int
  public var targets: Int
  public var sequences: Int
  /// How many examples there are; as many as sequences unless these are groups.
  public var examples: Int
  public var runs: Int
  public var roles: Int
  public var layout: Int

  /// Bounds for any batch of so many examples and tokens.
  ///
  /// - Parameter groupSize: how many sequences an example has in a role.
  public init(tokens: Int, targets: Int, sequences examples: Int, roles: Int, groupSize: Int = 1) {
    self.tokens = tokens
    self.targets = targets
    self.examples = examples
    self.roles = roles
    sequences = examples * groupSize
    let completions = roles * groupSize
    runs = examples * (completions > 1 ? completions + 1 : 1)
    layout = AttentionLayout.bound(segments: runs, tokens: tokens)
  }

  /// Bounds that every one of these batches keeps.
  public init(of batches: some Sequence<Batch>) {
    (tokens, targets, sequences, examples, runs, roles, layout) = (1, 1, 1, 1, 1, 1, 1)
    for batch in batches {
      tokens = max(tokens, batch.ids.count)
      targets = max(targets, batch.targetCounts.joined().reduce(0, +))
      sequences = max(sequences, batch.sequenceCount)
      examples = max(examples, batch.groupSizes.count)
      runs = max(runs, batch.runs.count)
      roles = max(roles, batch.roles.count)
      layout = max(layout, AttentionLayout(runs: batch.runs).integers.count)
    }
  }

  public var axes: [Axis: Int] {
    var axes: [Axis: Int] = [
      .tokens: tokens, .targets: targets, .sequences: sequences, .layout: layout,
      .prompts: examples,
    ]
    for role in 0..<roles { axes[.targets(role: role)] = targets }
    return axes
  }
}

extension Batch {
  /// The input that says where the sequences of each example begin: int32 [prompts + 1].
  public static let groupBorders = "group.borders"

  /// What the graph is fed for this batch.
  public var inputs: [String: InputData] {
    let all = roles.joined().joined()
    var inputs: [String: InputData] = [
      "ids": .integers(ids), "positions": .integers(positions),
      "layout": .integers(AttentionLayout(runs: runs).integers),
      "target.rows": .integers(all.map(\.row)), "target.tokens": .integers(all.map(\.token)),
    ]
    for (role, rows) in ends.enumerated() { inputs["role.\(role).ends"] = .integers(rows) }
    for (column, numbers) in values { inputs["row.\(column)"] = .floats(numbers) }
    inputs[Self.groupBorders] = .integers(
      groupSizes.reduce(into: [Int32(0)]) { $0.append(($0.last ?? 0) + Int32($1)) })
    var start: Int32 = 0
    for (role, sequences) in roles.enumerated() {
      var borders: [Int32] = [0]
      for targets in sequences {
        borders.append(borders.last.map { $0 + Int32(targets.count) } ?? 0)
      }
      let count = borders.last ?? 0
      inputs["role.\(role).borders"] = .integers(borders)
      inputs["role.\(role).places"] = .integers(Array(start..<start + count))
      start += count
    }
    return inputs
  }

  /// The length of each axis for this batch.
  public var lengths: [Axis: Int] {
    var lengths: [Axis: Int] = [
      .tokens: ids.count, .targets: targetCounts.joined().reduce(0, +),
      .sequences: sequenceCount, .layout: AttentionLayout(runs: runs).integers.count,
      .prompts: groupSizes.count,
    ]
    for (role, counts) in targetCounts.enumerated() {
      lengths[.targets(role: role)] = counts.reduce(0, +)
    }
    return lengths
  }
}

extension Sequence<Example> {
  /// Consecutive examples in groups of at most `tokens` tokens; a longer example stands alone.
  public func grouped(tokens limit: Int, sharesPrompts: Bool = true) -> [[Example]] {
    var groups: [[Example]] = []
    var count = 0
    for example in self {
      let size = example.tokenCount(sharesPrompt: sharesPrompts)
      if groups.isEmpty || count + size > limit {
        groups.append([])
        count = 0
      }
      groups[groups.count - 1].append(example)
      count += size
    }
    return groups
  }
}
