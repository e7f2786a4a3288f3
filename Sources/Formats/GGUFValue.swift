/// A value of GGUF metadata, with the type it has in the file.
public enum GGUFValue: Sendable, Hashable {
  case uint8(UInt8), int8(Int8), uint16(UInt16), int16(Int16)
  case uint32(UInt32), int32(Int32), uint64(UInt64), int64(Int64)
  case float32(Float), float64(Double)
  case boolean(Bool)
  case string(String)
  case array(GGUFArray)
}

/// An array of GGUF metadata; all its elements have one type.
public enum GGUFArray: Sendable, Hashable {
  case uint8([UInt8]), int8([Int8]), uint16([UInt16]), int16([Int16])
  case uint32([UInt32]), int32([Int32]), uint64([UInt64]), int64([Int64])
  case float32([Float]), float64([Double])
  case boolean([Bool])
  case string([String])
  case array([GGUFArray])
}

/// The numbers that stand for types in the file.
enum GGUFType: UInt32 {
  case uint8 = 0, int8, uint16, int16, uint32, int32, float32, boolean, string, array
  case uint64, int64, float64

  /// The fewest bytes that one value takes.
  var leastBytes: Int {
    switch self {
    case .uint8, .int8, .boolean: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }
}

extension GGUFValue {
  public var int: Int? {
    switch self {
    case .uint8(let value): Int(value)
    case .int8(let value): Int(value)
    case .uint16(let value): Int(value)
    case .int16(let value): Int(value)
    case .uint32(let value): Int(value)
    case .int32(let value): Int(value)
    case .uint64(let value): Int(exactly: value)
    case .int64(let value): Int(value)
    case .float32, .float64, .boolean, .string, .array: nil
    }
  }

  public var double: Double? {
    switch self {
    case .float32(let value): Double(value)
    case .float64(let value): value
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: int.map(Double.init)
    case .boolean, .string, .array: nil
    }
  }

  public var flag: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  public var text: String? {
    if case .string(let value) = self { value } else { nil }
  }

  public var texts: [String]? {
    if case .array(.string(let values)) = self { values } else { nil }
  }

  public var floats: [Float]? {
    if case .array(.float32(let values)) = self { values } else { nil }
  }

  /// An array of integers of any width.
  public var ints: [Int]? {
    guard case .array(let array) = self else { return nil }
    return switch array {
    case .uint8(let values): values.map(Int.init)
    case .int8(let values): values.map(Int.init)
    case .uint16(let values): values.map(Int.init)
    case .int16(let values): values.map(Int.init)
    case .uint32(let values): values.map(Int.init)
    case .int32(let values): values.map(Int.init)
    case .uint64(let values): values.map { Int(clamping: $0) }
    case .int64(let values): values.map(Int.init)
    case .float32, .float64, .boolean, .string, .array: nil
    }
  }
}
