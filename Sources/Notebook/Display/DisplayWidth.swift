// How many cells of a terminal a text takes.

/// The width of text in terminal cells, by grapheme: an emoji joined from several is two wide.
public enum DisplayWidth {
  /// Cells taken by `text`; escape sequences take none, tabs and other controls are not expanded.
  public static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    var escape = EscapeSkipper()
    return text.reduce(0) { escape.skips($1) ? $0 : $0 + of($1) }
  }

  /// Cells taken by one grapheme: 0, 1 or 2.
  public static func of(_ character: Character) -> Int {
    if let ascii = character.asciiValue { return ascii >= 0x20 && ascii < 0x7F ? 1 : 0 }
    let scalars = character.unicodeScalars
    // Emoji are two wide, whether joined (ZWJ), coloured, in flags, or only made emoji (VS16).
    if scalars.contains(where: { $0.value == 0xFE0F || $0.properties.isEmojiPresentation }) {
      return 2
    }
    return scalars.reduce(0) { $0 + of($1) }
  }

  /// Whether terminals disagree about a grapheme, so that the cursor should be set after it.
  static func isUncertain(_ character: Character) -> Bool {
    let scalars = character.unicodeScalars
    guard let first = scalars.first, first.value >= 0x300 else { return scalars.count > 1 }
    return scalars.count > 1 || first.value >= 0x1F000
  }

  static func of(_ scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x20 || (0x7F..<0xA0).contains(value) { return 0 }
    if value < 0x300 { return value == 0xAD ? 0 : 1 }
    if scalar.properties.isEmojiPresentation { return 2 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // Medial vowels and final consonants of Hangul join the syllable before them.
    if (0x1160...0x11FF).contains(value) { return 0 }
    return wide.contains { $0.contains(value) } ? 2 : 1
  }

  /// East Asian Wide and Fullwidth (Unicode 15, EastAsianWidth.txt), emoji apart.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
    0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
    0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
  ]
}

/// Tells which characters belong to an escape sequence (CSI or OSC).
struct EscapeSkipper {
  private enum State { case text, introduced, control, command, commandEscape }
  private var state = State.text

  mutating func skips(_ character: Character) -> Bool {
    switch state {
    case .text:
      if character == "\u{1B}" { state = .introduced }
      return state != .text
    case .introduced:
      state = character == "[" ? .control : character == "]" ? .command : .text
    case .control:
      if let ascii = character.asciiValue, (0x40...0x7E).contains(ascii) { state = .text }
    case .command:
      state =
        character == "\u{7}" ? .text : character == "\u{1B}" ? .commandEscape : .command
    case .commandEscape: state = .text
    }
    return true
  }
}
