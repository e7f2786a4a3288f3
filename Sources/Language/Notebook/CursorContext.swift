// What surrounds a cursor in a text that is still being written, read from its tokens.

import Syntax
import Vocabulary

/// The place of a cursor: in which call, after what.
struct CursorContext {
  /// What is being typed, up to the cursor.
  let prefix: String
  let situation: Situation
  /// The innermost call that is still open, if there is one.
  let call: OpenCall?

  enum Situation {
    /// A name, label or keyword.
    case word
    /// `.` at the start of an operand.
    case column
    /// After `expression.`, which ends before the offset.
    case member(of: SourceRange)
    /// Inside a text literal.
    case text
  }

  struct OpenCall {
    let name: String
    /// What is piped into it or its first unlabelled argument, where there is one.
    let subject: SourceRange?
    /// Labels written so far.
    let labels: [String]
    /// The label whose value is being typed.
    let current: String?
    /// How many unlabelled arguments stand before the cursor, the piped one included.
    let unlabelled: Int
  }

  init(_ source: SourceText, at offset: Int) {
    let all = Lexer.tokens(of: Array(source.bytes.prefix(offset)))
    let tokens = all.filter { !$0.isTriviaForCursor }
    let scan = TokenScan(tokens: tokens, source: source)
    var end = tokens.count
    if let last = tokens.last, last.isInsideText(of: tokens) {
      let start = tokens.lastIndex { if case .textStart = $0.kind { true } else { false } } ?? end
      prefix = source[SourceRange(min(tokens[start].end, offset), offset)]
      situation = .text
      call = scan.openCall(before: start)
      return
    }
    if let last = tokens.last, last.end == offset, last.isWord {
      prefix = source[last.range]
      end -= 1
    } else {
      prefix = ""
    }
    if end > 0, tokens[end - 1].kind == .symbol(.dot) {
      let operand = end >= 2 && tokens[end - 2].endsOperandForCursor
      situation =
        operand ? .member(of: scan.operand(endingAt: end - 2)) : .column
      call = scan.openCall(before: end - 1)
    } else {
      situation = .word
      call = scan.openCall(before: end)
    }
  }
}

extension Token {
  fileprivate var isTriviaForCursor: Bool {
    switch kind {
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .endOfFile: true
    case .name, .label, .keyword, .number, .symbol, .textStart, .textLiteral, .interpolationStart,
      .interpolationEnd, .textEnd, .foreignText, .unknown:
      false
    }
  }

  fileprivate var isWord: Bool {
    switch kind {
    case .name, .label, .keyword: true
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .endOfFile,
      .number, .symbol, .textStart, .textLiteral, .interpolationStart, .interpolationEnd, .textEnd,
      .foreignText, .unknown:
      false
    }
  }

  fileprivate var endsOperandForCursor: Bool {
    switch kind {
    case .name, .textEnd: true
    case .symbol(let symbol):
      symbol == .closeParenthesis || symbol == .closeBracket || symbol == .closeBrace
    case .label, .keyword, .number, .space, .newline, .comment, .documentation, .semicolon,
      .foreignComment, .endOfFile, .textStart, .textLiteral, .interpolationStart,
      .interpolationEnd, .foreignText, .unknown:
      false
    }
  }

  fileprivate func isInsideText(of tokens: [Token]) -> Bool {
    switch kind {
    case .textStart, .textLiteral, .interpolationEnd: true
    case .name, .label, .keyword, .number, .symbol, .space, .newline, .comment, .documentation,
      .semicolon, .foreignComment, .endOfFile, .interpolationStart, .textEnd, .foreignText,
      .unknown:
      false
    }
  }
}

/// Walks tokens backwards.
private struct TokenScan {
  let tokens: [Token]
  let source: SourceText

