/// Pairs brackets and quotes before parsing, so that an error inside one never leaks out of it.
///
/// Plain matching is tried first. Only if it fails does indentation decide which bracket was
/// forgotten, so oddly indented but correct text is never doubted.
struct BracketMatching {
  /// For each significant token that opens something, the token before which the inside ends.
  ///
  /// That is the closer itself, or whatever stands where the closer should be. Others have -1.
  private(set) var limits: [Int]
  /// The openers without a closer.
  private(set) var unclosed: [Int] = []
  private var isClosed: [Bool]
  /// The closers without an opener.
  private(set) var unmatched: [Int] = []

  private var open: [Opener] = []
  /// Where in `open` the texts stand that end with their line.
  private var lineBound: [Int] = []
  private let usesIndentation: Bool

  private struct Opener {
    let index: Int
    let closer: Token.Kind
    /// How far the line is indented on which it stands.
    let indentation: Int
    let isText: Bool
  }

  init(_ tokens: TokenTable, _ source: SourceText) {
    let plain = BracketMatching(tokens, source, usesIndentation: false)
    let isBalanced = plain.unclosed.isEmpty && plain.unmatched.isEmpty
    self = isBalanced ? plain : BracketMatching(tokens, source, usesIndentation: true)
  }

  private init(_ tokens: TokenTable, _ source: SourceText, usesIndentation: Bool) {
    limits = Array(repeating: -1, count: tokens.count)
    isClosed = Array(repeating: false, count: tokens.count)
    self.usesIndentation = usesIndentation
    var indentation = 0
    for index in 0..<tokens.count {
      let token = tokens[index]
      if tokens.startsLine[index] {
        indentation = Self.indentation(at: token.start, in: source)
        closeTexts(before: index)
        if usesIndentation && Self.beginsStatement(index, tokens) {
          forget(before: index) { $0.indentation >= indentation }
        }
        if usesIndentation { closeByIndentation(index, token.kind, indentation) }
      }
      visit(index, token.kind, indentation)
    }
    while !open.isEmpty { forgetLast(before: tokens.count) }
    unclosed.sort()
  }

  /// Whether the bracket or text that begins at a token has its closer.
  func isClosed(_ opener: Int) -> Bool { isClosed[opener] }

  private mutating func visit(_ index: Int, _ kind: Token.Kind, _ indentation: Int) {
    if let closer = Self.closer(of: kind) {
      if kind == .textStart(isMultiline: false) { lineBound.append(open.count) }
      open.append(
        Opener(
          index: index, closer: closer, indentation: indentation, isText: closer == .textEnd))
    } else if Self.isCloser(kind) {
      close(index, kind)
    }
  }

  private mutating func close(_ index: Int, _ kind: Token.Kind) {
    guard let match = lastMatch(kind) else { return unmatched.append(index) }
    while open.count > match + 1 { forgetLast(before: index) }
    let opener = takeLast()
    limits[opener] = index
    isClosed[opener] = true
  }

  /// The innermost opener that `kind` can close without closing a text.
  private func lastMatch(_ kind: Token.Kind) -> Int? {
    for (place, opener) in open.enumerated().reversed() {
      if opener.closer == kind { return place }
      if opener.isText || opener.closer == .interpolationEnd { return nil }
    }
    return nil
  }

  /// A closer that begins its line belongs to the bracket whose line is indented as it is.
  private mutating func closeByIndentation(_ index: Int, _ kind: Token.Kind, _ indentation: Int) {
    guard Self.isCloser(kind), let last = open.last, last.indentation > indentation,
      let match = open.lastIndex(where: { $0.closer == kind && $0.indentation <= indentation }),
      !open[match...].contains(where: \.isText)
    else { return }
    while open.count > match + 1 { forgetLast(before: index) }
  }

  /// A text on one line, and all inside it, ends with the line.
  private mutating func closeTexts(before index: Int) {
    guard let first = lineBound.first else { return }
    while open.count > first { forgetLast(before: index) }
  }

  private mutating func forget(before index: Int, from isFirst: (Opener) -> Bool) {
    guard let first = open.firstIndex(where: isFirst) else { return }
    while open.count > first { forgetLast(before: index) }
  }

  private mutating func forgetLast(before index: Int) {
    let opener = takeLast()
    limits[opener] = index
    unclosed.append(opener)
  }

  private mutating func takeLast() -> Int {
    let opener = open.removeLast()
    if lineBound.last == open.count { lineBound.removeLast() }
    return opener.index
  }

  private static func closer(of kind: Token.Kind) -> Token.Kind? {
    if case .symbol(let symbol) = kind { return symbol.closer.map { .symbol($0) } }
    if case .textStart = kind { return .textEnd }
    return kind == .interpolationStart ? .interpolationEnd : nil
  }

  private static func isCloser(_ kind: Token.Kind) -> Bool {
    if case .symbol(let symbol) = kind { return symbol.isCloser }
    return kind == .textEnd || kind == .interpolationEnd
  }

  /// Whether only a statement can begin like this.
  private static func beginsStatement(_ index: Int, _ tokens: TokenTable) -> Bool {
    let next = tokens[index + 1].kind
    if case .keyword(let keyword) = tokens[index].kind, keyword.beginsDeclaration {
      return next == .name || next == .label || next == .textStart(isMultiline: false)
    }
    guard tokens[index].kind == .name else { return false }
    return next == .symbol(.equals)
      || (next == .symbol(.openParenthesis) && index > 0 && tokens[index - 1].kind.endsOperand)
  }

  private static func indentation(at offset: Int, in source: SourceText) -> Int {
    let start = source.lineStarts[source.lineIndex(at: offset)]
    var end = start
    while end < offset && source.bytes[end].isBlank { end += 1 }
    return end - start
  }
}
