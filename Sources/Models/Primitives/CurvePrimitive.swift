import Vocabulary

/// What one figure was at each step of a training.
public struct RecordedCurve: OpaqueValue, RecipeValue {
  public static let typeName = "Curve"

  public let curve: Curve

  public init(_ curve: Curve) { self.curve = curve }

  public var canonical: String { "\(curve.name) \(curve.values) \(curve.positions ?? [])" }
  public var display: Display { .curve(curve) }

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "values": .list(curve.values.map(Value.float))
    case "first": curve.values.first.map(Value.float) ?? Value.none
    case "last": curve.values.last.map(Value.float) ?? Value.none
    default: nil
    }
  }

  static let members = [
    RecordField("values", .list(.float)), RecordField("first", .float),
    RecordField("last", .float),
  ]
}

extension Vocabulary.Primitive {
  public static let curve = Vocabulary.Primitive(
    "curve", "What a figure was at each step of the training that made a model.", in: .training,
    examples: [
      "\(tinyModel) |> train(on: rows([(prompt: \"a\", response: \"b\")]), with: sft(), "
        + "budget: 2steps) |> curve(of: \"gradient_norm\")",
      "\(tinyModel) |> train(on: rows([(prompt: \"a\", response: \"b\")]), with: sft(), "
        + "budget: 2steps) |> curve(of: \"loss\", against: \"gradient_norm\")",
    ],
    Parameter<LanguageModel>.subject("model", "A model that was trained."),
    Parameter(
      "of", "The figure: loss, gradient_norm, or what the loss tells besides, as margin.",
      default: "loss"),
    Parameter<String?>(
      "against", "Another figure for the x axis, as kl under reward; the step unless told.")
  ) { _, model, name, other in
    let curve = try model.recorded(name)
    guard let other else { return RecordedCurve(curve) }
    return RecordedCurve(
      Curve(
        name: "\(name) against \(other)", values: curve.values,
        positions: try model.recorded(other).values))
  }
}

extension LanguageModel {
  /// The figure of that name at each step of the training that made the model.
  fileprivate func recorded(_ name: String) throws -> Curve {
    let curves = [Curve(name: "loss", values: history)] + curves
    guard let curve = curves.first(where: { $0.name == name }), !curve.values.isEmpty else {
      throw ModelError(
        model: self.name, problem: "has no curve of `\(name)`",
        advice: history.isEmpty
          ? "It was not trained here." : "It has \(curves.map(\.name).joined(separator: ", ")).")
    }
    return curve
  }
}
