/// Text on its way to the model: bytes, and the pieces that they are cut into.
///
/// Bytes outside every piece are dropped.
struct Cut: Sendable {
  var bytes: [UInt8]
  var pieces: [Range<Int>]
  /// Whether the first byte begins the text that was given to `encode`.
  var beginsText: Bool

  init(_ bytes: [UInt8], beginsText: Bool) {
    self.bytes = bytes
    self.beginsText = beginsText
    pieces = bytes.isEmpty ? [] : [0..<bytes.count]
  }
}

/// What becomes of the matches at which text is cut.
enum SplitBehavior: String, Sendable {
  case removed = "Removed"
  case isolated = "Isolated"
  case mergedWithPrevious = "MergedWithPrevious"
  case mergedWithNext = "MergedWithNext"
  case contiguous = "Contiguous"
}

/// A cut of the text into pieces that no token crosses.
enum PreTokenizer: Sendable {
  /// When the piece that begins the text, or every piece, is given a leading space.
  enum PrependScheme: String, Sendable { case always, first, never }

  case split(Pattern, SplitBehavior, invert: Bool)
  /// Numbers apart from the rest, each digit alone where `individual`.
  case digits(individual: Bool)
  case addPrefixSpace
  /// Bytes to their printable stand-ins; only where another cut or model must see those.
  case byteAlphabet
  case metaspace(replacement: [UInt8], PrependScheme, splits: Bool)
  /// Before each run of `▁`; only where no piece of the vocabulary crosses such a bound.
  case beforeSpaces

  func apply(_ cut: inout Cut) {
    switch self {
    case .split(let pattern, let behavior, let invert):
      Self.split(&cut, pattern, behavior, invert)
    case .digits(let individual): Self.splitDigits(&cut, individual)
    case .addPrefixSpace:
      cut.rebuild { piece, _ in piece.first == 0x20 ? Array(piece) : [0x20] + piece }
    case .byteAlphabet: cut.rebuild { piece, _ in ByteAlphabet.text(of: piece) }
    case .beforeSpaces: Self.splitBeforeSpaces(&cut)
    case .metaspace(let replacement, let scheme, let splits):
      Self.metaspace(&cut, replacement, scheme, splits)
    }
  }
}

extension PreTokenizer {
  private static func split(
    _ cut: inout Cut, _ pattern: Pattern, _ behavior: SplitBehavior, _ invert: Bool
  ) {
    var splitter = Splitter(behavior: behavior, capacity: cut.bytes.count / 4)
    let state = MatchState()
    cut.bytes.withUnsafeBufferPointer { bytes in
      for piece in cut.pieces {
        var last = piece.lowerBound
        splitter.begin()
        pattern.forEachMatch(in: bytes, piece, state) { lower, upper in
          if lower > last { splitter.add(last, lower, isMatch: invert) }
          splitter.add(lower, upper, isMatch: !invert)
          last = upper
        }
        if last < piece.upperBound { splitter.add(last, piece.upperBound, isMatch: invert) }
        splitter.end()
      }
    }
    cut.pieces = splitter.pieces
  }

  private static func splitDigits(_ cut: inout Cut, _ individual: Bool) {
    var splitter = Splitter(
      behavior: individual ? .isolated : .contiguous, capacity: cut.pieces.count)
    cut.bytes.withUnsafeBufferPointer { bytes in
      for piece in cut.pieces {
        splitter.begin()
        var last = piece.lowerBound
        var index = piece.lowerBound
        while index < piece.upperBound {
          let end = index + characterLength(bytes[index])
          if isNumeric(bytes, index) {
            if index > last { splitter.add(last, index, isMatch: false) }
            splitter.add(index, end, isMatch: true)
            last = end
          }
          index = end
        }
        if last < piece.upperBound { splitter.add(last, piece.upperBound, isMatch: false) }
        splitter.end()
      }
    }
    cut.pieces = splitter.pieces
  }

