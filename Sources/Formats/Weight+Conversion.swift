import CKernels
import Tensors

/// A weight that cannot be written in the wanted format.
public struct ConversionError: Error, CustomStringConvertible, Sendable {
  public var problem: String
  public var advice: String

  public var description: String { "\(problem)\n  \(advice)" }
}

extension Weight {
  /// All numbers in row-major order; integers become floats.
  public func floats() -> [Float] {
    let count = count
    return [Float](unsafeUninitializedCapacity: count) { out, filled in
      if let start = out.baseAddress { type.dequantize(count, bytes, start) }
      filled = count
      withExtendedLifetime(storage) {}
    }
  }

  /// Some entries of the first dimension, in the same memory.
  ///
  /// - Returns: [range.count, ...]
  public func rows(_ range: Range<Int>) -> Weight {
    precondition(
      !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0],
      "rows \(range) of shape \(shape)")
    precondition(type.hasIndependentRows, "rows of \(type.rawValue) cannot be taken apart")
    let rowBytes = type.bytes(for: shape.dropFirst().reduce(1, *))
    return Weight(
      shape: [range.count] + shape.dropFirst(), type: type, storage: storage,
      byteOffset: byteOffset + range.lowerBound * rowBytes)
  }

  /// A copy in another format, rounded as ggml's reference quantiser rounds, or bitsandbytes' for NF4.
  public func converted(to target: ElementType) throws -> Weight {
    if target == type { return self }
    try checkConversion(to: target)
    let numbers = floats()
    let copy = Storage(zeroedBytes: target.bytes(for: numbers.count))
    try numbers.withUnsafeBufferPointer { numbers in
      guard let start = numbers.baseAddress else { return }
      if target.blockLength > 1, k_count_nonfinite_f32(numbers.count, start) > 0 {
        throw ConversionError(
          problem: "numbers that are NaN or infinite have no place in \(target.rawValue) blocks",
          advice: "Write f32, f16 or bf16, or find out where they come from.")
      }
      target.quantize(numbers.count, start, copy.bytes)
    }
    return Weight(shape: shape, type: target, storage: copy)
  }

  /// How many numbers are NaN or infinite.
  public var nonFiniteCount: Int {
    floats().withUnsafeBufferPointer { numbers in
      numbers.baseAddress.map { k_count_nonfinite_f32(numbers.count, $0) } ?? 0
    }
  }

  private func checkConversion(to target: ElementType) throws {
    guard ElementType.writable.contains(target), type != .i32 else {
      throw ConversionError(
        problem: "\(type.rawValue) cannot be converted to \(target.rawValue)",
        advice: "Possible targets are "
          + ElementType.writable.map(\.rawValue).joined(separator: ", ") + ".")
    }
    guard (shape.last ?? 1) % target.blockLength == 0 else {
      throw ConversionError(
        problem: "rows of \(shape.last ?? 1) numbers do not fill whole \(target.rawValue) blocks",
        advice: "Write f16 or bf16 for shape \(shape).")
    }
  }
}

extension ElementType {
  /// The formats that numbers can be converted to; the others are only read.
  public static let writable: [ElementType] = [.f32, .f16, .bf16, .q8_0, .q4_0, .q4_1, .nf4]

  /// Writes `count` numbers to `out`.
  fileprivate func dequantize(
    _ count: Int, _ bytes: UnsafeMutableRawBufferPointer, _ out: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .f32:
      UnsafeMutableRawBufferPointer(start: out, count: count * 4).copyMemory(from: .init(bytes))
    case .i32:
      for i in 0..<count { out[i] = Float(bytes.load(fromByteOffset: 4 * i, as: Int32.self)) }
    case .f16: k_dequantize_f16(count, bytes.baseAddress, out)
    case .bf16: k_dequantize_bf16(count, bytes.baseAddress, out)
    case .q4_0: k_dequantize_q4_0(count, bytes.baseAddress, out)
    case .q4_1: k_dequantize_q4_1(count, bytes.baseAddress, out)
    case .q5_0: k_dequantize_q5_0(count, bytes.baseAddress, out)
    case .q5_1: k_dequantize_q5_1(count, bytes.baseAddress, out)
    case .q8_0: k_dequantize_q8_0(count, bytes.baseAddress, out)
    case .q2_K: k_dequantize_q2_K(count, bytes.baseAddress, out)
    case .q3_K: k_dequantize_q3_K(count, bytes.baseAddress, out)
    case .q4_K: k_dequantize_q4_K(count, bytes.baseAddress, out)
    case .q5_K: k_dequantize_q5_K(count, bytes.baseAddress, out)
    case .q6_K: k_dequantize_q6_K(count, bytes.baseAddress, out)
    case .nf4: k_dequantize_nf4(0, count, bytes.baseAddress, out)
    }
  }

  /// Writes `count` numbers to blocks; only for `writable` formats.
  fileprivate func quantize(
    _ count: Int, _ numbers: UnsafePointer<Float>, _ out: UnsafeMutableRawBufferPointer
  ) {
    switch self {
    case .f32: out.copyMemory(from: UnsafeRawBufferPointer(start: numbers, count: count * 4))
    case .f16: k_quantize_f16(count, numbers, out.baseAddress)
    case .bf16: k_quantize_bf16(count, numbers, out.baseAddress)
    case .q8_0: k_quantize_q8_0(count, numbers, out.baseAddress)
    case .q4_0: k_quantize_q4_0(count, numbers, out.baseAddress)
    case .q4_1: k_quantize_q4_1(count, numbers, out.baseAddress)
    case .nf4:
      var scales = [Float](repeating: 0, count: count / blockLength)
      k_quantize_nf4(count, numbers, &scales, out.baseAddress)
    case .i32, .q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K:
      preconditionFailure("\(rawValue) is only read")
    }
  }
}
