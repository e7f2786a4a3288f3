/// Base64, for rank files: Foundation's reader takes most of the time that such a file needs.
enum Base64 {
  private static let values: [Int8] = {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    var values = [Int8](repeating: -1, count: 256)
    for (value, byte) in alphabet.utf8.enumerated() { values[Int(byte)] = Int8(value) }
    return values
  }()

  /// Appends the decoded bytes; false where the text is not base64.
  static func append(_ text: ArraySlice<UInt8>, to output: inout [UInt8]) -> Bool {
    var text = text
    guard text.count % 4 == 0 else { return false }
    for _ in 0..<2 where text.last == UInt8(ascii: "=") { text.removeLast() }
    guard text.count % 4 != 1 else { return false }
    var bits: UInt32 = 0
    var count = 0
    for byte in text {
      let value = values[Int(byte)]
      guard value >= 0 else { return false }
      bits = bits << 6 | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    return true
  }
}
