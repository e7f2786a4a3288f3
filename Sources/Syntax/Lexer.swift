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
    var end = position
    var code: UInt64 = 0
    while end < bytes.count && bytes[end].isNamePart {
      code = code << 8 | UInt64(bytes[end])
      end += 1
    }
    let length = end - position
    if isFollowedByColon(end) { return emit(.label, length: length) }
    let keyword = KeywordTable.keyword(code, length: length)
    emit(keyword.map { .keyword($0) } ?? .name, length: length)
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
    if let (symbol, length) = SymbolTable.symbol(peek(0), peek(1), peek(2)) {
      return count(symbol, length: length)
    }
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

  /// - Parameter code: the word's last eight bytes as a number.
  static func keyword(_ code: UInt64, length: Int) -> Token.Keyword? {
    guard length <= 6 else { return nil }
    for entry in entries where entry.0 == code { return entry.1 }
    return nil
  }
}

/// Finds symbols by their bytes, of which none has more than three.
private enum SymbolTable {
  struct Entry {
    let code: UInt64
    let length: Int
    let symbol: Token.Symbol
  }

  /// By first byte, longest first.
  static let entries = Token.Symbol.allCases
    .map { Entry(code: code($0.rawValue.utf8), length: $0.rawValue.utf8.count, symbol: $0) }
    .sorted { ($0.first, $1.length) < ($1.first, $0.length) }
  /// Where the symbols of each first byte begin among all.
  static let starts = (0...128).map { byte in
    entries.firstIndex { $0.first >= byte } ?? entries.count
  }

  /// The longest symbol that the bytes begin with, and its length; zero stands beyond the end.
  static func symbol(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> (Token.Symbol, Int)? {
    guard first < 128 else { return nil }
    let ahead = UInt64(first) << 16 | UInt64(second) << 8 | UInt64(third)
    for place in starts[Int(first)]..<starts[Int(first) + 1] {
      let entry = entries[place]
      if ahead >> (8 * (3 - entry.length)) == entry.code { return (entry.symbol, entry.length) }
    }
    return nil
  }
}

extension SymbolTable.Entry {
  fileprivate var first: Int { Int(code >> (8 * (length - 1))) }
}

/// A few bytes as a number; neither words nor symbols begin with zero.
private func code(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0) { $0 << 8 | UInt64($1) }
}
