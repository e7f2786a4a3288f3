// Searching the history: a list below the prompt that shrinks as one types.

extension LineEditor {
  /// Reads keys until a cell is taken (Enter, Tab, Right) or the search is given up (^C, ^G, Esc).
  func search() -> Effect {
    let original = edited
    defer { overlay = nil }
    var list = HistorySearch(history: history, query: "")
    while true {
      show(list)
      guard let key = nextKey() else { return .proceed }
      switch searchKey(key) {
      case .older: list.selected = min(list.selected + 1, list.found.count - 1)
      case .newer: list.selected = max(list.selected - 1, 0)
      case .take: return .proceed
      case .giveUp:
        edited = original
        return .proceed
      case .erase: list = HistorySearch(history: history, query: String(list.query.dropLast()))
      case .type(let scalar):
        list = HistorySearch(history: history, query: list.query + String(scalar))
      case .ignore: break
      }
    }
  }

  private func show(_ list: HistorySearch) {
    if list.found.indices.contains(list.selected) {
      let text = list.found[list.selected]
      edited = EditedText(text: text, cursor: text.utf8.count)
    }
    let size = channel.size
    let menu = CompletionMenu(
      candidates: list.found.prefix(200).map { Completion(replacing: 0..<0, with: $0.onOneLine) })
    let rows = menu.rows(
      width: size.columns - 1, maximum: max(2, min(9, size.rows / 2)), selected: list.selected,
      styling: styling)
    let count = list.found.isEmpty ? "nothing found" : "\(list.selected + 1) of \(list.found.count)"
    let title = "search: \(list.query)▏ \(count) · Enter takes it, ^C gives up"
    overlay = [Style.dim.applied(to: title.truncated(to: size.columns - 1), styling)] + rows
  }

  private enum SearchKey {
    case older, newer, take, giveUp, erase, ignore
    case type(Unicode.Scalar)
  }

  private func searchKey(_ key: UInt32) -> SearchKey {
    switch key {
    case 0x12, 0x10: return .older
    case 0x13, 0x0E: return .newer
    case 0x03, 0x07, 0x1B: return .giveUp
    case 0x0D, 0x0A, 0x09: return .take
    case 0x7F, 0x08: return .erase
    case UInt32(KeyDecoder.lead): return specialSearchKey()
    default: return Unicode.Scalar(key).map { $0.value < 0x20 ? .ignore : .type($0) } ?? .ignore
    }
  }

  private func specialSearchKey() -> SearchKey {
    switch nextKey().flatMap(UInt8.init(exactly:)) {
    case Key.up: return .older
    case Key.down: return .newer
    case Key.right, Key.left, Key.home, Key.end: return .take
    case Key.paste:
      _ = pastedBytes()
      return .ignore
    default: return .ignore
    }
  }
}

/// The cells that hold a text, newest first, each once.
///
/// Lower-case letters match both cases.
struct HistorySearch {
  let query: String
  let found: [String]
  var selected = 0

  init(history: CellHistory, query: String) {
    self.query = query
    let ignoresCase = query == query.lowercased()
    var seen: Set<String> = []
    found = history.cells.reversed().filter { cell in
      let text = ignoresCase ? cell.lowercased() : cell
      return (query.isEmpty || text.contains(query)) && seen.insert(cell).inserted
    }
  }
}
