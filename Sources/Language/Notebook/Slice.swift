// The cells that some names need, as a recipe.

import Foundation
import Syntax
import Vocabulary

/// A session that cannot be written as a recipe.
public struct SliceError: Error, Sendable, CustomStringConvertible {
  public let description: String
}

extension Session {
  /// A recipe of what is needed for some names, or for all cells; it checks by itself.
  ///
  /// Where an earlier meaning of a name is still needed it gets a name of its own.
  public func recipe(for names: [String]? = nil) throws -> String {
    var needed: Set<Int> = []
    for name in names ?? [] {
      guard let cell = defining(name) else {
        throw SliceError(description: "no cell defines `\(name)`; `:cells` lists what is there")
      }
      need(cell.number, &needed)
    }
    if names == nil { for cell in cells { need(cell.number, &needed) } }
    let chosen = cells.filter { needed.contains($0.number) }
    let written = SliceWriter(cells: chosen, all: cells).text
    let source = SourceText(name: "session.recipe", written)
    let program = Program(source, lexicon: lexicon, directory: directory)
    guard program.isSound else {
      let first = program.diagnostics.first { $0.severity == .error }?.message ?? ""
      throw SliceError(description: "the cells do not make a recipe that checks: \(first)")
    }
    return Formatter.format(source) ?? written
  }

  private func need(_ number: Int, _ needed: inout Set<Int>) {
    guard needed.insert(number).inserted else { return }
    let cell = cells.first { $0.number == number }
    for source in (cell?.outcome?.sources ?? [:]).values { need(source, &needed) }
  }
}

/// Writes cells in an order in which each name stands before its use.
private struct SliceWriter {
  let cells: [Cell]
  let all: [Cell]

  var text: String {
    ordered.map(rewritten).joined(separator: "\n\n") + "\n"
  }

  private var ordered: [Cell] {
    var result: [Cell] = []
    var seen: Set<Int> = []
    func add(_ cell: Cell) {
      guard seen.insert(cell.number).inserted else { return }
      let sources = Set((cell.outcome?.sources ?? [:]).values).sorted()
      for number in sources { cells.first { $0.number == number }.map(add) }
      result.append(cell)
    }
    cells.forEach(add)
    return result
  }

  /// The text of a cell with each name replaced by the one that its meaning has here.
  private func rewritten(_ cell: Cell) -> String {
    var edits: [(range: SourceRange, text: String)] = []
    for free in cell.tree.freeNames {
      guard let number = cell.outcome?.sources[free.name],
        let source = cells.first(where: { $0.number == number })
      else { continue }
      let name =
        free.name == Elaborator.lastValue ? lastName(of: source) : self.name(free.name, in: source)
      // A cell that begins with `|>` has no text for the value it goes on from.
      edits.append((free.range, free.range.isEmpty ? name + " " : name))
    }
    for name in cell.tree.definedNames {
      edits.append((name.range, self.name(name.text, in: cell)))
    }
    if isContinued(cell), let start = bareStart(of: cell) {
      edits.append((SourceRange(start, start), "\(lastName(of: cell)) = "))
    }
    return cell.source.applying(edits)
  }

  /// The latest meaning keeps its name; earlier ones are numbered by their cell.
  private func name(_ name: String, in cell: Cell) -> String {
    let latest = cells.last { $0.definedNames.contains(name) }
    return latest?.number == cell.number ? name : "\(name)_\(cell.number)"
  }

  private func lastName(of cell: Cell) -> String {
    if bareStart(of: cell) == nil, let last = cell.definedNames.last { return name(last, in: cell) }
    return "cell_\(cell.number)"
  }

  private func isContinued(_ cell: Cell) -> Bool {
    cells.contains { $0.outcome?.sources[Elaborator.lastValue] == cell.number }
  }

  /// Where the last statement starts, if it is an expression without a name.
  private func bareStart(of cell: Cell) -> Int? {
    guard case .expression? = cell.tree.statements.last?.kind else { return nil }
    return cell.tree.statements.last?.range.start
  }
}

extension SourceText {
  /// The text with parts replaced; the edits do not overlap.
  fileprivate func applying(_ edits: [(range: SourceRange, text: String)]) -> String {
    var result = ""
    var position = 0
    let inOrder = edits.enumerated().sorted {
      ($0.element.range.start, -$0.offset) < ($1.element.range.start, -$1.offset)
    }
    for (_, edit) in inOrder {
      result += self[SourceRange(position, max(position, edit.range.start))] + edit.text
      position = edit.range.end
    }
    return result + self[SourceRange(position, bytes.count)]
  }
}
