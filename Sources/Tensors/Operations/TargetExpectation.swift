import CKernels

/// The gradient of `TargetLogProbability` where the vocabulary is frozen: `dh = w (W[target] - E[W])`.
///
/// E[W] = Σ p W is what softmax attention with the vocabulary as keys and values gives, so the
/// forward pass can make it tile by tile (FlashAttention-2, Dao 2023) and no logit is computed
/// twice. Rows without weight contribute exactly nothing.
///
/// Inputs: E[W] [N, D], unembedding [V, D], int32 targets [N], weights [N].  Output: [N, D]
struct TargetExpectationGradient: Operation {
  var name: String { "target log-probability, gradient of a frozen vocabulary" }
  var packedInputs: [Int] { [1] }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] { [inputs[0]] }
  func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: 2 * sizes.inputs[0].count, bytes: 3 * 4 * sizes.inputs[0].count)
  }

  func run(_ step: Step) {
    let expected = step.inputs[0].floats, unembedding = step.inputs[1]
    let targets = step.inputs[2].integers, weights = step.inputs[3].floats
    let dhidden = step.outputs[0].floats, width = step.outputs[0].columns
    step.parallel(over: step.outputs[0].rows, by: 16) { rows, _ in
      for row in rows {
        let target = dhidden + row * width
        guard weights[row] != 0 else {
          target.update(repeating: 0, count: width)
          continue
        }
        unembedding.unpack(width, from: Int(targets[row]) * width, into: target)
        k_weighted_difference_f32(width, weights[row], target, expected + row * width, target)
      }
    }
  }
}

extension Program {
  /// Lets the forward pass of a frozen vocabulary leave E[W], where a gradient will ask for it.
  mutating func expectTargets() {
    var producers: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() where node.operation is TargetLogProbability {
      producers[node.outputs[1]] = index
    }
    for (index, node) in nodes.enumerated() {
      guard let gradient = node.operation as? TargetLogProbabilityGradient,
        !gradient.trainsUnembedding, gradient.weighsTargets, !gradient.weighsEntropy,
        let producer = producers[node.inputs[3]],
        let expectation = expectation(from: producer)
      else { continue }
      nodes[index] = Graph.Node(
        operation: TargetExpectationGradient(),
        inputs: [expectation, node.inputs[1], node.inputs[2], node.inputs[4]],
        outputs: [node.outputs[0]], isBackward: node.isBackward)
    }
  }

  /// The value with E[W] of a forward node, which is changed to make it.
  private mutating func expectation(from index: Int) -> Int? {
    let node = nodes[index]
    guard let operation = node.operation as? TargetLogProbability else { return nil }
    let place = TargetLogProbability.expectationPlace(givesEntropy: operation.givesEntropy)
    if operation.givesExpectation { return node.outputs[place] }
    let changed = TargetLogProbability(givesEntropy: operation.givesEntropy, givesExpectation: true)
    let inputs = node.inputs.map { values[$0].signature }
    guard let signatures = try? changed.results(for: inputs) else { return nil }
    let first = values.count
    for (output, signature) in signatures.enumerated().dropFirst(node.outputs.count) {
      let origin = Graph.Origin.result(node: index, output: output)
      values.append(Graph.Value(signature: signature, origin: origin))
    }
    nodes[index] = Graph.Node(
      operation: changed, inputs: node.inputs, outputs: node.outputs + [first, first + 1],
      isBackward: node.isBackward)
    return first
  }
}
