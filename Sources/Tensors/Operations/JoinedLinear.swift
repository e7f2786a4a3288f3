/// `y[i] = x W[i]ᵀ`, several products of the same rows as one piece of work.
/// x: [T, in]   W[i]: [out[i], in], in any element type   y[i]: [T, out[i]]
///
/// Rows are packed once for all, and workers wait for each other once. A plan makes it of `Linear`
/// products that round their rows, after gradients are made; each of them keeps its bits.
struct JoinedLinear: Operation {
  let count: Int

  var name: String { "linear, \(count) at once" }
  var packedInputs: [Int] { Array(1...count) }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    var results: [Signature] = []
    for weight in inputs.dropFirst() { results += try single.results(for: [inputs[0], weight]) }
    return results
  }

  func cost(_ sizes: Sizes) -> Cost {
    each(sizes).map(single.cost).reduce(Cost(flops: 0, bytes: 0), +)
  }

  func scratchBytes(_ sizes: Sizes) -> Int { each(sizes).map(single.scratchBytes).max() ?? 0 }

  func run(_ step: Step) {
    let x = step.inputs[0], weights = step.inputs.dropFirst()
    guard x.rows > DotRows.most else {
      return DotRows.multiply(x, transposed: weights, step.outputs, step)
    }
    for (w, y) in zip(weights, step.outputs) { MatrixTiles.multiply(x, transposed: w, y, step) }
  }

  private var single: Linear { Linear(roundsRows: true) }

  private func each(_ sizes: Sizes) -> [Sizes] {
    zip(sizes.inputs.dropFirst(), sizes.outputs).map {
      Sizes(inputs: [sizes.inputs[0], $0], outputs: [$1])
    }
  }
}

extension Program {
  /// Joins products of the same rows, where the first of them stood.
  mutating func joinProducts() {
    var groups: [Int: [Int]] = [:]
    for (index, node) in nodes.enumerated() where joins(node) {
      groups[node.inputs[0], default: []].append(index)
    }
    var dropped: Set<Int> = []
    for group in groups.values where group.count > 1 {
      let members = group.map { nodes[$0] }
      nodes[group[0]] = Graph.Node(
        operation: JoinedLinear(count: group.count),
        inputs: [members[0].inputs[0]] + members.map { $0.inputs[1] },
        outputs: members.flatMap(\.outputs), isBackward: false)
      dropped.formUnion(group.dropFirst())
    }
    nodes = nodes.indices.filter { !dropped.contains($0) }.map { nodes[$0] }
  }

  /// Whether a node may run earlier, beside others: its weight is there from the start.
  private func joins(_ node: Graph.Node) -> Bool {
    guard let linear = node.operation as? Linear, linear.roundsRows, !node.isBackward else {
      return false
    }
    if case .result = values[node.inputs[1]].origin { return false }
    return true
  }
}
