import Tensors

/// The log-probability of each target of a batch, wherever it comes from: what a loss is made of.
///
/// Targets lie role after role: those of all first completions, then those of all second ones.
public struct ScoredTargets: Sendable {
  public let graph: Graph
  /// The log-probabilities of all targets. [targets]
  public let logProbabilities: Tensor
  public let roles: Int

  public init(_ graph: Graph, logProbabilities: Tensor, roles: Int) {
    self.graph = graph
    self.logProbabilities = logProbabilities
    self.roles = roles
  }

  /// Targets whose log-probabilities are given from outside, under the name `logp`.
  public init(given graph: Graph, roles: Int) {
    self.init(graph, logProbabilities: graph.input(Self.givenName, .f32, [.targets]), roles: roles)
  }

  package static let givenName = "logp"

  /// Numbers per target, cut to those of one role.
  ///
  /// values: [targets]. Returns: [targets of role]
  public func values(_ values: Tensor, ofRole role: Int) -> Tensor {
    guard roles > 1 else { return values }
    return gather(
      values,
      rows: graph.input("role.\(role).places", .i32, [.axis(.targets(role: role))]))
  }

  /// Where the targets of each sequence of a role begin. int32 [sequences + 1]
  public func borders(ofRole role: Int) -> Tensor {
    graph.input("role.\(role).borders", .i32, [.borders(.sequences)])
  }
}
