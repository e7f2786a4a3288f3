import Vocabulary

/// Typing of primitives whose rows change columns.
private func dataTyping(
  _ change: @escaping @Sendable (CallSite, [RecordField]) throws -> [RecordField]
) -> Typing {
  .derived { call in
    guard let fields = call.row("rows").fields else { return .data(.any) }
    return .data(.record(try change(call, fields)))
  }
}

extension CallSite {
  /// The columns that labelled row expressions make.
  fileprivate var madeColumns: [RecordField] {
    rest.map { RecordField($0.label, $0.argument.type.resultOfRow.widened) }
  }
}

extension RecipeType {
  fileprivate var resultOfRow: RecipeType {
    if case .row(let type) = self { return type }
    return self
  }
}

extension Labelled<RowExpression<Value>> {
  /// The columns that the expressions make of a row.
  ///
  /// One that waits for an answer does not hold up the others, whose calls go into the same batch.
  fileprivate func made(of row: Record) throws -> [(String, Value)] {
    var made: [(String, Value)] = []
    var waits: WantedAnswer?
    for (label, expression) in entries {
      do {
        made.append((label, try expression(row)))
      } catch let wanted as WantedAnswer {
        waits = wanted
      }
    }
    if let waits { throw waits }
    return made
  }
}

extension Primitive {
  public static let select = Primitive(
    "select", "Rows with these columns only, each made by an expression.", in: .data, cost: .light,
    keeps: .all,
    typing: dataTyping { call, _ in call.madeColumns },
    examples: [#"rows([(q: "a", n: 1)]) |> select(prompt: .q, twice: .n * 2)"#],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<Labelled<RowExpression<Value>>>(
      "columns", "A name and an expression for each column.")
  ) { context, data, columns in
    Dataset(
      rows: try context.map(data.rows, step: "select") { row in
        Record(try columns.made(of: row))
      })
  }

  public static let add = Primitive(
    "add", "Rows with further columns, or with columns replaced.", in: .data, cost: .light,
    keeps: .all,
    typing: dataTyping { call, fields in
      let made = call.madeColumns
      let kept = fields.map { field in made.first { $0.label == field.label } ?? field }
      return kept + made.filter { field in !fields.contains { $0.label == field.label } }
    },
    examples: [#"rows([(q: "a")]) |> add(length: length(.q))"#],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<Labelled<RowExpression<Value>>>(
      "columns", "A name and an expression for each column.")
  ) { context, data, columns in
    Dataset(
      rows: try context.map(data.rows, step: "add") { row in
        var wider = row
        for (label, value) in try columns.made(of: row) { wider[label] = value }
        return wider
      })
  }

  public static let rename = Primitive(
    "rename", "Rows with columns under new names.", in: .data, cost: .light, keeps: .all,
    typing: dataTyping { call, fields in
      let names = Dictionary(
        call.rest.compactMap { entry -> (String, String)? in
          guard case .text(let old)? = entry.argument.value else { return nil }
          return (old, entry.label)
        }, uniquingKeysWith: { $1 })
      let renamed = fields.map { RecordField(names[$0.label] ?? $0.label, $0.type) }
      let labels = renamed.map(\.label)
      guard let twice = labels.first(where: { label in labels.count { $0 == label } > 1 }) else {
        return renamed
      }
      throw Complaints(
        Complaint(
          .invalidValue, at: twice, "two columns would be called `\(twice)`",
          label: "these rows have a `\(twice)` already",
          notes: ["Rename that one as well, or make columns anew with select(…)."]))
    },
    examples: [#"rows([(better: "a", worse: "b")]) |> rename(chosen: .better, rejected: .worse)"#],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<Labelled<ColumnName>>("columns", "The new name, then the column.")
  ) { _, data, names in
    let table = Dictionary(
      names.entries.map { ($0.value.name, $0.label) }, uniquingKeysWith: { $1 })
    let columns = data.columns.map { RecordField(table[$0.label] ?? $0.label, $0.type) }
    let labels = columns.map(\.label)
    return Dataset(
      columns: columns, rows: data.rows.map { Record(labels: labels, values: $0.values) })
  }

  public static let explode = Primitive(
    "explode", "A row for each item of a list column.", in: .data, cost: .light, keeps: .all,
    typing: .derived { call in
      guard let fields = call.row("rows").fields, case .text(let name)? = call.value("column")
      else {
        return .data(.any)
      }
      return .data(
        .record(
          try fields.map { field in
            guard field.label == name else { return field }
            guard case .list(let item) = field.type else {
              throw Complaints(
                Complaint(
                  .wrongType(found: field.type, expected: .list(.any)), at: "column",
                  "`explode` needs a column of lists", label: "`\(name)` is \(field.type)",
                  notes: ["A text becomes a list by `words(.\(name))` or `split(.\(name), at: …)`."]
                ))
            }
            return RecordField(name, item)
          }))
    },
    examples: [#"rows([(q: ["a", "b"])]) |> explode(.q)"#],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<ColumnName>.subject("column", "The column of lists.")
  ) { context, data, column in
    var rows: [Record] = []
    var empty = 0
    for row in data.rows {
      guard case .list(let items)? = row[column.name], !items.isEmpty else {
        empty += 1
        continue
      }
      for item in items {
        var one = row
        one[column.name] = item
        rows.append(one)
      }
    }
    context.report(
      .ledger(
        Ledger(
          step: "explode(.\(column.name))", read: data.count, kept: rows.count,
          entries: empty == 0 ? [] : [.init(reason: "dropped: empty list", count: empty)])))
    return Dataset(rows: rows)
  }
}
