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
      effects: elaborator.effects, origins: elaborator.origins, graph: graph, permissions: .all,
      imports: [], place: elaborator.place)
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
  private let meanings: Meanings
  private var done: Set<Int> = []
  /// Places whose outcome differs from the one before.
  private var fresh: Set<Int> = []

  init(cells: [Cell], session: Session) {
    self.cells = cells
    self.session = session
    meanings = Meanings(cells)
  }

  mutating func evaluate(_ place: Int) {
    guard done.insert(place).inserted else { return }
    let sources = meanings.sources[place]
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
        name == Elaborator.lastValue
        ? outcome.last.map(Definition.value) : outcome.definitions[name]
    }
    cells[place].outcome = session.outcome(of: cells[place], names, sources: numbers)
  }
}

/// Which cell each name of each cell means: its latest definition that does not depend on the
/// asking cell.
///
/// The cells are taken in one after the other, as they were typed: a new one reads what is there,
/// then takes over the names that it defines from all readers that it does not depend on. So what
/// means what never goes in circles.
private struct Meanings {
  /// For each cell, the place of the cell that each name it reads means.
  private(set) var sources: [[String: Int]]

  init(_ cells: [Cell]) {
    sources = Array(repeating: [:], count: cells.count)
    let reads = cells.map(\.reads)
    var latest: [String: Int] = [:]
    for place in cells.indices {
      for name in reads[place] {
        sources[place][name] =
          name == Elaborator.lastValue
          ? cells[..<place].firstIndex { $0.number == cells[place].continues } : latest[name]
      }
      for name in Set(cells[place].definedNames) {
        latest[name] = place
        for reader in 0..<place where reads[reader].contains(name) && !reaches(place, reader) {
          sources[reader][name] = place
        }
      }
    }
  }

  /// Whether a cell depends on another, directly or by way of others.
  private func reaches(_ place: Int, _ goal: Int) -> Bool {
    var seen: Set<Int> = [place]
    var open = [place]
    while let next = open.popLast() {
      if next == goal { return true }
      for source in sources[next].values where seen.insert(source).inserted { open.append(source) }
    }
    return false
  }
}
