import Datasets
import Vocabulary

/// Answers that a policy wrote, with what each token earned.
public struct Rollouts: OpaqueValue, RecipeValue, StoredValue {
  public static let typeName = "Rollouts"

  /// A row for each answer.
  public let rows: Dataset

  public init(rows: Dataset) { self.rows = rows }

  public var canonical: String { rows.canonical }

  public func member(_ name: String) throws -> Value? { name == "rows" ? .opaque(rows) : nil }

  public func write(to folder: Folder) throws { try rows.write(to: folder) }
  public static func read(from folder: Folder) throws -> Rollouts {
    Rollouts(rows: try Dataset.read(from: folder))
  }

  /// How many answers are drawn; the others are counted.
  private static let shown = 4

  public var display: Display {
    let drawn = rows.rows.prefix(Self.shown).map(Self.drawn)
    let rest = rows.count - drawn.count
    return .stack(drawn + (rest > 0 ? [.text("and \(rest) more")] : []))
  }

  /// One answer: its parts, then a line for each token.
  private static func drawn(_ row: Record) -> Display {
    func list(_ name: String) -> [Value] {
      if case .list(let items)? = row[name] { items } else { [] }
    }
    let facts = ["prompt", "forced", "generated", "reward"].map {
      ($0, Display.text((row[$0] ?? .none).shown))
    }
    let cut = (try? Int(recipeValue: row["cut"] ?? .none)) ?? 0
    let numbers = ["logp", "kl", "advantage"]
    let lines = list("pieces").enumerated().map { place, piece in
      [piece.source, place < cut ? "forced" : "drawn"]
        + numbers.map { name in list(name)[place].rounded }
    }
    let columns =
      [Table.Column(name: "token", type: "Text"), Table.Column(name: "from", type: "Text")]
      + numbers.map { Table.Column(name: $0, type: "Float", isNumeric: true) }
    return .stack([.record(facts), .table(Table(columns: columns, rows: lines))])
  }

  static let fields: [RecordField] = [
    RecordField("row", .int), RecordField("sample", .int), RecordField("prompt", .text),
    RecordField("forced", .text), RecordField("generated", .text), RecordField("cut", .int),
    RecordField("finished", .bool), RecordField("reward", .float),
    RecordField("tokens", .list(.int)), RecordField("pieces", .list(.text)),
    RecordField("logp", .list(.float)), RecordField("kl", .list(.float)),
    RecordField("advantage", .list(.float)),
  ]

  static let members = [RecordField("rows", .data(.record(fields)))]
}

extension Value {
  /// A number with three digits after the point.
  fileprivate var rounded: String {
    guard let number = try? Double(recipeValue: self) else { return shown }
    return "\((number * 1e3).rounded() / 1e3)"
  }
}
