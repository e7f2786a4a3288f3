/// The comments and empty lines of a source, by the significant token that they stand before.
struct FormatTrivia {
  struct Comment {
    let text: String
    let hasBlankBefore: Bool
  }

  /// Comments on the same line as the token before, hence at most one each.
  private(set) var trailing: [Comment?]
  /// Comments on lines of their own.
  private(set) var leading: [[Comment]]
  /// Whether an empty line stands directly before the token.
  private(set) var hasBlankBefore: [Bool]

  init(_ tokens: TokenTable, _ source: SourceText) {
    trailing = Array(repeating: nil, count: tokens.count + 1)
    leading = Array(repeating: [], count: tokens.count + 1)
    hasBlankBefore = Array(repeating: false, count: tokens.count + 1)
    var index = 0
    var newlines = 0
    for token in tokens.all {
      switch token.kind {
      case .newline: newlines += 1
      case .comment, .documentation, .foreignComment:
        let comment = Comment(text: source[token.range].trimmedEnd, hasBlankBefore: newlines > 1)
        if newlines == 0 && index > 0 {
          trailing[index] = comment
        } else {
          leading[index].append(comment)
        }
        newlines = 0
      case .space, .semicolon: break
      case .name, .label, .keyword, .number, .symbol, .textStart, .textLiteral,
        .interpolationStart, .interpolationEnd, .textEnd, .foreignText, .unknown, .endOfFile:
        hasBlankBefore[index] = newlines > 1
        newlines = 0
        index += 1
      }
    }
  }

  func hasComments(in range: Range<Int>) -> Bool {
    range.contains { trailing[$0] != nil || !leading[$0].isEmpty }
  }

  /// Whether an empty line stands before the token or the comments above it.
  func startsParagraph(_ index: Int) -> Bool {
    leading[index].first?.hasBlankBefore ?? hasBlankBefore[index]
  }
}

extension String {
  /// By scalars: a space after a sign such as U+0604 is one character with it, and counts as white.
  fileprivate var trimmedEnd: String {
    let scalars = unicodeScalars
    guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
    return String(scalars[...last])
  }
}
