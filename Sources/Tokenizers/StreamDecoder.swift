/// Text of ids that arrive one at a time.
///
/// A character whose bytes are spread over several ids is held back until it is whole.
public struct StreamDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipSpecial: Bool
  private var pending: [UInt8] = []
  private var dropsSpace: Bool

  public init(_ tokenizer: Tokenizer, skipSpecial: Bool = true) {
    self.tokenizer = tokenizer
    self.skipSpecial = skipSpecial
    dropsSpace = tokenizer.stripsLeadingSpace
  }

  /// The text that the id completes, which may be empty.
  public mutating func append(_ id: Int32) -> String {
    if skipSpecial, tokenizer.isSpecial(id) { return "" }
    var bytes = tokenizer.bytes(of: id)
    if dropsSpace, let first = bytes.first {
      if first == 0x20 { bytes.removeFirst() }
      dropsSpace = false
    }
    pending.append(contentsOf: bytes)
    let whole = pending.count - Self.openBytes(pending)
    defer { pending.removeFirst(whole) }
    return String(decoding: pending.prefix(whole), as: UTF8.self)
  }

  /// What was held back, with U+FFFD for a character that never became whole.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end begin a character without ending it.
  private static func openBytes(_ bytes: [UInt8]) -> Int {
    for (back, byte) in bytes.suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
      return byte >= 0xC0 && characterLength(byte) > back + 1 ? back + 1 : 0
    }
    return 0
  }
}
