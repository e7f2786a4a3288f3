// The manual's entry for a word, as a page.

import Language

/// Draws what there is to say about a word.
public struct HelpRenderer {
  public var width: Int
  public var styling: Styling

  public init(width: Int, styling: Styling = .plain) {
    self.width = min(width, 100)
    self.styling = styling
  }

  public func lines(_ help: HelpText, showsSource: Bool = true) -> [String] {
    var parts: [[String]] = [
      help.signatures.flatMap(lines).map { Style.bold.applied(to: $0, styling) },
      help.summary.isEmpty ? [] : folded(help.summary, indent: 0),
      help.parameters.flatMap(lines),
    ]
    if !help.examples.isEmpty {
      parts.append(["Examples:"] + help.examples.flatMap { code($0) })
    }
    if let source = help.source {
      parts.append(
        showsSource
          ? code(source)
          : [Style.dim.applied(to: "??\(help.name) shows how it is written", styling)])
    }
    return Array(parts.filter { !$0.isEmpty }.joined(separator: [""]))
  }

  /// A signature, broken after commas where it is too long.
  private func lines(_ signature: String) -> [String] {
    guard signature.count > width else { return [signature] }
    var lines: [String] = []
    for part in signature.split(separator: ", ").map({ $0 + ", " }) {
      let fits = (lines.last?.count ?? 0) + part.count <= width
      if fits, !lines.isEmpty {
        lines[lines.count - 1] += part
      } else {
        lines.append("    " + part)
      }
    }
    lines[0] = String(lines[0].dropFirst(4))
    return lines.map(\.trimmedRight).enumerated().map { index, line in
      index == lines.count - 1 ? String(line.dropLast()) : line
    }
  }

  private func lines(_ parameter: HelpText.Parameter) -> [String] {
    ["  " + Style.cyan.applied(to: parameter.signature, styling)]
      + (parameter.summary.isEmpty ? [] : folded(parameter.summary, indent: 6))
  }

  private func folded(_ text: String, indent: Int) -> [String] {
    let blanks = String(repeating: " ", count: indent)
    return FoldedText(width: max(20, width - indent), maximumLines: 60).lines(of: text).map {
      blanks + $0
    }
  }

  private func code(_ text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { "  " + $0 }
  }
}
