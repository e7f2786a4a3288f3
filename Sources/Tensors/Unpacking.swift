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
    if type.hasIndependentRows {
      type.unpack(count, from: address + type.bytes(for: start), into: target)
    } else {
      k_dequantize_nf4(start, count, address, target)
    }
  }
}

extension ElementType {
  /// Writes the first `count` numbers of a tensor as f32, a multiple of the block length.
  package func unpack(
    _ count: Int, from source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .f32: target.update(from: source.assumingMemoryBound(to: Float.self), count: count)
    case .i32: k_convert_i32_f32(count, source.assumingMemoryBound(to: Int32.self), target)
    case .f16: k_dequantize_f16(count, source, target)
    case .bf16: k_dequantize_bf16(count, source, target)
    case .q4_0: k_dequantize_q4_0(count, source, target)
    case .q4_1: k_dequantize_q4_1(count, source, target)
    case .q5_0: k_dequantize_q5_0(count, source, target)
    case .q5_1: k_dequantize_q5_1(count, source, target)
    case .q8_0: k_dequantize_q8_0(count, source, target)
    case .q2_K: k_dequantize_q2_K(count, source, target)
    case .q3_K: k_dequantize_q3_K(count, source, target)
    case .q4_K: k_dequantize_q4_K(count, source, target)
    case .q5_K: k_dequantize_q5_K(count, source, target)
    case .q6_K: k_dequantize_q6_K(count, source, target)
    case .nf4: k_dequantize_nf4(0, count, source, target)
    }
  }
}
