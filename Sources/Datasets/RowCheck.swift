import Vocabulary

/// Holds rows to a declared type as they are read, one by one.
public struct RowCheck: Sendable {
  public let fields: [RecordField]
  private let conditions: [WrittenType.Condition]

  /// Nil for types that are no record: they ask nothing of rows.
  public init?(_ written: WrittenType) {
    guard let fields = written.type.fields else { return nil }
    self.fields = fields
    conditions = written.conditions
  }

  /// The row with the declared columns and no others, numbers as the type wants them.
  public func checked(_ row: Record, path: String, place: String) throws -> Record {
    do {
      let values = try fields.map { field in
        try fit(
          row[field.label] ?? .none, field.type, isThere: row[field.label] != nil, field.label)
      }
      let fitted = Record(labels: fields.map(\.label), values: values)
      for condition in conditions { try hold(condition, condition.path[...], .record(fitted), "") }
      return fitted
    } catch let fault as RowFault {
      throw RowMismatch(path: path, place: place, fault: fault)
    }
  }

  // MARK: Types

  private func fit(_ value: Value, _ type: RecipeType, isThere: Bool, _ column: String) throws
    -> Value
  {
    switch (type, value) {
    case (.optional, .none): return .none
    case (.optional(let inner), _): return try fit(value, inner, isThere: isThere, column)
    case (.float, .int(let number)): return .float(Double(number))
    case (.list(let element), .list(let items)):
      return .list(
        try items.enumerated().map { place, item in
          try fit(item, element, isThere: true, "\(column)[\(place)]")
        })
    case (.record(let fields), .record(let record)):
      return .record(
        Record(
          labels: fields.map(\.label),
          values: try fields.map { field in
            let part = record[field.label]
            return try fit(
              part ?? .none, field.type, isThere: part != nil, "\(column).\(field.label)")
          }))
    default:
      guard !type.accepts(value.type) else { return value }
      throw RowFault(column: column, found: Self.words(for: value, isThere), expected: "\(type)")
    }
  }

  private static func words(for value: Value, _ isThere: Bool) -> String {
    guard isThere else { return "nothing" }
    return value == .none ? "null" : "\(value.shortened), \(value.type.widened)"
  }

  // MARK: Conditions

  private func hold(
    _ condition: WrittenType.Condition, _ path: ArraySlice<WrittenType.Condition.Step>,
    _ value: Value, _ column: String
  ) throws {
    // What may be absent is held to conditions where it is there.
    guard value != .none else { return }
    guard let step = path.first else {
      guard try condition.test.function(value) != .bool(true) else { return }
      throw RowFault(column: column, found: value.shortened, expected: condition.words)
    }
    switch (step, value) {
    case (.field(let label), .record(let record)):
      let name = column.isEmpty ? label : "\(column).\(label)"
      try hold(condition, path.dropFirst(), record[label] ?? .none, name)
    case (.each, .list(let items)):
      for (place, item) in items.enumerated() {
        try hold(condition, path.dropFirst(), item, "\(column)[\(place)]")
      }
    default: break
    }
  }
}

/// A part of a row that is not as its type says.
private struct RowFault: Error {
  let column: String
  let found: String
  let expected: String
}

/// A row that is not of the declared type: which file, line and column, what is there, what should be.
struct RowMismatch: Error, CustomStringConvertible {
  let path: String
  let place: String
  let problem: String
  let advice: String

  fileprivate init(path: String, place: String, fault: RowFault) {
    self.path = path
    self.place = fault.column.isEmpty ? place : "\(place), column `\(fault.column)`"
    problem = "found \(fault.found), expected \(fault.expected)"
    advice = "Correct the row, or let the row type allow it: `Int?` where a value may be absent."
  }

  var description: String { "\(path), \(place): \(problem)\n  \(advice)" }
}

extension Value {
  /// The value as messages quote it.
  fileprivate var shortened: String {
    let text = source
    return text.count > 60 ? text.prefix(59) + "…" : text
  }
}
