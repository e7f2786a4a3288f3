extension Graph {
  /// Appends the backward pass of a scalar loss.
  ///
  /// Gradients of trainable parameters are added to their buffers; the returned tensors stand for
  /// these additions and belong among the `effects` of a plan. What leads to no trainable parameter
  /// gets no gradient nodes.
  public func gradients(of loss: Tensor) -> [Tensor] {
    var walk = BackwardWalk(graph: self, loss: loss, targets: [])
    walk.run()
    return walk.effects
  }

  /// Appends the backward pass of a scalar loss and returns the gradients of the given tensors.
  public func gradients(of loss: Tensor, for targets: [Tensor]) -> [Tensor?] {
    var walk = BackwardWalk(graph: self, loss: loss, targets: targets.map(\.id))
    walk.run()
    return targets.map { walk.sum(of: $0.id) }
  }
}

/// One walk from the loss back to what it depends on, from the last node to the first.
private struct BackwardWalk {
  let graph: Graph
  let loss: Tensor
  let contents: Graph.Contents
  let targets: Set<Int>
  /// The gradients that reach a value from its uses, in the order of the walk.
  private var arriving: [Int: [Tensor]] = [:]
  private(set) var effects: [Tensor] = []

  init(graph: Graph, loss: Tensor, targets: [Int]) {
    self.graph = graph
    self.loss = loss
    self.targets = Set(targets)
    contents = graph.contents
  }

  mutating func run() {
    guard loss.shape == .scalar else { return complain() }
    let needed = neededValues()
    graph.setBackward(true)
    defer { graph.setBackward(false) }
    arrive(graph.constant(1), at: loss.id)
    for node in contents.nodes.reversed() where node.outputs.contains(where: { needed[$0] }) {
      let outputs = node.outputs.map { sum(of: $0) }
      guard outputs.contains(where: { $0 != nil }) else { continue }
      let application = Application(
        inputs: node.inputs.map(graph.tensor), outputs: node.outputs.map(graph.tensor),
        needed: node.inputs.map { needed[$0] })
      let gradients = node.operation.gradients(of: application, from: outputs)
      for (input, gradient) in zip(node.inputs, gradients) where needed[input] {
        if let gradient { arrive(gradient, at: input) }
      }
    }
  }

  private func complain() {
    _ = graph.apply(NotScalar(), to: [loss])
  }

  /// Which values depend on a trainable parameter, or on one of the targets.
  private func neededValues() -> [Bool] {
    var needed = contents.values.indices.map { id in
      if case .parameter(_, trainable: true) = contents.values[id].origin {
        return targets.isEmpty
      }
      return targets.contains(id)
    }
    for node in contents.nodes where node.inputs.contains(where: { needed[$0] }) {
      for output in node.outputs { needed[output] = true }
    }
    return needed
  }

  private mutating func arrive(_ gradient: Tensor, at id: Int) {
    let value = contents.values[id]
    if targets.isEmpty, case .parameter(let name, trainable: true) = value.origin {
      let buffer = graph.gradientBuffer(of: name, value.signature)
      effects += graph.apply(AccumulateGradient(), to: [buffer, gradient])
    } else {
      arriving[id, default: []].append(gradient)
    }
  }

  /// What arrived at a value, added up in the order of arrival.
  mutating func sum(of id: Int) -> Tensor? {
    guard let gradients = arriving[id], let first = gradients.first else { return nil }
    let total = gradients.dropFirst().reduce(first) { $0 + $1 }
    arriving[id] = [total]
    return total
  }
}

/// Refuses the gradient of something that is not one number.
private struct NotScalar: Operation {
  var name: String { "gradients" }
  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    throw ShapeError(name, found: inputs, expected: "a scalar loss")
  }
  func run(_ step: Step) {}
}

/// Adds a gradient to the buffer of its parameter; output 0 is the buffer.
struct AccumulateGradient: Operation {
  var name: String { "accumulate" }
  var isPure: Bool { false }
  var alias: Int? { 0 }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs[0] == inputs[1] else {
      throw ShapeError(name, found: inputs, expected: "a gradient of the parameter's shape")
    }
    return [inputs[0]]
  }

  func run(_ step: Step) {
    let buffer = step.inputs[0].floats, gradient = step.inputs[1].floats
    step.parallel(over: step.inputs[0].count, by: 1 << 14) { range, _ in
      let start = range.lowerBound
      Primitive.add.run(
        range.count, buffer + start, gradient + start, gradient, buffer + start)
    }
  }
}
