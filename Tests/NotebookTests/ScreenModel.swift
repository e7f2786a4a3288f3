// A terminal of a few sequences, to see what the editor's bytes look like.

import Notebook

/// Rows of cells, a cursor, and the sequences that the painter uses.
///
/// Scrolls at its end.
struct ScreenModel {
  let width: Int
  let height: Int
  private(set) var cells: [[Character]]
  private(set) var row = 0
  private(set) var column = 0
  private var pending = ""

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    cells = [[Character]](
      repeating: [Character](repeating: " ", count: width), count: height)
  }

  /// The rows without blanks at their ends; a wide character takes one cell and an empty mark.
  var rows: [String] {
    let all = cells.map { line in
      var text = String(line.filter { $0 != "\u{0}" })
      while text.last == " " { text.removeLast() }
      return text
    }
    return Array(all[..<(all.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0)])
  }

  mutating func write(_ text: String) {
    for character in text {
      if pending.isEmpty, character != "\u{1B}" { put(character) } else { escape(character) }
    }
  }

  private mutating func escape(_ character: Character) {
    pending.append(character)
    if pending.hasPrefix("\u{1B}]") {
      if pending.hasSuffix("\u{1B}\\") { pending = "" }
      return
    }
    guard pending.count > 2, let ascii = character.asciiValue, (0x40...0x7E).contains(ascii)
    else { return }
    let count = Int(pending.dropFirst(2).dropLast()) ?? 1
    switch character {
    case "A": row = max(0, row - count)
    case "B": row = min(height - 1, row + count)
    case "C": column = min(width - 1, column + count)
    case "G": column = min(width, count) - 1
    case "J":
      for line in row..<height { clear(line, from: line == row ? min(column, width - 1) : 0) }
    case "K": clear(row, from: min(column, width - 1))
    default: break
    }
    pending = ""
  }

  private mutating func clear(_ line: Int, from start: Int) {
    for place in start..<width { cells[line][place] = " " }
  }

  private mutating func put(_ character: Character) {
    switch character {
    case "\r": column = 0
    case "\n": lineFeed()
    case "\r\n":
      column = 0
      lineFeed()
    case "\u{7}": break
    default:
      let size = DisplayWidth.of(character)
      if column + size > width {
        column = 0
        lineFeed()
      }
      guard size > 0 else { return }
      cells[row][column] = character
      if size == 2 { cells[row][column + 1] = "\u{0}" }
      column += size
    }
  }

  private mutating func lineFeed() {
    row += 1
    if row < height { return }
    cells.removeFirst()
    cells.append([Character](repeating: " ", count: width))
    row = height - 1
  }
}
