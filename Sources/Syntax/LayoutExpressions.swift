// Layout of expressions: where operators and brackets break.

extension LayoutComposer {
  /// Places where a line may break, loosest first.
  private enum Break: Int, CaseIterable {
    case choice, coalesce, or, and, pipe, sum
  }

  private static let breaks: [Token.Kind: Break] = [
    .keyword(.then): .choice, .keyword(.else): .choice, .symbol(.orElse): .coalesce,
    .keyword(.or): .or, .keyword(.and): .and, .symbol(.pipe): .pipe,
  ]

  func expression(_ range: Range<Int>) -> Layout {
    let top = topLevel(range)
    for level in Break.allCases {
      let places = top.filter { $0 > range.lowerBound && self.level(of: $0) == level }
      if !places.isEmpty { return chain(range, places, level) }
    }
    return run(top, range)
  }

  private func level(of index: Int) -> Break? {
    let kind = tokenKind(index)
    if kind == .symbol(.plus) || kind == .symbol(.minus) {
      return index > 0 && tokenKind(index - 1).endsOperand ? .sum : nil
    }
    return Self.breaks[kind]
  }

  /// Operands and operators of one level: all on one line, or each operator begins its own.
  private func chain(_ range: Range<Int>, _ places: [Int], _ level: Break) -> Layout {
    let bounds = places + [range.upperBound]
    var rest: [Layout] = []
    for (place, end) in zip(places, bounds.dropFirst()) {
      rest.append(level == .sum ? operatorLast(place, end) : operatorFirst(place, end))
    }
    let head = expression(range.lowerBound..<places[0])
    let content = Layout.sequence([head, .nest(.sequence(rest))])
    let isBrokenByAuthor = level == .pipe && places.contains { tokens.startsLine[$0] }
    return .group(content, mustBreak: isBrokenByAuthor || content.hasNewline)
  }

  private func operatorFirst(_ place: Int, _ end: Int) -> Layout {
    .sequence([trailing(place), .line, leading(place), expression(place..<end)])
  }

  /// A sum breaks behind its sign, since a line that begins with `-` would be a new statement.
  private func operatorLast(_ place: Int, _ end: Int) -> Layout {
    let gap = interlude(place) ?? .text(" ")
    let next = place + 1
    return .sequence([
      gap, .text(text(place)), trailing(next), .line, leading(next), expression(next..<end),
    ])
  }

  // MARK: Runs

  /// Tokens and brackets one behind the other.
  private func run(_ top: [Int], _ range: Range<Int>) -> Layout {
    var parts: [Layout] = []
    for index in top {
      if index > range.lowerBound {
        parts.append(interlude(index) ?? gap(before: index))
      }
      parts.append(piece(index))
    }
    return .sequence(parts)
  }

  /// The comments between two tokens of a run, with the newlines they need; nil without comments.
  private func interlude(_ index: Int) -> Layout? {
    guard trivia.hasComments(in: index..<index + 1) else { return nil }
    return .nest(.sequence([trailing(index), .hardLine, leading(index)]))
  }

  private func piece(_ index: Int) -> Layout {
    let kind = tokenKind(index)
    if case .textStart = kind {
      let range = tokens[index].range.union(tokens[brackets.limits[index]].range)
      return .verbatim(source[range])
    }
    if kind == .symbol(.openParenthesis) { return list(index) }
    if kind == .symbol(.openBrace) { return block(index) }
    guard kind == .symbol(.openBracket) else { return .text(text(index)) }
    return isComprehension(index) ? comprehension(index) : list(index)
  }

  private func text(_ index: Int) -> String { source[tokens[index].range] }

  // MARK: Brackets

  private func inside(_ opener: Int) -> Range<Int> { opener + 1..<brackets.limits[opener] }

  /// Items between brackets: on one line, or one a line, or with a block at the end that breaks;
  /// a list that is the only item breaks in their stead.
  private func list(_ opener: Int) -> Layout {
    let closer = brackets.limits[opener]
    let items = items(in: inside(opener))
    let open = text(opener)
    let close = text(closer)
    guard !items.isEmpty else {
      if !trivia.hasComments(in: closer..<closer + 1) { return .text(open + close) }
      return .sequence([.text(open), .nest(ending(closer)), .hardLine, .text(close)])
    }
    let isSole = isSoleList(items, in: opener)
    // Made once for both ways to break; made for each, nested lists would take exponential time.
    let values = isSole ? [piece(opener + 1)] : items.map { expression($0) }
    let isGrouping = landmarks.groupings.contains(tokens[opener].start) || isIndex(opener)
    let broken = Layout.group(
      .sequence([
        .text(open), .nest(brokenItems(items, values)),
        isGrouping ? .empty : .ifBroken(","),
        .nest(afterItems(items, closer)), .softLine, .text(close),
      ]))
    guard endsInBlock(items) || isSole, !trivia.hasComments(in: headTokens(of: items, opener)),
      !trivia.hasComments(in: items[items.count - 1].upperBound..<closer + 1)
    else { return broken }
    return .firstFitting(
      .sequence([.text(open), hugged(values), .text(close)]),
      otherwise: isSole
        ? .sequence([.text(open), values[0].broken, .text(close)]) : broken)
  }

