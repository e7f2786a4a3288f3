/// Numbers that outlive a step: a parameter of a model, in the format of its file.
///
/// A matrix is stored `[out, in]`, row after row. Quantised rows are whole blocks.
public struct Weight: Sendable {
  public let shape: [Int]
  public let type: ElementType
  public let storage: Storage
  public let byteOffset: Int

  public init(shape: [Int], type: ElementType, storage: Storage, byteOffset: Int = 0) {
    precondition(
      byteOffset + type.bytes(for: shape.reduce(1, *)) <= storage.bytes.count,
      "a \(type.rawValue) weight of shape \(shape) at \(byteOffset) leaves its memory")
    self.shape = shape
    self.type = type
    self.storage = storage
    self.byteOffset = byteOffset
  }

  /// The shape and format of a weight without any memory: for plans, and nothing else.
  public init(planned shape: [Int], type: ElementType = .f32) {
    self.shape = shape
    self.type = type
    storage = Storage(zeroedBytes: 0)
    byteOffset = 0
  }

  /// A float32 weight made from numbers in row-major order.
  public init(shape: [Int], floats: [Float]) {
    precondition(shape.reduce(1, *) == floats.count, "\(floats.count) numbers for shape \(shape)")
    let storage = Storage(zeroedBytes: floats.count * 4)
    floats.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
    self.init(shape: shape, type: .f32, storage: storage)
  }

  /// The same numbers in memory of their own, to be changed in place.
  public func copied() -> Weight {
    let copy = Storage(zeroedBytes: byteCount)
    copy.bytes.copyMemory(from: UnsafeRawBufferPointer(bytes))
    withExtendedLifetime(storage) {}
    return Weight(shape: shape, type: type, storage: copy)
  }

  public var count: Int { shape.reduce(1, *) }
  public var byteCount: Int { type.bytes(for: count) }

  /// The memory of this weight.
  public var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(rebasing: storage.bytes[byteOffset..<byteOffset + byteCount])
  }
}
