// What the keys do.

import Foundation

extension LineEditor {
  func perform(_ command: EditCommand) -> Effect {
    let isWalking = [.up, .down, .older, .newer].contains(command)
    if !isWalking { walk = nil }
    if command != .complete, menu != nil { menu = nil }
    switch command {
    case .submit: return submit()
    case .newline: return change { $0.insert("\n") }
    case .up: return edited.isOnFirstLine ? recall { $0.older() } : change { $0.moveUp() }
    case .down: return edited.isOnLastLine ? recallNewer() : change { $0.moveDown() }
    case .left: return change { $0.moveLeft() }
    case .right: return change { $0.moveRight() }
    case .home: return change { $0.moveToLineStart() }
    case .end: return change { $0.moveToLineEnd() }
    case .first: return change { $0.cursor = 0 }
    case .last: return change { $0.cursor = $0.text.utf8.count }
    case .backspace: return change { $0.remove($0.before.last?.utf8.count ?? 0) }
    case .delete: return change { $0.remove(0, following: $0.after.first?.utf8.count ?? 0) }
    case .complete: return complete()
    case .paste: return paste()
    case .interrupt: return finish(.interrupted)
    case .endOfInput: return edited.text.isEmpty ? finish(.endOfInput) : perform(.delete)
    case .search: return search()
    case .externalEditor: return editOutside()
    case .suspend: return suspend()
    case .clearScreen: clearScreen(); return .proceed
    case .undo: return undo()
    case .older: return recall { $0.older() }
    case .newer: return recallNewer()
    case .killLine: return kill(following: max(edited.lineAfter.utf8.count, 1))
    case .killToStart: return kill(edited.lineBefore.utf8.count)
    case .killWord: return kill(edited.wordBefore.utf8.count)
    case .yank: return change { [cut] in $0.insert(cut) }
    }
  }

  /// Changes the text; a change without an effect rings.
  private func change(_ body: (inout EditedText) -> Void) -> Effect {
    let old = edited
    var new = old
    body(&new)
    if new == old { return .refuse }
    edited = new
    return .proceed
  }

  // MARK: Ending a cell

  private func submit() -> Effect {
    let now = edited
    switch questions.completeness(now.text) {
    case .complete, .wrong: return finish(.cell(now.text))
    case .incomplete(let indent):
      return change { $0.insert("\n" + String(repeating: " ", count: indent)) }
    }
  }

  private func finish(_ result: CellInput) -> Effect {
    outcome = result
    switch result {
    case .interrupted: overlay = [Style.dim.applied(to: "interrupted", styling)]
    case .cell, .endOfInput: overlay = []
    }
    // The cursor is left at the end, and hints and menus go.
    var now = edited
    now.cursor = now.text.utf8.count
    edited = now
    paint()
    return .finish
  }

  // MARK: History

  private func recall(_ step: (inout HistoryWalk) -> String?) -> Effect {
    let now = edited
    var steps = walk ?? HistoryWalk(history, draft: now.text)
    guard let text = step(&steps) else { return .refuse }
    walk = steps
    // At the end of the first line, where Up goes on to the cell before.
    edited = EditedText(text: text, cursor: text.prefix { $0 != "\n" }.utf8.count)
    return .proceed
  }

  private func recallNewer() -> Effect {
    let effect = recall { $0.newer() }
    edited.cursor = edited.text.utf8.count
    return effect
  }

  private func undo() -> Effect {
    var now = edited
    while now == edited, let last = undoing.popLast() {
      if last.text != now.text { now = last }
    }
    if now == edited { return .refuse }
    (edited, seen) = (now, now)
    return .proceed
  }

  private func kill(_ count: Int = 0, following: Int = 0) -> Effect {
    let old = edited
    return change { now in
      now.remove(count, following: following)
      let bytes = Array(old.text.utf8)
      let end = now.cursor + bytes.count - now.text.utf8.count
      if end > now.cursor { cut = String(decoding: bytes[now.cursor..<end], as: UTF8.self) }
    }
  }

  // MARK: Insertions

  private func paste() -> Effect {
    let text = PastedText.cleaned(pastedBytes())
    return text.isEmpty ? .proceed : change { $0.insert(text) }
  }

  /// One candidate is inserted; of several what they share, then they are listed.
  private func complete() -> Effect {
    // What was typed in the same burst is older than the menu.
    let now = noticed()
    if !now.isOnFirstLine, now.lineBefore.allSatisfy(\.isWhitespace) {
      return change { $0.insert("  ") }
    }
    let found = CompletionMenu(candidates: questions.completions(now.text, now.cursor))
    guard let first = found.candidates.first else { return .refuse }
    if found.candidates.count == 1 {
      return change { $0.replace(first.range, with: first.text) }
    }
    let typed = now.text.utf8.dropFirst(first.range.lowerBound).prefix(first.range.count)
    if let common = found.commonPrefix, common.utf8.count > typed.count {
      return change { $0.replace(first.range, with: common) }
    }
    menu = found
    return .proceed
  }

  // MARK: Other programs

  private func editOutside() -> Effect {
    let path = NSTemporaryDirectory() + "roux-cell-\(UUID().uuidString).recipe"
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    let manager = FileManager.default
    let isWritten = manager.createFile(
      atPath: path, contents: Data(edited.text.utf8), attributes: [.posixPermissions: 0o600])
    guard isWritten else { return .refuse }
    defer { try? manager.removeItem(atPath: path) }
    var status: Int32 = -1
    suspended { status = system("\(editor) '\(path)'") }
    guard status == 0, let data = manager.contents(atPath: path) else { return .refuse }
    let text = PastedText.cleaned(Array(data)).trimmedRight
    edited = EditedText(text: text, cursor: text.utf8.count)
    return .proceed
  }

  private func suspend() -> Effect {
    suspended { raise(SIGTSTP) }
    return .proceed
  }
}
