// Text literals: the pieces between the quotes.

extension Lexer {
  mutating func textStart() {
    let isMultiline = peek(1) == Byte.quote && peek(2) == Byte.quote
    emit(.textStart(isMultiline: isMultiline), length: isMultiline ? 3 : 1)
    modes.append(.text(isMultiline: isMultiline))
  }

  /// One piece of a text: its end, an interpolation's start, or the characters up to either.
  mutating func textPiece(isMultiline: Bool) {
    if isTextEnd(position, isMultiline: isMultiline) {
      emit(.textEnd, length: isMultiline ? 3 : 1)
      modes.removeLast()
    } else if peek(0) == Byte.backslash && peek(1) == Byte.openParenthesis {
      emit(.interpolationStart, length: 2)
      modes.append(.interpolation(open: 0))
    } else {
      literal(isMultiline: isMultiline)
    }
  }

  private func isTextEnd(_ offset: Int, isMultiline: Bool) -> Bool {
    guard at(offset) == Byte.quote else { return false }
    return !isMultiline || (at(offset + 1) == Byte.quote && at(offset + 2) == Byte.quote)
  }

  private mutating func literal(isMultiline: Bool) {
    var end = position
    while end < bytes.count {
      let byte = bytes[end]
      if byte == Byte.newline && !isMultiline { break }
      if byte == Byte.quote && isTextEnd(end, isMultiline: isMultiline) { break }
      if byte == Byte.backslash {
        if at(end + 1) == Byte.openParenthesis { break }
        if end + 1 < bytes.count && bytes[end + 1] != Byte.newline { end += 1 }
      }
      end += 1
    }
    if end > position { emit(.textLiteral, length: end - position) }
    if !isMultiline && end < bytes.count && bytes[end] == Byte.newline { modes.removeLast() }
  }

  /// `'…'` if it closes on its line, else the apostrophe alone.
  mutating func foreignText() {
    var end = position + 1
    while end < bytes.count && bytes[end] != Byte.newline && bytes[end] != Byte.apostrophe {
      end += bytes[end] == Byte.backslash && at(end + 1) != Byte.newline ? 2 : 1
    }
    guard at(end) == Byte.apostrophe else { return emit(.unknown, length: 1) }
    emit(.foreignText, length: end + 1 - position)
  }
}
