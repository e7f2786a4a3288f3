// Text literals: escapes, interpolation, common indentation.

extension Parser {
  mutating func textLiteral() -> Expression {
    let start = current.start
    let isMultiline = current.kind == .textStart(isMultiline: true)
    let isClosed = brackets.isClosed(position)
    let pieces = nestedPieces()
    var assembly = TextAssembly(bytes: source.bytes, pieces: pieces)
    if isMultiline { assembly.removeIndentation() }
    let (segments, problems) = assembly.segments()
    for problem in problems where isClosed { complainEscape(problem) }
    return Expression(.text(segments), range(from: start))
  }

  private mutating func nestedPieces() -> [TextAssembly.Piece] {
    guard depth < Self.maximumDepth else {
      _ = tooDeep()
      return []
    }
    depth += 1
    defer { depth -= 1 }
    return bracketed { $0.pieces() }
  }

  private mutating func pieces() -> [TextAssembly.Piece] {
    var pieces: [TextAssembly.Piece] = []
    while position < limit {
      let start = current.start
      if current.kind == .interpolationStart {
        let value = bracketed { $0.interpolated() }
        pieces.append(.interpolation(value, range(from: start)))
      } else {
        pieces.append(.literal(current.range))
        position += 1
      }
    }
    return pieces
  }

  private mutating func interpolated() -> Expression {
    if position < limit { return expression() }
    complainExpected(
      "a value inside `\\(…)`", notes: ["A name or an expression stands there: `\\(n + 1)`."])
    return Expression(.error, current.range)
  }
}

/// Turns the raw pieces of a text literal into its segments.
struct TextAssembly {
  let bytes: [UInt8]
  let pieces: [Piece]
  /// What is cut away for the sake of indentation, in order.
  private var cuts: [SourceRange] = []

  enum Piece {
    case literal(SourceRange)
    case interpolation(SyntaxTree.Expression, SourceRange)
  }

  init(bytes: [UInt8], pieces: [Piece]) {
    self.bytes = bytes
    self.pieces = pieces
  }

  // MARK: Indentation

  /// The white space that begins a line of the text.
  private struct Margin {
    let range: SourceRange
    /// Whether nothing else stands on the line.
    let isBlank: Bool
    let isLast: Bool
  }

  /// Removes the first newline, the last one before the quotes, and the common indentation.
  mutating func removeIndentation() {
    var margins: [Margin] = []
    for (index, piece) in pieces.enumerated() {
      guard case .literal(let range) = piece else { continue }
      margins += self.margins(
        in: range, isFirst: index == 0, isLast: index == pieces.count - 1)
    }
    let common = commonIndentation(margins)
    for margin in margins {
      let width = margin.isBlank ? margin.range.count : min(common, margin.range.count)
      cuts.append(SourceRange(margin.range.start, margin.range.start + width))
    }
    cutEnds(margins)
  }

  private func margins(in range: SourceRange, isFirst: Bool, isLast: Bool) -> [Margin] {
    var found: [Margin] = []
    for offset in range.start..<range.end where bytes[offset] == Byte.newline {
      let start = offset + 1
      var end = start
      while end < range.end && bytes[end].isBlank { end += 1 }
      let isAtEnd = end == range.end
      found.append(
        Margin(
          range: SourceRange(start, end),
          isBlank: isAtEnd ? isLast : bytes[end] == Byte.newline, isLast: isAtEnd && isLast))
    }
    return found
  }

  private func commonIndentation(_ margins: [Margin]) -> Int {
    let counted = margins.filter { !$0.isBlank || $0.isLast }
    guard let first = counted.first else { return 0 }
    var common = bytes[first.range.start..<first.range.end]
    for margin in counted {
      let other = bytes[margin.range.start..<margin.range.end]
      let shared = zip(common, other).prefix { $0 == $1 }.count
      common = common.prefix(shared)
    }
    return common.count
  }

