// Which cell a name means, and looking at cells in the order of their dependence.

import Syntax
import Vocabulary

extension Session {
  /// The cells with outcomes; those whose text and sources did not change keep theirs.
  func evaluated(_ cells: [Cell]) -> [Cell] {
    var round = EvaluationRound(cells: cells, session: self)
    for place in cells.indices { round.evaluate(place) }
    return round.cells
  }

  /// Checks and evaluates one cell, given what its names mean.
  func outcome(of cell: Cell, _ names: [String: Definition], sources: [String: Int]) -> CellOutcome
  {
    let elaborator = Elaborator(
      lexicon: lexicon, graph: graph, source: cell.source, directory: directory)
    for (name, definition) in names { elaborator.place.scopes.define(name, definition) }
    let parameters = elaborator.parameters(of: cell.tree)
    let defined = elaborator.run(cell.tree)
    let last = elaborator.lastTyped(of: cell.tree)
    let program = Program(
      source: cell.source, directory: directory,
      diagnostics: elaborator.diagnostics.inSourceOrder, names: defined.map(NamedValue.init),
      parameters: parameters, lastValue: last?.value, lastType: last?.type,
      effects: elaborator.effects, origins: elaborator.origins, graph: graph)
    var latest = last
    if latest == nil, case .value(let typed)? = defined.last?.definition { latest = typed }
    return CellOutcome(
      program: program,
      definitions: Dictionary(defined.map { ($0.name.text, $0.definition) }) { $1 }, last: latest,
      sources: sources)
  }
}

/// One look at all cells.
private struct EvaluationRound {
  var cells: [Cell]
  let session: Session
  private var done: Set<Int> = []
  /// Places whose outcome differs from the one before.
  private var fresh: Set<Int> = []

  init(cells: [Cell], session: Session) {
    self.cells = cells
    self.session = session
  }

  mutating func evaluate(_ place: Int) {
    guard done.insert(place).inserted else { return }
    let sources = sources(of: place)
    for source in sources.values { evaluate(source) }
    let numbers = sources.mapValues { cells[$0].number }
    if let known = cells[place].outcome, known.sources == numbers,
      fresh.isDisjoint(with: sources.values)
    {
      return
    }
    fresh.insert(place)
    var names: [String: Definition] = [:]
    for (name, source) in sources {
      guard let outcome = cells[source].outcome else { continue }
      names[name] =
        name == Elaborator.lastValue ? outcome.last.map(Definition.value) : outcome.definitions[name]
    }
    cells[place].outcome = session.outcome(of: cells[place], names, sources: numbers)
  }

  /// The place of the cell that each name read by a cell means.
  private func sources(of place: Int) -> [String: Int] {
    var found: [String: Int] = [:]
    for name in cells[place].reads {
      if name == Elaborator.lastValue {
        found[name] = cells.firstIndex { $0.number == cells[place].continues }
        continue
      }
      found[name] = cells.indices.last { other in
        other != place && cells[other].definedNames.contains(name) && !depends(other, on: place)
      }
    }
    return found
  }

  /// Whether a cell may read, by way of others, what the other cell defines.
  private func depends(_ place: Int, on other: Int) -> Bool {
    var seen: Set<Int> = [place]
    var open = [place]
    while let next = open.popLast() {
      // A cell that only reads the earlier meaning of a name that it redefines does not depend on
      // the later readers of that name.
      for name in cells[next].reads where name != Elaborator.lastValue {
        for candidate in cells.indices where cells[candidate].definedNames.contains(name) {
          if candidate == other { return true }
          if seen.insert(candidate).inserted { open.append(candidate) }
        }
      }
      if let before = cells[next].continues, cells[next].reads.contains(Elaborator.lastValue),
        let candidate = cells.firstIndex(where: { $0.number == before })
      {
        if candidate == other { return true }
        if seen.insert(candidate).inserted { open.append(candidate) }
      }
    }
    return false
  }
}
