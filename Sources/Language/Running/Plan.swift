// What a run would do, before it does it.

import Foundation
import Vocabulary

/// The stages that a run demands, in the order in which they may run.
public struct Plan: Sendable {
  public struct Entry: Sendable {
    public let stage: Stage
    /// The name that the recipe gave to the result, or the word for what is done.
    public let label: String
    public let work: String
    public let cost: Cost
    public let type: RecipeType
    /// Whether the result of an earlier run can be used.
    public let isKept: Bool
  }

  public let entries: [Entry]
  /// Paths that are read and written, as the recipes write them.
  public let reads: [String]
  public let writes: [String]
  public let usesNetwork: Bool

  /// The stages that will cost time.
  public var heavy: [Entry] { entries.filter { $0.cost == .heavy && !$0.isKept } }
}

extension Program {
  /// The plan for all effects, or for the values of some names.
  public func plan(for wanted: [String]? = nil, results: (any ResultStore)? = nil) -> Plan {
    let roots =
      wanted.map { $0.compactMap { value(of: $0) }.flatMap(\.stages) } ?? effects.map(\.stage)
    return Plan(of: roots, results: results)
  }
}

extension Plan {
  public init(of roots: [Stage], results: (any ResultStore)? = nil) {
    var entries: [Entry] = []
    var seen: Set<String> = []
    func visit(_ stage: Stage) {
      guard seen.insert(stage.key).inserted else { return }
      let isKept = stage.cost == .heavy && (results?.has(stage.key) ?? false)
      // What only serves a result that is there already does not run.
      if !isKept { stage.inputs.forEach(visit) }
      guard let work = stage.word else { return }
      entries.append(
        Entry(
          stage: stage, label: stage.label, work: work, cost: stage.cost, type: stage.type,
          isKept: isKept))
    }
    roots.forEach(visit)
    self.entries = entries
    let running = entries.filter { !$0.isKept }
    let places = { (effect: Effects) in
      running.flatMap { $0.stage.places(for: effect, in: Self.nowhere) }.map(\.path)
        .withoutRepetition
    }
    reads = places(.reads)
    writes = places(.writes)
    usesNetwork = running.contains { $0.stage.effects.contains(.network) }
  }
}

extension Plan {
  /// Where paths start that are only listed.
  private static let nowhere = URL(filePath: "/")

  /// The files and folders that are read, or written, by stages that run.
  public func touched(_ effect: Effects, in directory: Folder) -> [Touched] {
    entries.filter { !$0.isKept }.flatMap { $0.stage.places(for: effect, in: directory) }
      .withoutRepetition
  }
}

extension Stage {
  /// The stages whose results this one needs.
  public var inputs: [Stage] {
    switch work {
    case .call(_, let arguments): arguments.values.flatMap(\.stages)
    case .member(let value, let name): value.stages(under: [name])
    case .apply(_, let value): value.stages
    case .operation(_, let operands): operands.flatMap(\.stages)
    case .index(let value, let index): value.stages + index.stages
    case .choice(let condition, let then, let otherwise):
      condition.stages + then.stages + otherwise.stages
    }
  }

  /// What the stage does, in one word; nil for what is done in passing.
  fileprivate var word: String? {
    switch work {
    case .call(let primitive, _): primitive.name
    case .apply: cost == .heavy ? "apply" : nil
    case .member, .operation, .index, .choice: nil
    }
  }

  var effects: Effects {
    if case .call(let primitive, _) = work { return primitive.effects }
    return []
  }
}

extension Value {
  /// The stages that a part of the value needs, by the labels that lead to it.
  ///
  /// Which item of a list it will be is known only after running, so that part of every item counts.
  fileprivate func stages(under path: [String]) -> [Stage] {
    switch self {
    case .record(let record):
      guard let name = path.first, let part = record[name] else { return stages }
      return part.stages(under: Array(path.dropFirst()))
    case .deferred(let stage):
      switch stage.work {
      case .member(let whole, let name): return whole.stages(under: [name] + path)
      case .index(.list(let items), let index):
        return index.stages + items.flatMap { $0.stages(under: path) }
      case .call, .operation, .index, .choice, .apply: return [stage]
      }
    case .none, .bool, .int, .float, .text, .quantity, .list, .type, .function, .opaque:
      return stages
    }
  }
}

extension Plan: CustomStringConvertible {
  /// A table of the stages, then what is touched outside.
  public var description: String {
    (table + [footer(reads)]).joined(separator: "\n")
  }

  /// The same with the sizes of the files that are read.
  public func description(in directory: Folder) -> String {
    let files = touched(.reads, in: directory).map { place in
      place.url.sizeOnDisk.map { "\(place.path) (\($0.asBytes))" } ?? place.path
    }
    return (table + [footer(files)]).joined(separator: "\n")
  }

  private var table: [String] {
    let rows = entries.map { entry in
      [entry.label, entry.work, entry.isKept ? "kept" : "\(entry.cost)", "\(entry.type)"]
    }
    return Plan.aligned([["stage", "does", "cost", "gives"]] + rows)
  }

  private func footer(_ reads: [String]) -> String {
    let files = { (paths: [String]) in paths.isEmpty ? "nothing" : paths.joined(separator: ", ") }
    return "\(heavy.count) heavy to run · reads \(files(reads)) · writes \(files(writes)) · "
      + "network: \(usesNetwork ? "yes" : "none")"
  }

  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, text in
        column == 3 ? text : text + String(repeating: " ", count: widths[column] - text.count)
      }
      return cells.joined(separator: "  ")
    }
  }
}

extension URL {
  /// The bytes of a file, or of all files in a folder; nil where there is none.
  var sizeOnDisk: Int? {
    let files = FileManager.default
    guard let found = try? files.attributesOfItem(atPath: path) else { return nil }
    guard found[.type] as? FileAttributeType == .typeDirectory else { return found[.size] as? Int }
    let inside = (try? files.subpathsOfDirectory(atPath: path)) ?? []
    return inside.reduce(0) { sum, name in
      let size = try? files.attributesOfItem(atPath: appending(path: name).path)[.size]
      return sum + ((size as? Int) ?? 0)
    }
  }
}

extension Int {
  /// The number of bytes as people read it: `98 MB`.
  package var asBytes: String {
    var (amount, unit) = (Double(self), "B")
    for next in ["kB", "MB", "GB", "TB"] where amount >= 999.5 {
      (amount, unit) = (amount / 1000, next)
    }
    let isShort = amount >= 9.95 || unit == "B"
    return (isShort ? "\(Int(amount.rounded()))" : "\((amount * 10).rounded() / 10)") + " \(unit)"
  }
}
