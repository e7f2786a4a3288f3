// Nested labels and values as a tree.

/// A value to show: text, or labelled parts.
public indirect enum TreeNode: Equatable, Sendable {
  case text(String)
  case parts([TreePart])
}

/// A part of a tree.
public struct TreePart: Equatable, Sendable {
  public var label: String
  public var value: TreeNode

  public init(_ label: String, _ value: TreeNode) {
    self.label = label
    self.value = value
  }
}

/// Draws labelled values under each other, labels of one level aligned, long texts folded.
public struct RecordTree {
  public var width: Int
  public var art: LineArt
  public var styling: Styling
  public var maximumTextLines = 6

  public init(width: Int, art: LineArt = .box, styling: Styling = .plain) {
    self.width = width
    self.art = art
    self.styling = styling
  }

  public func lines(_ node: TreeNode) -> [String] {
    switch node {
    case .text(let text): folded(text, width)
    case .parts(let parts): lines(parts, indent: "")
    }
  }

  private func lines(_ parts: [TreePart], indent: String) -> [String] {
    let widest = parts.reduce(0) { longest, part in
      if case .text = part.value { return max(longest, DisplayWidth.of(part.label)) }
      return longest
    }
    return parts.enumerated().flatMap { index, part in
      let isLast = index == parts.count - 1
      let branch = indent + (art == .box ? (isLast ? "└ " : "├ ") : (isLast ? "`- " : "|- "))
      let further = indent + (art == .box ? (isLast ? "  " : "│ ") : (isLast ? "   " : "|  "))
      return lines(part, branch: branch, further: further, labelWidth: widest)
    }
  }

  private func lines(_ part: TreePart, branch: String, further: String, labelWidth: Int) -> [String]
  {
    let start = Style.dim.applied(to: branch, styling)
    switch part.value {
    case .parts(let inner):
      let label = Style.cyan.applied(to: part.label, styling)
      return [start + label] + lines(inner, indent: further)
    case .text(let text):
      let label = Style.cyan.applied(to: part.label.padded(to: labelWidth), styling)
      let room = max(8, width - DisplayWidth.of(branch) - labelWidth - 2)
      let blanks = String(repeating: " ", count: labelWidth + 2)
      let margin = Style.dim.applied(to: further, styling) + blanks
      return folded(text, room).enumerated().map {
        $0 == 0 ? start + label + "  " + $1 : margin + $1
      }
    }
  }

  private func folded(_ text: String, _ width: Int) -> [String] {
    FoldedText(width: width, maximumLines: maximumTextLines).lines(of: text)
  }
}
