extension Program {
  /// Computes forward values again where the backward pass needs them.
  ///
  /// They need not live from one pass to the other then. Checkpoints, leaves and outputs are kept.
  mutating func recompute(_ level: Plan.Recomputation) {
    guard level > .none else { return }
    var rewriter = Recomputer(self, level)
    nodes = rewriter.rewritten()
    values = rewriter.program.values
  }

  /// Lets an operation add to a gradient buffer itself where it can, instead of handing its result
  /// to an addition.
  mutating func foldAccumulation() {
    let uses = useCounts()
    var producers: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() { for id in node.outputs { producers[id] = index } }
    var dropped: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.operation is AccumulateGradient {
      let gradient = node.inputs[1]
      guard uses[gradient] == 1, let producer = producers[gradient],
        nodes[producer].operation.canAccumulate, nodes[producer].outputs[0] == gradient
      else { continue }
      // In the producer's place: its other outputs may be read before the addition.
      nodes[producer] = fold(nodes[producer], into: node)
      dropped.insert(index)
    }
    nodes = nodes.indices.filter { !dropped.contains($0) }.map { nodes[$0] }
  }

  private func fold(_ producer: Graph.Node, into accumulate: Graph.Node) -> Graph.Node {
    Graph.Node(
      operation: Accumulating(
        operation: AnyOperation(producer.operation), buffer: producer.inputs.count),
      inputs: producer.inputs + [accumulate.inputs[0]],
      outputs: accumulate.outputs + producer.outputs.dropFirst(), isBackward: true)
  }
}

/// An operation that adds its output 0 to a gradient buffer, its last input.
struct Accumulating: Operation {
  let operation: AnyOperation
  /// Which input is the buffer.
  let buffer: Int

  var name: String { "\(operation.value.name), added up" }
  var isPure: Bool { false }
  var alias: Int? { buffer }
  var packedInputs: [Int] { operation.value.packedInputs }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    try operation.value.results(for: Array(inputs.dropLast()))
  }
  func cost(_ sizes: Sizes) -> Cost { operation.value.cost(inner(sizes)) }
  func scratchBytes(_ sizes: Sizes) -> Int { operation.value.scratchBytes(inner(sizes)) }

  private func inner(_ sizes: Sizes) -> Sizes {
    Sizes(inputs: Array(sizes.inputs.dropLast()), outputs: sizes.outputs)
  }

  func run(_ step: Step) { operation.value.run(step.accumulating()) }
}

/// Any operation, comparable with any other.
struct AnyOperation: Hashable, Sendable {
  let value: any Operation

  init(_ value: any Operation) { self.value = value }

  static func == (a: Self, b: Self) -> Bool { AnyHashable(a.value) == AnyHashable(b.value) }
  func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}

/// Makes copies of forward nodes for the backward pass, each just before its first use.
private struct Recomputer {
  var program: Program
  let level: Plan.Recomputation
  private var producers: [Int: Graph.Node] = [:]
  private var kept: Set<Int>
  private var copies: [Int: Int] = [:]
  private var result: [Graph.Node] = []

  init(_ program: Program, _ level: Plan.Recomputation) {
    self.program = program
    self.level = level
    for node in program.nodes where !node.isBackward {
      for id in node.outputs { producers[id] = node }
    }
    kept = program.checkpoints.union(program.outputs)
  }

  mutating func rewritten() -> [Graph.Node] {
    for node in program.nodes {
      let inputs = node.isBackward ? node.inputs.map { again($0) } : node.inputs
      result.append(node.replacing(inputs: inputs))
    }
    return result
  }

  /// The value to use in the backward pass for the forward value `id`.
  private mutating func again(_ id: Int) -> Int {
    if let copy = copies[id] { return copy }
    guard !kept.contains(id), let node = producers[id], mayRepeat(node) else { return id }
    let inputs = node.inputs.map { again($0) }
    let outputs = node.outputs.map { program.makeValue(like: $0) }
    for (original, copy) in zip(node.outputs, outputs) {
      if !kept.contains(original) { copies[original] = copy }
    }
    result.append(
      Graph.Node(operation: node.operation, inputs: inputs, outputs: outputs, isBackward: true))
    return copies[id] ?? id
  }

  private func mayRepeat(_ node: Graph.Node) -> Bool {
    // A vocabulary costs as much as five layers, and what it leaves is small.
    let isVocabulary = node.operation is TargetLogProbability
    return node.operation.isPure && !isVocabulary && (level == .blocks || node.operation.isCheap)
  }
}
