/// What each piece of a recipe is, for colouring; works on unfinished and wrong text as well.
public enum Highlight {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case keyword, label, name, call, member, column, number, unit, text, interpolation
    case comment, documentation, `operator`, punctuation, error
  }

  public struct Span: Hashable, Sendable {
    public let range: SourceRange
    public let kind: Kind

    public init(_ range: SourceRange, _ kind: Kind) {
      self.range = range
      self.kind = kind
    }
  }

  /// The spans of `source` in order; what no span covers is white space.
  public static func spans(in source: SourceText) -> [Span] {
    let tokens = Lexer.tokens(of: source.bytes)
    var spans: [Span] = []
    spans.reserveCapacity(tokens.count)
    var before = Token.Kind.newline
    var isColumn = false
    for (index, token) in tokens.enumerated() {
      if case .number(let unitLength) = token.kind, unitLength > 0 {
        let unit = token.end - Int(unitLength)
        spans.append(Span(SourceRange(token.start, unit), .number))
        spans.append(Span(SourceRange(unit, token.end), .unit))
      } else if token.kind.isWord && before == .symbol(.dot) {
        spans.append(Span(token.range, isColumn ? .column : kind(ofMemberAt: index, in: tokens)))
      } else if let kind = kind(of: index, in: tokens) {
        spans.append(Span(token.range, kind))
      }
      if token.kind == .symbol(.dot) { isColumn = !before.endsOperand }
      if !token.kind.isTrivia || token.kind == .newline { before = token.kind }
    }
    return spans
  }

  private static func kind(ofMemberAt index: Int, in tokens: [Token]) -> Kind {
    isCalled(index, in: tokens) ? .call : .member
  }

  private static func kind(of index: Int, in tokens: [Token]) -> Kind? {
    switch tokens[index].kind {
    case .space, .newline, .endOfFile: nil
    case .comment: .comment
    case .documentation: .documentation
    case .name: isCalled(index, in: tokens) ? .call : .name
    case .label: .label
    case .keyword: .keyword
    case .number: .number
    case .symbol(let symbol): symbol.highlight
    case .textStart, .textLiteral, .textEnd: .text
    case .interpolationStart, .interpolationEnd: .interpolation
    case .foreignText, .unknown, .semicolon, .foreignComment: .error
    }
  }

  private static func isCalled(_ index: Int, in tokens: [Token]) -> Bool {
    index + 1 < tokens.count && tokens[index + 1].kind == .symbol(.openParenthesis)
  }
}

extension Token.Symbol {
  fileprivate var highlight: Highlight.Kind {
    switch self {
    case .openParenthesis, .closeParenthesis, .openBracket, .closeBracket, .openBrace,
      .closeBrace, .comma, .colon, .dot:
      .punctuation
    case .spread, .closedRange, .halfOpenRange, .equals, .fatArrow, .arrow, .bar, .pipe,
      .question, .orElse, .plus, .minus, .star, .slash, .equal, .notEqual, .less, .lessOrEqual,
      .greater, .greaterOrEqual:
      .operator
    case .foreignAnd, .foreignOr, .foreignNot, .power, .remainder, .caret, .ampersand, .tilde,
      .walrus, .plusEquals, .minusEquals, .starEquals, .slashEquals:
      .error
    }
  }
}
