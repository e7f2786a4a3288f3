/// Draws diagnostics for people, in the text they are about.
public struct DiagnosticRenderer: Sendable {
  public let usesColor: Bool
  /// Source lines longer than this are cut around the place they are shown for.
  public let width: Int
  /// How many diagnostics are drawn before the rest is only counted.
  public let limit: Int

  public init(usesColor: Bool = false, width: Int = 100, limit: Int = 20) {
    self.usesColor = usesColor
    self.width = max(width, 40)
    self.limit = limit
  }

  /// All of them, in the order of the text, an empty line between two.
  public func render(_ diagnostics: [Diagnostic], in source: SourceText) -> String {
    let ordered = diagnostics.enumerated().sorted {
      ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
    }
    var pictures = ordered.prefix(limit).map { render($0.element, in: source) }
    if diagnostics.count > limit { pictures.append("… and \(diagnostics.count - limit) more\n") }
    return pictures.joined(separator: "\n")
  }

  public func render(_ diagnostic: Diagnostic, in source: SourceText) -> String {
    if diagnostic.code == .checkFailed { return renderCheck(diagnostic, in: source) }
    let places = sections(of: diagnostic, in: source)
    let gutter = places.flatMap(\.lines).map { String($0.number).count }.max() ?? 1
    var lines = [title(of: diagnostic)]
    for (index, section) in places.enumerated() {
      lines.append(head(of: section, isFirst: index == 0, gutter: gutter))
      for line in section.lines { lines += draw(line, in: section.source, gutter, diagnostic) }
    }
    let margin = String(repeating: " ", count: gutter + 2)
    for note in diagnostic.notes { lines += draw(note, behind: margin) }
    if let fix = diagnostic.fix { lines += draw(fix, in: source, gutter) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A failed check: the condition with the value of each part below it.
  private func renderCheck(_ diagnostic: Diagnostic, in source: SourceText) -> String {
    let home = diagnostic.primary.source ?? source
    let place = home.position(at: diagnostic.primary.range.start)
    let words = "check failed"
    let head = paint("\(words)[\(diagnostic.code.rawValue)]", Color(diagnostic.severity))
    let message = paint(String(diagnostic.message.trimmingPrefix(words)), .title)
    let picture = AssertionPicture(
      source: home, range: diagnostic.primary.range, values: diagnostic.secondary, width: width)
    let lines = picture.lines.map { "   " + $0 }
    let notes = diagnostic.notes.flatMap { draw($0, behind: "   ") }
    return (["\(head)\(message)  \(home.name):\(place.line)"] + lines + notes)
      .joined(separator: "\n") + "\n"
  }

  private func title(of diagnostic: Diagnostic) -> String {
    let severity = diagnostic.severity
    let head = "\(severity.rawValue)[\(diagnostic.code.rawValue)]"
    return paint(head, Color(severity)) + paint(": \(diagnostic.message)", .title)
  }

  // MARK: Sections

  /// The lines of one file that are drawn.
  fileprivate struct Section {
    let source: SourceText
    let place: Int
    var lines: [Line]
  }

  fileprivate struct Line {
    /// Counted from 1.
    let number: Int
    var marks: [Mark]
  }

  fileprivate struct Mark {
    let range: SourceRange
    let text: String
    let isPrimary: Bool
  }

  private func sections(of diagnostic: Diagnostic, in source: SourceText) -> [Section] {
    var sections: [Section] = []
    let labels = [(diagnostic.primary, true)] + diagnostic.secondary.map { ($0, false) }
    for (label, isPrimary) in labels {
      let home = label.source ?? source
      let mark = Mark(range: label.range, text: label.text, isPrimary: isPrimary)
      if let index = sections.firstIndex(where: { $0.source.name == home.name }) {
        sections[index].add(mark)
      } else {
        var section = Section(source: home, place: label.range.start, lines: [])
        section.add(mark)
        sections.append(section)
      }
    }
    return sections
  }

  private func head(of section: Section, isFirst: Bool, gutter: Int) -> String {
    let place = section.source.position(at: section.place)
    let margin = String(repeating: " ", count: gutter + 2)
    let corner = paint(isFirst ? "┌─" : "├─", .gutter)
    return "\(margin)\(corner) \(section.source.name):\(place.line):\(place.column)"
  }

  // MARK: Lines

  private func draw(
    _ line: Line, in source: SourceText, _ gutter: Int, _ diagnostic: Diagnostic
  ) -> [String] {
    let shown = SourceLine(source, line: line.number - 1)
    let marks = line.marks.sorted { $0.range.start < $1.range.start }
    let focus = (marks.first(where: \.isPrimary) ?? marks.first)?.range.start ?? 0
    let window = shown.window(room: width - gutter - 4, focus: shown.column(of: focus))
    var lines = [numbered(line.number, gutter, shown.text(in: window))]
    let spans = marks.map { span(of: $0, in: shown, window, source) }
    lines.append(unnumbered(gutter, row(of: marks, spans, diagnostic.severity)))
    for (mark, span) in zip(marks, spans).dropLast().reversed() where !mark.text.isEmpty {
      let indent = String(repeating: " ", count: span.lowerBound)
      lines.append(unnumbered(gutter, indent + paint(mark.text, color(mark, diagnostic.severity))))
    }
    return lines
  }

  /// The columns under which a mark is drawn; at least one.
  private func span(
    of mark: Mark, in line: SourceLine, _ window: Range<Int>, _ source: SourceText
  ) -> Range<Int> {
    let start = line.column(of: mark.range.start)
    let end = max(line.column(of: mark.range.end), start + 1)
    let low = max(start, window.lowerBound) - window.lowerBound
    let high = min(end, max(window.upperBound, start + 1)) - window.lowerBound
    return low..<max(low + 1, high)
  }

  private func row(
    of marks: [Mark], _ spans: [Range<Int>], _ severity: Diagnostic.Severity
  ) -> String {
    var row = ""
    var column = 0
    for (mark, span) in zip(marks, spans) {
      let start = max(span.lowerBound, column)
      let stroke = String(
        repeating: mark.isPrimary ? "^" : "─", count: max(span.upperBound - start, 1))
      row += String(repeating: " ", count: start - column) + paint(stroke, color(mark, severity))
      column = start + stroke.count
    }
    if let last = marks.last, !last.text.isEmpty {
      row += " " + paint(last.text, color(last, severity))
    }
    return row
  }

  private func numbered(_ number: Int, _ gutter: Int, _ text: String) -> String {
    let digits = String(number)
    let padding = String(repeating: " ", count: gutter - digits.count)
    return paint(" \(padding)\(digits) │", .gutter) + (text.isEmpty ? "" : " " + text)
  }

  private func unnumbered(_ gutter: Int, _ text: String) -> String {
    paint(String(repeating: " ", count: gutter + 2) + "│", .gutter) + " " + text
  }

  // MARK: Notes

  /// The note folded to the width; a word that is longer stays whole.
  private func draw(_ note: String, behind margin: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in note.split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, margin.count + 3 + DisplayWidth.of(line + word) > width {
        lines.append(line)
        line = String(word)
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return (lines + [line]).enumerated().map { index, text in
      margin + (index == 0 ? paint("=", .gutter) : " ") + " " + text
    }
  }

  // MARK: Fixes

  /// The lines that the fix changes, as they will be.
  private func draw(_ fix: Diagnostic.Fix, in source: SourceText, _ gutter: Int) -> [String] {
    let fixed = fix.applied(to: source)
    let first = fixed.lineIndex(at: fix.range.start)
    let last = fixed.lineIndex(at: fix.range.start + fix.replacement.utf8.count)
    let room = width - gutter - 8
    return (first...last).map { index in
      let line = SourceLine(fixed, line: index)
      let focus = index == first ? line.column(of: fix.range.start) : 0
      let text = line.text(in: line.window(room: room, focus: focus))
      let head = index == first ? paint(" fix ", .fix) : "     "
      return head + numbered(index + 1, max(gutter, String(index + 1).count), text)
    }
  }

  // MARK: Colours

  private enum Color: String {
    case error = "1;31"
    case warning = "1;33"
    case note = "1;36"
    case title = "1"
    case gutter = "34"
    case secondary = "36"
    case fix = "1;32"

    init(_ severity: Diagnostic.Severity) {
      switch severity {
      case .error: self = .error
      case .warning: self = .warning
      case .note: self = .note
      }
    }
  }

  private func color(_ mark: Mark, _ severity: Diagnostic.Severity) -> Color {
    mark.isPrimary ? Color(severity) : .secondary
  }

  private func paint(_ text: String, _ color: Color) -> String {
    usesColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
  }
}

extension DiagnosticRenderer.Section {
  fileprivate mutating func add(_ mark: DiagnosticRenderer.Mark) {
    let number = source.lineIndex(at: mark.range.start) + 1
    if let index = lines.firstIndex(where: { $0.number == number }) {
      lines[index].marks.append(mark)
    } else {
      lines.append(DiagnosticRenderer.Line(number: number, marks: [mark]))
      lines.sort { $0.number < $1.number }
    }
  }
}
