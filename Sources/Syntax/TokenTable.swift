/// What the parser walks over: the tokens that are not trivia, with what it asks of each.
struct TokenTable {
  /// All tokens, trivia included.
  let all: [Token]
  /// Those that are not trivia.
  private var walked: [Token] = []
  /// Their positions in `all`.
  private(set) var significant: [Int] = []
  /// For each significant token, whether a line begins between the one before and it.
  private(set) var startsLine: [Bool] = []
  let end: Token

  init(_ source: SourceText) {
    all = Lexer.tokens(of: source.bytes)
    end = Token(kind: .endOfFile, start: source.bytes.count, end: source.bytes.count)
    walked.reserveCapacity(all.count)
    significant.reserveCapacity(all.count)
    startsLine.reserveCapacity(all.count)
    var isFresh = true
    for (index, token) in all.enumerated() {
      if token.kind.isTrivia {
        if token.kind == .newline || token.kind == .semicolon { isFresh = true }
      } else {
        walked.append(token)
        significant.append(index)
        startsLine.append(isFresh)
        isFresh = false
      }
    }
  }

  var count: Int { walked.count }

  subscript(index: Int) -> Token { index < walked.count ? walked[index] : end }

  /// Takes out a significant token, as if it had not been written.
  mutating func drop(_ indices: [Int]) {
    for index in indices.reversed() {
      let startedLine = startsLine[index]
      walked.remove(at: index)
      significant.remove(at: index)
      startsLine.remove(at: index)
      if startedLine && index < startsLine.count { startsLine[index] = true }
    }
  }

  /// The documentation lines directly above a significant token.
  func documentation(above index: Int, in source: SourceText) -> String? {
    guard index < significant.count else { return nil }
    var lines: [Token] = []
    var newlines = 0
    for token in all[..<significant[index]].reversed() where token.kind != .space {
      if token.kind == .newline {
        newlines += 1
      } else if token.kind == .documentation && newlines == 1 {
        newlines = 0
        lines.append(token)
      } else {
        break
      }
      if newlines > 1 { break }
    }
    return Self.text(of: lines.reversed(), in: source)
  }

  /// The first block of documentation, if an empty line follows it.
  func leadingDocumentation(in source: SourceText) -> String? {
    var lines: [Token] = []
    var newlines = 0
    for token in all.prefix(while: \.kind.isTrivia) {
      if token.kind == .newline { newlines += 1 }
      if token.kind == .documentation {
        newlines = 0
        lines.append(token)
      }
      if newlines > 1 && !lines.isEmpty { return Self.text(of: lines, in: source) }
    }
    return nil
  }

  private static func text(of lines: [Token], in source: SourceText) -> String? {
    guard !lines.isEmpty else { return nil }
    return lines.map { line in
      let text = source[line.range].dropFirst(3)
      return String(text.first == " " ? text.dropFirst() : text)
    }.joined(separator: "\n")
  }
}
