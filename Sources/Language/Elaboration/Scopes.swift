// Names and what they stand for.

import Vocabulary

/// Names and what they stand for, innermost scope last.
///
/// A function keeps the names that were there when it was defined, and so does each constraint. The
/// names of a file therefore lie in layers that are never changed again, each at least twice as
/// large as the next, with a few young ones before them: to keep them all is to keep a few
/// references, and the next name to be defined copies the young ones alone.
struct Scopes: Sendable {
  /// Of the file, largest first.
  private var settled: [[String: Definition]] = []
  private var young: [String: Definition] = [:]
  /// Of functions, lambdas and blocks.
  private var inner: [ByName<Definition>] = []

  private static var mostYoung: Int { 16 }

  subscript(name: String) -> Definition? {
    for layer in inner.reversed() {
      if let found = layer[name] { return found }
    }
    return ofFile(name)
  }

  private func ofFile(_ name: String) -> Definition? {
    if let found = young[name] { return found }
    for layer in settled.reversed() {
      if let found = layer[name] { return found }
    }
    return nil
  }

  mutating func define(_ name: String, _ definition: Definition) {
    guard inner.isEmpty else {
      inner[inner.count - 1][name] = definition
      return
    }
    young[name] = definition
    if young.count > Scopes.mostYoung { settle() }
  }

  private mutating func settle() {
    var layer = young
    while let last = settled.last, last.count < 2 * layer.count {
      layer = last.merging(layer) { $1 }
      settled.removeLast()
    }
    settled.append(layer)
    young = [:]
  }

  func adding(_ names: ByName<Definition>) -> Scopes {
    var result = self
    result.inner.append(names)
    return result
  }

  /// The names of the file alone.
  var ofFile: [String: Definition] {
    settled.reduce(into: [:]) { $0.merge($1) { $1 } }.merging(young) { $1 }
  }

  var names: [String] { (settled + [young]).flatMap(\.keys) + inner.flatMap(\.names) }
  /// Whether the file itself, not a scope inside it, defines a name.
  func definesAtTop(_ name: String) -> Bool { ofFile(name) != nil }
}
