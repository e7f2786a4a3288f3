/// Where the time of steps went, by operation and by the sizes it met.
public struct Profile: Sendable {
  /// An operation at some sizes.
  public struct Kind: Hashable, Sendable {
    public let operation: String
    /// The sizes of its inputs, as `1024x576 1536x576`.
    public let sizes: String
  }

  /// What all runs of one kind took together.
  public struct Entry: Sendable {
    public var runs = 0
    public var seconds = 0.0
    public var cost = Cost(flops: 0, bytes: 0)
  }

  public private(set) var entries: [Kind: Entry] = [:]

  public init() {}

  mutating func add(_ node: Graph.Node, _ step: Step, seconds: Double) {
    let inputs = step.inputs.map(\.dimensions)
    let cost = node.operation.cost(Sizes(inputs: inputs, outputs: step.outputs.map(\.dimensions)))
    let sizes = inputs.map { $0.columns == 1 ? "\($0.rows)" : "\($0.rows)x\($0.columns)" }
    let kind = Kind(operation: node.operation.name, sizes: sizes.joined(separator: " "))
    entries[kind, default: Entry()].runs += 1
    entries[kind, default: Entry()].seconds += seconds
    entries[kind, default: Entry()].cost = entries[kind, default: Entry()].cost + cost
  }
}
