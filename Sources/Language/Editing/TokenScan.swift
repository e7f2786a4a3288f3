// Walks over the tokens before a cursor, backwards, in text that need not parse.

import Syntax

/// The tokens before a cursor that are not trivia.
struct TokenScan {
  let tokens: [Token]
  let source: SourceText

  /// The calls `name(` that are open before a token, innermost first.
  func openCalls(before end: Int) -> [CursorContext.OpenCall] {
    var found: [CursorContext.OpenCall] = []
    var depth = 0
    for index in stride(from: end - 1, through: 0, by: -1) {
      depth += nesting(tokens[index], backwards: true)
      if depth < 0 {
        depth = 0
        if tokens[index].kind == .symbol(.openParenthesis), index > 0,
          tokens[index - 1].kind == .name, tokens[index - 1].end == tokens[index].start,
          index == 1 || tokens[index - 2].kind != .symbol(.dot)
        {
          found.append(call(named: index - 1, upTo: end))
        }
      }
      if beginsStatement(index) { break }
    }
    return found
  }

  /// Whether a token can only be the first of a statement of the file: calls that were left open
  /// above it are not around the cursor.
  private func beginsStatement(_ index: Int) -> Bool {
    guard isAtMargin(index) else { return false }
    if case .keyword(let keyword) = tokens[index].kind { return keyword.beginsDeclaration }
    return tokens[index].kind == .name && index + 1 < tokens.count
      && tokens[index + 1].kind == .symbol(.equals)
  }

  /// Whether a token stands at the very start of its line.
  private func isAtMargin(_ index: Int) -> Bool {
    let start = tokens[index].start
    return source.lineStarts[source.lineIndex(at: start)] == start
  }

  /// Whether a type is to be written before a token: after `:` of a param or a parameter, after
  /// `->`, and after the `=` of a `type`.
  func isInType(_ end: Int) -> Bool {
    guard let first = (0..<end).reversed().first(where: isDeclaration),
      case .keyword(let keyword) = tokens[first].kind
    else { return false }
    let symbols = (first + 1..<end).map { tokens[$0].kind }
    switch keyword {
    case .param:
      return symbols.contains(.symbol(.colon)) && !symbols.contains(.symbol(.equals))
        && !symbols.contains(.keyword(.where))
    case .type:
      return symbols.contains(.symbol(.equals)) && !symbols.contains(.keyword(.where))
    case .def: return isInSignatureType(symbols)
    case .import, .if, .then, .else, .for, .in, .and, .or, .not, .true, .false, .none, .as, .where:
      return false
    }
  }

  /// Within `def name(a: Type = value, …) -> Type`, up to the `=` of its body.
  private func isInSignatureType(_ kinds: [Token.Kind]) -> Bool {
    var depth = 0
    var isType = false
    for kind in kinds {
      guard case .symbol(let symbol) = kind else { continue }
      if symbol == .openParenthesis { depth += 1 }
      if symbol == .closeParenthesis { depth -= 1 }
      if symbol == .colon || symbol == .arrow { isType = true }
      if symbol == .equals, depth == 0 { return false }
      if symbol == .equals || (symbol == .comma && depth == 1) { isType = false }
    }
    return isType
  }

  private func isDeclaration(_ index: Int) -> Bool {
    isAtMargin(index) && !isContinuation(index)
  }

  /// Whether a line goes on with the one before, as one does that starts with `|>`.
  private func isContinuation(_ index: Int) -> Bool {
    switch tokens[index].kind {
    case .symbol: true
    case .keyword(let keyword):
      keyword == .and || keyword == .or || keyword == .then || keyword == .else
    case .name, .label, .number, .space, .newline, .comment, .documentation, .semicolon,
      .foreignComment, .endOfFile, .textStart, .textLiteral, .interpolationStart,
      .interpolationEnd, .textEnd, .foreignText, .unknown:
      false
    }
  }

  private func call(named place: Int, upTo end: Int) -> CursorContext.OpenCall {
    let arguments = self.arguments(from: place + 2, upTo: end)
    let written = arguments.dropLast()
    let labels = arguments.compactMap { label(of: $0) }
    let piped = place > 0 && tokens[place - 1].kind == .symbol(.pipe)
    let unlabelled = written.filter { label(of: $0) == nil && !$0.isEmpty }
    let subject = piped ? operand(endingAt: place - 2) : unlabelled.first.map(range)
    return CursorContext.OpenCall(
      name: source[tokens[place].range], range: tokens[place].range, subject: subject,
      labels: labels, current: arguments.last.flatMap(label),
      unlabelled: unlabelled.count + (piped ? 1 : 0))
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
