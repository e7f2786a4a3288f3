// Patterns in tokenizer files are written for Oniguruma or for Rust's regex crates. PCRE2 reads
// them, but three classes mean something else there.

enum PatternDialect {
  private static let word = #"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"#

  /// `\s` in PCRE2 also matches U+180E, `\w` leaves out marks and
  /// letter-like numbers, `\h` is a space and not a
  /// hexadecimal digit.
  private static let classes: [UInt8: (inside: String, outside: String)] = [
    UInt8(ascii: "s"): (#"\p{wspace}"#, #"\p{wspace}"#),
    UInt8(ascii: "S"): (#"\P{wspace}"#, #"\P{wspace}"#),
    UInt8(ascii: "w"): (word, "[\(word)]"),
    UInt8(ascii: "h"): ("0-9a-fA-F", "[0-9a-fA-F]"),
  ]

  static func pcre2(_ source: String, place: String) throws -> String {
    let bytes = Array(source.utf8)
    var output: [UInt8] = []
    var depth = 0
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\\") where index < bytes.count:
        let escaped = bytes[index]
        index += 1
        if let meaning = classes[escaped] {
          output.append(contentsOf: (depth > 0 ? meaning.inside : meaning.outside).utf8)
        } else {
          output.append(contentsOf: [byte, escaped])
        }
        continue
      case UInt8(ascii: "[") where depth == 0: depth = 1
      case UInt8(ascii: "]") where depth > 0: depth = 0
      case UInt8(ascii: "&")
      where depth > 0 && index < bytes.count && bytes[index] == byte:
        throw TokenizerError(
          place, found: "the class intersection `&&` in `\(source)`",
          expected: "a pattern without class intersections")
      default: break
      }
      output.append(byte)
    }
    return String(decoding: output, as: UTF8.self)
  }
}
