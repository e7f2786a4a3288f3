// Values as plain text, for pipes and logs; the notebook draws its own.

import Vocabulary

extension Display {
  var plainText: String {
    switch self {
    case .text(let text): text
    case .table(let table): table.plainText
    case .record(let fields):
      fields.map { "\($0.label): \($0.value.plainText)" }.joined(separator: "\n")
    case .list(let items): items.map(\.plainText).joined(separator: "\n")
    case .curve(let curve): curve.name + ": " + curve.values.map(\.figure).joined(separator: " ")
    case .stack(let parts): parts.map(\.plainText).joined(separator: "\n\n")
    }
  }
}

extension Table {
  fileprivate var plainText: String {
    let header = columns.map(\.name)
    let widths = columns.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let lines = ([header] + rows).map { row in
      row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return columns[column].isNumeric ? space + text : text + space
      }.joined(separator: "  ")
    }
    let more = total > rows.count ? ["\(rows.count) of \(total) rows"] : []
    return (lines + more).joined(separator: "\n")
  }
}
