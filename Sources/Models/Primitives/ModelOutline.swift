import Vocabulary

/// What is known of a model before its weights are there.
public struct ModelOutline: Outline {
  /// How many positions it was made for.
  public let context: Int
  /// The model with weights that have a shape and a format but no memory, where that much is known.
  public var planned: LanguageModel?

  public init(context: Int, planned: LanguageModel? = nil) {
    self.context = context
    self.planned = planned
  }

  public var standIn: Value? { planned?.recipeValue }

  /// The outline of what becomes of the model; without `planned` where that cannot be told.
  func changed(_ change: (LanguageModel) throws -> LanguageModel?) rethrows -> ModelOutline {
    ModelOutline(context: context, planned: try planned.flatMap(change))
  }
}

/// How many tokens a vocabulary will have at most.
struct VocabularyOutline: Outline {
  let size: Int
}

extension CallSite {
  /// What is known of a model that the call is given.
  public func modelOutline(_ name: String) -> ModelOutline? {
    arguments[name]?.outline as? ModelOutline
  }

  /// A complaint if a length that the call writes is above what the model was made for.
  public func tooLong(_ name: String, for model: ModelOutline?) -> Complaint? {
    guard let model, isWritten(name), case .quantity(let length)? = value(name),
      length.base > Double(model.context)
    else { return nil }
    return Complaint(
      .doesNotFit, at: name,
      "sequences of \(Int(length.base)) tokens are longer than the model's context",
      label: "the model was made for \(model.context) tokens",
      notes: [
        "Write \(name): \(model.context)tokens at most, or take a model with a longer context."
      ])
  }
}
