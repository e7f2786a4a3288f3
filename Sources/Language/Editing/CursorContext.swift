// What surrounds a cursor in a text that is still being written, read from its tokens.

import Syntax
import Vocabulary

/// The place of a cursor: in which calls, after what.
struct CursorContext {
  /// What is being typed, up to the cursor.
  let prefix: String
  let situation: Situation
  /// The calls that are still open, innermost first.
  let calls: [OpenCall]

  /// The innermost call that is still open, if there is one.
  var call: OpenCall? { calls.first }

  enum Situation {
    /// A name, label or keyword.
    case word
    /// `.` at the start of an operand.
    case column
    /// After `expression.`, which ends before the offset.
    case member(of: SourceRange)
    /// Inside a text literal.
    case text
    /// Inside the path of an import.
    case importedPath
    /// Where a type is written.
    case type
    /// Right behind a number.
    case unit
  }

  struct OpenCall {
    let name: String
    /// Where the name stands.
    let range: SourceRange
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
      let isImport = start > 0 && tokens[start - 1].kind == .keyword(.import)
      situation = isImport ? .importedPath : .text
      calls = scan.openCalls(before: start)
      return
    }
    if let last = tokens.last, last.end == offset, case .number(let length) = last.kind {
      prefix = source[SourceRange(last.end - Int(length), last.end)]
      situation = .unit
      calls = scan.openCalls(before: end - 1)
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
      calls = scan.openCalls(before: end - 1)
    } else {
      situation = scan.isInType(end) ? .type : .word
      calls = scan.openCalls(before: end)
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

  var endsOperandForCursor: Bool {
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
