/// A condition with the value of each of its parts below it, as a failed `check` shows it.
///
/// ```
/// report.ppl < 12
/// │      │   │
/// │      14.31
/// │          false
/// tuned on data.test, 1,016 rows
/// ```
/// Short values come first, from the left, then long ones from the right, so that the bars of what
/// is still to come stay visible.
struct AssertionPicture {
  let source: SourceText
  /// The condition.
  let range: SourceRange
  /// Values at the places where their bars hang.
  let values: [Diagnostic.Label]
  /// In columns; what is longer is cut.
  let width: Int

  /// Values wider than this are long.
  private static let short = 20

  var lines: [String] {
    let first = source.lineIndex(at: range.start)
    let last = source.lineIndex(at: max(range.start, range.end - 1))
    let margin = self.margin(first, last)
    return (first...last).flatMap { index -> [String] in
      let line = source.lineRange(index)
      let start = index == first ? range.start : min(line.start + margin, line.end)
      let shown = SourceRange(start, max(start, min(line.end, range.end)))
      return picture(of: shown)
    }
  }

  /// The indentation that the lines after the first share, in bytes.
  private func margin(_ first: Int, _ last: Int) -> Int {
    let widths = (first...last).dropFirst().map { index in
      source.bytes[source.lineRange(index).start..<source.lineRange(index).end]
        .prefix(while: \.isBlank).count
    }
    return max(0, (widths.min() ?? 0) - (last > first ? 2 : 0))
  }

  private struct Hanging {
    let column: Int
    let text: String
    var end: Int { column + DisplayWidth.of(text) }
  }

  private func picture(of shown: SourceRange) -> [String] {
    let hanging = values.filter { shown.contains($0.range.start) }.map { label in
      Hanging(
        column: DisplayWidth.of(source[SourceRange(shown.start, label.range.start)]),
        text: label.text)
    }.sorted { $0.column < $1.column }
    var lines = [source[shown]]
    guard !hanging.isEmpty else { return lines }
    lines.append(bars(at: hanging.map(\.column)))
    let long = hanging.filter { DisplayWidth.of($0.text) > Self.short }
    var waiting = hanging
    for value in hanging.filter({ DisplayWidth.of($0.text) <= Self.short }) + long.reversed() {
      waiting.removeAll { $0.column == value.column && $0.text == value.text }
      lines.append(row(value, beside: waiting.map(\.column)))
    }
    return lines
  }

  private func bars(at columns: [Int], from start: Int = 0) -> String {
    var line = ""
    var end = start
    for column in columns where column >= end {
      line += String(repeating: " ", count: column - end) + "│"
      end = column + 1
    }
    return line
  }

  private func row(_ value: Hanging, beside columns: [Int]) -> String {
    let before = bars(at: columns.filter { $0 < value.column })
    let gap = String(repeating: " ", count: value.column - DisplayWidth.of(before))
    // A bar right behind the value would read as a part of it.
    let after = bars(at: columns.filter { $0 > value.end }, from: value.end)
    return before + gap + value.text + after
  }
}
