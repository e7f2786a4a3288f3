import Vocabulary

/// The columns of rows, found by looking at values: types join, a column that some rows lack is
/// optional.
struct RowSchema {
  private(set) var fields: [RecordField] = []

  init(of rows: some Sequence<Record>) {
    var seen: [String: (place: Int, type: RecipeType, count: Int)] = [:]
    var order: [String] = []
    var total = 0
    for row in rows {
      total += 1
      for (label, value) in row.pairs {
        let type = value.type.widened
        if let known = seen[label] {
          let joined = known.type == type ? type : known.type.joined(with: type)
          seen[label] = (known.place, joined, known.count + 1)
        } else {
          seen[label] = (order.count, type, 1)
          order.append(label)
        }
      }
    }
    fields = order.compactMap { label in
      guard let (_, type, count) = seen[label] else { return nil }
      return RecordField(label, count == total ? type : RecipeType.none.joined(with: type))
    }
  }
}

extension Dataset {
  /// The rows checked against a declared row type, with only its columns.
  func validated(as type: RecipeType, source: String) throws -> Dataset {
    guard let fields = type.fields else { return self }
    for (i, row) in rows.enumerated() {
      for field in fields {
        let found = row[field.label] ?? .none
        guard !field.type.accepts(found.type) else { continue }
        throw DataError(
          path: source, place: "row \(i + 1), column `\(field.label)`",
          problem: found == .none
            ? "is missing" : "is \(found.shown.prefix(60)) of type \(found.type.widened)",
          advice: "The row type asks for \(field.type).")
      }
    }
    return Dataset(columns: fields, rows: rows.map { $0.aligned(to: fields) })
  }
}
