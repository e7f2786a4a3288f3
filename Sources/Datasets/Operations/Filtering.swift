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

extension RunContext {
  /// What a body makes of each row; where it calls models, the calls of all rows are answered
  /// together, and rows without an answer are left out and counted.
  func map<Result>(_ rows: [Record], step: String, _ body: (Record) throws -> Result) throws
    -> [Result]
  {
    guard let board = CallBoard.current else { return try rows.map(body) }
    var reasons: [String: Int] = [:]
    let results = try board.rows(
      rows.count, refused: { _, reason in reasons[reason, default: 0] += 1 },
      { try body(rows[$0]) })
    let made = results.compactMap { $0 }
    if !reasons.isEmpty {
      let entries = reasons.sorted { $0.key < $1.key }
        .map { Ledger.Entry(reason: "dropped: \($0.key)", count: $0.value) }
      report(.ledger(Ledger(step: step, read: rows.count, kept: made.count, entries: entries)))
    }
    return made
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
    let judged = try context.map(data.rows, step: "filter") { (row: $0, holds: try condition($0)) }
    let kept = judged.filter(\.holds).map(\.row)
    context.account("filter", read: judged.count, kept: kept.count, dropped: "condition is false")
    return data.with(rows: kept)
  }

  public static let dedup = Primitive(
    "dedup", "The first row of those that are equal, or nearly so.", in: .data, cost: .light,
    keeps: .all, typing: .sameRows,
    examples: [
      #"rows([(q: "a"), (q: "a")]) |> dedup(by: .q)"#,
      #"rows([(q: "a b c d"), (q: "a b c d")]) |> dedup(by: .q, near: 0.8)"#,
    ],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Value>?>("by", "What must be equal; the whole row when left out."),
    Parameter<Double?>(
      "near", "Texts count as equal that share this part of their runs of three words (Jaccard).",
      Rule("in 0...1") { $0.map { (0...1).contains($0) } ?? true })
  ) { context, data, key, near in
    let keys = try data.rows.map { row in try key?(row) ?? Value.record(row) }
    var seen: Set<String> = []
    var kept = data.rows.indices.filter { seen.insert(keys[$0].canonical).inserted }
    let equal = data.count - kept.count
    var similar = 0
    if let near {
      var known = NearTexts(threshold: near)
      let all = kept
      kept = all.filter { known.insert(keys[$0].plain) }
      similar = all.count - kept.count
    }
    context.report(
      .ledger(
        Ledger(
          step: "dedup", read: data.count, kept: kept.count,
          entries: [
            .init(reason: "dropped: seen before", count: equal),
            .init(reason: "dropped: nearly seen before", count: similar),
          ].filter { $0.count > 0 })))
    return data.with(rows: kept.map { data.rows[$0] })
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