  private func brokenItems(_ items: [Range<Int>], _ values: [Layout]) -> Layout {
    var parts: [Layout] = []
    for (place, (item, value)) in zip(items, values).enumerated() {
      let first = item.lowerBound
      let gap = place > 0 ? separator(before: first) : [trailing(first), .softLine, leading(first)]
      parts += gap + [value]
    }
    return .sequence(parts)
  }

  /// A comma, the comments around it and the step to the next line; only one comment fits at the
  /// end of a line.
  private func separator(before first: Int) -> [Layout] {
    let comma = first - 1
    let step: [Layout] = [trivia.startsParagraph(first) ? .blankIfBroken : .empty, .line]
    guard trivia.hasComments(in: comma..<first), let second = trivia.trailing[first] else {
      return [.text(","), trailing(comma), trailing(first)] + step
        + [leading(comma), leading(first)]
    }
    return [.text(","), trailing(comma)] + step
      + [leading(comma), .text(second.text), .hardLine, leading(first)]
  }

  /// The comments behind the last item; those at a comma there too, though it is written anew.
  private func afterItems(_ items: [Range<Int>], _ closer: Int) -> Layout {
    guard let comma = items.last?.upperBound, comma < closer else { return ending(closer) }
    guard trivia.hasComments(in: comma..<comma + 1), let second = trivia.trailing[closer] else {
      return .sequence([ending(comma), ending(closer)])
    }
    return .sequence([ending(comma), .hardLine, .text(second.text), endingLines(closer)])
  }

  private func hugged(_ values: [Layout]) -> Layout {
    .sequence(
      values.enumerated().map { place, value in
        .sequence([place > 0 ? .text(", ") : .empty, value])
      })
  }

  /// The ranges between commas; those between `<` and `>` of a type do not count.
  private func items(in range: Range<Int>) -> [Range<Int>] {
    var items: [Range<Int>] = []
    var start = range.lowerBound
    var angles = 0
    for index in topLevel(range) {
      if isAngle(index) { angles += tokenKind(index) == .symbol(.less) ? 1 : -1 }
      guard tokenKind(index) == .symbol(.comma) && angles == 0 else { continue }
      items.append(start..<index)
      start = index + 1
    }
    if start < range.upperBound { items.append(start..<range.upperBound) }
    return items
  }

  private func endsInBlock(_ items: [Range<Int>]) -> Bool {
    guard let last = items.last, let brace = topLevel(last).last else { return false }
    return tokenKind(brace) == .symbol(.openBrace)
  }

  /// Whether the only item between parentheses is a list, as in `rows([…])`.
  private func isSoleList(_ items: [Range<Int>], in opener: Int) -> Bool {
    guard items.count == 1, let first = items[0].first, first == opener + 1 else { return false }
    return tokenKind(opener) == .symbol(.openParenthesis)
      && tokenKind(first) == .symbol(.openBracket)
      && brackets.limits[first] == items[0].upperBound - 1
  }

  /// The tokens from the bracket to the brace of the block that ends it.
  private func headTokens(of items: [Range<Int>], _ opener: Int) -> Range<Int> {
    let brace = items.last.flatMap { topLevel($0).last } ?? opener
    return opener + 1..<brace + 1
  }

  private func isIndex(_ opener: Int) -> Bool {
    opener > 0 && landmarks.indexed.contains(tokens[opener - 1].end)
  }

  private func isComprehension(_ opener: Int) -> Bool { !clauses(opener).isEmpty }

  /// Where the clauses of a comprehension begin: at `for`, and at an `if` behind a whole value.
  private func clauses(_ opener: Int) -> [Int] {
    let top = topLevel(inside(opener))
    guard top.contains(where: { tokenKind($0) == .keyword(.for) }) || hasOnlyCondition(top) else {
      return []
    }
    return top.filter { tokenKind($0) == .keyword(.for) || isCondition($0) }
  }

