import Vocabulary

/// The columns of rows of both kinds; a column that is of two types has none.
private func concatenated(_ row: RecipeType, _ more: RecipeType) throws -> RecipeType {
  let clash = (row.fields ?? []).first { field in
    guard let other = more.field(field.label) else { return false }
    return field.type != .any && other != .any && field.type.joined(with: other) == .any
  }
  if let clash, let other = more.field(clash.label) {
    throw Complaints(
      Complaint(
        .wrongType(found: other, expected: clash.type), at: "others",
        "column `\(clash.label)` is \(clash.type) in one dataset and \(other) in another",
        label: "`\(clash.label)` is \(other) here",
        notes: ["Make them alike with add(\(clash.label): …), or give one another name."]))
  }
  return row.joined(with: more)
}

/// Both sides of a join have the key, of types whose values can be equal.
private func checkKey(_ call: CallSite, _ left: [RecordField], _ right: [RecordField]) throws {
  guard case .text(let key)? = call.value("by"), let mine = left.first(where: { $0.label == key })
  else { return }
  guard let other = right.first(where: { $0.label == key }) else {
    throw Complaints(
      Complaint(
        .missingColumns([key], found: right.map(\.label)), at: "with",
        "the dataset that is looked up lacks the column `\(key)`",
        label: "has: " + right.map(\.label).joined(separator: ", ")))
  }
  guard mine.type.joined(with: other.type) == .any, mine.type != .any, other.type != .any else {
    return
  }
  throw Complaints(
    Complaint(
      .wrongType(found: other.type, expected: mine.type), at: "with",
      "`\(key)` is \(mine.type) on one side and \(other.type) on the other, so no rows are equal",
      label: "`\(key)` is \(other.type) here"))
}

extension Primitive {
  public static let concat = Primitive(
    "concat", "The rows of one dataset, then those of others.", in: .data, cost: .light,
    keeps: .all,
    typing: .derived { call in
      guard case .list(.data(let more)) = call.type("others"),
        case .data(let row) = call.type("rows")
      else { return .data(.any) }
      return .data(try concatenated(row, more))
    },
    examples: ["rows([(n: 1)]) |> concat([rows([(n: 2)])])"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<[Dataset]>.subject("others", "A list of further datasets.")
  ) { context, data, others in
    let all = Dataset(rows: data.rows + others.flatMap(\.rows))
    context.account("concat", read: all.count, kept: all.count)
    return all
  }

  public static let join = Primitive(
    "join", "Rows widened by the columns of the row of another dataset that has an equal key.",
    in: .data, cost: .light, keeps: .some,
    typing: .derived { call in
      guard let left = call.row("rows").fields, let right = call.row("with").fields else {
        return .data(.any)
      }
      try checkKey(call, left, right)
      let added = right.filter { field in !left.contains { $0.label == field.label } }
      return .data(.record(left + added))
    },
    examples: ["rows([(id: 1, a: 2)]) |> join(with: rows([(id: 1, b: 3)]), by: .id)"],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<Dataset>("with", "The dataset that is looked up."),
    Parameter<ColumnName>("by", "The column that both have.")
  ) { context, data, other, column in
    let table = Dictionary(
      other.rows.map { ($0[column.name]?.canonical ?? "none", $0) }, uniquingKeysWith: { a, _ in a }
    )
    let joined = data.rows.compactMap { row -> Record? in
      guard let match = table[row[column.name]?.canonical ?? "none"] else { return nil }
      var wider = row
      for (label, value) in match.pairs where row[label] == nil { wider[label] = value }
      return wider
    }
    context.account(
      "join", read: data.count, kept: joined.count, dropped: "no row with an equal `\(column.name)`"
    )
    return Dataset(rows: joined)
  }

  public static let pairs = Primitive(
    "pairs",
    "Two answers to one prompt as `chosen` and `rejected`, by which has the better rating.",
    in: .data, cost: .light, keeps: .all,
    typing: .derived { call in
      guard let fields = call.row("rows").fields else { return .data(.any) }
      let missing = ["prompt", "response"].filter { name in
        !fields.contains { $0.label == name }
      }
      guard missing.isEmpty else {
        throw Complaints(
          Complaint(
            .missingColumns(missing, found: fields.map(\.label)), at: "rows",
            "this dataset lacks columns that `pairs` reads",
            label: "has: " + fields.map(\.label).joined(separator: ", "),
            notes: ["`pairs` reads: prompt, response."]))
      }
      let response = fields.first { $0.label == "response" }?.type ?? .text
      let kept = fields.filter { $0.label == "prompt" }
      return .data(
        .record(
          kept + [
            RecordField("chosen", response), RecordField("rejected", response),
            RecordField("margin", .float),
          ]))
    },
    examples: [
      #"rows([(prompt: "p", response: "a", score: 1), (prompt: "p", response: "b", score: 3)]) |> pairs(by: .prompt, better: .score)"#
    ],
    Parameter<Dataset>.subject("rows", "The rows: prompt, response and a rating."),
    Parameter<RowExpression<Value>>("by", "What answers to one prompt share."),
    Parameter<RowExpression<Double>>("better", "The rating; more is better."),
    Parameter("margin", "By how much the better rating must be ahead.", default: 0.0, .atLeast(0))
  ) { context, data, key, rating, margin in
    var groups: [String: [Record]] = [:]
    var order: [String] = []
    for row in data.rows {
      let name = try key(row).canonical
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(row)
    }
    var duels: [Record] = []
    var close = 0
    for name in order {
      let group = groups[name] ?? []
      for (i, a) in group.enumerated() {
        for b in group[(i + 1)...] {
          let gap = try rating(a) - rating(b)
          guard gap != 0, abs(gap) >= margin else {
            close += 1
            continue
          }
          duels.append(duel(better: gap > 0 ? a : b, worse: gap > 0 ? b : a, gap: abs(gap)))
        }
      }
    }
    let entries = close == 0 ? [] : [Ledger.Entry(reason: "dropped: too close", count: close)]
    context.report(
      .ledger(Ledger(step: "pairs", read: data.count, kept: duels.count, entries: entries)))
    return Dataset(rows: duels)
  }
}

private func duel(better: Record, worse: Record, gap: Double) -> Record {
  Record([
    ("prompt", better["prompt"] ?? .none), ("chosen", better["response"] ?? .none),
    ("rejected", worse["response"] ?? .none), ("margin", .float(gap)),
  ])
}
