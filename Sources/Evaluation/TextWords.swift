// How texts are cut into words before they are compared; scores of different cuts do not compare.

extension String {
  /// The words of mteval-v13a, which sacrebleu takes by default.
  ///
  /// Signs stand alone, except points and commas between digits and hyphens after no digit.
  public var wordsOf13a: [String] {
    let plain = unescaped.map { $0 == "\n" ? " " : $0 }
    let spaced = " " + plain.flatMap { $0.isSignOf13a ? [" ", $0, " "] : [$0] } + " "
    return String(separated(Array(spaced))).split(separator: " ").map(String.init)
  }

  private var unescaped: [Character] {
    let joined = [("<skipped>", ""), ("-\n", ""), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<")]
    let text = (joined + [("&gt;", ">")]).reduce(self) { $0.replacingAll($1.0, with: $1.1) }
    return Array(text)
  }

  /// Points and commas beside anything but a digit, and hyphens after a digit, stand alone.
  private func separated(_ text: [Character]) -> [Character] {
    var result: [Character] = []
    for (place, character) in text.enumerated() {
      let before = place > 0 ? text[place - 1] : " "
      let after = place + 1 < text.count ? text[place + 1] : " "
      let isPoint = character == "." || character == ","
      let standsAlone =
        isPoint ? !before.isDigit || !after.isDigit : character == "-" && before.isDigit
      result += standsAlone ? [" ", character, " "] : [character]
    }
    return result
  }

  /// Lower-case runs of Latin letters and digits, as Google's rouge_score takes them.
  public var wordsOfRouge: [String] {
    lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.map(String.init)
  }

  private func replacingAll(_ part: String, with other: String) -> String {
    var result = ""
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      result += rest[..<range.lowerBound] + other
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}

extension Character {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }

  /// Printing signs of ASCII but for `'`, `,`, `-` and `.`.
  fileprivate var isSignOf13a: Bool {
    guard let code = asciiValue, code >= 32 else { return false }
    return switch code {
    case 33...38, 40...43, 47, 58...64, 91...96, 123...126: true
    default: false
    }
  }
}
