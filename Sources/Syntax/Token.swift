/// A piece of source text; the tokens of a text, laid end to end, are the text.
public struct Token: Hashable, Sendable {
  public let kind: Kind
  // Half the room of whole words: the parser goes to tokens again and again.
  private let first: UInt32
  private let past: UInt32

  init(kind: Kind, start: Int, end: Int) {
    self.kind = kind
    first = UInt32(start)
    past = UInt32(end)
  }

  public var start: Int { Int(first) }
  public var end: Int { Int(past) }

  public var range: SourceRange { SourceRange(start, end) }

  public enum Kind: Hashable, Sendable {
    // Trivia.
    case space, newline, comment
    /// A `///` line.
    case documentation
    /// `;`, which ends a line elsewhere.
    case semicolon
    /// A comment from `#` to the end of the line.
    case foreignComment

    case name
    /// A word that a `:` follows, keyword or not.
    case label
    case keyword(Keyword)
    /// The last `unitLength` bytes are the unit.
    case number(unitLength: UInt32)
    case symbol(Symbol)

    // Text comes in pieces: start, then literals and interpolations, then end.
    case textStart(isMultiline: Bool)
    case textLiteral
    case interpolationStart
    case interpolationEnd
    case textEnd

    /// `'…'` on one line.
    case foreignText
    /// Bytes that mean nothing here.
    case unknown
    case endOfFile

    var isTrivia: Bool {
      switch self {
      case .space, .newline, .comment, .documentation, .semicolon, .foreignComment: true
      case .name, .label, .keyword, .number, .symbol, .textStart, .textLiteral,
        .interpolationStart, .interpolationEnd, .textEnd, .foreignText, .unknown, .endOfFile:
        false
      }
    }

    /// Whether this is a name, a label or a keyword.
    var isWord: Bool {
      if case .keyword = self { return true }
      return self == .name || self == .label
    }

    /// Whether an expression can end with this, so that `-`, `(`, `[` and `.` after it go with it.
    var endsOperand: Bool {
      switch self {
      case .name, .label, .number, .textEnd, .foreignText, .unknown: true
      case .keyword(let keyword): keyword.isLiteral
      case .symbol(let symbol):
        symbol == .closeParenthesis || symbol == .closeBracket || symbol == .closeBrace
      case .space, .newline, .comment, .documentation, .semicolon, .foreignComment,
        .textStart, .textLiteral, .interpolationStart, .interpolationEnd, .endOfFile:
        false
      }
    }
  }

  public enum Keyword: String, Hashable, Sendable, CaseIterable {
    case `import`, param, type, def, `if`, then, `else`, `for`, `in`, and, or, not
    case `true`, `false`, none, `as`, `where`

    var isLiteral: Bool { self == .true || self == .false || self == .none }

    /// The words that begin a declaration.
    public var beginsDeclaration: Bool {
      self == .import || self == .param || self == .type || self == .def
    }
  }

  public enum Symbol: String, Hashable, Sendable, CaseIterable {
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBracket = "["
    case closeBracket = "]"
    case openBrace = "{"
    case closeBrace = "}"
    case comma = ","
    case colon = ":"
    case dot = "."
    case spread = ".."
    case closedRange = "..."
    case halfOpenRange = "..<"
    case equals = "="
    case fatArrow = "=>"
    case arrow = "->"
    case bar = "|"
    case pipe = "|>"
    case question = "?"
    case orElse = "??"
    case plus = "+"
    case minus = "-"
    case star = "*"
    case slash = "/"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="

    // Known from elsewhere; the parser says what to write instead.
    case foreignAnd = "&&"
    case foreignOr = "||"
    case foreignNot = "!"
    case power = "**"
    case remainder = "%"
    case caret = "^"
    case ampersand = "&"
    case tilde = "~"
    case walrus = ":="
    case plusEquals = "+="
    case minusEquals = "-="
    case starEquals = "*="
    case slashEquals = "/="

    /// The bracket that closes this one.
    var closer: Symbol? {
      if self == .openParenthesis { return .closeParenthesis }
      if self == .openBracket { return .closeBracket }
      return self == .openBrace ? .closeBrace : nil
    }

    var isCloser: Bool {
      self == .closeParenthesis || self == .closeBracket || self == .closeBrace
    }
  }
}
