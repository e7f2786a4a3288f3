// What files told about the types of what is read from them.

import Foundation
import Synchronization
import Vocabulary

/// The types of calls that look into files, kept for as long as the files stay as they are.
///
/// A recipe is checked at each key that somebody presses; its files are not read again each time.
public final class Probes: Sendable {
  private let known = Mutex<[String: Result<RecipeType, Complaints>]>([:])
  /// Beyond, all is forgotten: each path that was ever typed would stay.
  private static let limit = 1000

  public init() {}

  /// The type of a call, from memory if it was looked at and nothing has changed since.
  func type(
    of primitive: Primitive, at site: CallSite, _ derive: (CallSite) throws -> RecipeType
  ) throws -> RecipeType {
    // What is known of a model is not in the key, so calls that take one are looked at anew.
    guard primitive.effects.contains(.reads),
      site.arguments.values.allSatisfy({ $0.outline == nil })
    else { return try derive(site) }
    let key = key(of: primitive, at: site)
    if let found = known.withLock({ $0[key] }) { return try found.get() }
    let found: Result<RecipeType, Complaints>
    do { found = .success(try derive(site)) } catch let error as Complaints {
      found = .failure(error)
    }
    known.withLock { known in
      if known.count >= Probes.limit { known = [:] }
      known[key] = found
    }
    return try found.get()
  }

  /// The call, and the sizes and dates of the files that it names.
  private func key(of primitive: Primitive, at site: CallSite) -> String {
    let arguments = site.arguments.entries.map { ($0.name, $0.value) } + site.rest.map { ($0, $1) }
    let lines = arguments.sorted { $0.0 < $1.0 }.map { label, argument in
      "\(label): \(argument.type) \(argument.value?.canonical ?? "")"
    }
    let paths = primitive.slots.filter(\.type.isPath).flatMap { site.value($0.name)?.texts ?? [] }
    let stamps = paths.map { stamp(of: URL.inRecipe($0, directory: site.directory)) }
    let expected = site.expected.map { "\($0)" } ?? ""
    return ([primitive.name, site.directory.path, expected] + lines + stamps)
      .joined(separator: "\n")
  }

  /// Of a folder, the sizes and dates of what lies in it as well.
  private func stamp(of url: URL) -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return ([url] + names.sorted().map { url.appending(path: $0) }).map { file in
      let found = try? FileManager.default.attributesOfItem(atPath: file.path)
      let date = (found?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      return "\(file.path) \(found?[.size] as? Int ?? -1) \(date)"
    }.joined(separator: "\n")
  }
}

extension Value {
  /// The text, or the texts of a list of them.
  fileprivate var texts: [String] {
    switch self {
    case .text(let text): [text]
    case .list(let values): values.flatMap(\.texts)
    case .none, .bool, .int, .float, .quantity, .record, .type, .function, .opaque, .deferred: []
    }
  }
}
