/// A graph while a plan rewrites it: values, the nodes in the order they will run, what is wanted.
struct Program {
  var values: [Graph.Value]
  var nodes: [Graph.Node]
  /// Values that are read after a step.
  var outputs: [Int]
  /// Values that are only computed for what they do to a state or a gradient buffer.
  var effects: [Int]
  private(set) var checkpoints: Set<Int>
  /// Values that another one stands for.
  private var standIns: [Int: Int] = [:]

  init(_ contents: Graph.Contents, outputs: [Int], effects: [Int]) {
    values = contents.values
    nodes = contents.nodes
    self.outputs = outputs
    self.effects = effects
    checkpoints = contents.checkpoints
  }

  /// The value that stands for `id` after all rewriting.
  func resolve(_ id: Int) -> Int {
    var id = id
    while let next = standIns[id] { id = next }
    return id
  }

  /// Keeps only nodes that an output or effect depends on.
  mutating func removeDeadCode() {
    var live = Set(outputs + effects)
    var kept: [Graph.Node] = []
    for node in nodes.reversed() where node.outputs.contains(where: live.contains) {
      live.formUnion(node.inputs)
      kept.append(node)
    }
    nodes = kept.reversed()
  }

  /// Does equal operations on equal inputs once.
  mutating func mergeCommonSubexpressions() {
    var known: [Key: [Int]] = [:]
    var kept: [Graph.Node] = []
    for node in nodes {
      let inputs = node.inputs.map(resolve)
      let key = Key(operation: AnyHashable(node.operation), inputs: inputs)
      if node.operation.isPure, let outputs = known[key] {
        for (mine, theirs) in zip(node.outputs, outputs) { standIns[mine] = theirs }
        continue
      }
      if node.operation.isPure { known[key] = node.outputs }
      kept.append(node.replacing(inputs: inputs))
    }
    nodes = kept
    outputs = outputs.map(resolve)
    effects = effects.map(resolve)
    checkpoints = Set(checkpoints.map(resolve))
  }

  private struct Key: Hashable {
    let operation: AnyHashable
    let inputs: [Int]
  }

  mutating func makeValue(like id: Int) -> Int {
    values.append(values[id])
    return values.count - 1
  }

  /// How often each value is read by nodes; what leaves the program counts as well.
  func useCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: values.count)
    for node in nodes { for input in node.inputs { counts[input] += 1 } }
    for id in outputs + effects { counts[id] += 1 }
    return counts
  }
}

extension Graph.Node {
  func replacing(inputs: [Int]) -> Graph.Node {
    Graph.Node(operation: operation, inputs: inputs, outputs: outputs, isBackward: isBackward)
  }
}
