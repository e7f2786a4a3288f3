import Vocabulary

/// What `melt` calls the columns that it makes.
private enum Melted {
  static let column = "column"
  static let value = "value"
}

extension Primitive {
  public static let melt = Primitive(
    "melt",
    "A row for each of several columns: its name under `column`, what stood there under `value`.",
    in: .data, cost: .light,
    typing: .derived { call in
      guard let fields = call.row("rows").fields, case .list(let given)? = call.value("columns")
      else { return .data(.any) }
      let names = try given.map { try String(recipeValue: $0) }
      let absent = names.filter { name in !fields.contains { $0.label == name } }
      guard absent.isEmpty else {
        throw Complaints(
          Complaint(
            .missingColumns(absent, found: fields.map(\.label)), at: "columns",
            "this dataset lacks columns that `melt` takes"))
      }
      let types = names.compactMap { name in fields.first { $0.label == name }?.type }
      let value = types.dropFirst().reduce(types.first ?? .any) { $0.joined(with: $1) }
      return .data(
        .record(
          fields.filter { !names.contains($0.label) } + [
            RecordField(Melted.column, .text), RecordField(Melted.value, value),
          ]))
    },
    examples: [#"rows([(q: "a", one: 1, two: 2)]) |> melt(columns: ["one", "two"])"#],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<[String]>("columns", "The names of the columns, as texts.")
  ) { context, data, names in
    let kept = data.columns.map(\.label).filter { !names.contains($0) }
    let melted = data.rows.flatMap { row in
      names.map { name in
        Record(
          labels: kept + [Melted.column, Melted.value],
          values: kept.map { row[$0] ?? .none } + [.text(name), row[name] ?? .none])
      }
    }
    context.account("melt", read: data.count, kept: melted.count)
    return Dataset(rows: melted)
  }

  public static let collect = Primitive(
    "collect", "A row for each value of a column, the other columns as lists: `explode` undone.",
    in: .data, cost: .light,
    typing: .derived { call in
      guard let fields = call.row("rows").fields, case .text(let key)? = call.value("by") else {
        return .data(.any)
      }
      return .data(
        .record(
          fields.map { $0.label == key ? $0 : RecordField($0.label, .list($0.type)) }))
    },
    examples: [#"rows([(q: "a", n: 1), (q: "a", n: 2), (q: "b", n: 3)]) |> collect(by: .q)"#],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<ColumnName>("by", "The column whose equal values make one row.")
  ) { context, data, key in
    var groups: [String: [Record]] = [:]
    var order: [String] = []
    for row in data.rows {
      let name = (row[key.name] ?? .none).canonical
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(row)
    }
    let columns = data.columns.map { field in
      field.label == key.name ? field : RecordField(field.label, .list(field.type))
    }
    let collected = order.map { name in
      let group = groups[name] ?? []
      return Record(
        labels: columns.map(\.label),
        values: columns.map { field in
          let values = group.map { $0[field.label] ?? .none }
          return field.label == key.name ? values[0] : .list(values)
        })
    }
    context.account("collect", read: data.count, kept: collected.count)
    return Dataset(columns: columns, rows: collected)
  }
}
