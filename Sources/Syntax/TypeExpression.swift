extension SyntaxTree {
  /// A type as it is written.
  public struct TypeExpression: Hashable, Sendable {
    public let kind: Kind
    public let range: SourceRange

    public init(_ kind: Kind, _ range: SourceRange) {
      self.kind = kind
      self.range = range
    }

    public indirect enum Kind: Hashable, Sendable {
      /// `Data<Row>`
      case named(Name, arguments: [TypeExpression])
      /// `(prompt: Text, response: Text)`
      case row([RowField])
      /// `"attention"`: exactly this text
      case text(String)
      /// `T?`
      case optional(TypeExpression)
      /// `A | B | …`, never nested and never of one member
      case union([TypeExpression])
      /// What could not be understood; a diagnostic has been given.
      case error
    }

    /// The types directly inside, in the order of the text.
    public var children: [TypeExpression] {
      switch kind {
      case .named(_, let arguments): arguments
      case .row(let fields): fields.map(\.type)
      case .optional(let wrapped): [wrapped]
      case .union(let members): members
      case .text, .error: []
      }
    }
  }

  /// One column of a row type.
  public struct RowField: Hashable, Sendable {
    public let label: Name
    public let type: TypeExpression

    public init(label: Name, type: TypeExpression) {
      self.label = label
      self.type = type
    }
  }
}
