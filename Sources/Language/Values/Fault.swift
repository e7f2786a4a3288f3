import Vocabulary

/// An operation on values that has no result, such as a division by zero.
struct Fault: Error, Sendable, CustomStringConvertible {
  let problem: String
  let found: String
  /// What to try.
  let advice: String

  init(_ problem: String, found: String = "", advice: String = "") {
    self.problem = problem
    self.found = found
    self.advice = advice
  }

  var description: String { found.isEmpty ? problem : "\(problem) (found: \(found))" }
}

extension Value {
  /// Whether a stage has to run before all of the value is there.
  var isDeferred: Bool {
    switch self {
    case .deferred: true
    case .list(let values): values.contains(where: \.isDeferred)
    case .record(let record): record.values.contains(where: \.isDeferred)
    case .none, .bool, .int, .float, .text, .quantity, .type, .function, .opaque: false
    }
  }

  /// All stages directly inside.
  var stages: [Stage] {
    switch self {
    case .deferred(let stage): [stage]
    case .list(let values): values.flatMap(\.stages)
    case .record(let record): record.values.flatMap(\.stages)
    case .none, .bool, .int, .float, .text, .quantity, .type, .function, .opaque: []
    }
  }

  /// The value as the place that takes it wants it: `1` for a `Float` is `1.0`, so that both
  /// spellings have one key.
  func fitted(to type: RecipeType) -> Value {
    switch (type, self) {
    case (.float, .int(let number)): .float(Double(number))
    case (.optional(let inner), _): fitted(to: inner)
    case (.list(let element), .list(let values)): .list(values.map { $0.fitted(to: element) })
    case (.record(let fields), .record(let record)) where !fields.isEmpty:
      .record(
        Record(
          record.pairs.map { label, value in
            (label, fields.first { $0.label == label }.map { value.fitted(to: $0.type) } ?? value)
          }))
    case (.either(let types), .int) where !types.contains(.int) && types.contains(.float):
      fitted(to: .float)
    default: self
    }
  }
}

extension RecipeType {
  /// Whether a whole number that is given for it, or for a part of it, becomes a `Float`.
  var takesFloats: Bool {
    switch self {
    case .float: true
    case .optional(let type), .list(let type): type.takesFloats
    case .record(let fields): fields.contains(where: \.type.takesFloats)
    case .either(let types): types.contains(.float)
    case .none, .bool, .int, .text, .path, .quantity, .choice, .function, .row, .column, .rowType,
      .data, .tensor, .opaque, .any, .unknown:
      false
    }
  }
}
