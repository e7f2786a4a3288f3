/// A reader of protocol buffers as SentencePiece writes them: fields by number, unknown ones
/// skipped.
struct ProtobufReader {
  enum Value {
    case integer(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  private var bytes: ArraySlice<UInt8>
  private let place: String

  init(_ bytes: ArraySlice<UInt8>, place: String) {
    self.bytes = bytes
    self.place = place
  }

  /// The next field, or nil at the end of the message.
  mutating func next() throws -> (field: Int, value: Value)? {
    if bytes.isEmpty { return nil }
    let tag = try varint()
    let field = Int(tag >> 3 & 0xFFFF_FFFF)
    switch tag & 7 {
    case 0: return (field, .integer(try varint()))
    case 1: return (field, .fixed64(try fixed(8)))
    case 2:
      let length = try varint()
      return (field, .bytes(try take(Int(clamping: length))))
    case 5: return (field, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw failure("wire type \(tag & 7)")
    }
  }

  private mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { throw failure("the end of the file") }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw failure("a number of more than ten bytes")
  }

  private mutating func fixed(_ count: Int) throws -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
    guard count <= bytes.count else { throw failure("the end of the file") }
    defer { bytes.removeFirst(count) }
    return bytes.prefix(count)
  }

  private func failure(_ found: String) -> TokenizerError {
    TokenizerError(
      "\(place), byte \(bytes.startIndex)", found: found, expected: "a SentencePiece model")
  }
}

extension ProtobufReader.Value {
  var bytes: ArraySlice<UInt8>? { if case .bytes(let bytes) = self { bytes } else { nil } }
  var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
  var float: Float? { if case .fixed32(let bits) = self { Float(bitPattern: bits) } else { nil } }

  var integer: Int? {
    if case .integer(let bits) = self { Int(Int32(truncatingIfNeeded: bits)) } else { nil }
  }

  var flag: Bool? { integer.map { $0 != 0 } }
}
