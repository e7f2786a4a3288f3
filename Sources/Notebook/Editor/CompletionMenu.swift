// What Tab finds, and how it is shown below the cell.

/// The candidates for one place of a text.
struct CompletionMenu {
  let candidates: [Completion]

  /// What all candidates begin with, when they replace the same range.
  var commonPrefix: String? {
    guard let first = candidates.first,
      candidates.allSatisfy({ $0.range == first.range })
    else { return nil }
    return candidates.dropFirst().reduce(first.text) { common, candidate in
      String(zip(common, candidate.text).prefix { $0 == $1 }.map(\.0))
    }
  }

  /// With descriptions one candidate per row, without them as many columns as fit.
  func lines(width: Int, maximum: Int, styling: Styling) -> [String] {
    let isDescribed = candidates.contains { !$0.description.isEmpty }
    if isDescribed { return rows(width: width, maximum: maximum, selected: nil, styling: styling) }
    return fitted(columns(width), maximum, around: 0, styling)
  }

  /// One candidate per row; the selected one is shown reversed.
  func rows(width: Int, maximum: Int, selected: Int?, styling: Styling) -> [String] {
    let names = candidates.map(\.text.onOneLine)
    let isDescribed = candidates.contains { !$0.description.isEmpty }
    let limit = isDescribed ? max(8, width / 2) : width - 4
    let widest = min(names.map { DisplayWidth.of($0) }.max() ?? 0, limit)
    let lines = candidates.indices.map { index in
      let name = names[index].truncated(to: widest).padded(to: widest)
      let room = max(0, width - widest - 4)
      let text = candidates[index].description.onOneLine.truncated(to: room)
      let style = index == selected ? Style.reversed : .plain
      let mark = index == selected && styling == .plain ? "> " : "  "
      let row =
        mark + style.applied(to: name, styling) + "  " + Style.dim.applied(to: text, styling)
      return row.trimmedRight
    }
    return fitted(lines, maximum, around: selected ?? 0, styling)
  }

  /// At most `maximum` lines, the last of which says how many are missing.
  private func fitted(
    _ lines: [String], _ maximum: Int, around place: Int, _ styling: Styling
  ) -> [String] {
    guard lines.count > maximum else { return lines }
    let room = max(1, maximum - 1)
    let first = min(max(0, place - room + 1), lines.count - room)
    let note = Style.dim.applied(to: "  … \(lines.count - room) more", styling)
    return lines[first..<first + room] + [note]
  }

  private func columns(_ width: Int) -> [String] {
    let names = candidates.map { $0.text.onOneLine.truncated(to: max(1, width - 2)) }
    let cell = (names.map { DisplayWidth.of($0) }.max() ?? 0) + 2
    let across = max(1, (width - 2) / cell)
    let down = (names.count + across - 1) / across
    return (0..<down).map { row in
      let line = stride(from: row, to: names.count, by: down).map { names[$0].padded(to: cell) }
      return ("  " + line.joined()).trimmedRight
    }
  }
}
