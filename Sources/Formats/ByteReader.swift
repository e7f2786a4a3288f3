import Tensors

/// Reads little-endian numbers one after the other and never leaves the file.
public struct ByteReader {
  public let path: String
  public private(set) var offset = 0
  private let storage: Storage

  public init(_ file: MappedFile) {
    path = file.path
    storage = file.storage
  }

  public var count: Int { storage.bytes.count }
  public var remaining: Int { count - offset }

  /// The next number.
  ///
  /// `name` says in an error what was being read.
  public mutating func integer<Number: FixedWidthInteger>(
    _ name: @autoclosure () -> String, as type: Number.Type = Number.self
  ) throws -> Number {
    let size = MemoryLayout<Number>.size
    try need(size, name())
    defer { offset += size }
    return Number(littleEndian: storage.bytes.loadUnaligned(fromByteOffset: offset, as: type))
  }

  public mutating func float32(_ name: @autoclosure () -> String) throws -> Float {
    Float(bitPattern: try integer(name(), as: UInt32.self))
  }

  public mutating func float64(_ name: @autoclosure () -> String) throws -> Double {
    Double(bitPattern: try integer(name(), as: UInt64.self))
  }

  /// A 64-bit number that counts things of at least `size` bytes which must still fit in the file.
  ///
  /// So that a damaged count is an error and never a huge allocation.
  public mutating func count(ofSize size: Int, _ name: @autoclosure () -> String) throws -> Int {
    let start = offset
    let found = try integer(name(), as: UInt64.self)
    guard found <= UInt64(remaining / size) else {
      throw error(
        at: start, "\(name()) is \(found), but only \(remaining) bytes follow", Self.truncated)
    }
    return Int(found)
  }

  /// `count` numbers in a row.
  public mutating func integers<Number: FixedWidthInteger>(
    _ count: Int, _ name: @autoclosure () -> String
  ) throws -> [Number] {
    let size = MemoryLayout<Number>.size
    guard count <= remaining / size else { throw ended(name(), needs: "\(count) × \(size)") }
    defer { offset += count * size }
    let bytes = UnsafeRawBufferPointer(storage.bytes)
    let start = offset
    return withExtendedLifetime(storage) {
      (0..<count).map {
        Number(
          littleEndian: bytes.loadUnaligned(fromByteOffset: start + $0 * size, as: Number.self))
      }
    }
  }

  /// `count` bytes that are UTF-8 text.
  public mutating func text(_ count: Int, _ name: @autoclosure () -> String) throws -> String {
    try need(count, name())
    let bytes = UnsafeRawBufferPointer(rebasing: storage.bytes[offset..<offset + count])
    let text = withExtendedLifetime(storage) { String(validating: bytes, as: UTF8.self) }
    guard let text else { throw error(at: offset, "\(name()) is not UTF-8 text") }
    offset += count
    return text
  }

  public mutating func skip(to position: Int) {
    precondition(position >= offset && position <= count, "\(position) is not ahead of \(offset)")
    offset = position
  }

  /// An error at a byte of this file.
  public func error(at offset: Int, _ problem: String, _ advice: String? = nil) -> FormatError {
    FormatError(path: path, place: "byte \(offset)", problem: problem, advice: advice)
  }

  static let truncated = "The file is damaged or was not copied to its end; fetch it again."

  private func need(_ size: Int, _ name: @autoclosure () -> String) throws {
    guard size <= remaining else { throw ended(name(), needs: "\(size)") }
  }

  private func ended(_ name: String, needs size: String) -> FormatError {
    error(
      at: offset, "\(name) needs \(size) bytes, but the file ends after \(remaining)",
      Self.truncated)
  }
}
