import Vocabulary

/// Which end of a score is the good one.
public enum GoodEnd: String, RecipeChoice {
  case lowest, highest
}

extension Primitive {
  public static let ranking = Primitive(
    "ranking", "The places of numbers in a list, the best first; what is not a number comes last.",
    in: .sweeps, examples: [#"ranking([0.3, 0.1, 0.2], order: "lowest")"#],
    Parameter<[Double]>.subject("scores", "The numbers; of equal ones the first comes first."),
    Parameter("order", "Which end is the best.", default: GoodEnd.lowest)
  ) { _, scores, order in
    guard scores.contains(where: { !$0.isNaN }) else {
      throw NumberFault(
        scores.isEmpty
          ? "there is nothing to rank: the list is empty"
          : "none of the \(scores.count) scores is a number")
    }
    return scores.indices.sorted { a, b in
      let (x, y) = order == .lowest ? (scores[a], scores[b]) : (scores[b], scores[a])
      if scores[a].isNaN || scores[b].isNaN {
        return scores[a].isNaN == scores[b].isNaN ? a < b : scores[b].isNaN
      }
      return x == y ? a < b : x < y
    }
  }

  /// Only what the columns name is asked of results that are yet to come.
  public static let table = Primitive(
    "table", "A list of records as rows, with a column for each expression.", in: .sweeps,
    cost: .light,
    typing: .derived { call in
      .data(.record(call.rest.map { RecordField($0.label, $0.argument.type.madeByRow) }))
    },
    examples: [
      "[(lr: 1e-4, run: (ppl: 3.0)), (lr: 1e-3, run: (ppl: 2.5))] |> table(lr: .lr, ppl: .run.ppl)"
    ],
    narrowing: narrowed,
    Parameter<[Record]>.subject("list", "The records, such as the runs of a sweep."),
    Parameter<Labelled<RowExpression<Value>>>(
      "columns", "A name and an expression for each column.")
  ) { _, list, columns in
    Dataset(
      rows: try list.map { row in
        Record(try columns.entries.map { ($0.label, try $0.value(row)) })
      })
  }
}

extension Primitive {
  /// Records of the columns alone, each taken as it is.
  @Sendable private static func narrowed(_ arguments: Record) throws -> Record {
    // An expression that mentions results is itself there only after they have run.
    guard case .list(let items)? = arguments["list"],
      case .record(let columns)? = arguments["columns"], !columns.values.contains(where: \.isLate)
    else { return arguments }
    let expressions = try columns.values.map { try RowExpression<Value>(recipeValue: $0) }
    let rows = try items.map { item -> Value in
      guard case .record(let row) = item else { return item }
      return .record(Record(labels: columns.labels, values: try expressions.map { try $0(row) }))
    }
    let same = columns.labels.map { ($0, Value.function(.column($0))) }
    return Record([("list", .list(rows)), ("columns", .record(Record(same)))])
  }
}

extension Value {
  /// Whether it is a function that some stage is to make.
  fileprivate var isLate: Bool {
    guard case .deferred(let stage) = self else { return false }
    if case .row = stage.type { return true }
    if case .function = stage.type { return true }
    return false
  }
}

extension Function {
  /// `.label` as a function of a row.
  fileprivate static func column(_ label: String) -> Function {
    Function(canonical: "$0.\(label)", columns: [label]) { value in
      guard case .record(let row) = value else { return .none }
      return row[label] ?? .none
    }
  }
}

extension RecipeType {
  fileprivate var madeByRow: RecipeType {
    if case .row(let type) = self { return type.widened }
    return widened
  }
}
