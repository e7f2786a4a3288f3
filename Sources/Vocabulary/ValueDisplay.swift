extension Value {
  /// What there is to show of the value.
  public var display: Display {
    switch self {
    case .opaque(let value): value.display
    case .text(let text): .text(text)
    case .record(let record): .record(record.pairs.map { ($0, $1.display) })
    case .list(let values) where !values.isEmpty && values.allSatisfy(\.isRecord):
      .table(Table(records: values))
    case .list(let values) where values.contains(where: \.isOpaque):
      .list(values.map(\.display))
    case .none, .bool, .int, .float, .quantity, .list, .type, .function, .deferred: .text(source)
    }
  }

  private var isRecord: Bool { if case .record = self { true } else { false } }
  private var isOpaque: Bool { if case .opaque = self { true } else { false } }

  fileprivate var cell: String {
    switch self {
    case .text(let text): text
    case .none: "–"
    case .bool, .int, .float, .quantity, .list, .record, .type, .function, .opaque, .deferred:
      source
    }
  }
}

extension Table {
  /// Records as rows, under the labels that any of them has.
  fileprivate init(records: [Value]) {
    let rows = records.compactMap { value in if case .record(let row) = value { row } else { nil } }
    var labels: [String] = []
    for label in rows.flatMap(\.labels) where !labels.contains(label) { labels.append(label) }
    let fields = labels.map { label in
      RecordField(label, Value.commonType(rows.map { $0[label]?.type ?? RecipeType.none }))
    }
    self.init(
      columns: fields.map { field in
        Column(
          name: field.label, type: "\(field.type)",
          isNumeric: RecipeType.optional(.float).accepts(field.type))
      },
      rows: rows.map { row in fields.map { (row[$0.label] ?? .none).cell } })
  }
}
