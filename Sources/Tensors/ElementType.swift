/// How the numbers of a weight are written in memory: plain, half, or in blocks that share scales.
///
/// Block layouts are those of GGUF (ggml); `nf4` is bitsandbytes' 4-bit NormalFloat.
public enum ElementType: String, Sendable, CaseIterable, Hashable {
  case f32, f16, bf16, i32
  case q4_0, q4_1, q5_0, q5_1, q8_0
  case q2_K, q3_K, q4_K, q5_K, q6_K
  case nf4

  /// How many consecutive numbers of a row one block holds.
  public var blockLength: Int {
    switch self {
    case .f32, .f16, .bf16, .i32: 1
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0: 32
    case .nf4: 64
    case .q2_K, .q3_K, .q4_K, .q5_K, .q6_K: 256
    }
  }

  /// Of how many numbers that are unpacked together the places must be multiples.
  var stretch: Int { self == .nf4 ? blockLength / 2 : blockLength }

  /// How many bytes one block takes, apart from what blocks share (`sharedBytes`).
  public var blockBytes: Int {
    switch self {
    case .f32, .i32: 4
    case .f16, .bf16: 2
    case .q4_0: 18
    case .q4_1: 20
    case .q5_0: 22
    case .q5_1: 24
    case .q8_0: 34
    case .q2_K: 84
    case .q3_K: 110
    case .q4_K: 144
    case .q5_K: 176
    case .q6_K: 210
    case .nf4: 33
    }
  }

  /// The bytes that `count` blocks of one tensor have in common.
  ///
  /// Scales of NF4 are quantised a second time: in groups of 256 with a float32 each, around a mean
  /// that the whole tensor shares. So a block means something only where it stands in its tensor.
  private func sharedBytes(blocks count: Int) -> Int {
    self == .nf4 ? 4 + 4 * ((count + 255) / 256) : 0
  }

  /// Whether rows of a weight are complete in themselves, so that they can be taken apart.
  public var hasIndependentRows: Bool { self != .nf4 }

  /// The bytes that a tensor of `count` numbers takes; `count` is a multiple of the block length.
  public func bytes(for count: Int) -> Int {
    precondition(count % blockLength == 0, "\(count) numbers do not fill whole \(rawValue) blocks")
    let blocks = count / blockLength
    return blocks * blockBytes + sharedBytes(blocks: blocks)
  }
}
