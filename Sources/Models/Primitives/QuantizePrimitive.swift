import Tensors
import Vocabulary

/// The formats that the matrices of a model can be given in memory.
public enum PackedFormat: String, RecipeChoice {
  case nf4
  case q8 = "q8_0"
  case q4 = "q4_0"
  case f16, bf16

  var element: ElementType {
    switch self {
    case .nf4: .nf4
    case .q8: .q8_0
    case .q4: .q4_0
    case .f16: .f16
    case .bf16: .bf16
    }
  }
}

extension Vocabulary.Primitive {
  public static let quantize = Self(
    "quantize", "The model with the matrices of its layers in fewer bits; adapters stay in full.",
    in: .adapters, cost: .light,
    typing: .derived { $0.model("model").type },
    outline: { call in
      try call.modelOutline("model")?.changed {
        guard let format = call.value("format") else { return nil }
        return $0.planned(as: try PackedFormat(recipeValue: format).element)
      }
    },
    examples: ["\(tinyModel) |> quantize(\"bf16\") |> attach(lora(rank: 2))"],
    Parameter<LanguageModel>.subject("model", "The model; embeddings, norms and head stay."),
    Parameter<PackedFormat>.subject(
      "format", "\"nf4\" is QLoRA's, with scales quantised twice: 4.13 bits a number.")
  ) { _, model, format in
    try model.quantized(as: format.element)
  }
}
