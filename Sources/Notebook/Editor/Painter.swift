// Turns the frame that is on the screen into the next one, with the fewest bytes.

/// Remembers what is on the screen and says what to write to change it.
///
/// Pure: it writes nothing.
struct Painter {
  private var shown: Frame?
  private var width = 0

  /// The bytes that show `frame` on a window of `width` × `height` cells.
  mutating func update(to frame: Frame, width: Int, height: Int) -> String {
    let next = frame.windowed(to: height)
    var output = ""
    if self.width != width, let old = shown {
      output += Self.home(from: old, width: width) + "\u{1B}[J"
      shown = Frame(rows: [], cursorRow: 0, cursorColumn: 0)
    }
    self.width = width
    if let old = shown, old == next { return output }
    output += paint(next, over: shown ?? Frame(rows: [], cursorRow: 0, cursorColumn: 0))
    shown = next
    return "\u{1B}[?25l" + output + "\u{1B}[?25h"
  }

  /// The bytes that remove everything shown, so that other output can stand there.
  mutating func erase() -> String {
    guard let old = shown else { return "" }
    shown = nil
    return Self.home(from: old, width: max(1, width)) + "\u{1B}[J"
  }

  /// The bytes that put the cursor below everything shown.
  mutating func leave() -> String {
    guard let old = shown else { return "" }
    shown = nil
    return Self.down(old.rows.count - 1 - old.cursorRow) + "\r\n"
  }

  private func paint(_ next: Frame, over old: Frame) -> String {
    var output = Self.up(old.cursorRow) + "\r"
    var row = 0
    for (index, line) in next.rows.enumerated() {
      let exists = index < old.rows.count
      if exists, old.rows[index] == line { continue }
      output += move(from: row, to: index, existing: max(old.rows.count, 1))
      output += "\r" + line.text + (line.width < width ? "\u{1B}[K" : "")
      row = index
    }
    if old.rows.count > next.rows.count {
      output += Self.down(next.rows.count - row) + "\r\u{1B}[J"
      row = next.rows.count
    }
    output += row > next.cursorRow ? Self.up(row - next.cursorRow) : Self.down(next.cursorRow - row)
    return output + "\r" + (next.cursorColumn > 0 ? "\u{1B}[\(next.cursorColumn)C" : "")
  }

  /// Rows that do not exist yet are made by line feeds, which scroll at the end of the screen.
  private func move(from row: Int, to index: Int, existing: Int) -> String {
    let reachable = max(row, min(index, existing - 1))
    return Self.down(reachable - row) + String(repeating: "\r\n", count: index - reachable)
  }

  /// To the first row, after a terminal may have broken the rows anew at `width`.
  private static func home(from frame: Frame, width: Int) -> String {
    let above = frame.rows.prefix(frame.cursorRow).reduce(0) {
      $0 + max(1, ($1.width + width - 1) / width)
    }
    return up(above + frame.cursorColumn / width) + "\r"
  }

  private static func up(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)A" : "" }
  private static func down(_ rows: Int) -> String { rows > 0 ? "\u{1B}[\(rows)B" : "" }
}
