// Movements and changes in the text of a cell, by line and by grapheme.

/// A text and the byte offset of the cursor in it.
struct EditedText: Equatable {
  var text: String
  var cursor: Int

  var before: Substring { text[..<place] }
  var after: Substring { text[place...] }

  /// The line of the cursor, up to it and from it on.
  var lineBefore: Substring {
    before.lastIndex(of: "\n").map { before[before.index(after: $0)...] } ?? before
  }
  var lineAfter: Substring { after.prefix { $0 != "\n" } }

  var isOnFirstLine: Bool { !before.contains("\n") }
  var isOnLastLine: Bool { !after.contains("\n") }

  private var place: String.Index {
    text.utf8.index(text.startIndex, offsetBy: min(max(0, cursor), text.utf8.count))
  }

  mutating func insert(_ inserted: String) {
    let head = String(before)
    self = EditedText(text: head + inserted + after, cursor: (head + inserted).utf8.count)
  }

  /// Removes `count` bytes before the cursor and `following` after it.
  mutating func remove(_ count: Int, following: Int = 0) {
    let bytes = Array(text.utf8)
    let range = max(0, cursor - count)..<min(bytes.count, cursor + following)
    text = String(decoding: bytes[..<range.lowerBound] + bytes[range.upperBound...], as: UTF8.self)
    cursor = range.lowerBound
  }

  mutating func replace(_ range: Range<Int>, with replacement: String) {
    let bytes = Array(text.utf8)
    let kept = range.clamped(to: 0..<bytes.count)
    let head = String(decoding: bytes[..<kept.lowerBound], as: UTF8.self) + replacement
    text = head + String(decoding: bytes[kept.upperBound...], as: UTF8.self)
    cursor = head.utf8.count
  }

  mutating func moveLeft() { cursor -= before.last?.utf8.count ?? 0 }
  mutating func moveRight() { cursor += after.first?.utf8.count ?? 0 }
  mutating func moveToLineStart() { cursor -= lineBefore.utf8.count }
  mutating func moveToLineEnd() { cursor += lineAfter.utf8.count }

  /// To the line above, to the same place in it if it is long enough.
  mutating func moveUp() {
    let column = DisplayWidth.of(String(lineBefore))
    moveToLineStart()
    moveLeft()
    moveToLineStart()
    moveRight(columns: column)
  }

  mutating func moveDown() {
    let column = DisplayWidth.of(String(lineBefore))
    moveToLineEnd()
    moveRight()
    moveRight(columns: column)
  }

  private mutating func moveRight(columns: Int) {
    var used = 0
    for character in lineAfter {
      used += DisplayWidth.of(character)
      if used > columns { return }
      cursor += character.utf8.count
    }
  }

  /// The word before the cursor, with the blanks that follow it.
  var wordBefore: Substring {
    var start = before.endIndex
    func step(while matches: (Character) -> Bool) {
      while start > before.startIndex {
        let previous = before.index(before: start)
        guard matches(before[previous]) else { return }
        start = previous
      }
    }
    step { $0.isWhitespace }
    step { !$0.isWhitespace }
    return before[start...]
  }
}
