/// What a recipe can hold, never to be changed.
public indirect enum Value: Sendable {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(String)
  case quantity(Quantity)
  case list([Value])
  case record(Record)
  case type(WrittenType)
  case function(Function)
  case opaque(any OpaqueValue)
  /// The result of a stage that may not have run yet.
  case deferred(Stage)
}

/// Labelled values in order; a record is also an argument list.
public struct Record: Sendable {
  public var labels: [String]
  public var values: [Value]

  public init(_ pairs: [(String, Value)] = []) {
    labels = pairs.map(\.0)
    values = pairs.map(\.1)
  }

  public init(labels: [String], values: [Value]) {
    precondition(labels.count == values.count, "\(labels.count) labels, \(values.count) values")
    self.labels = labels
    self.values = values
  }

  public var pairs: Zip2Sequence<[String], [Value]> { zip(labels, values) }

  /// The value under a label; setting a new label appends it, setting nil removes it.
  public subscript(label: String) -> Value? {
    get { labels.firstIndex(of: label).map { values[$0] } }
    set { replace(label, with: newValue) }
  }

  private mutating func replace(_ label: String, with value: Value?) {
    switch (labels.firstIndex(of: label), value) {
    case (let place?, let value?): values[place] = value
    case (let place?, nil):
      labels.remove(at: place)
      values.remove(at: place)
    case (nil, let value?):
      labels.append(label)
      values.append(value)
    case (nil, nil): break
    }
  }
}

/// A function of one argument: a lambda, or an expression over the columns of a row.
public struct Function: Sendable {
  /// The normalised text with what it captures written out: equal text, equal function.
  public let canonical: String
  /// The columns that it reads of its argument, where it is a row expression.
  public let columns: [String]
  public let result: RecipeType
  /// How dear a call of it is, or of the function that it gives.
  public let cost: Cost
  private let body: @Sendable (Value) throws -> Value

  public init(
    canonical: String, columns: [String] = [], result: RecipeType = .any, cost: Cost = .pure,
    body: @escaping @Sendable (Value) throws -> Value
  ) {
    self.canonical = canonical
    self.columns = columns
    self.result = result
    self.cost = cost
    self.body = body
  }

  public func callAsFunction(_ argument: Value) throws -> Value { try body(argument) }
}

extension Value {
  /// The type that the value has by itself.
  public var type: RecipeType {
    switch self {
    case .none: .none
    case .bool: .bool
    case .int: .int
    case .float: .float
    case .text(let text): .choice([text])
    case .quantity(let quantity): .quantity(quantity.unit.dimension)
    case .list(let values): .list(Value.commonType(values.map(\.type)))
    case .record(let record):
      .record(record.pairs.map { RecordField($0, $1.type.widened) })
    case .type: .rowType
    case .function(let function): .function([.any], function.result)
    case .opaque(let value): value.recipeType
    case .deferred(let stage): stage.type
    }
  }

  /// The narrowest type that accepts all of these.
  public static func commonType(_ types: [RecipeType]) -> RecipeType {
    guard var common = types.first?.widened else { return .any }
    for type in types.dropFirst() { common = common.joined(with: type.widened) }
    return common
  }
}

extension RecipeType {
  /// The type without the memory of one particular text.
  public var widened: RecipeType {
    if case .choice = self { return .text }
    return self
  }

  /// The narrowest type of the language that accepts both and forgets no field of either.
  public func joined(with other: RecipeType) -> RecipeType {
    if self == other { return self }
    // Before the question who accepts whom: a record without a field would swallow one that has it.
    if case .record(let mine) = self, case .record = other { return joinedFields(mine, other) }
    if accepts(other) { return self }
    if other.accepts(self) { return other }
    switch (self, other) {
    case (.none, let type), (let type, .none): return type.isOptional ? type : .optional(type)
    case (.optional(let a), .optional(let b)): return .optional(a.joined(with: b))
    case (.optional(let a), let b), (let b, .optional(let a)): return .optional(a.joined(with: b))
    case (.list(let a), .list(let b)): return .list(a.joined(with: b))
    default: return .any
    }
  }

  private func joinedFields(_ mine: [RecordField], _ other: RecipeType) -> RecipeType {
    let shared = mine.map { field in
      let type = other.field(field.label).map { field.type.joined(with: $0) }
      return RecordField(field.label, type ?? RecipeType.none.joined(with: field.type))
    }
    let added = (other.fields ?? []).filter { field in !mine.contains { $0.label == field.label } }
    return .record(
      shared + added.map { RecordField($0.label, RecipeType.none.joined(with: $0.type)) })
  }
}
