// Making text fit: cutting, padding, folding.

extension String {
  /// The text cut to `width` cells, with … in the last one when something is missing.
  public func truncated(to width: Int) -> String {
    if DisplayWidth.of(self) <= width { return self }
    guard width > 1 else { return width == 1 ? "…" : "" }
    var used = 0
    var kept = ""
    for character in self {
      used += DisplayWidth.of(character)
      if used > width - 1 { break }
      kept.append(character)
    }
    return kept + "…"
  }

  /// The text on one line: line ends and tabs become visible or blank.
  public var onOneLine: String {
    var line = ""
    for character in self {
      if character.isNewline {
        line += "⏎"
      } else if character == "\t" {
        line += " "
      } else {
        let isControl = character.unicodeScalars.contains {
          $0.properties.generalCategory == .control
        }
        line.append(isControl ? "·" : character)
      }
    }
    return line
  }

  /// Blanks after the text, to `width` cells.
  public func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - DisplayWidth.of(self)))
  }

  /// Blanks before the text, to `width` cells.
  public func paddedLeft(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - DisplayWidth.of(self))) + self
  }
}

/// Long text as at most `maximumLines` lines of `width` cells, broken at blanks, and a last line
/// that says how much is not shown.
public struct FoldedText {
  public var width: Int
  public var maximumLines: Int

  public init(width: Int, maximumLines: Int) {
    self.width = max(1, width)
    self.maximumLines = max(1, maximumLines)
  }

  public func lines(of text: String) -> [String] {
    let all = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .flatMap { wrapped(String($0)) }
    guard all.count > maximumLines else { return all }
    let hidden = all.count - maximumLines
    let note = "… \(hidden) more \(hidden == 1 ? "line" : "lines")"
    return all.prefix(maximumLines) + [note.truncated(to: width)]
  }

  private func wrapped(_ line: String) -> [String] {
    var rows: [String] = []
    var row = ""
    var used = 0
    for word in words(of: line) {
      let size = DisplayWidth.of(word)
      if used + size > width, used > 0 {
        rows.append(row.trimmedRight)
        (row, used) = ("", 0)
        if word.allSatisfy(\.isWhitespace) { continue }
      }
      (row, used) = (row + word, used + size)
    }
    return rows + [row.trimmedRight]
  }

  /// Words and the blanks between them; a word wider than a line comes in pieces.
  private func words(of line: String) -> [String] {
    var pieces: [String] = []
    var piece = ""
    var used = 0
    for character in line {
      let size = DisplayWidth.of(character)
      let changes = piece.last.map { $0.isWhitespace != character.isWhitespace } ?? false
      if changes || used + size > width, !piece.isEmpty {
        pieces.append(piece)
        (piece, used) = ("", 0)
      }
      piece.append(character)
      used += size
    }
    return piece.isEmpty ? pieces : pieces + [piece]
  }
}

extension String {
  /// The text without blanks at its end.
  var trimmedRight: String {
    guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(self[...last])
  }
}
