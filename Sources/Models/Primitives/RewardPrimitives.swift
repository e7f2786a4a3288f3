import Vocabulary

/// What the checker knows of a model: whether it wears an adapter, and what its head gives.
///
/// `Model` writes answers; `Model<(reward: Float)>` is a reward model and gives numbers.
public struct ModelKind: Sendable, Hashable {
  public var isAdapted: Bool
  /// The names of the head's outputs; nil for a model without a head.
  public var outputs: [String]?

  static let adapted = RecipeType.opaque("adapted", [])

  public init(isAdapted: Bool = false, outputs: [String]? = nil) {
    self.isAdapted = isAdapted
    self.outputs = outputs
  }

  init(_ type: RecipeType) {
    guard case .opaque(LanguageModel.typeName, let arguments) = type else {
      self.init()
      return
    }
    self.init(
      isAdapted: arguments.contains(Self.adapted),
      outputs: arguments.lazy.compactMap(\.fields).first?.map(\.label))
  }

  public var type: RecipeType {
    let arguments = (isAdapted ? [Self.adapted] : []) + (outputs.map { [RewardHead.row($0)] } ?? [])
    return .opaque(LanguageModel.typeName, arguments)
  }

  /// The type of the model with a head that gives a row of numbers.
  func wearing(_ row: RecipeType) throws -> RecipeType {
    guard outputs == nil else {
      throw Complaints(
        Complaint(
          .doesNotFit, at: "adapter", "the model wears a reward head already",
          notes: ["Attach the head to the model before."]))
    }
    return ModelKind(isAdapted: isAdapted, outputs: row.fields?.map(\.label)).type
  }
}

extension CallSite {
  public func model(_ name: String) -> ModelKind { ModelKind(type(name)) }

  /// Refuses a reward model where answers are wanted.
  public func refuseHead(_ name: String) throws {
    guard let outputs = model(name).outputs else { return }
    throw Complaints(
      Complaint(
        .wrongType(found: type(name), expected: LanguageModel.recipeType), at: name,
        "a reward model gives numbers and writes no answers",
        label: "gives " + outputs.joined(separator: ", "),
        notes: ["Take the model that it was made from."]))
  }
}

extension Typing {
  /// A head is typed by the names of its outputs, where they are known.
  fileprivate static let head = Typing.derived { call in
    let isCounted = call.type("outputs") != .none
    guard case .int(let count)? = isCounted ? call.value("outputs") : .int(1), count > 0,
      case .list(let given)? = call.value("names") ?? .list([])
    else { return UnattachedAdapter.recipeType }
    let names = try given.map { try String(recipeValue: $0) }
    if isCounted, !names.isEmpty, names.count != count {
      throw Complaints(
        Complaint(
          .doesNotFit, at: "names", "\(names.count) names do not fit \(count) outputs",
          notes: ["Leave `outputs` out, or name each output once."]))
    }
    if Set(names).count < names.count {
      throw Complaints(Complaint(.invalidValue, at: "names", "two outputs have one name"))
    }
    return UnattachedAdapter.head(RewardHeadSettings(names: names, count: count)).recipeType
  }
}

extension RewardHeadSettings {
  /// - Parameter count: how many outputs there are where none is named.
  fileprivate init(names: [String], count: Int, hasBias: Bool = false) {
    self.init(names: names.isEmpty ? RewardHead.standardNames(count) : names, hasBias: hasBias)
  }
}

extension Vocabulary.Primitive {
  public static let rewardHead = Vocabulary.Primitive(
    "reward_head",
    "A linear layer that reads numbers off the last token of an answer: it makes a reward model.",
    in: .adapters, typing: .head,
    examples: [
      "reward_head()", #"reward_head(outputs: 2, names: ["helpfulness", "verbosity"])"#,
    ],
    Parameter<Int?>(
      "outputs", "How many numbers it gives; as many as there are names, or one.",
      Rule("in 1...64") { $0.map { (1...64).contains($0) } ?? true }),
    Parameter<[String]>(
      "names", "What they are called: the columns that they learn from.", default: []),
    Parameter(
      "bias",
      "Whether a constant is added; the classes of Transformers have no place for one, so that such "
        + "a head is not saved in a folder.", default: false)
  ) { _, outputs, names, hasBias in
    UnattachedAdapter.head(RewardHeadSettings(names: names, count: outputs ?? 1, hasBias: hasBias))
  }
}
