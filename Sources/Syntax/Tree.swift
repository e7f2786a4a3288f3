/// The syntax tree of a recipe: plain values, each with the range of bytes that it came from.
///
/// Everything lives under this name, because Foundation has an `Expression` of its own.
public enum SyntaxTree {
  /// A whole recipe, or one cell of the prompt.
  public struct File: Hashable, Sendable {
    public let statements: [Statement]
    /// The `///` lines at the top that an empty line parts from the first statement.
    public let documentation: String?
    public let range: SourceRange

    public init(statements: [Statement], documentation: String? = nil, range: SourceRange) {
      self.statements = statements
      self.documentation = documentation
      self.range = range
    }
  }

  /// A word where it stands: a name that is defined, a label, a member, a unit.
  public struct Name: Hashable, Sendable {
    public let text: String
    public let range: SourceRange

    public init(_ text: String, _ range: SourceRange) {
      self.text = text
      self.range = range
    }
  }

  /// One statement, with the `///` lines above it.
  public struct Statement: Hashable, Sendable {
    public let kind: Kind
    public let range: SourceRange
    /// The text of the `///` lines directly above, without the slashes; lines are joined by `\n`.
    public let documentation: String?

    public init(_ kind: Kind, _ range: SourceRange, documentation: String? = nil) {
      self.kind = kind
      self.range = range
      self.documentation = documentation
    }

    // Indirect, as statements are handed about as a whole.
    public indirect enum Kind: Hashable, Sendable {
      case importing(Import)
      case parameter(Parameter)
      case type(TypeDeclaration)
      case function(Function)
      case binding(Binding)
      case expression(Expression)
      /// What could not be understood; a diagnostic has been given.
      case error
    }

    /// Whether it could not be understood.
    public var isError: Bool { if case .error = kind { true } else { false } }
  }

  /// An import: `import "path" as name`.
  public struct Import: Hashable, Sendable {
    public let path: String
    public let pathRange: SourceRange
    public let alias: Name?
  }

  /// A parameter of the recipe: `param name: Type = fallback where constraint`.
  public struct Parameter: Hashable, Sendable {
    public let name: Name
    public let type: TypeExpression
    public let fallback: Expression?
    public let constraint: Expression?
  }

  /// A named type: `type Name = Type where constraint`.
  ///
  /// The constraint speaks of the value as `it`.
  public struct TypeDeclaration: Hashable, Sendable {
    public let name: Name
    public let type: TypeExpression
    public let constraint: Expression?
  }

  /// A function: `def name(formals) -> Result = body`.
  public struct Function: Hashable, Sendable {
    public let name: Name
    public let formals: [Formal]
    public let result: TypeExpression?
    public let body: Expression
  }

  /// One parameter of a `def`.
  public struct Formal: Hashable, Sendable {
    /// Whether a `_` stands before the label, so that a call may leave the label out.
    public let isUnlabelled: Bool
    public let label: Name
    public let type: TypeExpression
    public let fallback: Expression?
    public let range: SourceRange
  }

  /// A binding in a file or in a block: `name = value`.
  public struct Binding: Hashable, Sendable {
    public let name: Name
    public let value: Expression
    public let range: SourceRange

    public init(name: Name, value: Expression, range: SourceRange) {
      self.name = name
      self.value = value
      self.range = range
    }
  }
}
