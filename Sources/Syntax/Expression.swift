extension SyntaxTree {
  /// An expression and the bytes that it came from.
  public struct Expression: Hashable, Sendable {
    public let kind: Kind
    public let range: SourceRange
    /// How many expressions lie inside one another here, itself included; the parser bounds it.
    package let height: Int32

    /// Whether it could not be understood.
    public var isError: Bool { if case .error = kind { true } else { false } }

    public init(_ kind: Kind, _ range: SourceRange) {
      self.kind = kind
      self.range = range
      var height: Int32 = 0
      kind.forEachChild { height = max(height, $0.height) }
      self.height = height + 1
    }

    public indirect enum Kind: Hashable, Sendable {
      case number(NumberLiteral)
      case text([TextSegment])
      case bool(Bool)
      case none
      case name(String)
      /// `.name`: a column of the current row
      case column(Name)
      case list([Expression])
      case comprehension(Expression, [Clause])
      /// `(label: value, ..other)`; `()` has no fields
      case record([Field])
      case call(Expression, [Argument])
      case member(Expression, Name)
      case index(Expression, Expression)
      case unary(UnaryOperator, Expression)
      case binary(Expression, BinaryOperator, Expression, operatorRange: SourceRange)
      /// `subject |> target`: the target is a name, a member path or a call
      case pipe(Expression, Expression)
      case range(Expression, RangeOperator, Expression)
      case lambda(Name, Expression)
      case conditional(Expression, then: Expression, otherwise: Expression)
      case block([Binding], Expression)
      case parenthesised(Expression)
      /// What a cell that starts with `|>` continues from.
      case lastValue
      /// What could not be understood; a diagnostic has been given.
      case error
    }
  }

  /// A number as written, its unit apart: `2_000steps` has the digits `2000` and the unit `steps`.
  public struct NumberLiteral: Hashable, Sendable {
    /// Without `_`.
    public let digits: String
    public let unit: Name?

    public init(digits: String, unit: Name?) {
      self.digits = digits
      self.unit = unit
    }

    /// The value if it has neither fraction nor exponent and fits, else nil.
    public var integer: Int? { Int(digits) }
    /// The value as the nearest double; infinite if it is too large.
    public var value: Double { Double(digits) ?? .infinity }
    /// Whether it is written without fraction and exponent.
    public var isWhole: Bool { digits.utf8.allSatisfy(\.isDigit) }
  }

  /// A piece of a text literal.
  public enum TextSegment: Hashable, Sendable {
    /// Characters, escapes already resolved.
    case literal(String, SourceRange)
    /// `\(expression)`; the range includes the delimiters.
    case interpolation(Expression, SourceRange)
  }

  /// A part of a comprehension after its element.
  public enum Clause: Hashable, Sendable {
    case each(Name, in: Expression)
    case only(Expression)
  }

  /// What stands in a record.
  public enum Field: Hashable, Sendable {
    case labelled(Name, Expression)
    case spread(Expression)

    public var value: Expression {
      switch self {
      case .labelled(_, let value), .spread(let value): value
      }
    }
  }

  /// What stands in a call.
  public enum Argument: Hashable, Sendable {
    case labelled(Name, Expression)
    case unlabelled(Expression)
    case spread(Expression)

    public var value: Expression {
      switch self {
      case .labelled(_, let value), .unlabelled(let value), .spread(let value): value
      }
    }
  }

  public enum UnaryOperator: String, Hashable, Sendable {
    case negate = "-"
    case not = "not"
  }

  public enum RangeOperator: String, Hashable, Sendable {
    case closed = "..."
    case halfOpen = "..<"
  }

  public enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
    case orElse = "??"
    case or, and
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in`
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
  }
}
