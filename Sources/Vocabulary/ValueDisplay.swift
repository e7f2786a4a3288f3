extension Value {
  /// What there is to show of the value.
  public var display: Display {
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