  @inline(__always)
  private static func isNumeric(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    let byte = bytes[index]
    if byte < 0x80 { return byte >= 0x30 && byte <= 0x39 }
    let end = index + characterLength(byte)
    guard let scalar = String(decoding: bytes[index..<end], as: UTF8.self).unicodeScalars.first
    else { return false }
    switch scalar.properties.generalCategory {
    case .decimalNumber, .letterNumber, .otherNumber: return true
    default: return false
    }
  }

  private static func splitBeforeSpaces(_ cut: inout Cut) {
    var pieces: [Range<Int>] = []
    pieces.reserveCapacity(cut.bytes.count / 4)
    cut.bytes.withUnsafeBufferPointer { bytes in
      for piece in cut.pieces {
        var start = piece.lowerBound
        for index in piece.dropFirst()
        where SpaceBounds.isBound(bytes, index, from: piece.lowerBound) {
          pieces.append(start..<index)
          start = index
        }
        pieces.append(start..<piece.upperBound)
      }
    }
    cut.pieces = pieces
  }

  private static func metaspace(
    _ cut: inout Cut, _ replacement: [UInt8], _ scheme: PrependScheme, _ splits: Bool
  ) {
    let beginsText = cut.beginsText
    cut.rebuild { piece, start in
      let replaced = Array(piece).replacing([0x20], with: replacement)
      let wanted =
        switch scheme {
        case .always: true
        case .first: beginsText && start == 0
        case .never: false
        }
      return wanted && !replaced.starts(with: replacement) ? replacement + replaced : replaced
    }
    guard splits else { return }
    var splitter = Splitter(behavior: .mergedWithNext, capacity: cut.bytes.count / 4)
    for piece in cut.pieces { splitter.addOccurrences(of: replacement, in: cut.bytes, piece) }
    cut.pieces = splitter.pieces
  }
}

extension Cut {
  /// Writes each piece anew, from its bytes and where it began.
  mutating func rebuild(_ change: (ArraySlice<UInt8>, Int) -> [UInt8]) {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + bytes.count / 4)
    pieces = pieces.map { piece in
      let start = output.count
      output.append(contentsOf: change(bytes[piece], piece.lowerBound))
      return start..<output.count
    }
    bytes = output
  }
}

/// Collects the pieces of one text from an alternation of matches and what lies between them.
struct Splitter {
  let behavior: SplitBehavior
  private(set) var pieces: [Range<Int>] = []
  private var afterMatch = false
  private var pending = 0..<0

  init(behavior: SplitBehavior, capacity: Int) {
    self.behavior = behavior
    pieces.reserveCapacity(capacity)
  }

  mutating func begin() {
    afterMatch = false
    pending = 0..<0
  }

  @inline(__always)
  mutating func add(_ lower: Int, _ upper: Int, isMatch: Bool) {
    if behavior == .isolated { return pieces.append(lower..<upper) }
    addJoined(lower..<upper, isMatch)
  }

  /// A piece is held back until the next one cannot join it.
  private mutating func addJoined(_ range: Range<Int>, _ isMatch: Bool) {
    let joins =
      switch behavior {
      case .isolated, .removed: false
      case .mergedWithPrevious: isMatch && !afterMatch
      case .mergedWithNext: afterMatch && !isMatch
      case .contiguous: isMatch == afterMatch
      }
    if joins, !pending.isEmpty {
      pending = pending.lowerBound..<range.upperBound
    } else {
      end()
      pending = behavior == .removed && isMatch ? 0..<0 : range
    }
    afterMatch = isMatch
  }

  mutating func end() {
    if !pending.isEmpty { pieces.append(pending) }
    pending = 0..<0
  }

  mutating func addOccurrences(of text: [UInt8], in bytes: [UInt8], _ piece: Range<Int>) {
    begin()
    var last = piece.lowerBound
    var index = piece.lowerBound
    while index < piece.upperBound {
      guard bytes[index] == text[0], bytes[index..<piece.upperBound].starts(with: text) else {
        index += 1
        continue
      }
      if index > last { add(last, index, isMatch: false) }
      index += text.count
      add(index - text.count, index, isMatch: true)
      last = index
    }
    if last < piece.upperBound { add(last, piece.upperBound, isMatch: false) }
    end()
  }
}
