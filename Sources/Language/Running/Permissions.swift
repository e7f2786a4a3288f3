// What a recipe may touch outside itself.

import Foundation
import Syntax
import Vocabulary

/// The files and folders that a recipe may read and write, and whether it may use the network.
///
/// They hold for all that the recipe imports as well: what is imported never gets more than who
/// imports it.
public struct Permissions: Sendable {
  /// Files, and folders with all in them; nil for no limit.
  public var reads: [URL]?
  public var writes: [URL]?
  public var usesNetwork: Bool

  public static let all = Permissions(reads: nil, writes: nil, usesNetwork: true)

  public init(reads: [URL]?, writes: [URL]?, usesNetwork: Bool) {
    self.reads = reads?.map(\.settled)
    self.writes = writes?.map(\.settled)
    self.usesNetwork = usesNetwork
  }

  /// Whether every place may be read and written.
  var allowsAllPlaces: Bool { reads == nil && writes == nil }

  /// Why a stage may not do its work with these paths; nil where it may.
  func refusal(of primitive: Primitive, _ place: Touched) -> Refusal? {
    if primitive.effects.contains(.writes), !Self.allows(writes, place) {
      return Refusal(word: "write", option: "--allow-write", place: place, allowed: writes ?? [])
    }
    // What is not there cannot be read; that is said elsewhere, and better.
    guard primitive.effects.contains(.reads), !Self.allows(reads, place),
      FileManager.default.fileExists(atPath: place.url.path)
    else { return nil }
    return Refusal(word: "read", option: "--allow-read", place: place, allowed: reads ?? [])
  }

  private static func allows(_ folders: [URL]?, _ place: Touched) -> Bool {
    folders?.contains(where: place.url.lies) ?? true
  }
}

/// A place that a recipe may not touch.
struct Refusal: Error, CustomStringConvertible {
  let word: String
  let option: String
  let place: Touched
  let allowed: [URL]

  var message: String { "this recipe may not \(word) `\(place.path)`" }
  var advice: [String] {
    let others = allowed.map(\.path).joined(separator: ", ")
    return [
      "To allow it, add \(option) \(place.url.path).",
      allowed.isEmpty ? "Nothing is allowed so far." : "Allowed so far: \(others).",
    ]
  }
  var description: String { ([message] + advice).joined(separator: "\n  ") }
}

extension Elaborator {
  /// Whether a call keeps to what the recipe may touch, as far as its paths are known.
  func mayTouch(
    _ primitive: Primitive, _ found: Elaborated, _ matched: Matched, at callee: SourceRange
  ) -> Bool {
    guard !primitive.effects.isEmpty else { return true }
    var isAllowed = true
    if primitive.effects.contains(.network), !permissions.usesNetwork {
      isAllowed = false
      report(
        Diagnostic(
          .notPermitted, "this recipe may not use the network", at: callee,
          label: "`\(primitive.name)` does", notes: ["To allow it, add --allow-net."]))
    }
    guard !permissions.allowsAllPlaces else { return isAllowed }
    for slot in primitive.slots where slot.type.isPath {
      guard let value = found[slot.name]?.constant else { continue }
      for touched in value.touched(from: place.directory) {
        guard let refusal = permissions.refusal(of: primitive, touched) else { continue }
        isAllowed = false
        report(
          Diagnostic(
            .notPermitted, refusal.message, at: matched[slot.name]?.range ?? callee,
            label: "outside of what it may \(refusal.word)", notes: refusal.advice))
      }
    }
    return isAllowed
  }

  /// Whether a recipe may be imported: those in the folder of the importing one are part of it.
  func mayImport(_ url: URL, as path: String, at range: SourceRange) -> Bool {
    let place = Touched(path: path, url: url.settled)
    guard !place.url.lies(in: root.settled), let reads = permissions.reads,
      !reads.contains(where: place.url.lies)
    else { return true }
    let refusal = Refusal(word: "read", option: "--allow-read", place: place, allowed: reads)
    report(
      Diagnostic(
        .notPermitted, refusal.message, at: range, label: "outside of what it may read",
        notes: refusal.advice))
    return false
  }
}

extension Value {
  /// The places that a path, or a list of them, names.
  func touched(from directory: Folder) -> [Touched] {
    switch self {
    case .text(let path):
      [Touched(path: path, url: URL.inRecipe(path, directory: directory).settled)]
    case .list(let values): values.flatMap { $0.touched(from: directory) }
    case .none, .bool, .int, .float, .quantity, .record, .type, .function, .opaque, .deferred: []
    }
  }
}
