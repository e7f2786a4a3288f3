// Values as plain text, for pipes and logs; the notebook draws its own.

import Vocabulary

extension Value {
  /// What there is to show of the value.
  var display: Display {
    switch self {
    case .opaque(let value): value.display
    case .text(let text): .text(text)
    case .record(let record): .record(record.pairs.map { ($0, $1.display) })
    case .list(let values) where !values.isEmpty && values.allSatisfy(\.isRecord):
      .table(Table(records: values))
    case .none, .bool, .int, .float, .quantity, .list, .type, .function, .deferred: .text(source)
    }
  }

  fileprivate var isRecord: Bool { if case .record = self { true } else { false } }
  fileprivate var cell: String { if case .text(let text) = self { text } else { source } }
}

extension Table {
  /// Records as rows, under the labels of the first.
  fileprivate init(records: [Value]) {
    let rows = records.compactMap { value in if case .record(let row) = value { row } else { nil } }
    let labels = rows.first?.labels ?? []
    self.init(
      columns: labels.map { label in
        Column(name: label, type: "\(rows[0][label]?.type.widened ?? .any)")
      },
      rows: rows.map { row in labels.map { row[$0]?.cell ?? "" } })
  }
}

extension Display {
  var plainText: String {
    switch self {
    case .text(let text): text
    case .table(let table): table.plainText
    case .record(let fields):
      fields.map { "\($0.label): \($0.value.plainText)" }.joined(separator: "\n")
    case .list(let items): items.map(\.plainText).joined(separator: "\n")
    case .curve(let curve): curve.name + ": " + curve.values.map { "\($0)" }.joined(separator: " ")
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
