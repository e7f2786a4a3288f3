// The cells of a prompt: plans follow each change at once, results only when asked.

import Foundation
import Syntax
import Vocabulary

/// A notebook's state: its cells, and what each name means.
///
/// A name means its latest definition that does not depend on the asking cell, so that
/// `data = data |> …` speaks of the definition before. Redefining a name looks at all cells that
/// depend on it again, which takes milliseconds; nothing heavy starts by itself.
public final class Session {
  public let lexicon: Lexicon
  public let directory: Folder
  public private(set) var cells: [Cell] = []
  public let runner: Runner
  let results: (any ResultStore)?
  let graph: StageGraph
  private var past: [[Cell]] = []
  private var future: [[Cell]] = []
  private var count = 0

  public init(
    lexicon: Lexicon, context: RunContext, results: (any ResultStore)? = nil
  ) {
    self.lexicon = lexicon
    self.results = results
    directory = context.directory.standardizedFileURL
    graph = StageGraph(seed: context.seed, root: directory)
    runner = Runner(results: results, context: context)
  }

  /// The number that the next cell gets.
  public var nextNumber: Int { count + 1 }

  /// Takes a cell in, unless it is wrong.
  public func submit(_ text: String) -> CellResult {
    let cell = cell(text, number: count + 1)
    return take(cell, into: cells + [cell])
  }

  /// Puts another text in the place of a cell.
  public func replace(_ number: Int, with text: String) -> CellResult? {
    guard let place = cells.firstIndex(where: { $0.number == number }) else { return nil }
    var changed = cells
    changed[place] = cell(text, number: number, after: place)
    return take(changed[place], into: changed)
  }

  /// Forgets a cell and its definitions.
  public func remove(_ number: Int) {
    remember()
    cells = evaluated(cells.filter { $0.number != number })
  }

  /// Looks at a cell and what depends on it again, as after a change of the files it reads.
  public func refresh(_ number: Int) {
    var changed = cells
    for place in changed.indices where changed[place].number == number {
      changed[place].outcome = nil
    }
    cells = evaluated(changed)
  }

  /// Goes back to the state before the last change; whether there was one.
  public func undo() -> Bool {
    guard let before = past.popLast() else { return false }
    future.append(cells)
    cells = before
    return true
  }

  public func redo() -> Bool {
    guard let after = future.popLast() else { return false }
    past.append(cells)
    cells = after
    return true
  }

  // MARK: Running

  /// Does the effects of a cell.
  public func run(_ number: Int) -> Runner.Outcome? {
    guard let cell = cells.first(where: { $0.number == number }), let outcome = cell.outcome else {
      return nil
    }
    runner.forgetFailures()
    let report = runner.run(outcome.program)
    freshen(number)
    return report
  }

  /// The value of a cell with all results in place; runs what has to run.
  public func value(of result: CellResult) throws -> Value? {
    guard let value = result.value else { return nil }
    defer { result.number.map(freshen) }
    runner.forgetFailures()
    return try runner.value(value, graph: graph)
  }

  /// The value of a name with all results in place; runs what has to run.
  public func value(of name: String) throws -> Value? {
    guard let cell = defining(name), case .value(let typed)? = cell.outcome?.definitions[name]
    else { return nil }
    defer { freshen(cell.number) }
    runner.forgetFailures()
    return try typed.value.map { try runner.value($0, graph: graph) }
  }

  /// The value of the expression that a cell ends with; runs what has to run.
  public func value(ofCell number: Int) throws -> Value? {
    guard let value = cells.first(where: { $0.number == number })?.value else { return nil }
    defer { freshen(number) }
    runner.forgetFailures()
    return try runner.value(value, graph: graph)
  }

  /// Where a cell asks for a stage.
  public func origin(of stage: Stage) -> Origin? {
    cells.reversed().lazy.compactMap { $0.outcome?.program.origin(of: stage) }.first
  }

  /// Where an unfinished stage keeps its checkpoints, if it may have some.
  public func checkpoints(of stage: Stage) -> Folder? { results?.scratch(for: stage.key) }

  /// The stages that the values of names demand, or the value of one cell.
  public func plan(for names: [String]) -> Plan {
    let values = names.compactMap { name -> Value? in
      guard case .value(let typed)? = definition(of: name) else { return nil }
      return typed.value
    }
    return Plan(of: values.flatMap(\.stages), results: results)
  }

  public func plan(for value: Value) -> Plan { Plan(of: value.stages, results: results) }

