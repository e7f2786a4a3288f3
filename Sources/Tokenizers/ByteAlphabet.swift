/// The printable stand-ins that GPT-2 gave to all 256 bytes, so that a vocabulary of bytes can be
/// written as text (`bytes_to_unicode` in the GPT-2 sources).
enum ByteAlphabet {
  /// The stand-in of each byte.
  static let scalars: [Unicode.Scalar] = {
    var scalars = [Unicode.Scalar](repeating: " ", count: 256)
    var next: UInt32 = 256
    for byte in 0..<256 {
      if isPrintable(byte) {
        scalars[byte] = Unicode.Scalar(UInt8(byte))
      } else {
        scalars[byte] = Unicode.Scalar(next) ?? " "
        next += 1
      }
    }
    return scalars
  }()

  /// The stand-in of each byte, as UTF-8.
  static let encoded: [[UInt8]] = scalars.map(\.utf8Bytes)

  /// Bytes in the order of their stand-ins, the order in which GPT-2 numbers its first 256 tokens.
  static let order: [UInt8] = {
    let printable = (0..<256).filter(isPrintable)
    return (printable + (0..<256).filter { !isPrintable($0) }).map { UInt8($0) }
  }()

  /// Where each byte stands in `order`.
  static let positions: [Int] = {
    var positions = [Int](repeating: 0, count: 256)
    for (position, byte) in order.enumerated() { positions[Int(byte)] = position }
    return positions
  }()

  /// The byte of each stand-in below U+0144, or -1.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = Int16(byte) }
    return bytes
  }()

  static func text(of bytes: some Sequence<UInt8>) -> [UInt8] { bytes.flatMap { encoded[Int($0)] } }

  /// Appends the bytes that `text` stands for; false, and nothing appended, where a scalar stands
  /// for no byte.
  ///
  /// Stand-ins take one or two bytes of UTF-8.
  static func append(_ text: some Collection<UInt8>, to output: inout [UInt8]) -> Bool {
    let start = output.count
    var lead: UInt8 = 0
    for unit in text {
      if unit < 0x80 {
        guard isPrintable(Int(unit)) else { return abandon(&output, start) }
        output.append(unit)
      } else if unit & 0xC0 == 0xC0 {
        guard unit < 0xE0 else { return abandon(&output, start) }
        lead = unit
      } else {
        let scalar = Int(lead & 0x1F) << 6 | Int(unit & 0x3F)
        guard scalar < bytes.count, bytes[scalar] >= 0 else { return abandon(&output, start) }
        output.append(UInt8(truncatingIfNeeded: bytes[scalar]))
      }
    }
    return true
  }

  private static func abandon(_ output: inout [UInt8], _ start: Int) -> Bool {
    output.removeSubrange(start...)
    return false
  }

  private static func isPrintable(_ byte: Int) -> Bool {
    (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
  }
}

extension Unicode.Scalar {
  var utf8Bytes: [UInt8] { Array(String(Character(self)).utf8) }
}
