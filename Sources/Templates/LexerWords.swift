/// The words inside a tag.
extension Lexer {
  mutating func readWord(_ open: inout [Symbol]) throws(TemplateError) {
    let scalar = scalars[place]
    if scalar.isNameStart {
      var end = place
      while end < scalars.count, scalars[end].isNamePart { end += 1 }
      add(.name(string(place..<end)))
      advance(to: end)
    } else if scalar.isDigit {
      try readNumber()
    } else if scalar == "'" || scalar == "\"" {
      try readText(quote: scalar)
    } else {
      try readSymbol(&open)
    }
  }

  private func string(_ range: Range<Int>) -> String {
    TaggedText(Array(scalars[range])).string
  }

  private mutating func readSymbol(_ open: inout [Symbol]) throws(TemplateError) {
    guard let symbol = Symbol.allCases.first(where: { starts(with: $0.rawValue, at: place) })
    else {
      throw problem("`\(scalars[place])` cannot stand here", "expected a name, value or operator")
    }
    switch symbol {
    case .openRound, .openSquare, .openCurly: open.append(symbol)
    case .closeRound: try close(.openRound, with: symbol, &open)
    case .closeSquare: try close(.openSquare, with: symbol, &open)
    case .closeCurly: try close(.openCurly, with: symbol, &open)
    case .power, .floorDivide, .equal, .unequal, .lessOrEqual, .greaterOrEqual, .add, .subtract,
      .multiply, .divide, .remainder, .tilde, .less, .greater, .assign, .dot, .colon, .comma,
      .pipe, .semicolon:
      break
    }
    add(.symbol(symbol))
    advance(to: place + symbol.rawValue.unicodeScalars.count)
  }

  private func close(
    _ opener: Symbol, with closer: Symbol, _ open: inout [Symbol]
  ) throws(TemplateError) {
    guard open.popLast() == opener else {
      throw problem("`\(closer.rawValue)` closes nothing", "expected `\(opener.rawValue)` before")
    }
  }

  private mutating func readNumber() throws(TemplateError) {
    var end = place
    func digits(_ isPart: (Unicode.Scalar) -> Bool) {
      while end < scalars.count, isPart(scalars[end]) { end += 1 }
    }
    let prefixes: [(String, Int)] = [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)]
    if let (prefix, radix) = prefixes.first(where: { starts(with: $0.0, at: place) }) {
      end += prefix.count
      digits { $0.properties.isASCIIHexDigit }
      let word = string(place + 2..<end)
      guard let value = Int(word, radix: radix) else { throw badNumber(place..<end) }
      add(.int(value))
      return advance(to: end)
    }
    digits { $0.isDigit || $0 == "_" }
    var isReal = false
    if end + 1 < scalars.count, scalars[end] == ".", scalars[end + 1].isDigit {
      isReal = true
      end += 1
      digits { $0.isDigit || $0 == "_" }
    }
    if let afterExponent = endOfExponent(end) {
      isReal = true
      end = afterExponent
    }
    let word = string(place..<end).filter { $0 != "_" }
    if !isReal, let whole = Int(word) {
      add(.int(whole))
    } else if isReal, let real = Double(word) {
      add(.float(real))
    } else {
      throw badNumber(place..<end)
    }
    advance(to: end)
  }

  private func endOfExponent(_ start: Int) -> Int? {
    guard start < scalars.count, scalars[start] == "e" || scalars[start] == "E" else { return nil }
    var end = start + 1
    if end < scalars.count, scalars[end] == "+" || scalars[end] == "-" { end += 1 }
    let firstDigit = end
    while end < scalars.count, scalars[end].isDigit { end += 1 }
    return end > firstDigit ? end : nil
  }

  private func badNumber(_ range: Range<Int>) -> TemplateError {
    problem("`\(string(range))` is no number that fits", "expected at most 64 bits")
  }

  private mutating func readText(quote: Unicode.Scalar) throws(TemplateError) {
    var result: [Unicode.Scalar] = []
    var end = place + 1
    while end < scalars.count, scalars[end] != quote {
      if scalars[end] == "\\" {
        end = readEscape(at: end, into: &result)
      } else {
        result.append(scalars[end])
        end += 1
      }
    }
    guard end < scalars.count else {
      throw problem("a text without its end", "expected `\(quote)`")
    }
    add(.text(result))
    advance(to: end + 1)
  }

  /// Reads Python's escapes; an unknown one stands for itself.
  ///
  /// Returns where it ends.
  private func readEscape(at start: Int, into result: inout [Unicode.Scalar]) -> Int {
    guard start + 1 < scalars.count else { return scalars.count }
    let next = scalars[start + 1]
    let simple: [Unicode.Scalar: Unicode.Scalar] = [
      "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}",
      "b": "\u{8}", "f": "\u{c}", "v": "\u{b}",
    ]
    if let scalar = simple[next] {
      result.append(scalar)
      return start + 2
    }
    if next == "\n" { return start + 2 }
    let widths: [Unicode.Scalar: Int] = ["x": 2, "u": 4, "U": 8]
    if let width = widths[next], start + 2 + width <= scalars.count,
      let code = UInt32(string(start + 2..<start + 2 + width), radix: 16),
      let scalar = Unicode.Scalar(code)
    {
      result.append(scalar)
      return start + 2 + width
    }
    var end = start + 1
    while end < scalars.count, end < start + 4, ("0"..."7").contains(scalars[end]) { end += 1 }
    if end > start + 1, let code = UInt32(string(start + 1..<end), radix: 8),
      let scalar = Unicode.Scalar(code)
    {
      result.append(scalar)
      return end
    }
    result += ["\\", next]
    return start + 2
  }
}
