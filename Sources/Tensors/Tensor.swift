/// A value of a graph that has not been computed yet: shape and element type are known, numbers not.
///
/// Arithmetic on tensors appends nodes to their graph, so that models and losses read like formulas.
public struct Tensor: Sendable {
  public let graph: Graph
  public let id: Int
  public let signature: Signature

  public var shape: Shape { signature.shape }
  public var type: ElementType { signature.type }
}

extension Tensor: CustomStringConvertible {
  public var description: String { "tensor \(id) \(signature)" }
}
