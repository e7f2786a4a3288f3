// How wide formatted recipes are.

import Syntax

/// Looks for lines over 100 columns that could have been broken.
///
/// A line may be wider by the comment at its end, or where what stands between two places to break
/// does not fit on a line of its own.
struct FormatWidth {
  static let width = 100
  private let source: SourceText
  /// The tokens that are not trivia; a text literal counts as one.
  private let tokens: [Piece]

  private struct Piece {
    let kind: Token.Kind
    let start: Int
    let end: Int
  }

  init(_ source: SourceText) {
    self.source = source
    tokens = Self.whole(
      Lexer.tokens(of: source.bytes).filter { token in
        switch token.kind {
        case .space, .newline, .comment, .documentation, .semicolon, .foreignComment: false
        case .name, .label, .keyword, .number, .symbol, .textStart, .textLiteral,
          .interpolationStart, .interpolationEnd, .textEnd, .foreignText, .unknown, .endOfFile:
          true
        }
      })
  }

  private static func whole(_ tokens: [Token]) -> [Piece] {
    var result: [Piece] = []
    var open: [Int] = []
    for token in tokens {
      if case .textStart = token.kind { open.append(token.start) }
      if token.kind == .textEnd, let start = open.popLast(), open.isEmpty {
        result.append(Piece(kind: .textEnd, start: start, end: token.end))
      } else if open.isEmpty {
        let isMember = result.last?.kind == .symbol(.dot)
        result.append(
          Piece(kind: isMember ? .name : token.kind, start: token.start, end: token.end))
      }
    }
    return result
  }

  var violation: String? {
    var line: [Piece] = []
    for token in tokens {
      if let last = line.last, spansNewline(last.end, token.start) {
        if let problem = problem(line) { return problem }
        line = []
      }
      line.append(token)
    }
    return problem(line)
  }

  private func spansNewline(_ start: Int, _ end: Int) -> Bool {
    source.bytes[start..<end].contains(UInt8(ascii: "\n"))
  }

  private func problem(_ line: [Piece]) -> String? {
    guard let first = line.first, let last = line.last,
      !spansNewline(first.start, last.end)
    else { return nil }
    let number = source.lineIndex(at: first.start)
    let indentation = first.start - source.lineStarts[number]
    let width = indentation + columns(first.start, last.end)
    guard width > Self.width, indentation + 2 + widest(line) <= Self.width else { return nil }
    return "line \(number + 1) takes \(width) columns and could be broken"
  }

  private func columns(_ start: Int, _ end: Int) -> Int {
    DisplayWidth.of(source[SourceRange(start, end)])
  }

  /// The most columns between two places to break, with the closers and the comma that follow.
  private func widest(_ line: [Piece]) -> Int {
    var widest = 0
    var start = line[0].start
    for (token, next) in zip(line, line.dropFirst()) {
      guard mayBreak(token, next) else { continue }
      widest = max(widest, columns(start, token.end))
      start = next.start
    }
    return max(widest, columns(start, line[line.count - 1].end))
  }

  private func mayBreak(_ token: Piece, _ next: Piece) -> Bool {
    if case .symbol(let symbol) = next.kind, symbol == .pipe || symbol == .orElse { return true }
    if case .keyword(let keyword) = next.kind,
      [.and, .or, .then, .else, .for].contains(keyword)
    {
      return true
    }
    if case .keyword(let keyword) = token.kind {
      return [.if, .then, .else, .where, .and, .or, .not, .in].contains(keyword)
    }
    guard case .symbol(let symbol) = token.kind else { return false }
    return [
      .equals, .fatArrow, .arrow, .comma, .bar, .star, .slash, .equal, .notEqual, .lessOrEqual,
      .greaterOrEqual, .plus, .openBrace,
    ].contains(symbol)
  }
}
