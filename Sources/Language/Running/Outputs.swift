// Whether what a recipe writes gets into the way of itself, or of what it reads.

import Foundation
import Syntax
import Vocabulary

extension Elaborator {
  /// Reports outputs that would replace one another, or what the recipe reads.
  func checkOutputs() {
    let outputs = effects.flatMap { effect in
      effect.stage.places(for: .writes, in: place.directory).map { (effect: effect, place: $0) }
    }
    for (number, output) in outputs.enumerated() {
      let earlier = outputs[..<number].first { $0.place.touches(output.place) }
      if let earlier { report(collision(output, earlier)) }
    }
    guard !outputs.isEmpty else { return }
    let inputs = Plan(of: effects.map(\.stage)).entries.flatMap { entry in
      entry.stage.places(for: .reads, in: place.directory).map { (stage: entry.stage, place: $0) }
    }
    for output in outputs {
      let read = inputs.first { $0.place.lies(in: output.place) }
      if let read { report(overwriting(output, read.stage, read.place)) }
    }
  }

  private func collision(
    _ output: (effect: Effect, place: Touched), _ earlier: (effect: Effect, place: Touched)
  ) -> Diagnostic {
    let isSame = output.place.url == earlier.place.url
    return Diagnostic(
      .outputsCollide,
      isSame
        ? "`\(output.place.path)` is written twice"
        : "`\(output.place.path)` and `\(earlier.place.path)` lie inside one another",
      at: output.effect.range, label: "written here",
      secondary: [.init(earlier.effect.range, "and here")],
      notes: ["The later one replaces the earlier: give each a place of its own."])
  }

  private func overwriting(
    _ output: (effect: Effect, place: Touched), _ reader: Stage, _ read: Touched
  ) -> Diagnostic {
    let origin = origins[reader.key].flatMap { $0.source == place.source ? $0 : nil }
    return Diagnostic(
      .inputOverwritten, "`\(output.place.path)` is also read", at: output.effect.range,
      label: "would replace `\(read.path)`",
      secondary: origin.map { [.init($0.range, "read here")] } ?? [],
      notes: ["Another run would not read what this one read: write to another place."])
  }
}

/// A file or folder that a stage reads or writes.
public struct Touched: Hashable, Sendable {
  /// As the recipe writes it.
  public let path: String
  public let url: URL

  /// Whether it is that one, or lies in it.
  func lies(in other: Touched) -> Bool { url.lies(in: other.url) }

  func touches(_ other: Touched) -> Bool { lies(in: other) || other.lies(in: self) }
}

extension URL {
  /// Whether the path is that of the folder or leads into it.
  package func lies(in folder: URL) -> Bool {
    path == folder.path || path.hasPrefix(folder.path == "/" ? "/" : folder.path + "/")
  }

  /// One spelling for one place, wherever links lead.
  package var settled: URL { standardizedFileURL.resolvingSymlinksInPath() }
}

extension Stage {
  /// The files and folders that a stage with such an effect is told of.
  func places(for effect: Effects, in directory: Folder) -> [Touched] {
    guard case .call(let primitive, let arguments) = work, primitive.effects.contains(effect) else {
      return []
    }
    return primitive.slots.filter(\.type.isPath).flatMap { slot in
      arguments[slot.name]?.touched(from: directory) ?? []
    }
  }
}
