import Tensors

/// The part of a graph between a packed batch and the log-probability of each target.
public struct BatchGraph: Sendable {
  public let graph: Graph
  public let scope: Scope
  private let architecture: any Architecture
  private let roleCount: Int
  public let input: ModelInput
  private let scores: TargetScores
  /// The log-probabilities of all targets, role after role. [targets]
  public var logProbabilities: Tensor { scores.logProbability }
  /// 1 where no token is likelier than the target. [targets]
  public var isBest: Tensor { scores.isBest }

  public init(
    _ graph: Graph, _ architecture: any Architecture, outfit: Scope.Outfit, roles: Int
  ) {
    self.graph = graph
    self.architecture = architecture
    roleCount = roles
    scope = Scope(graph, outfit)
    input = ModelInput(graph, architecture)
    let hidden = architecture.hidden(input, scope)
    let d = architecture.dimensions
    scores = targetLogProbability(
      gather(hidden, rows: graph.input("target.rows", .i32, [.targets])),
      scope.parameter(d.unembedding, [d.vocabulary, d.width]),
      targets: graph.input("target.tokens", .i32, [.targets]))
  }

  /// Numbers per target, cut to those of one role.
  ///
  /// values: [targets]. Returns: [targets of role]
  public func values(_ values: Tensor, ofRole role: Int) -> Tensor {
    guard roleCount > 1 else { return values }
    return gather(
      values,
      rows: graph.input("role.\(role).places", .i32, [.axis(.targets(role: role))]))
  }

  /// Where the targets of each sequence of a role begin. int32 [sequences + 1]
  public func borders(ofRole role: Int) -> Tensor {
    graph.input("role.\(role).borders", .i32, [.borders(.sequences)])
  }

  /// The axis along which the targets of one role lie.
  public func targetAxis(ofRole role: Int) -> Extent {
    roleCount > 1 ? .axis(.targets(role: role)) : .targets
  }
}

/// The most that a batch may hold: what plans are made for.
public struct BatchBounds: Sendable, Hashable {
  public var tokens: Int
  public var targets: Int
  public var sequences: Int
  public var runs: Int
  public var roles: Int
  public var layout: Int

  /// Bounds for any batch of so many sequences and tokens.
  public init(tokens: Int, targets: Int, sequences: Int, roles: Int) {
    self.tokens = tokens
    self.targets = targets
    self.sequences = sequences
    self.roles = roles
    runs = sequences * (roles > 1 ? roles + 1 : 1)
    layout = AttentionLayout.bound(segments: runs, tokens: tokens)
  }

  /// Bounds that every one of these batches keeps.
  public init(of batches: some Sequence<Batch>) {
    (tokens, targets, sequences, runs, roles, layout) = (1, 1, 1, 1, 1, 1)
    for batch in batches {
      tokens = max(tokens, batch.ids.count)
      targets = max(targets, batch.targetCounts.joined().reduce(0, +))
      sequences = max(sequences, batch.sequenceCount)
      runs = max(runs, batch.runs.count)
      roles = max(roles, batch.roles.count)
      layout = max(layout, AttentionLayout(runs: batch.runs).integers.count)
    }
  }

  public var axes: [Axis: Int] {
    var axes: [Axis: Int] = [
      .tokens: tokens, .targets: targets, .sequences: sequences, .layout: layout,
    ]
    for role in 0..<roles { axes[.targets(role: role)] = targets }
    return axes
  }
}

extension Batch {
  /// What the graph is fed for this batch.
  public var inputs: [String: InputData] {
    let all = roles.joined().joined()
    var inputs: [String: InputData] = [
      "ids": .integers(ids), "positions": .integers(positions),
      "layout": .integers(AttentionLayout(runs: runs).integers),
      "target.rows": .integers(all.map(\.row)), "target.tokens": .integers(all.map(\.token)),
    ]
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
    ]
    for (role, counts) in targetCounts.enumerated() {
      lengths[.targets(role: role)] = counts.reduce(0, +)
    }
    return lengths
  }
}

extension Sequence<Example> {
  /// Consecutive examples in groups of at most `tokens` tokens; a longer example stands alone.
  public func grouped(tokens limit: Int) -> [[Example]] {
    var groups: [[Example]] = []
    var count = 0
    for example in self {
      if groups.isEmpty || count + example.tokenCount > limit {
        groups.append([])
        count = 0
      }
      groups[groups.count - 1].append(example)
      count += example.tokenCount
    }
    return groups
  }
}
