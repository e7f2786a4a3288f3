import Foundation
import Tensors

/// Writes GGUF version 3.
public enum GGUFWriter {
  /// Writes metadata and tensors in the given order.
  ///
  /// Shapes are `[out, in]`, as `GGUFFile` has them.
  public static func write(
    metadata: [(key: String, value: GGUFValue)], tensors: [(name: String, weight: Weight)],
    to url: URL
  ) throws {
    let alignment = metadata.first { $0.key == "general.alignment" }?.value.int ?? 32
    precondition(alignment > 0 && alignment.nonzeroBitCount == 1, "alignment \(alignment)")
    try AtomicFile.write(to: url) { file in
      try file.append("GGUF".utf8)
      try file.append(UInt32(3))
      try file.append(UInt64(tensors.count))
      try file.append(UInt64(metadata.count))
      for (key, value) in metadata {
        try file.append(text: key)
        try file.append(value.type.rawValue)
        try file.append(value)
      }
      try describe(tensors, alignment: alignment, in: &file)
      for tensor in tensors {
        try file.pad(to: alignment)
        try file.append(tensor.weight)
      }
      // Readers of ggml expect the last tensor to be padded as well.
      try file.pad(to: alignment)
    }
  }

  private static func describe(
    _ tensors: [(name: String, weight: Weight)], alignment: Int, in file: inout AtomicFile
  ) throws {
    var offset = 0
    for (name, weight) in tensors {
      try file.append(text: name)
      try file.append(UInt32(weight.shape.count))
      for extent in weight.shape.reversed() { try file.append(UInt64(extent)) }
      try file.append(weight.type.ggmlNumber)
      try file.append(UInt64(offset))
      offset = (offset + weight.byteCount + alignment - 1) / alignment * alignment
    }
  }
}

extension GGUFValue {
  fileprivate var type: GGUFType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .uint64: .uint64
    case .int64: .int64
    case .float32: .float32
    case .float64: .float64
    case .boolean: .boolean
    case .string: .string
    case .array: .array
    }
  }
}

extension GGUFArray {
  fileprivate var type: GGUFType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .uint64: .uint64
    case .int64: .int64
    case .float32: .float32
    case .float64: .float64
    case .boolean: .boolean
    case .string: .string
    case .array: .array
    }
  }
}

extension AtomicFile {
  fileprivate mutating func append(text: String) throws {
    try append(UInt64(text.utf8.count))
    try append(text.utf8)
  }

  fileprivate mutating func append(_ value: GGUFValue) throws {
    switch value {
    case .uint8(let value): try append(value)
    case .int8(let value): try append(value)
    case .uint16(let value): try append(value)
    case .int16(let value): try append(value)
    case .uint32(let value): try append(value)
    case .int32(let value): try append(value)
    case .uint64(let value): try append(value)
    case .int64(let value): try append(value)
    case .float32(let value): try append(value.bitPattern)
    case .float64(let value): try append(value.bitPattern)
    case .boolean(let value): try append(UInt8(value ? 1 : 0))
    case .string(let value): try append(text: value)
    case .array(let value): try append(value)
    }
  }

  private mutating func append(_ array: GGUFArray) throws {
    try append(array.type.rawValue)
    switch array {
    case .uint8(let values): try append(all: values)
    case .int8(let values): try append(all: values)
    case .uint16(let values): try append(all: values)
    case .int16(let values): try append(all: values)
    case .uint32(let values): try append(all: values)
    case .int32(let values): try append(all: values)
    case .uint64(let values): try append(all: values)
    case .int64(let values): try append(all: values)
    case .float32(let values): try append(all: values.map(\.bitPattern))
    case .float64(let values): try append(all: values.map(\.bitPattern))
    case .boolean(let values): try append(all: values.map { UInt8($0 ? 1 : 0) })
    case .string(let values):
      try append(UInt64(values.count))
      for value in values { try append(text: value) }
    case .array(let values):
      try append(UInt64(values.count))
      for value in values { try append(value) }
    }
  }

  private mutating func append<Number: FixedWidthInteger>(all values: [Number]) throws {
    try append(UInt64(values.count))
    for value in values { try append(value) }
  }
}
