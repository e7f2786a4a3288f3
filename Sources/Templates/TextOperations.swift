/// Python's string operations, each keeping the stretches of what it keeps.
extension TaggedText {
  enum Side { case left, right, both }

  /// Without the scalars of `unwanted` (whitespace, if nil) at one end or both.
  func stripped(_ side: Side, of unwanted: [Unicode.Scalar]? = nil) -> TaggedText {
    func goes(_ scalar: Unicode.Scalar) -> Bool {
      unwanted.map { $0.contains(scalar) } ?? scalar.isPythonSpace
    }
    var lower = 0
    var upper = count
    if side != .right { while lower < upper, goes(scalars[lower]) { lower += 1 } }
    if side != .left { while upper > lower, goes(scalars[upper - 1]) { upper -= 1 } }
    return slice(lower..<upper)
  }

  /// Where `part` begins at or after `start`.
  func place(of part: [Unicode.Scalar], from start: Int = 0) -> Int? {
    guard let first = part.first else { return start <= count ? start : nil }
    guard part.count <= count else { return nil }
    var place = start
    while place + part.count <= count {
      if scalars[place] == first, scalars[place...].starts(with: part) { return place }
      place += 1
    }
    return nil
  }

  func places(of part: [Unicode.Scalar], atMost limit: Int) -> [Int] {
    var found: [Int] = []
    var start = 0
    while found.count < limit, let next = place(of: part, from: start) {
      found.append(next)
      start = next + max(part.count, 1)
    }
    return found
  }

  func split(by separator: [Unicode.Scalar], atMost limit: Int) -> [TaggedText] {
    pieces(cutAt: places(of: separator, atMost: limit), width: separator.count)
  }

  /// As Python's `rsplit`: cuts counted from the end.
  func splitFromEnd(by separator: [Unicode.Scalar], atMost limit: Int) -> [TaggedText] {
    guard limit < count else { return split(by: separator, atMost: .max) }
    var cuts: [Int] = []
    var end = count
    while cuts.count < limit, end >= separator.count {
      let start = stride(from: end - separator.count, through: 0, by: -1).first {
        scalars[$0...].starts(with: separator)
      }
      guard let start else { break }
      cuts.append(start)
      end = start
    }
    return pieces(cutAt: cuts.reversed(), width: separator.count)
  }

  private func pieces(cutAt cuts: [Int], width: Int) -> [TaggedText] {
    var result: [TaggedText] = []
    var start = 0
    for cut in cuts {
      result.append(slice(start..<cut))
      start = cut + width
    }
    result.append(slice(start..<count))
    return result
  }

  /// As Python's `split()` without a separator.
  func words(atMost limit: Int) -> [TaggedText] {
    var result: [TaggedText] = []
    var place = 0
    while true {
      while place < count, scalars[place].isPythonSpace { place += 1 }
      guard place < count else { return result }
      if result.count == limit { return result + [slice(place..<count).stripped(.right)] }
      let start = place
      while place < count, !scalars[place].isPythonSpace { place += 1 }
      result.append(slice(start..<place))
    }
  }

  /// As Python's `splitlines()`.
  func lines() -> [TaggedText] {
    let breaks: [Unicode.Scalar] = [
      "\n", "\r", "\u{b}", "\u{c}", "\u{1c}", "\u{1d}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}",
    ]
    var result: [TaggedText] = []
    var start = 0
    var place = 0
    while place < count {
      guard breaks.contains(scalars[place]) else {
        place += 1
        continue
      }
      result.append(slice(start..<place))
      let isPair = scalars[place] == "\r" && place + 1 < count && scalars[place + 1] == "\n"
      place += isPair ? 2 : 1
      start = place
    }
    if start < count { result.append(slice(start..<count)) }
    return result
  }

  /// Puts `new` for `old`.
  ///
  /// What is put for a message's words counts as that message's, unless it has an origin of its
  /// own.
  func replacing(
    _ old: [Unicode.Scalar], with new: TaggedText, atMost limit: Int = .max
  ) -> TaggedText {
    var result = TaggedText()
    var start = 0
    for place in places(of: old, atMost: limit) {
      if place > start || start == 0 { result.append(slice(start..<place)) }
      var piece = new
      if new.stretches.isEmpty {
        for stretch in slice(place..<place + old.count).stretches where !old.isEmpty {
          piece.mark(stretch.origin, from: 0, to: new.count)
        }
      }
      result.append(piece)
      start = place + old.count
    }
    if start < count || start == 0 { result.append(slice(start..<count)) }
    return result
  }

  func joining(_ parts: [TaggedText]) -> TaggedText {
    var result = TaggedText()
    for (index, part) in parts.enumerated() {
      if index > 0 { result.append(self) }
      result.append(part)
    }
    return result
  }

  /// Every scalar in order, each as a text.
  var characters: [TaggedText] {
    (0..<count).map { slice($0..<$0 + 1) }
  }

  var uppercased: TaggedText { mapped { $1.properties.uppercaseMapping } }
  var lowercased: TaggedText { mapped { $1.properties.lowercaseMapping } }

  var capitalized: TaggedText {
    mapped { $0 == 0 ? $1.properties.titlecaseMapping : $1.properties.lowercaseMapping }
  }

  /// As Python's `str.title`: a letter after anything but a letter becomes a title letter.
  var titled: TaggedText {
    mapped { place, scalar in
      let follows = place > 0 && self.scalars[place - 1].properties.isCased
      return follows ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping
    }
  }

  /// As Jinja's `title` filter: words begin after space, `-` and opening brackets only.
  var headlined: TaggedText {
    let openers: [Unicode.Scalar] = ["-", "(", "{", "[", "<"]
    return mapped { place, scalar in
      let before = place > 0 ? self.scalars[place - 1] : " "
      let begins = before.isPythonSpace || openers.contains(before)
      return begins ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
    }
  }
}

extension Unicode.Scalar {
  /// What Python's `str.isspace` and the `\s` of its patterns accept.
  var isPythonSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F,
      0x205F, 0x3000:
      true
    default: false
    }
  }

  var isNameStart: Bool { self == "_" || properties.isXIDStart }
  var isNamePart: Bool { self == "_" || properties.isXIDContinue }
  var isDigit: Bool { ("0"..."9").contains(self) }
}
