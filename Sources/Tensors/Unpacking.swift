import CKernels

extension Operand {
  /// Some whole rows as f32: in place where they already are, else unpacked into scratch.
  func rowsAsFloats(
    _ range: Range<Int>, _ scratch: UnsafeMutableRawPointer
  ) -> UnsafePointer<Float> {
    if type == .f32 { return UnsafePointer(floats + range.lowerBound * columns) }
    let target = scratch.assumingMemoryBound(to: Float.self)
    unpack(range.count * columns, from: range.lowerBound * columns, into: target)
    return UnsafePointer(target)
  }

  /// A block of rows and columns as f32, and how far apart its rows are.
  func tileAsFloats(
    _ rows: Range<Int>, _ block: Range<Int>, _ scratch: UnsafeMutableRawPointer
  ) -> (start: UnsafePointer<Float>, stride: Int) {
    if type == .f32 {
      return (UnsafePointer(floats + rows.lowerBound * columns + block.lowerBound), columns)
    }
    let target = scratch.assumingMemoryBound(to: Float.self)
    for (index, row) in rows.enumerated() {
      unpack(
        block.count, from: row * columns + block.lowerBound, into: target + index * block.count)
    }
    return (UnsafePointer(target), block.count)
  }

  /// Writes `count` numbers from position `start` on as f32; both are multiples of a block.
  func unpack(_ count: Int, from start: Int, into target: UnsafeMutablePointer<Float>) {
    let source = address + type.bytes(for: start)
    switch type {
    case .f32: target.update(from: source.assumingMemoryBound(to: Float.self), count: count)
    case .i32: k_convert_i32_f32(count, source.assumingMemoryBound(to: Int32.self), target)
    case .f16: k_convert_f16_f32(count, source.assumingMemoryBound(to: UInt16.self), target)
    case .bf16: k_convert_bf16_f32(count, source.assumingMemoryBound(to: UInt16.self), target)
    case .q4_0, .q4_1, .q5_0, .q5_1, .q8_0, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K:
      preconditionFailure("\(type.rawValue) blocks cannot be read yet")
    }
  }
}
