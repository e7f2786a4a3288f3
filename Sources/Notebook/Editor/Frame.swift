// What the prompt looks like: rows of styled cells and the place of the cursor.

/// One row of the screen.
struct ScreenRow: Equatable {
  var text = ""
  var width = 0
}

/// Everything the editor shows, from the row of the prompt down.
struct Frame: Equatable {
  var rows: [ScreenRow]
  var cursorRow: Int
  var cursorColumn: Int

  /// The `height` rows around the cursor, when there are more.
  func windowed(to height: Int) -> Frame {
    guard rows.count > height, height > 0 else { return self }
    let first = min(max(0, cursorRow - height + 1), rows.count - height)
    return Frame(
      rows: Array(rows[first..<first + height]), cursorRow: cursorRow - first,
      cursorColumn: cursorColumn)
  }
}

/// Lays out a cell in rows of `width` cells.
struct FrameLayout {
  private let width: Int
  private let styling: Styling
  private var rows = [ScreenRow()]
  private var style = Style.plain
  private var cursor: (row: Int, column: Int)?

  /// `spans` colour the text, in order and without overlap; `below` are whole rows under it.
  static func frame(
    text: String, cursor: Int, prompt: Prompt, spans: [HighlightSpan], below: [String], width: Int,
    styling: Styling
  ) -> Frame {
    var layout = FrameLayout(width: max(2, width), styling: styling)
    layout.put(text, cursor: cursor, prompt: prompt, spans: spans)
    let place = layout.cursor ?? (0, 0)
    for line in below {
      layout.newRow()
      layout.put(raw: line.truncated(to: layout.width))
    }
    layout.set(.plain)
    return Frame(rows: layout.rows, cursorRow: place.row, cursorColumn: place.column)
  }

  private init(width: Int, styling: Styling) {
    self.width = width
    self.styling = styling
  }

  private mutating func put(_ text: String, cursor: Int, prompt: Prompt, spans: [HighlightSpan]) {
    put(raw: prompt.first)
    var offset = 0
    var ahead = spans[...]
    for character in text {
      if offset <= cursor, cursor < offset + character.utf8.count { markCursor() }
      while let next = ahead.first, next.range.upperBound <= offset { ahead.removeFirst() }
      let span = ahead.first.flatMap { $0.range.contains(offset) ? $0 : nil }
      put(character, style: span?.kind.style ?? .plain, continuation: prompt.continuation)
      offset += character.utf8.count
    }
    if cursor >= offset { markCursor() }
  }

  /// A cursor after the last cell of a row stands at the start of the next one.
  private mutating func markCursor() {
    if let row = rows.last, row.width >= width { newRow() }
    cursor = (rows.count - 1, rows[rows.count - 1].width)
  }

  private mutating func put(_ character: Character, style: Style, continuation: String) {
    if character.isNewline {
      newRow()
      put(raw: continuation)
    } else if character == "\t" {
      repeat { put(cell: " ", width: 1, style: style) } while rows[rows.count - 1].width % 4 != 0
    } else if let ascii = character.asciiValue, ascii < 0x20 || ascii == 0x7F {
      put(cell: "^", width: 1, style: .reversed)
      put(cell: Character(Unicode.Scalar(ascii ^ 0x40)), width: 1, style: .reversed)
    } else {
      put(cell: character, width: DisplayWidth.of(character), style: style)
    }
  }

  private mutating func put(cell: Character, width cells: Int, style: Style) {
    if rows[rows.count - 1].width + cells > width { newRow() }
    set(style)
    let last = rows.count - 1
    rows[last].text.append(cell)
    rows[last].width += cells
    if DisplayWidth.isUncertain(cell), rows[last].width < width {
      rows[last].text += "\u{1B}[\(rows[last].width + 1)G"
    }
  }

  /// Text that may hold escape sequences; it is not broken.
  private mutating func put(raw: String) {
    set(.plain)
    rows[rows.count - 1].text += raw
    rows[rows.count - 1].width += DisplayWidth.of(raw)
  }

  private mutating func newRow() {
    set(.plain)
    rows.append(ScreenRow())
  }

  private mutating func set(_ next: Style) {
    guard styling == .colored, next != style else { return }
    rows[rows.count - 1].text += next == .plain ? Style.end : next.start
    style = next
  }
}
