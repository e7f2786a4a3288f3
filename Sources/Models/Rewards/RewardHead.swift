import Formats
import Tensors
import Vocabulary

/// A linear layer on the hidden state, after the last norm, of the last token of an answer: what
/// makes a language model a reward model.
///
/// The last token is the one that ends the turn, where the template or the vocabulary has one.
public struct RewardHead: Sendable {
  /// What its outputs are called, in their order.
  public var names: [String]
  /// Shape [outputs, width].
  public var weight: Weight
  /// Shape [outputs]; the classes of Transformers have none, so a head is without unless asked for.
  public var bias: Weight?

  public init(names: [String], weight: Weight, bias: Weight? = nil) {
    self.names = names
    self.weight = weight
    self.bias = bias
  }

  /// The names of its parameters in graphs and in files.
  static let weightName = "score.weight"
  static let biasName = "score.bias"

  /// What a scalar head's output is called.
  public static let scalarName = "reward"

  /// The names of outputs that nobody has named.
  public static func standardNames(_ count: Int) -> [String] {
    count == 1 ? [scalarName] : (1...count).map { "\(scalarName)_\($0)" }
  }

  /// The parameters by name.
  var weights: [(String, Weight)] {
    [(Self.weightName, weight)] + (bias.map { [(Self.biasName, $0)] } ?? [])
  }

  /// A number of each output, as rows get it.
  var row: RecipeType { Self.row(names) }

  static func row(_ names: [String]) -> RecipeType {
    .record(names.map { RecordField($0, .float) })
  }

  /// The outputs for hidden states.
  ///
  /// hidden: [rows, width]. Returns: [rows, outputs]
  func outputs(_ hidden: Tensor, _ scope: Scope) -> Tensor {
    let (graph, trains) = (scope.graph, scope.outfit.trainsHead)
    return linear(
      hidden, graph.parameter(Self.weightName, shape: weight.shape, trainable: trains),
      bias: bias.map { graph.parameter(Self.biasName, shape: $0.shape, trainable: trains) })
  }
}

/// A head before it is attached.
public struct RewardHeadSettings: Sendable, Hashable {
  public var names: [String]
  public var hasBias: Bool

  public init(names: [String] = [RewardHead.scalarName], hasBias: Bool = false) {
    self.names = names
    self.hasBias = hasBias
  }

  var summary: String { "reward head giving \(names.joined(separator: ", "))" }
}

extension LanguageModel {
  /// The model with a fresh head: weights normal with deviation `1 / √(width + 1)`, bias zero, as
  /// the reward models of the TL;DR line of work start (Cornell-RL/drpo, src/tldr/rm.py).
  public func attaching(_ settings: RewardHeadSettings, seed: UInt64) throws -> LanguageModel {
    guard head == nil else {
      throw ModelError(
        model: name, problem: "wears a reward head already",
        advice: "Attach the head to the model before.")
    }
    let shape = [settings.names.count, dimensions.width]
    let random = Random(
      seed: seed, purpose: .initialization, stream: Adapter.stream(of: RewardHead.weightName))
    var model = self
    model.head = RewardHead(
      names: settings.names,
      weight: random.normalWeight(
        shape: shape, deviation: 1 / Double(dimensions.width + 1).squareRoot()),
      bias: settings.hasBias
        ? Weight(shape: [shape[0]], floats: [Float](repeating: 0, count: shape[0])) : nil)
    return model
  }
}

/// What a head says of each completion of a role, wherever it comes from.
public struct RewardOutputs: Sendable {
  public let names: [String]
  /// Of shape [sequences, outputs].
  public let ofRole: @Sendable (Int) -> Tensor

  public init(names: [String], ofRole: @escaping @Sendable (Int) -> Tensor) {
    self.names = names
    self.ofRole = ofRole
  }

  /// Outputs that are given from outside, under the names `rewards.0` and `rewards.1`.
  public init(given graph: Graph, names: [String]) {
    self.init(names: names) { role in
      graph.input("rewards.\(role)", .f32, [.sequences, .fixed(names.count)])
    }
  }
}