  private func isCondition(_ index: Int) -> Bool {
    tokenKind(index) == .keyword(.if) && tokenKind(index - 1).endsOperand
  }

  private func hasOnlyCondition(_ top: [Int]) -> Bool {
    top.dropFirst().contains(where: isCondition)
  }

  private func comprehension(_ opener: Int) -> Layout {
    let starts = [opener + 1] + clauses(opener)
    let closer = brackets.limits[opener]
    var parts: [Layout] = []
    for (start, end) in zip(starts, starts.dropFirst() + [closer]) {
      let gap: Layout = start == opener + 1 ? .softLine : .line
      parts += [trailing(start), gap, leading(start), expression(start..<end)]
    }
    return .group(
      .sequence([
        .text("["), .nest(.sequence(parts)), .nest(ending(closer)), .softLine, .text("]"),
      ]))
  }

  private func block(_ opener: Int) -> Layout {
    let closer = brackets.limits[opener]
    let range = inside(opener)
    let hasOneLine = !topLevel(range).dropFirst().contains {
      landmarks.statements.contains(tokens[$0].start)
    }
    guard hasOneLine && !trivia.hasComments(in: opener + 1..<closer + 1) else {
      return .sequence([
        .text("{"), .nest(.sequence([lines(range), ending(closer)])), .hardLine, .text("}"),
      ])
    }
    return .group(
      .sequence([.text("{"), .nest(.sequence([.line, expression(range)])), .line, .text("}")]))
  }

  // MARK: Spaces

  private func isAngle(_ index: Int) -> Bool {
    let kind = tokenKind(index)
    return (kind == .symbol(.less) || kind == .symbol(.greater))
      && landmarks.isInType(tokens[index].start)
  }

  private func gap(before index: Int) -> Layout {
    guard needsSpace(before: index) else { return .empty }
    return mayBreak(behind: index - 1) ? .nest(.fillLine) : .text(" ")
  }

  /// Whether a newline behind this token leaves the statement as it is.
  private func mayBreak(behind index: Int) -> Bool {
    switch tokenKind(index) {
    case .symbol(let symbol): Self.symbolsBeforeBreaks.contains(symbol) && !isAngle(index)
    case .keyword(let keyword): Self.keywordsBeforeBreaks.contains(keyword)
    case .space, .newline, .comment, .documentation, .semicolon, .foreignComment, .name, .label,
      .number, .textStart, .textLiteral, .interpolationStart, .interpolationEnd, .textEnd,
      .foreignText, .unknown, .endOfFile:
      false
    }
  }

  private static let symbolsBeforeBreaks: Set<Token.Symbol> = [
    .equals, .fatArrow, .arrow, .colon, .comma, .bar, .star, .slash, .plus, .minus, .equal,
    .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
  ]

  private static let keywordsBeforeBreaks: Set<Token.Keyword> = [
    .if, .then, .else, .where, .and, .or, .not, .in,
  ]

  private func needsSpace(before index: Int) -> Bool {
    let previous = tokenKind(index - 1)
    // `.. .score`: together the dots would be a range.
    if previous == .symbol(.spread), tokenKind(index) == .symbol(.dot) { return true }
    guard !isTightAfter(index - 1) else { return false }
    guard case .symbol(let symbol) = tokenKind(index) else { return true }
    if Self.tightBefore.contains(symbol) { return false }
    if symbol == .openParenthesis || symbol == .openBracket || symbol == .dot {
      return !previous.endsOperand
    }
    return !isAngle(index)
  }

  private static let tightBefore: Set<Token.Symbol> = [
    .comma, .colon, .closeParenthesis, .closeBracket, .question, .closedRange, .halfOpenRange,
  ]

  private static let tightAfter: Set<Token.Symbol> = [
    .openParenthesis, .openBracket, .dot, .spread, .closedRange, .halfOpenRange,
  ]

  /// Whether nothing may stand between this token and the next.
  private func isTightAfter(_ index: Int) -> Bool {
    guard case .symbol(let symbol) = tokenKind(index) else { return false }
    if symbol == .less { return isAngle(index) }
    if symbol == .minus { return index == 0 || isPrefix(index) }
    return Self.tightAfter.contains(symbol)
  }

  private func isPrefix(_ minus: Int) -> Bool {
    !tokenKind(minus - 1).endsOperand || landmarks.statements.contains(tokens[minus].start)
  }
}
