import Vocabulary

/// What is known of a model before its weights are there.
public struct ModelOutline: Outline {
  /// How many positions it was made for.
  public let context: Int
  /// The matrices of its layers, where they are known.
  let modules: [LinearModule]?
  /// The model with weights that have a shape and a format but no memory, where that much is known.
  public var planned: LanguageModel?

  init(context: Int, modules: [LinearModule]? = nil, planned: LanguageModel? = nil) {
    self.context = context
    self.modules = modules ?? planned?.architecture.modules
    self.planned = planned
  }

  public var standIn: Value? { planned?.recipeValue }

  /// The outline of what becomes of the model; without `planned` where that cannot be told.
  func changed(_ change: (LanguageModel) throws -> LanguageModel?) rethrows -> ModelOutline {
    ModelOutline(context: context, modules: modules, planned: try planned.flatMap(change))
  }

  /// Complains of a target that names none of the model's matrices.
  func checkTargets(_ targets: [String], at parameter: String) throws {
    guard let modules, let name = modules.unknownTarget(in: targets) else { return }
    throw Complaints(
      Complaint(
        .doesNotFit, at: parameter, "the model has no matrices called `\(name)`",
        label: "`\(name)` is not in its layers",
        notes: [
          "It has \(modules.shortNames.joined(separator: ", ")). Name some of these, or a group: "
            + "\"attention\", \"all-linear\"."
        ]))
  }
}

/// How many tokens a vocabulary will have at most.
struct VocabularyOutline: Outline {
  let size: Int
}

extension CallSite {
  /// What is known of a model that the call is given.
  public func modelOutline(_ name: String) -> ModelOutline? {
    argument(name)?.outline as? ModelOutline
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
