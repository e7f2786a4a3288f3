import Datasets
import Vocabulary

/// Predictions in stretches of equal width, each with what came true of them.
public struct Reliability: OpaqueValue, RecipeValue {
  public static let typeName = "Reliability"

  struct Bin: Sendable {
    let from: Double
    let to: Double
    let predicted: Double
    let actual: Double
    let count: Int
  }

  /// Those that predictions fell into, from the lowest.
  let bins: [Bin]

  init(_ pairs: [(predicted: Double, actual: Double)], bins count: Int) {
    let low = pairs.map(\.predicted).min() ?? 0
    let width = ((pairs.map(\.predicted).max() ?? 1) - low) / Double(count)
    let groups = Dictionary(grouping: pairs) { pair in
      width > 0 ? min(count - 1, Int((pair.predicted - low) / width)) : 0
    }
    bins = groups.sorted { $0.key < $1.key }.map { place, members in
      let n = Double(members.count)
      return Bin(
        from: low + Double(place) * width, to: low + Double(place + 1) * width,
        predicted: members.reduce(0) { $0 + $1.predicted } / n,
        actual: members.reduce(0) { $0 + $1.actual } / n, count: members.count)
    }
  }

  /// The mean distance of what came true from what was predicted.
  ///
  /// Naeini et al. 2015, expected calibration error.
  var error: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    return bins.reduce(0) { $0 + abs($1.predicted - $1.actual) * Double($1.count) }
      / Double(max(1, total))
  }

  public static let members = [
    RecordField("error", .float), RecordField("bins", .data(.record(columns))),
  ]

  private static let columns =
    ["from", "to", "predicted", "actual"].map { RecordField($0, .float) }
    + [RecordField("rows", .int)]

  private var rows: Dataset {
    Dataset(
      columns: Self.columns,
      rows: bins.map { bin in
        Record(
          labels: Self.columns.map(\.label),
          values: [bin.from, bin.to, bin.predicted, bin.actual].map(Value.float)
            + [.int(bin.count)])
      })
  }

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "error": .float(error)
    case "bins": .opaque(rows)
    default: nil
    }
  }

  public var canonical: String { "\(bins)" }

  /// The table, and what came true over the stretches: a straight line up is what one hopes for.
  public var display: Display {
    .stack([
      .record([("calibration error", .text("\((error * 10_000).rounded() / 10_000)"))]),
      rows.display, .curve(Curve(name: "actual by predicted", values: bins.map(\.actual))),
    ])
  }
}
