/// Cuts bytes into tokens, and keeps every byte.
public struct Lexer {
  var position = 0
  var tokens: [Token] = []
  let bytes: [UInt8]
  /// What the lexer is inside of, innermost last; empty in plain code.
  var modes: [Mode] = []

  enum Mode: Equatable {
    case text(isMultiline: Bool)
    /// Inside `\(`, with so many parentheses open since.
    case interpolation(open: Int)
  }

  /// The tokens of `bytes`, trivia included; their ranges cover it without gaps.
  public static func tokens(of bytes: [UInt8]) -> [Token] {
    var lexer = Lexer(bytes: bytes)
    lexer.tokens.reserveCapacity(bytes.count / 3 + 4)
    while lexer.position < bytes.count { lexer.next() }
    return lexer.tokens
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func next() {
    if case .text(let isMultiline)? = modes.last {
      textPiece(isMultiline: isMultiline)
    } else {
      code()
    }
  }

  /// One token of plain code.
  private mutating func code() {
    let byte = bytes[position]
    if byte.isLetter || byte == Byte.underscore { return word() }
    if byte.isBlank { return run(.space) { $0.isBlank } }
    switch byte {
    case Byte.newline: newline()
    case Byte.quote: textStart()
    case Byte.slash where peek(1) == Byte.slash: comment()
    case Byte.hash: restOfLine(.foreignComment)
    case UInt8(ascii: ";"): emit(.semicolon, length: 1)
    case Byte.apostrophe: foreignText()
    case _ where byte.isDigit: number()
    default: symbol()
    }
  }

  // MARK: Words and numbers

  private mutating func word() {
    let start = position
    var end = start
    while end < bytes.count && bytes[end].isNamePart { end += 1 }
    if isFollowedByColon(end) { return emit(.label, length: end - start) }
    let keyword = KeywordTable.keyword(bytes[start..<end])
    emit(keyword.map { .keyword($0) } ?? .name, length: end - start)
  }

  private func isFollowedByColon(_ offset: Int) -> Bool {
    var offset = offset
    while offset < bytes.count && (bytes[offset] == Byte.space || bytes[offset] == Byte.tab) {
      offset += 1
    }
    guard offset < bytes.count && bytes[offset] == Byte.colon else { return false }
    return offset + 1 == bytes.count || bytes[offset + 1] != UInt8(ascii: "=")
  }

  private mutating func number() {
    var end = digits(from: position)
    if at(end) == Byte.dot && at(end + 1).isDigit { end = digits(from: end + 1) }
    if at(end) | 0x20 == UInt8(ascii: "e") {
      let sign = at(end + 1) == UInt8(ascii: "+") || at(end + 1) == UInt8(ascii: "-") ? 1 : 0
      if at(end + 1 + sign).isDigit { end = digits(from: end + 1 + sign) }
    }
    let unit = end
    if at(end) == Byte.percent {
      end += 1
    } else {
      while at(end).isNamePart { end += 1 }
    }
    emit(.number(unitLength: end - unit), length: end - position)
  }

  private func digits(from start: Int) -> Int {
    var end = start
    while at(end).isDigit || at(end) == Byte.underscore { end += 1 }
    return end
  }

  // MARK: Trivia

  private mutating func newline() {
    emit(.newline, length: 1)
    // A text on one line cannot go on, so neither can the interpolations inside it.
    if let line = modes.firstIndex(of: .text(isMultiline: false)) {
      modes.removeSubrange(line...)
    }
  }

  private mutating func comment() {
    let isDocumentation = peek(2) == Byte.slash && peek(3) != Byte.slash
    restOfLine(isDocumentation ? .documentation : .comment)
  }

  private mutating func restOfLine(_ kind: Token.Kind) {
    var end = position
    while end < bytes.count && bytes[end] != Byte.newline { end += 1 }
    if bytes[end - 1] == Byte.carriageReturn { end -= 1 }
    emit(kind, length: end - position)
  }

  // MARK: Symbols

  private mutating func symbol() {
    let longest = min(3, bytes.count - position)
    for length in stride(from: longest, to: 0, by: -1) {
      if let symbol = SymbolTable.symbol(bytes[position..<position + length]) {
        count(symbol)
        return
      }
    }
    if position == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return emit(.space, length: 3) }
    // All that is not ASCII goes together, so that a word in another script is one complaint.
    if bytes[position] < 0x80 { return emit(.unknown, length: 1) }
    run(.unknown) { $0 >= 0x80 }
  }

  /// Emits a symbol, minding the parentheses of an interpolation.
  private mutating func count(_ symbol: Token.Symbol) {
    var kind = Token.Kind.symbol(symbol)
    if case .interpolation(let open)? = modes.last {
      if symbol == .openParenthesis {
        modes[modes.count - 1] = .interpolation(open: open + 1)
      } else if symbol == .closeParenthesis && open > 0 {
        modes[modes.count - 1] = .interpolation(open: open - 1)
      } else if symbol == .closeParenthesis {
        modes.removeLast()
        kind = .interpolationEnd
      }
    }
    emit(kind, length: symbol.rawValue.utf8.count)
  }

  // MARK: Bytes

  func peek(_ ahead: Int) -> UInt8 { at(position + ahead) }

  /// The byte at `offset`, or zero beyond the end.
  func at(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  mutating func emit(_ kind: Token.Kind, length: Int) {
    tokens.append(Token(kind: kind, start: position, end: position + length))
    position += length
  }

  private mutating func run(_ kind: Token.Kind, while belongs: (UInt8) -> Bool) {
    var end = position
    while end < bytes.count && belongs(bytes[end]) { end += 1 }
    emit(kind, length: end - position)
  }
}

/// Finds keywords by their bytes, without making a `String`.
private enum KeywordTable {
  static let entries = Token.Keyword.allCases.map { (Array($0.rawValue.utf8), $0) }

  static func keyword(_ word: ArraySlice<UInt8>) -> Token.Keyword? {
    guard word.count <= 6 else { return nil }
    for (bytes, keyword) in entries where bytes.count == word.count && bytes[0] == word.first {
      if word.elementsEqual(bytes) { return keyword }
    }
    return nil
  }
}

/// Finds symbols by their bytes.
private enum SymbolTable {
  static let entries: [UInt32: Token.Symbol] = Dictionary(
    uniqueKeysWithValues: Token.Symbol.allCases.map { (code(Array($0.rawValue.utf8)[...]), $0) })

  static func symbol(_ bytes: ArraySlice<UInt8>) -> Token.Symbol? { entries[code(bytes)] }

  /// Begins with a one, so that zero bytes before a symbol count.
  private static func code(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(1) { $0 << 8 | UInt32($1) }
  }
}
