// Rows as a table that fits the terminal.

/// A column of a table: a name, the name of its type, and its cells as text.
public struct TableColumn: Equatable, Sendable {
  public enum Alignment: Sendable { case left, right }

  public var name: String
  public var type: String
  public var cells: [String]
  public var alignment: Alignment

  /// Numbers are aligned to the right.
  public init(_ name: String, type: String, cells: [String], alignment: Alignment = .left) {
    self.name = name
    self.type = type
    self.cells = cells
    self.alignment = alignment
  }
}

/// What tables and trees are drawn with.
public enum LineArt: Sendable {
  case box
  case ascii

  fileprivate var characters: (bar: String, line: String) { self == .box ? ("│", "─") : ("|", "-") }

  fileprivate func corner(_ row: Int, _ column: Int) -> String {
    switch self {
    case .box: [["┌", "┬", "┐"], ["├", "┼", "┤"], ["└", "┴", "┘"]][row][column]
    case .ascii: "+"
    }
  }
}

/// Draws a table: names and types on top, cells cut to the width, and how many rows there are.
public struct TableRenderer {
  public var width: Int
  public var art: LineArt
  public var styling: Styling

  /// No column is made narrower than this while others can be left out.
  private static let narrowest = 8

  public init(width: Int, art: LineArt = .box, styling: Styling = .plain) {
    self.width = width
    self.art = art
    self.styling = styling
  }

  /// `total` is the number of rows there are, of which `columns` may hold the first ones.
  public func lines(_ columns: [TableColumn], total: Int) -> [String] {
    let shownRows = columns.first?.cells.count ?? 0
    let footer = self.footer(shown: shownRows, total: total)
    guard !columns.isEmpty else { return [footer] }
    let widths = fittedWidths(columns)
    let shown = Array(columns.prefix(widths.count))
    let missing = columns.dropFirst(widths.count)
    var lines = [
      rule(0, widths), row(shown.map(\.name), shown, widths, .bold),
      row(shown.map(\.type), shown, widths, .dim), rule(1, widths),
    ]
    lines += (0..<shownRows).map { index in
      row(shown.map { $0.cells[index] }, shown, widths, .plain)
    }
    lines.append(rule(2, widths))
    return lines + [note(footer, missing: missing.map(\.name))]
  }

  private func footer(shown: Int, total: Int) -> String {
    let rows = "\(ReadableNumber.count(total)) \(total == 1 ? "row" : "rows")"
    return shown < total ? "\(ReadableNumber.count(shown)) of \(rows)" : rows
  }

  private func note(_ footer: String, missing: [String]) -> String {
    guard !missing.isEmpty else {
      return Style.dim.applied(to: footer.truncated(to: width), styling)
    }
    let count = "+\(missing.count) \(missing.count == 1 ? "column" : "columns")"
    let text = "\(footer) · \(count): \(missing.joined(separator: ", "))"
    return Style.dim.applied(to: text.truncated(to: width), styling)
  }

  /// The widths of as many columns as fit: first the widest ones give room, then the last go.
  private func fittedWidths(_ columns: [TableColumn]) -> [Int] {
    let natural = columns.map { column in
      ([column.name, column.type] + column.cells).reduce(1) {
        max($0, DisplayWidth.of($1.onOneLine))
      }
    }
    for count in stride(from: columns.count, to: 1, by: -1) {
      let wanted = Array(natural[..<count])
      let room = width - 3 * count - 1
      let least = wanted.reduce(0) { $0 + min($1, Self.narrowest) }
      if least <= room { return shared(room, among: wanted) }
    }
    return [max(1, min(natural[0], width - 4))]
  }

  /// Columns that want less than an even share get what they want, the others share the rest.
  private func shared(_ room: Int, among wanted: [Int]) -> [Int] {
    var widths = wanted
    var left = room
    let order = wanted.indices.sorted { wanted[$0] < wanted[$1] }
    for (position, index) in order.enumerated() {
      widths[index] = min(wanted[index], left / (order.count - position))
      left -= widths[index]
    }
    return widths
  }

  private func rule(_ place: Int, _ widths: [Int]) -> String {
    let pieces = widths.map { String(repeating: art.characters.line, count: $0 + 2) }
    let line =
      art.corner(place, 0) + pieces.joined(separator: art.corner(place, 1)) + art.corner(place, 2)
    return Style.dim.applied(to: line, styling)
  }

  private func row(_ cells: [String], _ columns: [TableColumn], _ widths: [Int], _ style: Style)
    -> String
  {
    let bar = Style.dim.applied(to: art.characters.bar, styling)
    let texts = cells.indices.map { index in
      let text = cells[index].onOneLine.truncated(to: widths[index])
      let isRight = columns[index].alignment == .right
      let padded = isRight ? text.paddedLeft(to: widths[index]) : text.padded(to: widths[index])
      return " " + style.applied(to: padded, styling) + " "
    }
    return bar + texts.joined(separator: bar) + bar
  }
}
