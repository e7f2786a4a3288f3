import Synchronization

/// A computation as single-assignment nodes, built once and run many times.
///
/// Model code and traced losses append nodes; nothing is computed here. Tensors that do not fit
/// are remembered as a complaint, so that formulas need no `try`; making a plan throws it.
public final class Graph: Sendable {
  /// Where a value comes from.
  public enum Origin: Hashable, Sendable {
    /// Numbers that are given anew for each step.
    case input(String)
    /// A weight bound by name; only trainable ones get gradients.
    case parameter(String, trainable: Bool)
    case constant(Float)
    /// Memory that lives from step to step, such as a key-value cache.
    case state(String)
    /// Where the gradient of the named parameter adds up until the optimizer takes it.
    case gradient(of: String)
    /// An output of a node.
    case result(node: Int, output: Int)
  }

  /// A value: shape, type, origin.
  public struct Value: Sendable {
    public let signature: Signature
    public let origin: Origin
  }

  /// An operation applied to values.
  public struct Node: Sendable {
    public let operation: any Operation
    public let inputs: [Int]
    public let outputs: [Int]
    public let isBackward: Bool
  }

  /// Everything a graph holds, as a value that a plan can rewrite.
  public struct Contents: Sendable {
    public var values: [Value] = []
    public var nodes: [Node] = []
    var leaves: [Origin: Int] = [:]
    var checkpoints: Set<Int> = []
    var complaint: ShapeError?
    var buildsBackward = false
  }

  private let state = Mutex(Contents())

  public init() {}

  public var contents: Contents { state.withLock { $0 } }

  /// The first thing that did not fit, if any.
  public var complaint: ShapeError? { state.withLock { $0.complaint } }

  // MARK: Leaves

  /// Numbers that are given for each step.
  public func input(_ name: String, _ type: ElementType = .f32, _ shape: Shape) -> Tensor {
    leaf(.input(name), Signature(shape, type))
  }

  /// A weight that is bound by name when a plan is executed; frozen ones may be of any type.
  public func parameter(_ name: String, shape: [Int], trainable: Bool) -> Tensor {
    leaf(.parameter(name, trainable: trainable), Signature(Shape(fixed: shape)))
  }

  /// One number.
  public func constant(_ value: Float) -> Tensor { leaf(.constant(value), Signature(.scalar)) }

  /// Memory that is zero at first and lives from step to step.
  public func state(_ name: String, _ shape: Shape, _ type: ElementType = .f32) -> Tensor {
    leaf(.state(name), Signature(shape, type))
  }

  private func leaf(_ origin: Origin, _ signature: Signature) -> Tensor {
    let id = state.withLock { contents in
      if let known = contents.leaves[origin] {
        let first = contents.values[known].signature
        if first != signature, contents.complaint == nil {
          contents.complaint = ShapeError(
            "\(origin)", found: [first, signature], expected: "one shape wherever it is named")
        }
        return known
      }
      contents.values.append(Value(signature: signature, origin: origin))
      contents.leaves[origin] = contents.values.count - 1
      return contents.values.count - 1
    }
    return Tensor(graph: self, id: id, signature: signature)
  }

  func gradientBuffer(of parameter: String, _ signature: Signature) -> Tensor {
    leaf(.gradient(of: parameter), signature)
  }

  // MARK: Nodes

  /// Applies an operation; the outputs are new tensors of this graph.
  public func apply(_ operation: some Operation, to inputs: [Tensor]) -> [Tensor] {
    precondition(inputs.allSatisfy { $0.graph === self }, "tensors of two graphs do not mix")
    let found = inputs.map(\.signature)
    let results: [Signature]
    do {
      results = try operation.results(for: found)
    } catch {
      return poison(error, like: found)
    }
    return state.withLock { contents in
      let outputs = contents.append(
        operation, inputs: inputs.map(\.id), results: results, backward: contents.buildsBackward)
      return zip(outputs, results).map { Tensor(graph: self, id: $0, signature: $1) }
    }
  }

  /// Remembers what is wrong and goes on with stand-ins, so that the first complaint wins.
  private func poison(_ error: ShapeError, like found: [Signature]) -> [Tensor] {
    state.withLock { if $0.complaint == nil { $0.complaint = error } }
    let standIn = leaf(.input("a stand-in of shape \(found)"), found.first ?? Signature(.scalar))
    return [Tensor](repeating: standIn, count: 64)
  }

  /// Marks a value that is kept however much is computed again in the backward pass.
  ///
  /// Mark the residual stream after every block: a sum of sums would otherwise be made again from
  /// its very beginning.
  @discardableResult
  public func checkpoint(_ tensor: Tensor) -> Tensor {
    state.withLock { _ = $0.checkpoints.insert(tensor.id) }
    return tensor
  }

  func setBackward(_ value: Bool) { state.withLock { $0.buildsBackward = value } }

  func tensor(_ id: Int) -> Tensor {
    Tensor(graph: self, id: id, signature: state.withLock { $0.values[id].signature })
  }
}

extension Graph.Contents {
  mutating func append(
    _ operation: any Operation, inputs: [Int], results: [Signature], backward: Bool
  ) -> [Int] {
    let first = values.count
    for (output, signature) in results.enumerated() {
      let origin = Graph.Origin.result(node: nodes.count, output: output)
      values.append(Graph.Value(signature: signature, origin: origin))
    }
    let outputs = Array(first..<values.count)
    nodes.append(
      Graph.Node(operation: operation, inputs: inputs, outputs: outputs, isBackward: backward))
    return outputs
  }
}
