/// A graph made ready to run for given bounds: what is computed, in which order, and where.
///
/// The plan knows its peak memory and its work exactly, before anything is allocated.
public struct Plan: Sendable {
  /// How much is computed again in the backward pass instead of being kept.
  public enum Recomputation: Int, Sendable, CaseIterable, Comparable {
    case none
    /// Norms, activations and other element-wise work.
    case cheap
    /// Everything between checkpoints.
    case blocks

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// What a plan may do to a graph; it leaves the numbers as they are, but for the rounding of sums
  /// of products and of the gradient of a frozen vocabulary.
  public struct Options: Sendable {
    public var fuses = true
    /// nil picks the least that fits the budget.
    public var recomputation: Recomputation?
    /// The most bytes that `peakBytes` should reach; nil for no limit.
    public var memoryBudget: Int?

    public init(
      fuses: Bool = true, recomputation: Recomputation? = nil, memoryBudget: Int? = nil
    ) {
      self.fuses = fuses
      self.recomputation = recomputation
      self.memoryBudget = memoryBudget
    }
  }

  let program: Program
  let layout: Layout
  /// The most each axis may have in a step.
  public let bounds: [Axis: Int]
  public let recomputation: Recomputation

  /// Plans `outputs` (read after a step) and `effects` (done for what they change).
  public init(
    _ graph: Graph, outputs: [Tensor], effects: [Tensor] = [], bounds: [Axis: Int],
    options: Options = Options()
  ) throws {
    let contents = graph.contents
    if let complaint = contents.complaint { throw complaint }
    var program = Program(contents, outputs: outputs.map(\.id), effects: effects.map(\.id))
    program.removeDeadCode()
    program.mergeCommonSubexpressions()
    program.expectTargets()
    try Plan.check(program, bounds)
    let levels = options.recomputation.map { [$0] } ?? Recomputation.allCases
    var chosen = Plan(program, levels[0], bounds, options)
    for level in levels.dropFirst() {
      guard let budget = options.memoryBudget, chosen.peakBytes > budget else { break }
      let next = Plan(program, level, bounds, options)
      if next.peakBytes < chosen.peakBytes { chosen = next }
    }
    self = chosen
  }

  private init(
    _ merged: Program, _ level: Recomputation, _ bounds: [Axis: Int], _ options: Options
  ) {
    var program = merged
    program.recompute(level)
    if options.fuses {
      program.sumProducts()
      program.joinProducts()
      program.fuse()
    }
    program.foldAccumulation()
    self.program = program
    self.bounds = bounds
    recomputation = level
    layout = Layout(program, bounds)
  }

  private static func check(_ program: Program, _ bounds: [Axis: Int]) throws {
    for value in program.values {
      for axis in value.signature.shape.extents.compactMap(\.axis) where bounds[axis] == nil {
        throw MissingBound(axis: axis)
      }
    }
  }

  // MARK: What it takes

  /// Every byte the runtime allocates to run this plan on `workers` threads, weights excluded.
  public func peakBytes(workers: Int) -> Int {
    layout.arenaBytes + layout.persistentBytes + layout.scratchBytesPerWorker * workers
  }

  /// `peakBytes` on one thread.
  public var peakBytes: Int { peakBytes(workers: 1) }

  /// Values that share memory over time: the part of the peak that a step reuses.
  public var arenaBytes: Int { layout.arenaBytes }

  /// Work and memory traffic of one step of the given lengths.
  public func cost(_ lengths: [Axis: Int]) -> Cost {
    program.nodes.reduce(Cost(flops: 0, bytes: 0)) {
      $0 + $1.operation.cost(program.sizes(of: $1, lengths))
    }
  }

  /// Floating-point operations of one step of the given lengths.
  public func flops(_ lengths: [Axis: Int]) -> Int { cost(lengths).flops }

  /// The names of the operations in the order they run.
  public var operationNames: [String] { program.nodes.map(\.operation.name) }

  /// Parameters whose gradient this plan computes.
  public var trainedParameters: [String] {
    layout.places.compactMap { if case .gradient(let name)? = $0 { name } else { nil } }
      .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

/// An axis occurs in a graph, and the plan was not told how long it may get.
public struct MissingBound: Error, CustomStringConvertible {
  public let axis: Axis
  public var description: String {
    "the graph has an axis `\(axis)`, but the plan got no bound for it; add `\(axis)` to `bounds`"
  }
}

extension Program {
  func sizes(of node: Graph.Node, _ lengths: [Axis: Int]) -> Sizes {
    Sizes(
      inputs: node.inputs.map { values[$0].signature.shape.dimensions(in: lengths) },
      outputs: node.outputs.map { values[$0].signature.shape.dimensions(in: lengths) })
  }
}
