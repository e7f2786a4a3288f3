import Foundation
import Tensors

/// The numbers that a safetensors file may hold, by their names there.
public enum SafetensorsType: String, Sendable, CaseIterable {
  case f64 = "F64", f32 = "F32", f16 = "F16", bf16 = "BF16"
  case i64 = "I64", i32 = "I32", i16 = "I16", i8 = "I8"
  case u64 = "U64", u32 = "U32", u16 = "U16", u8 = "U8"
  case boolean = "BOOL", f8e4m3 = "F8_E4M3", f8e5m2 = "F8_E5M2"

  public var bytes: Int {
    switch self {
    case .f64, .i64, .u64: 8
    case .f32, .i32, .u32: 4
    case .f16, .bf16, .i16, .u16: 2
    case .i8, .u8, .boolean, .f8e4m3, .f8e5m2: 1
    }
  }

  /// The type of a weight that uses these numbers in place; nil where none does.
  var element: ElementType? {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .i32: .i32
    case .f64, .i64, .i16, .i8, .u64, .u32, .u16, .u8, .boolean, .f8e4m3, .f8e5m2: nil
    }
  }
}

/// A safetensors file: its header checked, its numbers left where they are.
public struct SafetensorsFile: Sendable {
  /// One tensor as the header describes it.
  ///
  /// `range` is in bytes of the file.
  public struct Entry: Sendable, Equatable {
    public let name: String
    public let type: SafetensorsType
    public let shape: [Int]
    public let range: Range<Int>
  }

  public let file: MappedFile
  public let metadata: [String: String]
  /// In the order of the data.
  public let entries: [Entry]

  public init(opening url: URL) throws {
    file = try MappedFile(opening: url)
    let header = try SafetensorsHeader(of: file)
    metadata = header.metadata
    entries = header.entries
  }

  public var names: [String] { entries.map(\.name) }

  /// A tensor as a weight: in place, except that F64 is rounded to f32 and I64 must fit in i32.
  public func weight(_ name: String) throws -> Weight {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw FormatError(
        path: file.path, problem: "has no tensor \(name)",
        advice: "It holds \(names.count): \(names.prefix(4).joined(separator: ", ")), …")
    }
    return try weight(entry)
  }

  public func weight(_ entry: Entry) throws -> Weight {
    if let type = entry.type.element {
      return Weight(
        mapped: file.storage, at: entry.range.lowerBound, shape: entry.shape, type: type)
    }
    return switch entry.type {
    case .f64: rounded(entry)
    case .i64: try narrowed(entry)
    case .f32, .f16, .bf16, .i32, .i16, .i8, .u64, .u32, .u16, .u8, .boolean, .f8e4m3, .f8e5m2:
      throw FormatError(
        path: file.path, place: "tensor \(entry.name)",
        problem: "holds \(entry.type.rawValue) numbers, which no weight is made of",
        advice: "Weights are F32, F16 or BF16; F64 is rounded, I32 and I64 are kept as integers.")
    }
  }

  /// The bytes of a tensor as they stand in the file.
  public func raw(_ entry: Entry) -> [UInt8] {
    withExtendedLifetime(file) { [UInt8](file.storage.bytes[entry.range]) }
  }

  private func numbers<Number: FixedWidthInteger>(_ entry: Entry, _: Number.Type) -> [Number] {
    raw(entry).withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: MemoryLayout<Number>.size).map {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Number.self))
      }
    }
  }

  private func rounded(_ entry: Entry) -> Weight {
    let floats = numbers(entry, UInt64.self).map { Float(Double(bitPattern: $0)) }
    return Weight(shape: entry.shape, floats: floats)
  }

  private func narrowed(_ entry: Entry) throws -> Weight {
    let wide = numbers(entry, Int64.self)
    let integers = wide.compactMap(Int32.init(exactly:))
    guard integers.count == wide.count else {
      throw FormatError(
        path: file.path, place: "tensor \(entry.name)",
        problem: "holds I64 numbers beyond 32 bits, which no weight is made of")
    }
    let storage = Storage(zeroedBytes: integers.count * 4)
    integers.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
    return Weight(shape: entry.shape, type: .i32, storage: storage)
  }
}
