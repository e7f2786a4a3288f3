import Files
import Foundation
import Synchronization

/// What the heads of files told, until the files change.
///
/// A prompt or an editor checks the same recipe again and again; its files are opened once.
public final class KnownHeads<Seen: Sendable>: Sendable {
  /// What changes with a file, or with what lies in a folder.
  private struct Stamp: Equatable {
    var name: String
    var facts: FileFacts
  }

  private let known = Mutex<[String: (stamps: [Stamp], seen: Seen)]>([:])

  public init() {}

  /// What `look` sees at a place.
  ///
  /// Errors are not remembered, nor is what changed less than two seconds ago: its time might not
  /// tell the next change.
  public func seen(at url: URL, _ look: (URL) throws -> Seen) rethrows -> Seen {
    let path = url.path, stamps = Self.stamps(of: path)
    if let known = known.withLock({ $0[path] }), known.stamps == stamps { return known.seen }
    let seen = try look(url)
    if stamps.allSatisfy({ $0.facts.date.timeIntervalSinceNow < -2 }) {
      known.withLock { $0[path] = (stamps, seen) }
    }
    return seen
  }

  private static func stamps(of path: String) -> [Stamp] {
    guard let facts = FileFacts(path: path) else { return [] }
    let own = [Stamp(name: "", facts: facts)]
    guard facts.kind == .folder,
      let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    else { return own }
    return own
      + names.sorted().compactMap { name in
        FileFacts(path: "\(path)/\(name)").map { Stamp(name: name, facts: $0) }
      }
  }
}
