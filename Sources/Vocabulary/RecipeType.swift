/// A type as the checker knows it and as users read it.
public indirect enum RecipeType: Hashable, Sendable {
  case none, bool, int, float, text, path
  case quantity(Dimension)
  case optional(RecipeType)
  case list(RecipeType)
  case record([RecordField])
  /// One of a few texts, as in `"attention" | "all-linear"`.
  case choice([String])
  /// Any of several types, as `budget` takes epochs, steps, tokens or time.
  case either([RecipeType])
  case function([RecipeType], RecipeType)
  /// An expression over the columns of the current row, as in `filter(.score > 3)`.
  case row(RecipeType)
  /// The name of a column, written `.name`.
  case column
  /// A record type written as an expression, as in `jsonl(path, row: Rated)`.
  case rowType
  /// Rows with the columns of a record type.
  case data(RecipeType)
  /// Numbers inside a loss, with named dimensions.
  case tensor([String])
  /// A type of the runtime, such as `Model` or `Loss<row>`.
  case opaque(String, [RecipeType])
  /// Anything.
  case any
  /// The type of an expression that is already wrong; it silences consequences.
  case unknown
}

/// A labelled part of a record type.
public struct RecordField: Hashable, Sendable {
  public let label: String
  public let type: RecipeType

  public init(_ label: String, _ type: RecipeType) {
    self.label = label
    self.type = type
  }
}

extension RecipeType {
  /// A tensor of whatever dimensions.
  public static let anyTensor = RecipeType.tensor(["…"])

  /// A length of training: epochs, steps, tokens or time.
  public static let budget = RecipeType.either([
    .quantity(.epochs), .quantity(.steps), .quantity(.tokens), .quantity(.duration),
  ])

  /// The columns of data or the fields of a record; nil for other types.
  public var fields: [RecordField]? {
    switch self {
    case .record(let fields): fields
    case .data(let row): row.fields
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .list, .choice, .either,
      .function, .row, .column, .rowType, .tensor, .opaque, .any, .unknown:
      nil
    }
  }

  /// The type of a field or column by its label.
  public func field(_ label: String) -> RecipeType? {
    fields?.first { $0.label == label }?.type
  }

  /// Whether a value of type `other` may stand where this type is expected.
  ///
  /// An `Int` may stand for a `Float`, a `Text` for a `Path`; nothing else converts. Records may
  /// have more fields than asked for, in any order.
  public func accepts(_ other: RecipeType) -> Bool {
    if self == other { return true }
    switch (self, other) {
    case (.any, _), (.unknown, _), (_, .unknown), (_, .any): return true
    case (.float, .int), (.path, .text), (.text, .path), (.text, .choice), (.path, .choice):
      return true
    case (_, .either(let types)): return types.allSatisfy(accepts)
    case (.either(let types), _): return types.contains { $0.accepts(other) }
    case (.optional, .none): return true
    case (.optional(let type), .optional(let inner)): return type.accepts(inner)
    case (.optional(let type), _): return type.accepts(other)
    case (.list(let type), .list(let inner)): return type.accepts(inner)
    case (.record(let fields), .record): return accepts(fields: fields, in: other)
    case (.choice(let texts), .choice(let given)): return Set(given).isSubset(of: texts)
    case (.data(let row), .data(let given)): return row.accepts(given)
    case (.row(let type), .row(let given)): return type.accepts(given)
    case (.row(let type), _): return type.accepts(other)
    case (.tensor, .float), (.tensor, .int): return true
    case (.tensor(let dims), .tensor(let given)):
      return dims == given || self == .anyTensor
    case (.opaque(let name, let arguments), .opaque(let given, let others)):
      return name == given && (arguments.isEmpty || accepts(arguments, others))
    case (.function(let inputs, let output), .function(let given, let result)):
      return inputs.count == given.count && output.accepts(result)
    default: return false
    }
  }

  private func accepts(fields: [RecordField], in other: RecipeType) -> Bool {
    fields.allSatisfy { field in
      guard let given = other.field(field.label) else { return field.type.isOptional }
      return field.type.accepts(given)
    }
  }

  private func accepts(_ wanted: [RecipeType], _ given: [RecipeType]) -> Bool {
    wanted.count == given.count && zip(wanted, given).allSatisfy { $0.accepts($1) }
  }

  public var isOptional: Bool {
    if case .optional = self { return true }
    return false
  }
}

extension RecipeType: CustomStringConvertible {
  /// The type as a recipe would write it.
  public var description: String {
    switch self {
    case .none: "none"
    case .bool: "Bool"
    case .int: "Int"
    case .float: "Float"
    case .text: "Text"
    case .path: "Path"
    case .quantity(let dimension): dimension.rawValue
    case .optional(let type): "\(type)?"
    case .list(let type): "List<\(type)>"
    case .record(let fields):
      "(" + fields.map { "\($0.label): \($0.type)" }.joined(separator: ", ") + ")"
    case .choice(let texts): texts.map { "\"\($0)\"" }.joined(separator: " | ")
    case .either(let types):
      self == .budget ? "Budget" : types.map(\.description).joined(separator: " | ")
    case .function(let inputs, let output):
      "Function<" + (inputs + [output]).map(\.description).joined(separator: ", ") + ">"
    case .row(let type): type == .any ? "row expression" : "row expression of \(type)"
    case .column: "column"
    case .rowType: "row type"
    case .data(.any): "Data"
    case .data(let row): "Data<\(row)>"
    case .anyTensor: "Tensor"
    case .tensor(let dimensions): "Tensor<\(dimensions.joined(separator: ", "))>"
    case .opaque(let name, let arguments):
      arguments.isEmpty
        ? name : "\(name)<" + arguments.map(\.description).joined(separator: ", ") + ">"
    case .any: "anything"
    case .unknown: "unknown"
    }
  }
}
