// What there is to show of a value, as lines of text.

import Vocabulary

/// Draws what a value shows: tables with types, records as trees, curves in braille.
public struct DisplayRenderer {
  public var width: Int
  public var art: LineArt
  public var styling: Styling
  /// Tables show so many rows, and say how many there are.
  public var maximumRows = 10

  private static let curveHeight = 6
  private static let widestCurve = 76

  public init(width: Int, art: LineArt = .box, styling: Styling = .plain) {
    self.width = width
    self.art = art
    self.styling = styling
  }

  public func lines(_ display: Display) -> [String] {
    switch display {
    case .text(let text):
      text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        .map(String.init)
    case .table(let table): lines(table)
    case .record(let fields): lines(fields)
    case .list(let items): lines(items)
    case .curve(let curve): lines(curve)
    case .stack(let parts): Array(parts.map(lines).joined(separator: [""]))
    }
  }

  private func lines(_ table: Table) -> [String] {
    let rows = table.rows.prefix(maximumRows)
    let columns = table.columns.enumerated().map { index, column in
      TableColumn(
        column.name, type: column.type, cells: rows.map { $0[index] },
        alignment: column.isNumeric ? .right : .left)
    }
    return TableRenderer(width: width, art: art, styling: styling).lines(
      columns, total: max(table.total, table.rows.count))
  }

  /// A tree of the parts that are text; tables and curves stand below their labels.
  private func lines(_ fields: [(label: String, value: Display)]) -> [String] {
    let tree = RecordTree(width: width, art: art, styling: styling)
    var result: [String] = []
    var parts: [TreePart] = []
    for field in fields {
      if let node = field.value.tree {
        parts.append(TreePart(field.label, node))
        continue
      }
      if !parts.isEmpty { result += tree.lines(.parts(parts)) }
      parts = []
      result += [Style.cyan.applied(to: field.label, styling)] + lines(field.value)
    }
    return parts.isEmpty ? result : result + tree.lines(.parts(parts))
  }

  private func lines(_ items: [Display]) -> [String] {
    let shown = items.prefix(maximumRows)
    let isShort = items.allSatisfy { if case .text = $0 { true } else { false } }
    let parts = shown.map(lines)
    let left = items.count - shown.count
    let note = left > 0 ? [Style.dim.applied(to: "… \(left) more", styling)] : []
    return Array(isShort ? Array(parts.joined()) : Array(parts.joined(separator: [""]))) + note
  }

  private func lines(_ curve: Curve) -> [String] {
    let steps = ReadableNumber.count(curve.values.count)
    let last = curve.values.last.map { " · last \(ReadableNumber.measure($0))" } ?? ""
    let title = Style.bold.applied(to: curve.name, styling)
    guard art == .box, curve.values.count > 1 else { return [title + last] }
    let drawing = BrailleCurve(width: min(width, Self.widestCurve), height: Self.curveHeight)
    let picture = curve.positions.map { drawing.lines(curve.values, at: $0) }
    return [title + last] + (picture ?? drawing.lines(curve.values, first: "1", last: steps))
  }
}

extension Display {
  /// The display as part of a tree, where it is text through and through.
  fileprivate var tree: TreeNode? {
    switch self {
    case .text(let text): return .text(text)
    case .record(let fields):
      let parts = fields.compactMap { field in field.value.tree.map { TreePart(field.label, $0) } }
      return parts.count == fields.count ? .parts(parts) : nil
    case .table, .list, .curve, .stack: return nil
    }
  }
}
