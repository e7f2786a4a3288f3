import Tensors
import Vocabulary

/// The formats that `save` can give to weights.
public enum SavedType: String, RecipeChoice {
  case f32, f16, bf16
  case q8 = "q8_0"
  case q4 = "q4_0"

  var element: ElementType {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .q8: .q8_0
    case .q4: .q4_0
    }
  }
}
