// Bytes from a terminal to the keys that libedit understands.

/// Makes scalars of UTF-8, and short key codes of the escape sequences terminals send.
///
/// Sequences that mean nothing here are dropped whole, where libedit would insert their tails.
struct KeyDecoder {
  /// Begins a key code; the key itself (^\) is given up for that.
  static let lead: UInt8 = 0x1C

  private(set) var bytes: [UInt8] = []
  private var keys: [UInt32] = []

  mutating func feed(_ more: some Sequence<UInt8>) { bytes += more }

  /// Whether an escape has begun and might go on.
  var isUndecided: Bool { !bytes.isEmpty }

  /// The next key; nil when bytes are missing.
  ///
  /// When the terminal is silent an escape stands alone.
  mutating func next(isSilent: Bool) -> UInt32? {
    while keys.isEmpty {
      guard let first = bytes.first else { return nil }
      let isDecoded = first == 0x1B ? decodeEscape(isSilent) : decodeScalar(first, isSilent)
      if !isDecoded { return nil }
    }
    return keys.removeFirst()
  }

  /// Takes the bytes before `end`, and `end`; nil when it has not arrived.
  mutating func take(until end: [UInt8]) -> [UInt8]? {
    guard let place = bytes.firstRange(of: end) else { return nil }
    defer { bytes.removeSubrange(..<place.upperBound) }
    return Array(bytes[..<place.lowerBound])
  }

  mutating func takeAll() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  private mutating func decodeScalar(_ first: UInt8, _ isSilent: Bool) -> Bool {
    let length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    if bytes.count < length, !isSilent { return false }
    let scalars = String(decoding: bytes.prefix(length), as: UTF8.self).unicodeScalars
    bytes.removeFirst(min(length, bytes.count))
    if let scalar = scalars.first, scalars.count == 1, scalar != "\u{FFFD}",
      scalar.value != 0, scalar.value != UInt32(Self.lead)
    {
      keys.append(scalar.value)
    }
    return true
  }

  private mutating func decodeEscape(_ isSilent: Bool) -> Bool {
    guard bytes.count > 1 else { return isSilent && emit([0x1B], consuming: 1) }
    switch bytes[1] {
    case UInt8(ascii: "["): return decodeControl(isSilent)
    case UInt8(ascii: "O"):
      guard bytes.count > 2 else { return isSilent && emit([0x1B], consuming: 1) }
      return emit(Self.codes[[bytes[2]]].map { [Self.lead, $0] } ?? [], consuming: 3)
    case 0x0D, 0x0A: return emit([Self.lead, Key.newline], consuming: 2)
    default: return emit([0x1B], consuming: 1)
    }
  }

  private mutating func decodeControl(_ isSilent: Bool) -> Bool {
    guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
      return isSilent && emit([], consuming: bytes.count)
    }
    let code = Self.codes[Array(bytes[2...end])]
    return emit(code.map { [Self.lead, $0] } ?? [], consuming: end + 1)
  }

  private mutating func emit(_ key: [UInt8], consuming count: Int) -> Bool {
    keys += key.map(UInt32.init)
    bytes.removeFirst(count)
    return true
  }

  /// What follows `ESC [` or `ESC O`, and the key it stands for (xterm, VT220, kitty).
  private static let codes: [[UInt8]: UInt8] = {
    let sequences: [(UInt8, [String])] = [
      (Key.up, ["A"]), (Key.down, ["B"]), (Key.right, ["C"]), (Key.left, ["D"]),
      (Key.home, ["H", "1~", "7~"]), (Key.end, ["F", "4~", "8~"]), (Key.delete, ["3~"]),
      (Key.wordRight, ["1;5C", "1;3C", "5C"]), (Key.wordLeft, ["1;5D", "1;3D", "5D"]),
      (Key.first, ["1;5H", "1;3A"]), (Key.last, ["1;5F", "1;3B"]),
      (Key.paste, ["200~"]), (Key.back, ["Z"]),
      (Key.newline, ["13;2u", "13;3u", "13;5u", "27;2;13~", "27;3;13~", "27;5;13~"]),
    ]
    let pairs = sequences.flatMap { key, texts in texts.map { (Array($0.utf8), key) } }
    return Dictionary(uniqueKeysWithValues: pairs)
  }()
}

/// The codes of keys that have no character, after `KeyDecoder.lead`.
enum Key {
  static let up = UInt8(ascii: "u")
  static let down = UInt8(ascii: "d")
  static let right = UInt8(ascii: "r")
  static let left = UInt8(ascii: "l")
  static let home = UInt8(ascii: "h")
  static let end = UInt8(ascii: "e")
  static let delete = UInt8(ascii: "x")
  static let wordRight = UInt8(ascii: "f")
  static let wordLeft = UInt8(ascii: "b")
  static let first = UInt8(ascii: "t")
  static let last = UInt8(ascii: "z")
  static let paste = UInt8(ascii: "p")
  static let back = UInt8(ascii: "k")
  static let newline = UInt8(ascii: "n")
}