  /// The innermost `name(` that is open before a token.
  func openCall(before end: Int) -> CursorContext.OpenCall? {
    var depth = 0
    for index in stride(from: end - 1, through: 0, by: -1) {
      depth += nesting(tokens[index], backwards: true)
      guard depth < 0 else { continue }
      guard tokens[index].kind == .symbol(.openParenthesis), index > 0,
        tokens[index - 1].kind == .name, tokens[index - 1].end == tokens[index].start
      else {
        depth = 0
        continue
      }
      return call(named: index - 1, upTo: end)
    }
    return nil
  }

  private func call(named place: Int, upTo end: Int) -> CursorContext.OpenCall {
    let arguments = self.arguments(from: place + 2, upTo: end)
    let written = arguments.dropLast()
    let labels = arguments.compactMap { label(of: $0) }
    let piped = place > 0 && tokens[place - 1].kind == .symbol(.pipe)
    let unlabelled = written.filter { label(of: $0) == nil && !$0.isEmpty }
    let subject = piped ? operand(endingAt: place - 2) : unlabelled.first.map(range)
    return CursorContext.OpenCall(
      name: source[tokens[place].range], subject: subject, labels: labels,
      current: arguments.last.flatMap(label), unlabelled: unlabelled.count + (piped ? 1 : 0))
  }

  /// The tokens between the commas of a call.
  private func arguments(from start: Int, upTo end: Int) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var depth = 0
    var first = start
    for index in start..<max(start, end) {
      depth += nesting(tokens[index], backwards: false)
      if depth == 0, tokens[index].kind == .symbol(.comma) {
        parts.append(first..<index)
        first = index + 1
      }
    }
    return parts + [first..<max(first, end)]
  }

  private func label(of argument: Range<Int>) -> String? {
    guard let first = argument.first, tokens[first].kind == .label else { return nil }
    return source[tokens[first].range]
  }

  private func range(_ argument: Range<Int>) -> SourceRange {
    SourceRange(tokens[argument.lowerBound].start, tokens[argument.upperBound - 1].end)
  }

  /// The expression that ends with a token, pipes included: back to what cannot belong to it.
  func operand(endingAt last: Int) -> SourceRange {
    guard last >= 0 else { return SourceRange(0, 0) }
    var depth = 0
    var first = last
    for index in stride(from: last, through: 0, by: -1) {
      let change = nesting(tokens[index], backwards: true)
      if depth + change < 0 { break }
      if depth == 0, index < last, endsBefore(index) { break }
      depth += change
      first = index
      if depth == 0, index > 0, startsStatement(index) { break }
    }
    return SourceRange(tokens[first].start, tokens[last].end)
  }

  private func endsBefore(_ index: Int) -> Bool {
    switch tokens[index].kind {
    case .symbol(let symbol):
      symbol == .comma || symbol == .equals || symbol == .fatArrow || symbol == .colon
    case .keyword, .label: true
    case .name, .number, .space, .newline, .comment, .documentation, .semicolon, .foreignComment,
      .endOfFile, .textStart, .textLiteral, .interpolationStart, .interpolationEnd, .textEnd,
      .foreignText, .unknown:
      false
    }
  }

  /// Whether a new statement begins at a token: on a new line, and no operator carries on.
  private func startsStatement(_ index: Int) -> Bool {
    let between = source[SourceRange(tokens[index - 1].end, tokens[index].start)]
    guard between.contains("\n"), tokens[index].kind != .symbol(.pipe) else { return false }
    return tokens[index - 1].endsOperandForCursor || !isSymbol(tokens[index - 1])
  }

  private func isSymbol(_ token: Token) -> Bool {
    if case .symbol = token.kind { true } else { false }
  }

  private func nesting(_ token: Token, backwards: Bool) -> Int {
    guard case .symbol(let symbol) = token.kind else { return 0 }
    let isOpener = symbol == .openParenthesis || symbol == .openBracket || symbol == .openBrace
    let isCloser = symbol == .closeParenthesis || symbol == .closeBracket || symbol == .closeBrace
    let sign = backwards ? -1 : 1
    return isOpener ? sign : isCloser ? -sign : 0
  }
}
