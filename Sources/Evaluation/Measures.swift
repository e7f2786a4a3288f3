import Datasets
import Models
import Vocabulary

/// The scores of a model with what each row gave to them, so that intervals can be taken.
public struct Measures: OpaqueValue, RecipeValue, StoredValue {
  public static let typeName = "Measures"

  struct One: Sendable {
    let name: String
    let scoring: Metric.Scoring
    /// The numbers of each row, by the row's place.
    let rows: [Int: [Double]]
    let score: Double
    /// Where it lies in 95 of 100 drawings of the rows.
    let interval: ClosedRange<Double>

    init(_ name: String, _ scoring: Metric.Scoring, _ rows: [Int: [Double]]) {
      self.name = name
      self.scoring = scoring
      self.rows = rows
      let ordered = rows.sorted { $0.key < $1.key }.map(\.value)
      score = scoring.score(of: ordered)
      interval = Bootstrap(resamples: 1_000, seed: 0).interval(rows: ordered.count) { drawn in
        scoring.score(of: drawn.map { ordered[$0] })
      }
    }
  }

  let metrics: [One]

  init(
    _ model: LanguageModel, on data: Dataset, _ metrics: Record, _ context: RunContext, length: Int
  ) throws {
    var measurement = Measurement(model, on: data, context, length: length)
    self.metrics = try metrics.pairs.map { name, value in
      let metric = try Metric(recipeValue: value)
      return One(name, metric.scoring, try measurement.numbers(metric))
    }
  }

  public var recipeType: RecipeType {
    .opaque(Self.typeName, [.record(metrics.map { RecordField($0.name, .float) })])
  }

  public var canonical: String {
    metrics.map { "\($0.name) \($0.scoring) \($0.score)" }.joined(separator: "; ")
  }

  public func member(_ name: String) throws -> Value? {
    metrics.first { $0.name == name }.map { .float($0.score) }
  }

  public var display: Display {
    .table(
      Table(
        columns: [
          .init(name: "metric", type: "Text"), .init(name: "score", type: "Float", isNumeric: true),
          .init(name: "95 % from", type: "Float", isNumeric: true),
          .init(name: "to", type: "Float", isNumeric: true),
          .init(name: "rows", type: "Int", isNumeric: true),
        ],
        rows: metrics.map { one in
          [
            one.name, one.score.figure, one.interval.lowerBound.figure,
            one.interval.upperBound.figure, "\(one.rows.count)",
          ]
        }))
  }

  /// A score with half the width of its interval, as a cell of a table.
  func cell(_ name: String) -> String {
    guard let one = metrics.first(where: { $0.name == name }) else { return "–" }
    let half = (one.interval.upperBound - one.interval.lowerBound) / 2
    return "\(one.score.short) ±\(half.short)"
  }

  /// Scores less those of another model, with the middle 95 % of the differences on rows drawn for
  /// both alike.
  func difference(from other: Measures, _ bootstrap: Bootstrap) throws -> Record {
    let theirs = Dictionary(other.metrics.map { ($0.name, $0) }) { $1 }
    return Record(
      try metrics.map { one in
        guard let two = theirs[one.name], one.scoring == two.scoring else {
          throw MeasuresError(
            problem: "`\(one.name)` was measured of one model only",
            advice: "Measure both with the same metrics.")
        }
        let places = one.rows.keys.filter { two.rows[$0] != nil }.sorted()
        guard !places.isEmpty else {
          throw MeasuresError(
            problem: "`\(one.name)` was measured on no row of both models",
            advice: "Measure both on the same rows.")
        }
        func score(_ part: One, _ drawn: [Int]) -> Double {
          part.scoring.score(of: drawn.compactMap { part.rows[places[$0]] })
        }
        let interval = bootstrap.interval(rows: places.count) { score(one, $0) - score(two, $0) }
        let all = Array(places.indices)
        return (
          one.name,
          .record(
            Record([
              ("difference", .float(score(one, all) - score(two, all))),
              ("from", .float(interval.lowerBound)), ("to", .float(interval.upperBound)),
            ]))
        )
      })
  }
}

/// Measures that do not go together.
public struct MeasuresError: Error, Sendable, CustomStringConvertible {
  public let problem: String
  public let advice: String
  public var description: String { "\(problem)\n  \(advice)" }
}

// How the store keeps them: one row per metric and row.
extension Measures {
  private static func records(_ metric: Int, _ one: One) -> [Record] {
    one.rows.sorted { $0.key < $1.key }.map { place, numbers in
      Record([
        ("metric", .int(metric)), ("name", .text(one.name)),
        ("scoring", .text(one.scoring.rawValue)), ("row", .int(place)),
        ("numbers", .list(numbers.map(Value.float))),
      ])
    }
  }

  public func write(to folder: Folder) throws {
    try Dataset(rows: metrics.enumerated().flatMap { Self.records($0, $1) }).write(to: folder)
  }

  public static func read(from folder: Folder) throws -> Measures {
    var metrics: [One] = []
    let rows = try Dataset.read(from: folder).rows
    for (_, group) in Dictionary(grouping: rows, by: { $0["metric"]?.source ?? "" })
      .sorted(by: { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) })
    {
      let name = try String(recipeValue: group[0]["name"] ?? .none)
      let scoring = try String(recipeValue: group[0]["scoring"] ?? .none)
      let numbers = try group.map { row in
        (
          try Int(recipeValue: row["row"] ?? .none),
          try [Double](recipeValue: row["numbers"] ?? .none)
        )
      }
      metrics.append(
        One(name, Metric.Scoring(rawValue: scoring) ?? .mean, Dictionary(numbers) { $1 }))
    }
    return Measures(metrics: metrics)
  }

  private init(metrics: [One]) { self.metrics = metrics }
}

extension Double {
  fileprivate var short: String { isFinite ? "\((self * 1_000).rounded() / 1_000)" : "\(self)" }

  /// Four digits are what so few rows can tell.
  fileprivate var figure: String {
    guard isFinite else { return "\(self)" }
    return "\((self * 10_000).rounded() / 10_000)"
  }
}
