extension Program {
  /// Joins element-wise nodes of one shape whose results only they themselves use, so that a chain
  /// reads and writes memory once.
  mutating func fuse() {
    let groups = fusionGroups()
    var result: [Graph.Node] = []
    for (index, node) in nodes.enumerated() {
      guard let group = groups[index] else {
        result.append(node)
        continue
      }
      // A group runs where its last node stood.
      if group.last == index { result.append(fused(group)) }
    }
    nodes = result
  }

  /// For every element-wise node, the nodes it is joined with, in order; the last makes the result.
  private func fusionGroups() -> [Int: [Int]] {
    let users = usersOfValues()
    var leader: [Int: Int] = [:]
    var members: [Int: [Int]] = [:]
    for index in nodes.indices.reversed() {
      guard let operation = nodes[index].operation as? Elementwise else { continue }
      let own = users[nodes[index].outputs[0]].map { leader[$0] ?? -1 }
      if let first = own.first, first >= 0, own.allSatisfy({ $0 == first }),
        shares(operation, nodes[first]), members[first, default: []].count < Fusion.longest
      {
        leader[index] = first
        members[first, default: []].append(index)
      } else {
        leader[index] = index
        members[index] = [index]
      }
    }
    var groups: [Int: [Int]] = [:]
    for group in members.values { for index in group { groups[index] = group.sorted() } }
    return groups
  }

  private func shares(_ operation: Elementwise, _ node: Graph.Node) -> Bool {
    (node.operation as? Elementwise)?.shape == operation.shape
  }

  /// The nodes that read each value; -1 stands for a reader outside the program.
  private func usersOfValues() -> [[Int]] {
    var users = [[Int]](repeating: [], count: values.count)
    for (index, node) in nodes.enumerated() { for id in node.inputs { users[id].append(index) } }
    for id in outputs + effects { users[id].append(-1) }
    return users
  }

  private func fused(_ group: [Int]) -> Graph.Node {
    guard group.count > 1, let last = group.last else { return nodes[group[0]] }
    var fusion = Fusion(internal: Set(group.dropLast().map { nodes[$0].outputs[0] }))
    for index in group { fusion.gatherInputs(nodes[index]) }
    for index in group { fusion.append(nodes[index]) }
    return Graph.Node(
      operation: fusion.operation(shape: values[nodes[last].outputs[0]].signature.shape),
      inputs: fusion.inputs, outputs: nodes[last].outputs, isBackward: nodes[last].isBackward)
  }
}

/// Several element-wise programs put one after another.
private struct Fusion {
  /// Keeps the tiles of a program inside the first-level cache.
  static let longest = 16

  let `internal`: Set<Int>
  private(set) var inputs: [Int] = []
  private var spreads: [Elementwise.Spread] = []
  private var slots: [Int: Int] = [:]
  private var program: [Elementwise.Instruction] = []

  init(internal: Set<Int>) { self.internal = `internal` }

  mutating func gatherInputs(_ node: Graph.Node) {
    guard let operation = node.operation as? Elementwise else { return }
    for (id, spread) in zip(node.inputs, operation.spreads)
    where !`internal`.contains(id) && slots[id] == nil {
      slots[id] = inputs.count
      inputs.append(id)
      spreads.append(spread)
    }
  }

  mutating func append(_ node: Graph.Node) {
    guard let operation = node.operation as? Elementwise else { return }
    var local = node.inputs.map { slots[$0] ?? 0 }
    for instruction in operation.program {
      local.append(inputs.count + program.count)
      program.append(
        Elementwise.Instruction(
          primitive: instruction.primitive, operands: instruction.operands.map { local[$0] }))
    }
    slots[node.outputs[0]] = inputs.count + program.count - 1
  }

  func operation(shape: Shape) -> Elementwise {
    Elementwise(shape: shape, spreads: spreads, program: program)
  }
}
