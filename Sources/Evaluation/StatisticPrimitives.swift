import Datasets
import Foundation
import Vocabulary

extension Primitive {
  /// Figures of rows, such as those that `score` has widened.
  public static let statistics: [Primitive] = [
    interval, correlation, quadraticKappa, calibration, rewardBench,
  ]

  private static let interval = Primitive(
    "interval",
    "The mean of a number over rows, with the middle 95 % of what it is on rows drawn anew.",
    in: .evaluation, cost: .light,
    typing: .fixed(
      .record([
        RecordField("mean", .float), RecordField("low", .float), RecordField("high", .float),
        RecordField("rows", .int),
      ])),
    examples: ["rows([(x: 1.0), (x: 0.0)]) |> interval(of: .x)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Double>>("of", "The number of a row."),
    Parameter("resamples", "How often rows are drawn.", default: 2_000, .atLeast(10)),
    Parameter("seed", "Another seed, other draws.", default: 0, .atLeast(0))
  ) { _, data, number, resamples, seed in
    let numbers = try data.rows.map { try number($0) }
    func mean(_ places: [Int]) -> Double {
      places.reduce(0) { $0 + numbers[$1] } / Double(places.count)
    }
    let drawn = Bootstrap(resamples: resamples, seed: UInt64(seed))
      .interval(rows: numbers.count, mean)
    // Of no rows there is no mean, nor anything that it lies between.
    let (low, high) = numbers.isEmpty ? (.nan, .nan) : (drawn.lowerBound, drawn.upperBound)
    return Record([
      ("mean", .float(mean(Array(numbers.indices)))), ("low", .float(low)), ("high", .float(high)),
      ("rows", .int(numbers.count)),
    ])
  }

  private static let correlation = Primitive(
    "correlation", "Pearson's correlation of two numbers over rows.", in: .evaluation, cost: .light,
    examples: ["rows([(a: 1, b: 2), (a: 2, b: 3), (a: 4, b: 3)]) |> correlation(.a, with: .b)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Double>>.subject("of", "A number of each row."),
    Parameter<RowExpression<Double>>("with", "The number to compare it with.")
  ) { _, data, first, second in
    Correlation(try data.rows.map { (try first($0), try second($0)) }).pearson
  }

  private static let quadraticKappa = Primitive(
    "quadratic_kappa",
    "How far two whole ratings agree beyond chance: Cohen's kappa with squared weights.",
    in: .evaluation, cost: .light,
    examples: ["rows([(a: 0, b: 0), (a: 3, b: 4)]) |> quadratic_kappa(.a, with: .b)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Int>>.subject("of", "A rating of each row."),
    Parameter<RowExpression<Int>>("with", "The other rating.")
  ) { _, data, first, second in
    QuadraticKappa(try data.rows.map { (try first($0), try second($0)) }).value
  }

  private static let calibration = Primitive(
    "calibration",
    "How far predictions can be taken at their word: what came true, by what was predicted.",
    in: .evaluation, cost: .light,
    examples: [
      "rows([(p: 0.9, y: 1.0), (p: 0.2, y: 0.0)]) |> calibration(predicted: .p, actual: .y, bins: 2)"
    ],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Double>>(
      "predicted", "What was predicted, as a probability or rating."),
    Parameter<RowExpression<Double>>("actual", "What came true."),
    Parameter(
      "bins", "Into how many equal stretches predictions fall.", default: 10, .within(1...100))
  ) { _, data, predicted, actual, bins in
    Reliability(try data.rows.map { (try predicted($0), try actual($0)) }, bins: bins)
  }

  private static let rewardBench = Primitive(
    "rewardbench",
    "The share of items judged right: per subset, per section by the counts of its subsets, and the "
      + "plain mean of sections (Lambert et al. 2024, arXiv 2403.13787); with intervals.",
    in: .evaluation, cost: .light,
    typing: .fixed(.data(.record(RewardBench.columns))),
    examples: [
      #"rows([(s: "a", ok: true), (s: "b", ok: false)]) |> "#
        + #"rewardbench(right: .ok, subset: .s, sections: [(section: "A", subset: "a", items: 3), "#
        + #"(section: "A", subset: "b", items: 1)])"#
    ],
    Parameter<Dataset>.subject("rows", "An item each."),
    Parameter<RowExpression<Bool>>("right", "Whether the better answer was found."),
    Parameter<RowExpression<String>>("subset", "The subset that the item is of."),
    Parameter<[Record]>(
      "sections", "A section, a subset of it and the items that it counts for, each.")
  ) { context, data, right, subset, sections in
    let items = try data.rows.map { (subset: try subset($0), isRight: try right($0)) }
    let bench = try RewardBench(items, sections)
    context.report(.ledger(bench.ledger))
    return bench.table
  }
}
