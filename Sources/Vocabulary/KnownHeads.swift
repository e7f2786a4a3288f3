import Foundation
import Synchronization

/// What the heads of files told, until the files change.
///
/// A prompt or an editor checks the same recipe again and again; its files are opened once.
public final class KnownHeads<Seen: Sendable>: Sendable {
  /// What changes with a file, or with what lies in a folder.
  private struct Stamp: Hashable {
    var path: String
    var size: Int
    var date: Date
  }

  private let known = Mutex<[String: (stamps: [Stamp], seen: Seen)]>([:])

  public init() {}

  /// What `look` sees at a place.
  ///
  /// Errors are not remembered, nor is what changed less than two seconds ago: its time might not
  /// tell the next change.
  public func seen(at url: URL, _ look: (URL) throws -> Seen) rethrows -> Seen {
    let path = url.standardizedFileURL.path, stamps = Self.stamps(of: url)
    if let known = known.withLock({ $0[path] }), known.stamps == stamps { return known.seen }
    let seen = try look(url)
    if stamps.allSatisfy({ $0.date.timeIntervalSinceNow < -2 }) {
      known.withLock { $0[path] = (stamps, seen) }
    }
    return seen
  }

  private static func stamps(of url: URL) -> [Stamp] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return ([url] + entries.sorted().map { url.appending(path: $0) }).compactMap { place in
      guard let facts = try? FileManager.default.attributesOfItem(atPath: place.path),
        let size = facts[.size] as? Int, let date = facts[.modificationDate] as? Date
      else { return nil }
      return Stamp(path: place.path, size: size, date: date)
    }
  }
}
