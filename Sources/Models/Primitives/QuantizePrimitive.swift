import Tensors
import Vocabulary

/// The formats that the matrices of a model can be given in memory.
public enum PackedFormat: String, RecipeChoice {
  case nf4
  case q8 = "q8_0"
  case q4 = "q4_0"
  case f16, bf16, f32

  var element: ElementType {
    switch self {
    case .nf4: .nf4
    case .q8: .q8_0
    case .q4: .q4_0
    case .f16: .f16
    case .bf16: .bf16
    case .f32: .f32
    }
  }
}

extension Vocabulary.Primitive {
  public static let quantize = Vocabulary.Primitive(
    "quantize", "The model with matrices of its layers in fewer bits; adapters stay in full.",
    in: .adapters, cost: .light,
    typing: .derived { $0.model("model").type },
    outline: quantizedOutline,
    examples: [
      "\(tinyModel) |> quantize(\"bf16\") |> attach(lora(rank: 2))",
      #"\#(tinyModel) |> quantize("f16", targets: ["down_proj"])"#,
    ],
    Parameter<LanguageModel>.subject("model", "The model; embeddings, norms and head stay."),
    Parameter<PackedFormat>.subject(
      "format", "\"nf4\" is QLoRA's, scales quantised twice: 4.13 bits; \"f32\" unpacks."),
    .targets
  ) { _, model, format, targets in
    try model.quantized(Packing(format.element, targets: targets.names))
  }

  @Sendable private static func quantizedOutline(_ call: CallSite) throws -> (any Outline)? {
    guard let model = call.modelOutline("model") else { return nil }
    guard let targets = call.value("targets") else { return model.changed { _ in nil } }
    let names = try MatrixTargets(recipeValue: targets).names
    try model.checkTargets(names, at: "targets")
    return try model.changed {
      guard let format = call.value("format") else { return nil }
      return try $0.planned(Packing(PackedFormat(recipeValue: format).element, targets: names))
    }
  }
}
