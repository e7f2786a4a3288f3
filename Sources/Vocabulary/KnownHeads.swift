import Files
import Foundation
import Synchronization

/// What the heads of files told, until the files change.
///
/// A prompt or an editor checks the same recipe again and again; its files are opened once.
public final class KnownHeads<Seen: Sendable>: Sendable {
  /// What changes with a file, or with what lies in a folder.
  private struct Stamps: Equatable, Sendable {
    var own: FileFacts?
    /// What lies in a folder: its own facts change as soon as a name there does.
    var names: [String] = []
    var facts: [FileFacts?] = []

    var isOld: Bool {
      ([own] + facts).allSatisfy { $0.map { $0.date.timeIntervalSinceNow < -2 } ?? true }
    }
  }

  private let known = Mutex<[String: (stamps: Stamps, seen: Seen)]>([:])

  public init() {}

  /// What `look` sees at a place.
  ///
  /// Errors are not remembered, nor is what changed less than two seconds ago: its time might not
  /// tell the next change.
  public func seen(at url: URL, _ look: (URL) throws -> Seen) rethrows -> Seen {
    let path = url.path
    let known = known.withLock { $0[path] }
    let stamps = Self.stamps(of: path, after: known?.stamps)
    if let known, known.stamps == stamps { return known.seen }
    let seen = try look(url)
    if stamps.isOld { self.known.withLock { $0[path] = (stamps, seen) } }
    return seen
  }

  private static func stamps(of path: String, after last: Stamps?) -> Stamps {
    var stamps = Stamps(own: FileFacts(path: path))
    guard stamps.own?.kind == .folder else { return stamps }
    let isSame = stamps.own == last?.own
    stamps.names = (isSame ? last?.names : nil) ?? names(in: path)
    stamps.facts = stamps.names.map { FileFacts(path: "\(path)/\($0)") }
    return stamps
  }

  private static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }
}
