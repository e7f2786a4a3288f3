// What is said about a cell that was taken in.

import Foundation
import Language
import Syntax
import Vocabulary

extension Conversation {
  /// Has the session take a cell in, says what came of it, and does what it asks for.
  ///
  /// `runs` is false for cells that are loaded: nothing starts that nobody asked for.
  @discardableResult
  func take(_ text: String, replacing number: Int? = nil, runs: Bool = true) -> Bool {
    let result = number.flatMap { session.replace($0, with: text) } ?? session.submit(text)
    show(result.diagnostics, in: result.source)
    guard result.isSound, let number = result.number else {
      note(.unsound)
      return false
    }
    if isInteractive { describe(result, showsNames: !runs || result.names.count > 1) }
    guard runs else { return true }
    return runAll(of: number)
  }

  private func describe(_ result: CellResult, showsNames: Bool) {
    if !result.redefines.isEmpty {
      say("redefines " + result.redefines.map { "[\($0)]" }.joined(separator: ", "))
    }
    for named in result.names { say(line(for: named, showsName: showsNames)) }
    for change in result.changed where change.diagnostics.contains(where: { $0.severity == .error })
    {
      guard let cell = session.cells.first(where: { $0.number == change.number }) else { continue }
      say("[\(change.number)] does not hold any more · :edit \(change.number) · :undo")
      show(change.diagnostics, in: cell.source)
    }
    let stale = result.changed.filter(\.isStale)
    if !stale.isEmpty {
      let names = stale.map { ["[\($0.number)]"] + $0.names }.map { $0.joined(separator: " ") }
      let first = stale[0].names.first.map { ":run \($0)" } ?? ":run \(stale[0].number)"
      say("stale: \(names.joined(separator: ", ")) · \(first) · :undo")
    }
  }

  /// A name with its type, and how far its value is.
  private func line(for named: NamedValue, showsName: Bool) -> String {
    let signature = named.value == nil ? session.help(for: named.name)?.signatures.first : nil
    let head = signature ?? (showsName ? named.name + ": " : "") + "\(named.type.widened)"
    let states = named.value.map { state(of: $0, named: named) } ?? []
    return ([head] + states).joined(separator: " · ")
  }

  private func state(of value: Value, named: NamedValue) -> [String] {
    let plan = session.plan(for: value)
    if plan.entries.isEmpty { return short(value).map { [$0] } ?? [] }
    let heavy = plan.heavy.count
    if heavy > 0 {
      return ["not run", "\(heavy) heavy \(heavy == 1 ? "stage" : "stages")", ":run \(named.name)"]
    }
    if plan.entries.last?.isKept == true { return ["kept from an earlier run"] }
    guard isCheap(plan, named.type), let found = light(named) else { return [] }
    if case .data = named.type, case .table(let table) = found.display {
      return ["\(ReadableNumber.count(table.total)) \(table.total == 1 ? "row" : "rows")"]
    }
    return short(found).map { [$0] } ?? []
  }

  /// A value that says itself in a few characters.
  private func short(_ value: Value) -> String? {
    switch value {
    case .bool, .int, .float, .text, .quantity, .list, .record:
      let text = value.source
      return text.count <= 60 ? text : nil
    case .none, .type, .function, .opaque, .deferred: return nil
    }
  }

  /// Files that are read in the blink of an eye, and no model.
  private func isCheap(_ plan: Plan, _ type: RecipeType) -> Bool {
    if case .opaque = type { return false }
    if plan.usesNetwork || plan.entries.contains(where: { $0.cost >= .heavy }) { return false }
    let sizes = plan.reads.map { path -> Int in
      let url = URL.inRecipe(path, directory: session.directory)
      return (try? url.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
    }
    return sizes.reduce(0, +) <= 16_000_000
  }

  private func light(_ named: NamedValue) -> Value? {
    attempt(":run \(named.name)") { try session.value(of: named.name) } ?? nil
  }
}
