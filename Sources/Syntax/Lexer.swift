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
    lexer.tokens.reserveCapacity(bytes.count / 2 + 4)
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
    emit(.number(unitLength: UInt32(end - unit)), length: end - position)
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
    let ahead = bytes[position..<min(position + SymbolTable.longest, bytes.count)]
    if let (symbol, length) = SymbolTable.symbol(ahead) { return count(symbol, length: length) }
    if position == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return emit(.space, length: 3) }
    // All that is not ASCII goes together, so that a word in another script is one complaint.
    if bytes[position] < 0x80 { return emit(.unknown, length: 1) }
    run(.unknown) { $0 >= 0x80 }
  }

  /// Emits a symbol, minding the parentheses of an interpolation.
  private mutating func count(_ symbol: Token.Symbol, length: Int) {
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
    emit(kind, length: length)
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
  static let entries = Token.Keyword.allCases.map { (code($0.rawValue.utf8), $0) }

  static func keyword(_ word: ArraySlice<UInt8>) -> Token.Keyword? {
    guard word.count <= 6 else { return nil }
    let wanted = code(word)
    return entries.first { $0.0 == wanted }?.1
  }
}

/// Finds symbols by their bytes.
private enum SymbolTable {
  typealias Entry = (code: UInt64, length: Int, symbol: Token.Symbol)

  static let longest = Token.Symbol.allCases.map(\.rawValue.utf8.count).max() ?? 0
  /// By first byte, longest first.
  static let entries: [[Entry]] = (0..<128).map { byte in
    Token.Symbol.allCases.filter { $0.rawValue.utf8.first == byte }
      .map { (code($0.rawValue.utf8), $0.rawValue.utf8.count, $0) }
      .sorted { $0.length > $1.length }
  }

  /// The longest symbol at the start of the bytes, and its length.
  static func symbol(_ bytes: ArraySlice<UInt8>) -> (symbol: Token.Symbol, length: Int)? {
    guard let first = bytes.first, first < 128 else { return nil }
    let found = entries[Int(first)].first { code(bytes.prefix($0.length)) == $0.code }
    return found.map { ($0.symbol, $0.length) }
  }
}

/// A few bytes as a number; begins with a one, so that zero bytes before others count.
private func code(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(1) { $0 << 8 | UInt64($1) }
}
