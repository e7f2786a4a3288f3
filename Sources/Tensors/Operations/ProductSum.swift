/// `y = Σ xᵢ Wᵢᵀ + Σ zⱼ Vⱼ`: products of one shape, added up where they are made.
///
/// A plan makes it of sums of `Linear`, and of sums of its gradient: a layer and its low-rank
/// corrections, or what reaches an input from all layers that read it. No product but the sum goes
/// through memory.
///
/// Inputs: the left and the right factor of each term.
struct ProductSum: Operation {
  /// For each term, whether its weight enters transposed.
  let isTransposed: [Bool]

  var name: String { "sum of \(isTransposed.count) products" }
  var packedInputs: [Int] { isTransposed.indices.map { 2 * $0 + 1 } }

  /// The operation as a sum of one term; nil for other operations.
  init?(_ operation: any Operation) {
    switch operation {
    case let sum as ProductSum: self = sum
    case let linear as Linear where !linear.roundsRows: isTransposed = [true]
    case is LinearInputGradient: isTransposed = [false]
    default: return nil
    }
  }

  private init(isTransposed: [Bool]) { self.isTransposed = isTransposed }

  func adding(_ other: ProductSum) -> ProductSum {
    ProductSum(isTransposed: isTransposed + other.isTransposed)
  }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let weight = inputs[1].shape.extents
    return [Signature([inputs[0].shape.extents[0], weight[isTransposed[0] ? 0 : 1]])]
  }

  func cost(_ sizes: Sizes) -> Cost {
    let flops = isTransposed.indices.reduce(0) {
      $0 + 2 * sizes.inputs[2 * $1].rows * sizes.inputs[2 * $1 + 1].count
    }
    return Cost(flops: flops, bytes: sizes.bytes)
  }

  func scratchBytes(_ sizes: Sizes) -> Int {
    isTransposed.indices.map { MatrixTiles.scratchBytes(sizes.inputs[2 * $0 + 1]) }.max() ?? 0
  }

  func run(_ step: Step) {
    MatrixTiles.addUp(
      isTransposed.enumerated().map { term, isTransposed in
        MatrixTiles.Term(
          left: step.inputs[2 * term], weight: step.inputs[2 * term + 1],
          isTransposed: isTransposed)
      }, step.outputs[0], step)
  }
}

extension Program {
  /// Turns sums of products into one node each.
  ///
  /// Only where something is trained: elsewhere a row's bits must not depend on its neighbours, which
  /// `Linear` sees to.
  mutating func sumProducts() {
    guard nodes.contains(where: \.isBackward) else { return }
    let uses = useCounts()
    var result: [Graph.Node?] = []
    var products: [Int: Int] = [:]
    for node in nodes {
      var node = node
      if let operation = node.operation as? Elementwise, operation.isPlainSum,
        let first = products[node.inputs[0]], let second = products[node.inputs[1]],
        let sum = sum(result[first], result[second], node)
      {
        node = sum
        result[first] = nil
        result[second] = nil
      }
      if ProductSum(node.operation) != nil, uses[node.outputs[0]] == 1 {
        products[node.outputs[0]] = result.count
      }
      result.append(node)
    }
    nodes = result.compactMap { $0 }
  }

  private func sum(_ a: Graph.Node?, _ b: Graph.Node?, _ node: Graph.Node) -> Graph.Node? {
    guard let a, let b, let left = ProductSum(a.operation), let right = ProductSum(b.operation)
    else { return nil }
    return Graph.Node(
      operation: left.adding(right), inputs: a.inputs + b.inputs, outputs: node.outputs,
      isBackward: node.isBackward)
  }
}

extension Elementwise {
  /// Whether it is `a + b` of two operands in full.
  fileprivate var isPlainSum: Bool {
    program.count == 1 && program[0].primitive == .add && program[0].operands == [0, 1]
      && spreads == [.full, .full]
  }
}
