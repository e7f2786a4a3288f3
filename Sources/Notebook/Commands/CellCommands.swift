// Commands that look at cells and change them.

import Foundation
import Language
import Syntax

extension Command {
  static let cells = Command("cells", "Lists the cells, what they define and how they are.") {
    conversation, _ in
    let cells = conversation.session.cells
    guard !cells.isEmpty else { return conversation.say("there are no cells yet") }
    let width = cells.map { $0.state.count }.max() ?? 0
    conversation.results.write(
      cells.map { cell in
        let text = cell.source[cell.source.range].onOneLine
        let head = "[\(cell.number)]".padded(to: 5) + cell.state.padded(to: width) + "  "
        return (head + text).truncated(to: conversation.results.width)
      })
  }

  static let edit = Command(
    "edit", taking: "N", "Brings a cell back; Enter then replaces it."
  ) {
    conversation, arguments in
    let cell = try conversation.cell(arguments.words.first)
    conversation.recalled = (cell.number, cell.source[cell.source.range])
    if case .reader = conversation.source {
      conversation.results.write([cell.source[cell.source.range]])
      conversation.say("the next cell replaces it")
    }
  }

  static let drop = Command(
    "drop", taking: "NAME or N", "Forgets a cell, and the checkpoints of what it had begun.",
    completes: .names
  ) { conversation, arguments in
    guard let word = arguments.words.first else {
      throw CommandError("drop what? Give a name or the number of a cell")
    }
    let isNumber = word.first?.isNumber == true || word.hasPrefix("[")
    let names = isNumber ? [] : try conversation.defined([word])
    let cell = try conversation.cell(
      isNumber ? word : conversation.session.defining(names[0]).map { "\($0.number)" })
    let values = cell.names.compactMap(\.value) + [cell.value].compactMap(\.self)
    for entry in values.flatMap({ conversation.session.plan(for: $0).heavy }) {
      if let folder = conversation.session.checkpoints(of: entry.stage) {
        try? FileManager.default.removeItem(at: folder)
      }
    }
    conversation.session.remove(cell.number)
    conversation.say("[\(cell.number)] is gone · :undo")
  }

  static let undo = Command("undo", "Goes back to the cells before the last change.") {
    conversation, _ in
    try conversation.change("nothing to undo") { conversation.session.undo() }
  }

  static let redo = Command("redo", "Takes an undo back.") { conversation, _ in
    try conversation.change("nothing to redo") { conversation.session.redo() }
  }
}

extension Conversation {
  /// Changes the cells and says which ones came, went or are different now.
  fileprivate func change(_ refusal: String, _ body: () -> Bool) throws {
    let before = session.cells
    guard body() else { throw CommandError(refusal) }
    let after = session.cells
    for old in before {
      let new = after.first { $0.number == old.number }
      if new == nil { say("[\(old.number)] is gone") }
      if let new, new.source != old.source { say("[\(old.number)] is as before: \(new.line)") }
    }
    for new in after where !before.contains(where: { $0.number == new.number }) {
      say("[\(new.number)] is back: \(new.line)")
    }
  }
}

extension Cell {
  fileprivate var line: String { source[source.range].onOneLine.truncated(to: 60) }

  fileprivate var state: String { !isSound ? "error" : isStale ? "stale" : "ok" }
}