  /// The line of the opening quotes counts only if something stands on it; so does the last.
  private mutating func cutEnds(_ margins: [Margin]) {
    if case .literal(let first)? = pieces.first {
      var end = first.start
      while end < first.end && bytes[end].isBlank { end += 1 }
      if end < first.end && bytes[end] == Byte.newline {
        cuts.append(SourceRange(first.start, end + 1))
      }
    }
    if let last = margins.last, last.isLast {
      let newline = last.range.start - 1
      let start = newline > 0 && bytes[newline - 1] == Byte.carriageReturn ? newline - 1 : newline
      cuts.append(SourceRange(start, last.range.end))
    }
    cuts.sort { ($0.start, $0.end) < ($1.start, $1.end) }
  }

  // MARK: Escapes

  /// An escape that means nothing.
  struct Problem {
    let range: SourceRange
    let isInvalidScalar: Bool
  }

  func segments() -> ([SyntaxTree.TextSegment], [Problem]) {
    var segments: [SyntaxTree.TextSegment] = []
    var problems: [Problem] = []
    var cut = 0
    for piece in pieces {
      switch piece {
      case .interpolation(let value, let range): segments.append(.interpolation(value, range))
      case .literal(let range):
        let text = characters(of: range, &cut, &problems)
        if !text.isEmpty { segments.append(.literal(text, range)) }
      }
    }
    return (segments, problems)
  }

  private func characters(
    of range: SourceRange, _ cut: inout Int, _ problems: inout [Problem]
  ) -> String {
    var characters: [UInt8] = []
    characters.reserveCapacity(range.count)
    var offset = range.start
    while offset < range.end {
      while cut < cuts.count && cuts[cut].end <= offset { cut += 1 }
      if cut < cuts.count && cuts[cut].contains(offset) {
        offset = min(cuts[cut].end, range.end)
      } else if bytes[offset] == Byte.backslash {
        offset = escape(at: offset, end: range.end, into: &characters, &problems)
      } else {
        let isLineEnd =
          bytes[offset] == Byte.carriageReturn && offset + 1 < range.end
          && bytes[offset + 1] == Byte.newline
        if !isLineEnd { characters.append(bytes[offset]) }
        offset += 1
      }
    }
    return String(decoding: characters, as: UTF8.self)
  }

  /// Resolves one escape and returns where it ends.
  private func escape(
    at start: Int, end: Int, into characters: inout [UInt8], _ problems: inout [Problem]
  ) -> Int {
    let letter = start + 1 < end ? bytes[start + 1] : 0
    switch letter {
    case UInt8(ascii: "n"): characters.append(Byte.newline)
    case UInt8(ascii: "t"): characters.append(Byte.tab)
    case Byte.quote, Byte.backslash: characters.append(letter)
    case UInt8(ascii: "u"):
      return scalar(at: start, end: end, into: &characters, &problems)
    default:
      let width = letter < 0x80 && start + 1 < end ? 2 : 1
      problems.append(Problem(range: SourceRange(start, start + width), isInvalidScalar: false))
      characters += bytes[start..<start + width]
      return start + width
    }
    return start + 2
  }

  /// Resolves `\u{…}`.
  private func scalar(
    at start: Int, end: Int, into characters: inout [UInt8], _ problems: inout [Problem]
  ) -> Int {
    var close = start + 2
    while close < end && close < start + 11 && bytes[close] != Byte.closeBrace { close += 1 }
    let isBraced = close < end && bytes[start + 2] == Byte.openBrace
    let digits = isBraced ? bytes[(start + 3)..<max(close, start + 3)] : []
    // Checked here, since `UInt32` reads a sign too.
    let value =
      digits.allSatisfy(\.isHexDigit)
      ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    guard close < end, bytes[close] == Byte.closeBrace,
      let scalar = value.flatMap(Unicode.Scalar.init)
    else {
      problems.append(Problem(range: SourceRange(start, start + 2), isInvalidScalar: true))
      characters += bytes[start..<start + 2]
      return start + 2
    }
    characters += Array(String(scalar).utf8)
    return close + 1
  }
}
