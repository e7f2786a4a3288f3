import Vocabulary

/// Which end of an order comes first.
public enum SortOrder: String, RecipeChoice {
  case ascending, descending
}

extension Primitive {
  public static let shuffle = Primitive(
    "shuffle", "The rows in a random order that depends on the seed alone.", in: .data,
    cost: .light, keeps: .all, typing: .sameRows,
    examples: ["rows([(n: 1), (n: 2)]) |> shuffle(seed: 7)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter("seed", "Another seed, another order.", default: 0)
  ) { _, data, seed in
    let order = data.rows.indices
      .map { (hash: StableHash.of($0, seed: seed), place: $0) }
      .sorted { ($0.hash, $0.place) < ($1.hash, $1.place) }
    return data.with(rows: order.map { data.rows[$0.place] })
  }

  public static let sort = Primitive(
    "sort", "The rows in the order of a number or text; equal ones keep their order.", in: .data,
    cost: .light, keeps: .all, typing: .sameRows,
    examples: ["rows([(n: 2), (n: 1)]) |> sort(by: .n)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Value>>("by", "What to order by."),
    Parameter("order", "Which end comes first.", default: SortOrder.ascending)
  ) { _, data, key, order in
    let keyed = try data.rows.enumerated().map { (key: try key($1), place: $0) }
    let sorted = try keyed.sorted { a, b in
      let less = try order == .ascending ? a.key.isLess(than: b.key) : b.key.isLess(than: a.key)
      let more = try order == .ascending ? b.key.isLess(than: a.key) : a.key.isLess(than: b.key)
      return less || (!more && a.place < b.place)
    }
    return data.with(rows: sorted.map { data.rows[$0.place] })
  }

  public static let split = Primitive(
    "split", "Rows in two parts, `train` and `test`; rows with an equal key stay together.",
    in: .data, cost: .light, keeps: .some,
    typing: .derived { call in
      let rows = call.type("rows")
      return .record([RecordField("train", rows), RecordField("test", rows)])
    },
    examples: ["(rows([(n: i) for i in 1...20]) |> split(test: 10%)).test |> count()"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<Ratio>("test", "The share that is held out.", .share(0...1)),
    Parameter<RowExpression<Value>?>("by", "What keeps rows together, such as .prompt."),
    Parameter("seed", "Another seed, another split.", default: 0)
  ) { context, data, share, key, seed in
    let keys = try data.rows.enumerated().map { place, row in
      try key?(row).canonical ?? String(place)
    }
    var seen: Set<String> = []
    let distinct = keys.filter { seen.insert($0).inserted }
      .map { (hash: StableHash.of($0, seed: seed), key: $0) }
      .sorted { ($0.hash, $0.key) < ($1.hash, $1.key) }
    let held = Set(
      distinct.prefix(Int((share.share * Double(distinct.count)).rounded(.up))).map(\.key))
    let places = data.rows.indices
    let train = data.with(rows: places.filter { !held.contains(keys[$0]) }.map { data.rows[$0] })
    let test = data.with(rows: places.filter { held.contains(keys[$0]) }.map { data.rows[$0] })
    context.report(
      .ledger(
        Ledger(
          step: "split", read: data.count, kept: data.count,
          entries: [
            .init(reason: "train", count: train.count), .init(reason: "test", count: test.count),
          ])))
    return Record([("train", .opaque(train)), ("test", .opaque(test))])
  }
}

extension Value {
  /// Order among numbers, among texts and among booleans; `none` comes first.
  func isLess(than other: Value) throws -> Bool {
    switch (self, other) {
    case (.int(let a), .int(let b)): return a < b
    case (.text(let a), .text(let b)): return a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.bool(let a), .bool(let b)): return !a && b
    case (.none, .none): return false
    case (.none, _): return true
    case (_, .none): return false
    default: return try Double(recipeValue: self) < Double(recipeValue: other)
    }
  }
}
