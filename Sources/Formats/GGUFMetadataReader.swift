/// Reads keys and values of GGUF metadata.
struct GGUFMetadataReader {
  var bytes: ByteReader

  /// Deeper nesting of arrays is refused; real files have one level.
  private static let deepest = 8

  mutating func string(_ name: @autoclosure () -> String) throws -> String {
    let count = try bytes.count(ofSize: 1, "the length of \(name())")
    return try bytes.text(count, name())
  }

  mutating func type(of name: String) throws -> GGUFType {
    let start = bytes.offset
    let number = try bytes.integer("the type of \(name)", as: UInt32.self)
    guard let type = GGUFType(rawValue: number) else {
      throw bytes.error(at: start, "\(name) has the unknown type \(number); known are 0 to 12")
    }
    return type
  }

  mutating func value(_ type: GGUFType, of name: String) throws -> GGUFValue {
    switch type {
    case .uint8: .uint8(try bytes.integer(name))
    case .int8: .int8(try bytes.integer(name))
    case .uint16: .uint16(try bytes.integer(name))
    case .int16: .int16(try bytes.integer(name))
    case .uint32: .uint32(try bytes.integer(name))
    case .int32: .int32(try bytes.integer(name))
    case .uint64: .uint64(try bytes.integer(name))
    case .int64: .int64(try bytes.integer(name))
    case .float32: .float32(try bytes.float32(name))
    case .float64: .float64(try bytes.float64(name))
    case .boolean: .boolean(try bytes.integer(name, as: UInt8.self) != 0)
    case .string: .string(try string(name))
    case .array: .array(try array(of: name, depth: 0))
    }
  }

  private mutating func array(of name: String, depth: Int) throws -> GGUFArray {
    guard depth < Self.deepest else {
      throw bytes.error(at: bytes.offset, "\(name) nests arrays deeper than \(Self.deepest)")
    }
    let type = try type(of: name)
    let count = try bytes.count(ofSize: type.leastBytes, "the number of elements of \(name)")
    switch type {
    case .uint8: return .uint8(try bytes.integers(count, name))
    case .int8: return .int8(try bytes.integers(count, name))
    case .uint16: return .uint16(try bytes.integers(count, name))
    case .int16: return .int16(try bytes.integers(count, name))
    case .uint32: return .uint32(try bytes.integers(count, name))
    case .int32: return .int32(try bytes.integers(count, name))
    case .uint64: return .uint64(try bytes.integers(count, name))
    case .int64: return .int64(try bytes.integers(count, name))
    case .float32: return .float32(try bytes.integers(count, name).map(Float.init(bitPattern:)))
    case .float64: return .float64(try bytes.integers(count, name).map(Double.init(bitPattern:)))
    case .boolean:
      return .boolean(try bytes.integers(count, name).map { (byte: UInt8) in byte != 0 })
    case .string: return .string(try strings(count, of: name))
    case .array: return .array(try arrays(count, of: name, depth: depth))
    }
  }

  private mutating func strings(_ count: Int, of name: String) throws -> [String] {
    var strings: [String] = []
    strings.reserveCapacity(count)
    for index in 0..<count { strings.append(try string("element \(index) of \(name)")) }
    return strings
  }

  private mutating func arrays(_ count: Int, of name: String, depth: Int) throws -> [GGUFArray] {
    var arrays: [GGUFArray] = []
    for _ in 0..<count { arrays.append(try array(of: name, depth: depth + 1)) }
    return arrays
  }
}
