extension SourceText {
  /// Where the bytes stop being UTF-8; the end if they never do.
  var firstInvalidByte: Int {
    var offset = 0
    while offset < bytes.count {
      let width = scalarWidth(at: offset)
      if width == 0 { return offset }
      offset += width
    }
    return offset
  }

  /// How many bytes the character at `offset` takes, or 0 if it is not one.
  private func scalarWidth(at offset: Int) -> Int {
    let byte = bytes[offset]
    if byte < 0x80 { return 1 }
    let width = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
    guard offset + width <= bytes.count else { return 0 }
    return String(validating: bytes[offset..<offset + width], as: UTF8.self) == nil ? 0 : width
  }
}
