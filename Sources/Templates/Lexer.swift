/// One word of a template.
struct Token: Sendable {
  enum Kind: Hashable, Sendable {
    case data([Unicode.Scalar])
    case variableBegin, variableEnd, blockBegin, blockEnd
    case name(String)
    case text([Unicode.Scalar])
    case int(Int)
    case float(Double)
    case symbol(Symbol)
    case end
  }

  let kind: Kind
  let line: Int
}

/// Operators and brackets; of two that begin alike the longer comes first.
enum Symbol: String, CaseIterable, Sendable {
  case power = "**"
  case floorDivide = "//"
  case equal = "=="
  case unequal = "!="
  case lessOrEqual = "<="
  case greaterOrEqual = ">="
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case remainder = "%"
  case tilde = "~"
  case less = "<"
  case greater = ">"
  case assign = "="
  case dot = "."
  case colon = ":"
  case comma = ","
  case pipe = "|"
  case semicolon = ";"
  case openRound = "("
  case closeRound = ")"
  case openSquare = "["
  case closeSquare = "]"
  case openCurly = "{"
  case closeCurly = "}"
}

/// Cuts a template into words, as Jinja does with `trim_blocks` and `lstrip_blocks`: the newline
/// after a block is dropped, and so is the white space between a line's start and a block.
struct Lexer {
  private enum Opening { case variable, block, comment }

  let scalars: [Unicode.Scalar]
  var place = 0
  var line = 1
  var tokens: [Token] = []
  /// Whether what was read last ended a line.
  private var atLineStart = true

  init(_ source: String) {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(source.utf8.count)
    var previous: Unicode.Scalar = " "
    for scalar in source.unicodeScalars {
      if scalar == "\r" {
        scalars.append("\n")
      } else if !(scalar == "\n" && previous == "\r") {
        scalars.append(scalar)
      }
      previous = scalar
    }
    if scalars.last == "\n" { scalars.removeLast() }
    self.scalars = scalars
  }

  mutating func read() throws(TemplateError) -> [Token] {
    while let (start, opening) = nextOpening() {
      let sign = start + 2 < scalars.count ? scalars[start + 2] : " "
      addData(upTo: start, opening, sign)
      let hasSign = sign == "-" || sign == "+"
      advance(to: min(start + (hasSign ? 3 : 2), scalars.count))
      switch opening {
      case .comment: try skipComment()
      case .variable: try readTag(from: .variableBegin)
      case .block:
        if try !readRaw() { try readTag(from: .blockBegin) }
      }
    }
    if place < scalars.count { add(.data(Array(scalars[place...]))) }
    advance(to: scalars.count)
    add(.end)
    return tokens
  }

  mutating func add(_ kind: Token.Kind) {
    tokens.append(Token(kind: kind, line: line))
  }

  mutating func advance(to end: Int) {
    guard end > place else { return }
    for scalar in scalars[place..<end] where scalar == "\n" { line += 1 }
    atLineStart = scalars[end - 1] == "\n"
    place = end
  }

  func problem(_ found: String, _ advice: String) -> TemplateError {
    TemplateError(.syntax, line: line, found, advice: advice)
  }

  private func nextOpening() -> (Int, Opening)? {
    var start = place
    while start + 1 < scalars.count {
      if scalars[start] == "{" {
        if scalars[start + 1] == "{" { return (start, .variable) }
        if scalars[start + 1] == "%" { return (start, .block) }
        if scalars[start + 1] == "#" { return (start, .comment) }
      }
      start += 1
    }
    return nil
  }

  private mutating func addData(upTo end: Int, _ opening: Opening, _ sign: Unicode.Scalar) {
    let text = scalars[place..<end]
    var kept = text
    if sign == "-" {
      while kept.last?.isPythonSpace == true { kept.removeLast() }
    } else if sign != "+", opening != .variable {
      let lineStart = (text.lastIndex(of: "\n") ?? place - 1) + 1
      let isWholeLine = lineStart > place || atLineStart
      if isWholeLine, text[lineStart...].allSatisfy(\.isPythonSpace) {
        kept = text[..<lineStart]
      }
    }
    if !kept.isEmpty { add(.data(Array(kept))) }
    advance(to: end)
  }

  private mutating func skipComment() throws(TemplateError) {
    var end = place
    while !starts(with: "#}", at: end) {
      guard end < scalars.count else {
        throw problem("a comment `{#` without its end", "expected `#}`")
      }
      end += 1
    }
    let sign = end > place ? scalars[end - 1] : " "
    advance(to: end)
    endTag(sign: sign, trimsNewline: true)
  }

  /// Passes a two-character end and what it swallows.
  private mutating func endTag(sign: Unicode.Scalar, trimsNewline: Bool) {
    advance(to: place + 2)
    if sign == "-" {
      var end = place
      while end < scalars.count, scalars[end].isPythonSpace { end += 1 }
      advance(to: end)
    } else if sign != "+", trimsNewline, place < scalars.count, scalars[place] == "\n" {
      advance(to: place + 1)
    }
  }

  func starts(with word: String, at place: Int) -> Bool {
    place <= scalars.count && scalars[place...].starts(with: word.unicodeScalars)
  }

  /// If a `{% raw %}` stands here, takes what is between it and its end as it is.
  private mutating func readRaw() throws(TemplateError) -> Bool {
    guard let (bodyStart, startSign) = keywordTag("raw", from: place) else { return false }
    advance(to: bodyStart)
    endTag(sign: startSign, trimsNewline: true)
    var end = place
    while end < scalars.count {
      if starts(with: "{%", at: end) {
        let sign = end + 2 < scalars.count ? scalars[end + 2] : " "
        let inner = end + (sign == "-" || sign == "+" ? 3 : 2)
        if let (close, closeSign) = keywordTag("endraw", from: inner) {
          addData(upTo: end, .block, sign)
          advance(to: close)
          endTag(sign: closeSign, trimsNewline: true)
          return true
        }
      }
      end += 1
    }
    throw problem("`{% raw %}` without its end", "expected `{% endraw %}`")
  }

  /// Where the `%}` of a tag is that holds only this word, and the sign before it.
  private func keywordTag(_ word: String, from start: Int) -> (Int, Unicode.Scalar)? {
    func pastSpace(_ start: Int) -> Int {
      var end = start
      while end < scalars.count, scalars[end].isPythonSpace { end += 1 }
      return end
    }
    var end = pastSpace(start)
    guard starts(with: word, at: end) else { return nil }
    end = pastSpace(end + word.unicodeScalars.count)
    guard end < scalars.count else { return nil }
    let sign = scalars[end]
    if sign == "-" || sign == "+" { end += 1 }
    return starts(with: "%}", at: end) ? (end, sign) : nil
  }

  private mutating func readTag(from begin: Token.Kind) throws(TemplateError) {
    add(begin)
    let isBlock = begin == .blockBegin
    let close = isBlock ? "%}" : "}}"
    var open: [Symbol] = []
    while true {
      while place < scalars.count, scalars[place].isPythonSpace { advance(to: place + 1) }
      guard place < scalars.count else {
        throw problem("the template ends inside a tag", "expected `\(close)`")
      }
      let sign = scalars[place]
      let hasSign = sign == "-" || (sign == "+" && isBlock)
      if open.isEmpty, starts(with: close, at: place + (hasSign ? 1 : 0)) {
        add(isBlock ? .blockEnd : .variableEnd)
        if hasSign { advance(to: place + 1) }
        return endTag(sign: hasSign ? sign : " ", trimsNewline: isBlock)
      }
      try readWord(&open)
    }
  }
}
