/// A text that becomes one id before the model sees it.
struct AddedToken: Sendable {
  var id: Int
  var text: String
  /// Left out of decoded text on request, and read as plain text on request.
  var isSpecial = false
  /// Found only where no letter or digit touches it.
  var singleWord = false
  /// Takes the white space before it, or after it.
  var stripsLeft = false
  var stripsRight = false
  /// Found in the normalised text rather than in the given one.
  var isNormalized = false
}

/// Cuts text at added tokens: the leftmost first, and the longest of those.
struct AddedTokenSplitter: Sendable {
  private var trie = ByteTrie()
  private var tokens: [AddedToken] = []

  var isEmpty: Bool { tokens.isEmpty }

  mutating func insert(_ token: AddedToken, text: [UInt8]) {
    trie.insert(text, value: Int32(tokens.count))
    tokens.append(token)
  }

  enum Part {
    case text(Range<Int>)
    case token(Int)
  }

  func split(
    _ text: UnsafeBufferPointer<UInt8>, recogniseSpecial: Bool, _ visit: (Part) -> Void
  ) {
    var last = 0
    var index = 0
    while index < text.count {
      guard let match = trie.longest(in: text, at: index) else {
        index += 1
        continue
      }
      let token = tokens[Int(match.value)]
      let range = index..<index + match.length
      index = range.upperBound
      guard recogniseSpecial || !token.isSpecial, fits(token, range, text) else { continue }
      let start =
        token.stripsLeft ? max(last, spaceBefore(range.lowerBound, text)) : range.lowerBound
      let end = token.stripsRight ? spaceAfter(range.upperBound, text) : range.upperBound
      if start > last { visit(.text(last..<start)) }
      visit(.token(token.id))
      last = end
      index = max(index, end)
    }
    if last < text.count { visit(.text(last..<text.count)) }
  }

  private func fits(
    _ token: AddedToken, _ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard token.singleWord else { return true }
    let before = scalar(endingAt: range.lowerBound, text)
    let after = scalar(at: range.upperBound, text)
    return !(before?.isWord ?? false) && !(after?.isWord ?? false)
  }

  private func spaceBefore(_ end: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    var index = end
    while let scalar = scalar(endingAt: index, text), scalar.properties.isWhitespace {
      index -= scalar.utf8Bytes.count
    }
    return index
  }

  private func spaceAfter(_ start: Int, _ text: UnsafeBufferPointer<UInt8>) -> Int {
    var index = start
    while let scalar = scalar(at: index, text), scalar.properties.isWhitespace {
      index += scalar.utf8Bytes.count
    }
    return index
  }

  private func scalar(at index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
    guard index < text.count else { return nil }
    let end = min(index + characterLength(text[index]), text.count)
    return String(decoding: text[index..<end], as: UTF8.self).unicodeScalars.first
  }

  private func scalar(endingAt end: Int, _ text: UnsafeBufferPointer<UInt8>) -> Unicode.Scalar? {
    guard end > 0 else { return nil }
    var start = end - 1
    while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
    return scalar(at: start, text)
  }
}

extension Unicode.Scalar {
  /// Whether `\w` matches in Rust's regular expressions.
  fileprivate var isWord: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
    default: properties.isAlphabetic || properties.isJoinControl
    }
  }
}
