import Foundation
import JSON
import Vocabulary

/// Rows with typed columns, in order.
public struct Dataset: OpaqueValue, StoredValue, RecipeValue {
  public static let typeName = "Data"
  public static var recipeType: RecipeType { .data(.any) }

  public let columns: [RecordField]
  public let rows: [Record]

  /// Rows whose columns are found by looking at all of them.
  public init(rows: [Record]) {
    let columns = RowSchema(of: rows).fields
    self.init(columns: columns, rows: rows.map { $0.aligned(to: columns) })
  }

  /// Rows that already have these columns, in this order.
  public init(columns: [RecordField], rows: [Record]) {
    self.columns = columns
    self.rows = rows
  }

  public var recipeType: RecipeType { .data(.record(columns)) }
  public var count: Int { rows.count }

  public var canonical: String {
    var hash = StableHash(seed: 0)
    for row in rows { hash.add(Value.record(row).canonical) }
    return "\(recipeType) \(rows.count) rows \(hash.value)"
  }

  public var display: Display {
    .table(
      Table(
        columns: columns.map {
          Table.Column(name: $0.label, type: $0.type.description, isNumeric: $0.type.isNumeric)
        },
        rows: rows.prefix(10).map { row in row.values.map(\.shown) }, total: rows.count))
  }

  /// The rows with these columns and no others.
  public func with(rows: [Record]) -> Dataset { Dataset(columns: columns, rows: rows) }
}

extension Record {
  /// The row with exactly these columns, in this order; `none` where it lacks one.
  func aligned(to columns: [RecordField]) -> Record {
    if labels.count == columns.count, zip(labels, columns).allSatisfy({ $0 == $1.label }) {
      return self
    }
    return Record(
      labels: columns.map(\.label), values: columns.map { self[$0.label] ?? .none })
  }
}

extension RecipeType {
  var isNumeric: Bool {
    switch self {
    case .int, .float, .quantity: true
    case .optional(let type): type.isNumeric
    default: false
    }
  }
}

extension Value {
  /// The value as a cell of a table shows it.
  public var shown: String {
    switch self {
    case .text(let text): text
    case .none: "–"
    default: source
    }
  }
}

extension Dataset {
  public func write(to folder: Folder) throws {
    let lines = rows.map { $0.json.compact + "\n" }
    try Data(lines.joined().utf8).write(to: folder.appending(path: "rows.jsonl"))
    let labels = JSONValue.list(columns.map { .text($0.label) })
    try Data(labels.compact.utf8).write(to: folder.appending(path: "columns.json"))
  }

  public static func read(from folder: Folder) throws -> Dataset {
    let data = try JSONLines(url: folder.appending(path: "rows.jsonl")).dataset(allowEmpty: true)
    let text = try Data(contentsOf: folder.appending(path: "columns.json"))
    let labels = try JSONValue(parsing: Array(text)).list?.compactMap(\.text) ?? []
    let columns = labels.map { label in
      data.columns.first { $0.label == label } ?? RecordField(label, .any)
    }
    return Dataset(columns: columns, rows: data.rows.map { $0.aligned(to: columns) })
  }
}
