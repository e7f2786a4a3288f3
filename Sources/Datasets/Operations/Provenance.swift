import Vocabulary

// Where rows come from, and what they may not have in common with others.

extension Primitive {
  /// What generated rows are made with and cleaned by.
  public static let provenance: [Primitive] = [identify, bundles, without, tally]

  private static let identify = Primitive(
    "identify", "Rows with a column `id`: 16 hexadecimal digits that stand for what a row holds.",
    in: .data, cost: .light, keeps: .all,
    typing: .derived { call in
      guard let fields = call.row("rows").fields else { return .data(.any) }
      return .data(
        .record([RecordField("id", .text)] + fields.filter { $0.label != "id" }))
    },
    examples: [#"rows([(q: "a")]) |> identify()"#],
    Parameter<Dataset>.subject("rows", "The rows.")
  ) { _, data in
    Dataset(
      rows: data.rows.map { row in
        let text = String(StableHash.of(Value.record(row).canonical, seed: 0), radix: 16)
        let id = String(repeating: "0", count: 16 - text.count) + text
        return Record([("id", .text(id))] + row.pairs.filter { $0.0 != "id" })
      })
  }

  private static let bundles = Primitive(
    "bundles",
    "Rows of `place` and `members`: so many rows drawn together, as examples of a prompt.",
    in: .data, cost: .light,
    typing: .derived { call in
      let row = call.row("rows")
      guard row.fields != nil else { return .data(.any) }
      return .data(
        .record([RecordField("place", .int), RecordField("members", .list(row))]))
    },
    examples: [#"rows([(q: "a"), (q: "b")]) |> bundles(of: 2, count: 3)"#],
    Parameter<Dataset>.subject("rows", "The rows to draw from."),
    Parameter("of", "How many rows a bundle has, none of them twice.", default: 3, .atLeast(1)),
    Parameter<Int>("count", "How many bundles there are.", .atLeast(0)),
    Parameter("seed", "Another seed, other bundles.", default: 0)
  ) { _, data, size, count, seed in
    guard data.count >= size else { throw TooFewRows(found: data.count, needed: size) }
    return Dataset(
      rows: (0..<count).map { place in
        // The first of an order that is another for each bundle.
        let order = data.rows.indices.map { row in
          (hash: StableHash.of("\(place) \(row)", seed: seed), row: row)
        }.sorted { ($0.hash, $0.row) < ($1.hash, $1.row) }
        let members = order.prefix(size).map { Value.record(data.rows[$0.row]) }
        return Record([("place", .int(place)), ("members", .list(members))])
      })
  }

  private static let without = Primitive(
    "without", "The rows that share no run of words with rows held apart for judging.", in: .data,
    cost: .light, keeps: .some, typing: .sameRows,
    examples: [
      #"rows([(q: "one two three"), (q: "four")])"#
        + #" |> without(rows([(t: "zero one two")]), overlap: .q, ngram: 2)"#
    ],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<Dataset>.subject("apart", "The rows that are held apart; all their texts count."),
    Parameter<RowExpression<String>>("overlap", "The text of a row."),
    Parameter(
      "ngram", "How many words in a row may not be shared; shorter texts may not be equal.",
      default: 13, .atLeast(1))
  ) { context, data, apart, text, length in
    let known = WordRuns(of: apart.rows.flatMap { Value.record($0).texts }, length: length)
    let kept = try data.rows.filter { !known.shares(with: try text($0)) }
    context.account(
      "without", read: data.count, kept: kept.count,
      dropped: "shares \(length) words in a row with rows held apart")
    return data.with(rows: kept)
  }

  private static let tally = Primitive(
    "tally", "How many rows have each value, and the mean of a number over them.", in: .data,
    cost: .light,
    typing: .derived { call in
      var value = call.type("by")
      if case .row(let inner) = value { value = inner }
      let mean = call.type("of") == .none ? [] : [RecordField("mean", .float)]
      return .data(
        .record([RecordField("value", value.widened), RecordField("count", .int)] + mean))
    },
    examples: [
      #"rows([(k: "a", x: 1), (k: "b", x: 2), (k: "a", x: 4)]) |> tally(by: .k, of: .x)"#
    ],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<RowExpression<Value>>("by", "What rows are counted by."),
    Parameter<RowExpression<Double>?>("of", "A number, whose mean is given too.")
  ) { _, data, key, number in
    var order: [Value] = []
    var rows: [String: [Record]] = [:]
    for row in data.rows {
      let value = try key(row)
      if rows[value.canonical] == nil { order.append(value) }
      rows[value.canonical, default: []].append(row)
    }
    return Dataset(
      rows: try order.map { value in
        let group = rows[value.canonical] ?? []
        let numbers = try number.map { number in try group.map { try number($0) } }
        let mean = numbers.map { $0.reduce(0, +) / Double(group.count) }
        return Record(
          [("value", value), ("count", .int(group.count))]
            + (mean.map { [("mean", .float($0))] } ?? []))
      })
  }
}

/// The runs of words of some texts.
private struct WordRuns {
  private var runs: Set<UInt64> = []
  /// Texts that are shorter than a run, whole.
  private var short: Set<UInt64> = []
  private let length: Int

  init(of texts: [String], length: Int) {
    self.length = length
    for text in texts {
      let words = text.comparedWords
      if words.count < length {
        if !words.isEmpty { short.insert(Self.hash(words[...])) }
      } else {
        runs.formUnion(Self.runs(words, length))
      }
    }
  }

  func shares(with text: String) -> Bool {
    let words = text.comparedWords
    guard words.count >= length else { return short.contains(Self.hash(words[...])) }
    return Self.runs(words, length).contains(where: runs.contains)
  }

  private static func runs(_ words: [String], _ length: Int) -> [UInt64] {
    (0...words.count - length).map { hash(words[$0..<$0 + length]) }
  }

  private static func hash(_ words: ArraySlice<String>) -> UInt64 {
    StableHash.of(words.joined(separator: " "), seed: 0)
  }
}

/// Fewer rows than are to be drawn together.
private struct TooFewRows: Error, CustomStringConvertible {
  let found: Int
  let needed: Int
  var description: String {
    "\(needed) rows cannot be drawn from \(found)\nGive more rows, or ask for smaller bundles."
  }
}
