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

  private var settled: [String: Meaning] = [:]
  private var young: [String: Meaning] = [:]
  /// The value that `_` stands for, which changes with each statement.
  private var last: Definition?
  /// Of functions, lambdas and blocks.
  private var inner: [ByName<Definition>] = []

  subscript(name: String) -> Definition? {
    for layer in inner.reversed() {
      if let found = layer[name] { return found }
    }
    return ofFile(name)
  }

  private func ofFile(_ name: String) -> Definition? {
    if name == Elaborator.lastValue { return last }
    return (young[name] ?? settled[name])?.definition
  }

  mutating func define(_ name: String, _ definition: Definition) {
    guard inner.isEmpty else {
      inner[inner.count - 1][name] = definition
      return
    }
    if name == Elaborator.lastValue {
      last = definition
    } else {
      young[name] = Meaning(definition)
      if young.count > mostYoung { settle() }
    }
  }

  /// A share of all, so that the table is copied the less often the larger it is.
  private var mostYoung: Int { max(16, settled.count / 16) }

  private mutating func settle() {
    settled.merge(young) { $1 }
    young = [:]
  }

  func adding(_ names: ByName<Definition>) -> Scopes {
    var result = self
    result.inner.append(names)
    return result
  }

  /// The names of the file alone.
  var ofFile: [String: Definition] {
    var all = settled.merging(young) { $1 }.mapValues(\.definition)
    all[Elaborator.lastValue] = last
    return all
  }

  var names: [String] { Array(ofFile.keys) + inner.flatMap(\.names) }
  /// Whether the file itself, not a scope inside it, defines a name.
  func definesAtTop(_ name: String) -> Bool { ofFile(name) != nil }
}
