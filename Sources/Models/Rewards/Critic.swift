import Formats
import Tensors

/// Says what reward is still to come in each state of an answer: the base of a policy under an
/// adapter of its own, with a head of one output.
///
/// Policy and critic stand in one graph and share the frozen weights; the critic's adapters are
/// numbered after those of the policy.
public struct Critic: Sendable {
  public let model: LanguageModel

  /// A critic that starts from a reward model, as in DR-PO (arXiv 2404.08495).
  ///
  /// Its adapter and head go on learning; nil where it stands on other weights than the policy.
  public init?(from reward: LanguageModel, for policy: LanguageModel) {
    guard reward.head?.names.count == 1, !reward.adapters.isEmpty,
      reward.sharesWeights(with: policy)
    else { return nil }
    model = reward
  }

  /// A critic that finds every state worth nothing at first: the policy as it is, under a fresh
  /// adapter of the same shape as its last one, and a head of zeros.
  public init(besides policy: LanguageModel, seed: UInt64) throws {
    guard var settings = policy.adapters.last?.settings else {
      throw ModelError(
        model: policy.name,
        problem: "wears no adapter, so that a critic would share what it learns",
        advice: "Attach one before training, model |> attach(lora()); or take a loss without a "
          + "critic, such as grpo() or rloo().")
    }
    settings.dropout = 0
    var model = try policy.attaching(settings, seed: seed)
    let width = policy.dimensions.width
    model.head = RewardHead(
      names: ["value"],
      weight: Weight(shape: [1, width], floats: [Float](repeating: 0, count: width)),
      bias: Weight(shape: [1], floats: [0]))
    self.model = model
  }

  /// What the critic wears in a graph after so many adapters of the policy.
  public func outfit(after adapters: Int, trains: Bool) -> Scope.Outfit {
    var outfit = Scope.Outfit(
      adapters: model.adapters, trainedAdapter: trains ? model.adapters.count - 1 : nil,
      head: model.head, trainsHead: trains)
    outfit.adaptersBefore = adapters
    return outfit
  }

  /// Its own weights by parameter name, those of the base left out.
  public func graphWeights(after adapters: Int) -> [String: Weight] {
    var all: [String: Weight] = [:]
    for (place, adapter) in model.adapters.enumerated() {
      for (name, weight) in adapter.weights(place: adapters + place) { all[name] = weight }
    }
    for (name, weight) in model.head?.weights ?? [] { all[name] = weight }
    return all
  }
}

extension LanguageModel {
  /// Whether both stand on the same numbers, adapters apart.
  public func sharesWeights(with other: LanguageModel) -> Bool {
    if case .file = origin, origin == other.origin { return true }
    guard weights.count == other.weights.count else { return false }
    return weights.allSatisfy { name, weight in
      other.weights[name].map { weight.hasNumbers(of: $0) } ?? false
    }
  }
}

extension Weight {
  fileprivate func hasNumbers(of other: Weight) -> Bool {
    guard shape == other.shape, type == other.type else { return false }
    if storage === other.storage, byteOffset == other.byteOffset { return true }
    return floats() == other.floats()
  }
}
