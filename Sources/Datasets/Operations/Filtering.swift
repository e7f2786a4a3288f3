import Vocabulary

extension Typing {
  /// Rows go out with the columns they came in with.
  static let sameRows = Typing.derived { call in
    switch call.type("rows") {
    case .data(let row): .data(row)
    default: .data(.any)
    }
  }
}

extension RunContext {
  /// Tells how many rows a step kept, and why others were left out.
  func account(_ step: String, read: Int, kept: Int, dropped reason: String = "") {
    let entries =
      read > kept && !reason.isEmpty
      ? [Ledger.Entry(reason: "dropped: \(reason)", count: read - kept)] : []
    report(.ledger(Ledger(step: step, read: read, kept: kept, entries: entries)))
  }
}

extension Primitive {
  public static let filter = Primitive(
    "filter", "The rows for which a condition holds.", in: .data, cost: .light, keeps: .some,
    typing: .sameRows,
    examples: ["rows([(n: 1), (n: 2)]) |> filter(.n > 1)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Bool>>.subject("condition", "What must hold, such as .score > 3.")
  ) { context, data, condition in
    let kept = try data.rows.filter { try condition($0) }
    context.account("filter", read: data.count, kept: kept.count, dropped: "condition is false")
    return data.with(rows: kept)
  }

  public static let dedup = Primitive(
    "dedup", "The first row of those that are equal.", in: .data, cost: .light, keeps: .all,
    typing: .sameRows,
    examples: [#"rows([(q: "a"), (q: "a")]) |> dedup(by: .q)"#],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Value>?>("by", "What must be equal; the whole row when left out.")
  ) { context, data, key in
    var seen: Set<String> = []
    let kept = try data.rows.filter { row in
      seen.insert(try key?(row).canonical ?? Value.record(row).canonical).inserted
    }
    context.account("dedup", read: data.count, kept: kept.count, dropped: "seen before")
    return data.with(rows: kept)
  }

  public static let take = Primitive(
    "take", "The first rows.", in: .data, cost: .light, keeps: .some, typing: .sameRows,
    examples: ["rows([(n: 1), (n: 2)]) |> take(1)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<Int>.subject("count", "How many.", .atLeast(0))
  ) { context, data, count in
    let kept = Array(data.rows.prefix(count))
    context.account("take(\(count))", read: data.count, kept: kept.count)
    return data.with(rows: kept)
  }

  public static let skip = Primitive(
    "skip", "All rows after the first ones.", in: .data, cost: .light, keeps: .some,
    typing: .sameRows,
    examples: ["rows([(n: 1), (n: 2)]) |> skip(1)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<Int>.subject("count", "How many to leave out.", .atLeast(0))
  ) { context, data, count in
    let kept = Array(data.rows.dropFirst(count))
    context.account("skip(\(count))", read: data.count, kept: kept.count)
    return data.with(rows: kept)
  }

  public static let count = Primitive(
    "count", "How many rows there are.", in: .data, cost: .light,
    examples: ["rows([(n: 1), (n: 2)]) |> count()"],
    Parameter<Dataset>.subject("rows", "The rows.")
  ) { _, data in
    data.count
  }
}
