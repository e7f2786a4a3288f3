/// One line of source as a terminal shows it: tabs widened, control characters made visible.
struct SourceLine {
  private struct Cell {
    let offset: Int
    let column: Int
    let text: String
    let width: Int
  }

  private let cells: [Cell]
  private let end: Int
  /// In columns.
  let width: Int

  static let tabWidth = 4

  init(_ source: SourceText, line: Int) {
    let range = source.lineRange(line)
    var cells: [Cell] = []
    var offset = range.start
    var column = 0
    for character in source[range] {
      let text = Self.shown(character, at: column)
      let width = DisplayWidth.of(text)
      cells.append(Cell(offset: offset, column: column, text: text, width: width))
      // A replacement character may stand for a single bad byte.
      let size = character.utf8.count
      let isReal = source.bytes[offset..<min(offset + size, range.end)].elementsEqual(
        character.utf8)
      offset += isReal ? size : 1
      column += width
    }
    self.cells = cells
    end = range.end
    width = column
  }

  private static func shown(_ character: Character, at column: Int) -> String {
    if character == "\t" {
      return String(repeating: " ", count: tabWidth - column % tabWidth)
    }
    guard let scalar = character.unicodeScalars.first, scalar.value < 0x20 || scalar.value == 0x7F
    else { return String(character) }
    let picture = scalar.value == 0x7F ? 0x2421 : 0x2400 + scalar.value
    return Unicode.Scalar(picture).map { String($0) } ?? "?"
  }

  /// The column at which the byte at `offset` is shown.
  func column(of offset: Int) -> Int {
    cells.first { $0.offset >= offset }?.column ?? width
  }

  /// The part of the line that `window` shows, with `…` where something is cut away.
  func text(in window: Range<Int>) -> String {
    var text = ""
    var used = 0
    if window.lowerBound > 0 {
      text = "…"
      used = 1
    }
    for cell in cells where cell.column >= window.lowerBound + used {
      if cell.column + cell.width > window.upperBound - (window.upperBound < width ? 1 : 0) {
        break
      }
      text += cell.text
    }
    return window.upperBound < width ? text + "…" : text
  }

  /// A window of at most `room` columns that shows what lies at `focus`.
  func window(room: Int, focus: Int) -> Range<Int> {
    guard width > room else { return 0..<width }
    let start = max(0, min(focus - room / 3, width - room))
    return start..<start + room
  }
}
