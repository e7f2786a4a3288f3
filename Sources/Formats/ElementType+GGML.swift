import Tensors

/// The numbers that ggml gives to element types.
extension ElementType {
  var ggmlNumber: UInt32 {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q4_0: 2
    case .q4_1: 3
    case .q5_0: 6
    case .q5_1: 7
    case .q8_0: 8
    case .q2_K: 10
    case .q3_K: 11
    case .q4_K: 12
    case .q5_K: 13
    case .q6_K: 14
    case .i32: 26
    case .bf16: 30
    // None of ggml's: only what the store keeps between runs has it, never a file for others.
    case .nf4: 0x4E46_3400
    }
  }

  init?(ggmlNumber: UInt32) {
    guard let type = Self.allCases.first(where: { $0.ggmlNumber == ggmlNumber }) else {
      return nil
    }
    self = type
  }

  /// Types of ggml that exist but are not read, so that an error can name them.
  static let unreadGGMLTypes: [UInt32: String] = [
    9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL",
    21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 27: "I64", 28: "F64",
    29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
  ]
}
