import Foundation
import Synchronization

/// The hashes of files that are not small, remembered between runs under path, size and time of change.
///
/// To hash a model takes longer than all else that a check does. A file that changed less than two
/// seconds before it was hashed is not remembered: its time might not tell the next change.
public final class KnownDigests: Sendable {
  /// Those of the user, kept in the user's cache.
  public static let shared = KnownDigests(file: cache.appending(path: "digests"))

  private let file: URL
  private let known = Mutex<[String: String]?>(nil)

  /// Smaller files are hashed sooner than they are looked up.
  private static let smallest = 1 << 16

  public init(file: URL) { self.file = file }

  /// The hash of a file; nil where there is no such file.
  public func digest(of url: URL) -> String? {
    let facts = try? FileManager.default.attributesOfItem(atPath: url.path)
    guard facts?[.type] as? FileAttributeType == .typeRegular, let size = facts?[.size] as? Int,
      size >= Self.smallest, let date = facts?[.modificationDate] as? Date
    else { return try? Digest.sha256(contentOf: url) }
    let stamp = "\(size) \(date.timeIntervalSince1970) \(url.standardizedFileURL.path)"
    if let digest = lookup(stamp) { return digest }
    guard let digest = try? Digest.sha256(contentOf: url) else { return nil }
    if date.timeIntervalSinceNow < -2 { keep(digest, stamp) }
    return digest
  }

  private func lookup(_ stamp: String) -> String? {
    known.withLock { known in
      if known == nil { known = read() }
      return known?[stamp]
    }
  }

  /// One line each: the hash, a space, the stamp.
  private func read() -> [String: String] {
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: " ", maxSplits: 1)
      return parts.count == 2 ? (String(parts[1]), String(parts[0])) : nil
    }
    return Dictionary(pairs, uniquingKeysWith: { $1 })
  }

  /// Appends a line, so that processes side by side lose nothing; a cache that cannot be written is
  /// done without.
  private func keep(_ digest: String, _ stamp: String) {
    known.withLock { $0?[stamp] = digest }
    try? FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    if !FileManager.default.fileExists(atPath: file.path) {
      _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    }
    guard let handle = try? FileHandle(forWritingTo: file) else { return }
    defer { try? handle.close() }
    guard (try? handle.seekToEnd()) != nil else { return }
    try? handle.write(contentsOf: Data("\(digest) \(stamp)\n".utf8))
  }

  private static var cache: URL {
    let named = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"]
    let home = FileManager.default.homeDirectoryForCurrentUser
    return (named.map { URL(filePath: $0) } ?? home.appending(path: ".cache"))
      .appending(path: "roux")
  }
}