  /// What went into the key of a stage, one part a line.
  public func keyParts(of stage: Stage) -> String { graph.parts(of: stage.key) ?? "" }

  private func freshen(_ number: Int) {
    for place in cells.indices where cells[place].number == number { cells[place].isStale = false }
  }

  // MARK: Names

  /// The cell that a name means to somebody who asks now.
  public func defining(_ name: String) -> Cell? { cells.last { $0.definedNames.contains(name) } }

  /// All names that cells define, in order.
  public var definedNames: [String] { Set(cells.flatMap(\.definedNames)).sorted() }

  func definition(of name: String) -> Definition? { defining(name)?.outcome?.definitions[name] }

  /// All names and what they stand for now.
  var definitions: [String: Definition] {
    var found: [String: Definition] = [:]
    for cell in cells { found.merge(cell.outcome?.definitions ?? [:]) { $1 } }
    if let last = cells.last?.outcome?.last { found[Elaborator.lastValue] = .value(last) }
    return found
  }

  // MARK: Taking in

  private func cell(_ text: String, number: Int, after place: Int? = nil) -> Cell {
    let source = SourceText(name: "[\(number)]", text)
    let (tree, _) = Parser.parse(source, continuing: true)
    let before = place.map { $0 > 0 ? cells[$0 - 1] : nil } ?? cells.last
    return Cell(number: number, source: source, tree: tree, continues: before?.number)
  }

  private func take(_ cell: Cell, into changed: [Cell]) -> CellResult {
    let (_, problems) = Parser.parse(cell.source, continuing: true)
    let all = evaluated(changed)
    guard let taken = all.first(where: { $0.number == cell.number }), let outcome = taken.outcome
    else { return refused(cell, problems) }
    let diagnostics = (problems + outcome.program.diagnostics).inSourceOrder
    guard !diagnostics.contains(where: { $0.severity == .error }) else {
      return refused(cell, diagnostics)
    }
    let redefines = cells.filter { old in
      old.number < cell.number && old.definedNames.contains(where: taken.definedNames.contains)
    }
    let changes = changes(from: cells, to: all, besides: cell.number)
    remember()
    cells = all
    for change in changes where change.isStale { markStale(change.number) }
    count = max(count, cell.number)
    return CellResult(
      number: cell.number, source: cell.source, diagnostics: diagnostics, names: taken.names,
      type: outcome.program.lastType, value: outcome.program.lastValue,
      hasEffects: !outcome.program.effects.isEmpty, redefines: redefines.map(\.number),
      changed: changes)
  }

  private func refused(_ cell: Cell, _ diagnostics: [Diagnostic]) -> CellResult {
    CellResult(
      number: nil, source: cell.source, diagnostics: diagnostics, names: [], type: nil, value: nil,
      hasEffects: false, redefines: [], changed: [])
  }

  private func remember() {
    past.append(cells)
    future = []
  }

  private func markStale(_ number: Int) {
    for place in cells.indices where cells[place].number == number { cells[place].isStale = true }
  }

  private func changes(from before: [Cell], to after: [Cell], besides number: Int) -> [ChangedCell]
  {
    after.compactMap { cell in
      guard cell.number != number,
        let old = before.first(where: { $0.number == cell.number })?.outcome,
        let new = cell.outcome, old.meaning != new.meaning
      else { return nil }
      let lost = Plan(of: old.stages).entries.filter { entry in
        entry.cost == .heavy && hasResult(entry.stage) && !new.keys.contains(entry.stage.key)
      }
      return ChangedCell(
        number: cell.number, names: cell.definedNames, isStale: !lost.isEmpty,
        diagnostics: new.program.diagnostics)
    }
  }

  private func hasResult(_ stage: Stage) -> Bool {
    runner.remembers(stage) || (results?.has(stage.key) ?? false)
  }
}

extension CellOutcome {
  /// All stages that its values and effects demand directly.
  var stages: [Stage] {
    program.names.compactMap(\.value).flatMap(\.stages) + program.effects.map(\.stage)
      + (last?.value?.stages ?? [])
  }

  var keys: Set<String> { Set(Plan(of: stages).entries.map(\.stage.key)) }

  /// Equal where nothing changed for the user.
  var meaning: [String] {
    program.names.map { "\($0.name): \($0.type) \($0.value?.canonical ?? "")" }
      + stages.map(\.key) + program.diagnostics.map(\.message)
  }
}
