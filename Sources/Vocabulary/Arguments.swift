/// One of a few texts, written in recipes as the raw value.
public protocol RecipeChoice: RecipeValue, RawRepresentable<String>, CaseIterable {}

extension RecipeChoice {
  public static var recipeType: RecipeType { .choice(allCases.map(\.rawValue)) }
  public init(recipeValue value: Value) throws {
    guard case .text(let text) = value, let choice = Self(rawValue: text) else {
      throw ValueMismatch(expected: Self.recipeType, found: value.type)
    }
    self = choice
  }
  public var recipeValue: Value { .text(rawValue) }
}

/// The place of a file or folder, as the recipe wrote it.
public struct RecipePath: RecipeValue, Hashable, ExpressibleByStringLiteral {
  public let text: String
  public init(_ text: String) { self.text = text }
  public init(stringLiteral text: String) { self.text = text }
  public static var recipeType: RecipeType { .path }
  public init(recipeValue value: Value) throws { text = try String(recipeValue: value) }
  public var recipeValue: Value { .text(text) }
}

/// A share, written `3%`; as a number in 0…1.
public struct Ratio: RecipeValue, Hashable {
  public let share: Double
  public init(_ share: Double) { self.share = share }
  public static var recipeType: RecipeType { .quantity(.ratio) }
  public init(recipeValue value: Value) throws {
    share = try Quantity(value, of: [.ratio], expected: Self.recipeType).base
  }
  public var recipeValue: Value { .quantity(Quantity(share * 100, .percent)) }
}

/// How long to go on: epochs, steps, tokens or time.
public struct Budget: RecipeValue, Hashable {
  public let quantity: Quantity
  public init(_ quantity: Quantity) { self.quantity = quantity }
  public static var recipeType: RecipeType { .budget }
  public init(recipeValue value: Value) throws {
    quantity = try Quantity(
      value, of: [.epochs, .steps, .tokens, .duration], expected: Self.recipeType)
  }
  public var recipeValue: Value { .quantity(quantity) }
}

/// A part of a run, as a warm-up is: a share of it or a number of steps.
public struct Portion: RecipeValue, Hashable {
  public let quantity: Quantity
  public init(_ quantity: Quantity) { self.quantity = quantity }
  public static var recipeType: RecipeType { .either([.quantity(.ratio), .quantity(.steps)]) }
  public init(recipeValue value: Value) throws {
    quantity = try Quantity(value, of: [.ratio, .steps], expected: Self.recipeType)
  }
  public var recipeValue: Value { .quantity(quantity) }

  /// The portion of a run of `total` steps, in steps; a share is rounded up.
  public func steps(of total: Int) -> Int {
    switch quantity.unit.dimension {
    case .ratio: Int((quantity.base * Double(total)).rounded(.up))
    case .epochs, .steps, .tokens, .duration, .size: Int(quantity.base)
    }
  }
}

/// An amount of memory, written `800MiB`.
public struct MemorySize: RecipeValue, Hashable {
  public let bytes: Int
  public init(bytes: Int) { self.bytes = bytes }
  public static var recipeType: RecipeType { .quantity(.size) }
  public init(recipeValue value: Value) throws {
    bytes = Int(try Quantity(value, of: [.size], expected: Self.recipeType).base)
  }
  public var recipeValue: Value { .quantity(Quantity(Double(bytes), .bytes)) }
}

/// A number of tokens, written `800tokens`.
public struct TokenCount: RecipeValue, Hashable {
  public let count: Int
  public init(_ count: Int) { self.count = count }
  public static var recipeType: RecipeType { .quantity(.tokens) }
  public init(recipeValue value: Value) throws {
    count = Int(try Quantity(value, of: [.tokens], expected: Self.recipeType).base)
  }
  public var recipeValue: Value { .quantity(Quantity(Double(count), .tokens)) }
}

/// The name of a column, written `.prompt`.
public struct ColumnName: RecipeValue, Hashable {
  public let name: String
  public init(_ name: String) { self.name = name }
  public static var recipeType: RecipeType { .column }
  public init(recipeValue value: Value) throws { name = try String(recipeValue: value) }
  public var recipeValue: Value { .text(name) }
}

/// An expression over the columns of a row, such as `.score > 3` or `"\(.question)?"`.
public struct RowExpression<Result: RecipeValue>: RecipeValue {
  public let function: Function
  public static var recipeType: RecipeType { .row(Result.recipeType) }

  public init(_ function: Function) { self.function = function }
  /// A plain value is the same for each row.
  public init(recipeValue value: Value) throws {
    if case .function(let function) = value {
      self.function = function
    } else {
      function = Function(canonical: value.canonical, result: value.type) { _ in value }
    }
  }
  public var recipeValue: Value { .function(function) }

  public func callAsFunction(_ row: Record) throws -> Result {
    try Result(recipeValue: try function(.record(row)))
  }
}

/// A lambda, such as `g => g.run.report.ppl`.
public struct Lambda<Result: RecipeValue>: RecipeValue {
  public let function: Function
  public static var recipeType: RecipeType { .function([.any], Result.recipeType) }

  public init(recipeValue value: Value) throws {
    guard case .function(let function) = value else { throw value.mismatch(Self.recipeType) }
    self.function = function
  }
  public var recipeValue: Value { .function(function) }
  public func callAsFunction(_ argument: Value) throws -> Result {
    try Result(recipeValue: try function(argument))
  }
}

/// A row type given as an argument, as in `jsonl(path, row: Rated)`.
public struct RowType: RecipeValue {
  public let written: WrittenType
  public static var recipeType: RecipeType { .rowType }
  public init(recipeValue value: Value) throws {
    guard case .type(let type) = value else { throw value.mismatch(.rowType) }
    written = type
  }
  public var recipeValue: Value { .type(written) }
}

/// All labelled arguments that no other parameter takes, in the order written.
///
/// As in `select(prompt: .question, answer: .a)`. At most one parameter of a primitive is of this type.
public struct Labelled<Element: RecipeValue>: RecipeValue {
  public let entries: [(label: String, value: Element)]
  public static var recipeType: RecipeType { Element.recipeType }
  public init(recipeValue value: Value) throws {
    entries = try Record(recipeValue: value).pairs.map { ($0, try Element(recipeValue: $1)) }
  }
  public var recipeValue: Value {
    .record(Record(entries.map { ($0.label, $0.value.recipeValue) }))
  }
}

extension Quantity {
  init(_ value: Value, of dimensions: [Dimension], expected: RecipeType) throws {
    guard case .quantity(let quantity) = value, dimensions.contains(quantity.unit.dimension) else {
      throw value.mismatch(expected)
    }
    self = quantity
  }
}
