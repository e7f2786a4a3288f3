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
