/// The running means that AdamW keeps of a parameter's gradient and of its square.
public enum Moments: Sendable {
  case full(first: Weight, second: Weight)
  case packed(first: PackedMoment, second: PackedMoment)

  /// In how many bits moments are kept.
  public enum Format: Sendable, Hashable {
    case full
    /// 8 bits, but for parameters of fewer numbers than `smallest`.
    case packed(smallest: Int = 4096)
  }

  init(like parameter: Weight, _ format: Format) {
    switch format {
    case .packed(let smallest) where parameter.count >= smallest:
      // Code 127 is the zero of the signed map, code 0 that of the other.
      self = .packed(
        first: PackedMoment(count: parameter.count, zero: 127),
        second: PackedMoment(count: parameter.count, zero: 0))
    case .full, .packed:
      let zeros = [Float](repeating: 0, count: parameter.count)
      self = .full(
        first: Weight(shape: parameter.shape, floats: zeros),
        second: Weight(shape: parameter.shape, floats: zeros))
    }
  }

  /// The bytes that both moments of a parameter take.
  public static func bytes(count: Int, _ format: Format) -> Int {
    switch format {
    case .packed(let smallest) where count >= smallest: 2 * PackedMoment.bytes(count: count)
    case .full, .packed: 2 * 4 * count
    }
  }
}

/// A moment in 8 bits: a code for each number and a scale for each 256.
public struct PackedMoment: Sendable {
  /// Four codes to an integer, whole blocks of them: [blocks * 64], i32.
  public let codes: Weight
  /// [blocks], f32.
  public let scales: Weight

  static let block = 256

  public init(codes: Weight, scales: Weight) {
    precondition(codes.type == .i32 && scales.type == .f32, "codes are i32, scales f32")
    self.codes = codes
    self.scales = scales
  }

  init(count: Int, zero: UInt8) {
    let blocks = Self.blocks(count)
    let storage = Storage(zeroedBytes: blocks * Self.block)
    storage.bytes.initializeMemory(as: UInt8.self, repeating: zero)
    codes = Weight(shape: [blocks * Self.block / 4], type: .i32, storage: storage)
    scales = Weight(shape: [blocks], floats: [Float](repeating: 0, count: blocks))
  }

  private static func blocks(_ count: Int) -> Int { (count + block - 1) / block }

  static func bytes(count: Int) -> Int { blocks(count) * (block + 4) }

  /// Whether it is one of a parameter of so many numbers.
  public func fits(count: Int) -> Bool {
    codes.count == Self.blocks(count) * Self.block / 4 && scales.count == Self.blocks(count)
  }

  /// The codes, at the kernel edge.
  var bytes: UnsafeMutablePointer<UInt8> {
    guard let base = codes.bytes.baseAddress else { preconditionFailure("a moment without memory") }
    return base.assumingMemoryBound(to: UInt8.self)
  }
}
