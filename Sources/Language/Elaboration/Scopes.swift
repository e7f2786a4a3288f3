// Names and what they stand for.

import Vocabulary

/// Names and what they stand for, innermost scope last.
///
/// A function keeps the names that were there when it was defined, and so does each constraint. The
/// names of a file therefore lie in a table that they share, before which stand a few young ones:
/// the next name to be defined copies those alone, and the table once for many.
struct Scopes: Sendable {
  /// What a name of the file stands for: one reference, however often tables are copied.
  private final class Meaning: Sendable {
    let definition: Definition
    init(_ definition: Definition) { self.definition = definition }
  }

  /// The names of the file: one reference, as scopes are copied for each name that is looked up.
  private final class File: Sendable {
    let settled: [String: Meaning]
    let young: ByName<Meaning>

    init(settled: [String: Meaning] = [:], young: ByName<Meaning> = [:]) {
      self.settled = settled
      self.young = young
    }

    static let empty = File()
    /// A share of all, so that the table is copied the less often the larger it is.
    var mostYoung: Int { max(16, settled.count / 16) }
  }

  private var file = File.empty
  /// The value that `_` stands for, which changes with each statement.
  private var last: Meaning?
  /// Of functions, lambdas and blocks.
  private var inner: [ByName<Definition>] = []

  subscript(name: String) -> Definition? {
    for layer in inner.reversed() {
      if let found = layer[name] { return found }
    }
    return ofFile(name)
  }

  private func ofFile(_ name: String) -> Definition? {
    if name == Elaborator.lastValue { return last?.definition }
    return (file.young[name] ?? file.settled[name])?.definition
  }

  mutating func define(_ name: String, _ definition: Definition) {
    if !inner.isEmpty {
      inner[inner.count - 1][name] = definition
    } else if name == Elaborator.lastValue {
      last = Meaning(definition)
    } else {
      add(name, Meaning(definition))
    }
  }

  private mutating func add(_ name: String, _ meaning: Meaning) {
    let (settled, most) = (file.settled, file.mostYoung)
    var young = file.young
    // Nobody else may hold the young ones, or they are copied.
    file = .empty
    young[name] = meaning
    file =
      young.entries.count > most
      ? File(settled: Self.settle(young, among: settled)) : File(settled: settled, young: young)
  }

  private static func settle(_ young: ByName<Meaning>, among settled: [String: Meaning])
    -> [String: Meaning]
  {
    settled.merging(young.entries.lazy.map { ($0.name, $0.value) }) { $1 }
  }

  func adding(_ names: ByName<Definition>) -> Scopes {
    var result = self
    result.inner.append(names)
    return result
  }

  /// The names of the file alone.
  var ofFile: [String: Definition] {
    var all = Self.settle(file.young, among: file.settled).mapValues(\.definition)
    all[Elaborator.lastValue] = last?.definition
    return all
  }

  var names: [String] { Array(ofFile.keys) + inner.flatMap(\.names) }
  /// Whether the file itself, not a scope inside it, defines a name.
  func definesAtTop(_ name: String) -> Bool { ofFile(name) != nil }
}
