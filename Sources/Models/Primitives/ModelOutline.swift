import Vocabulary

/// What is known of a model before its weights are there.
public struct ModelOutline: Outline {
  /// How many positions it was made for.
  public let context: Int
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
