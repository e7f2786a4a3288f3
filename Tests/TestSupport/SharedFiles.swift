import Foundation

/// The third-party files that tests read in place.
///
/// `ROUX_SHARED` names the folder; beside a checkout it is `../shared`. Where it is absent, tests
/// that need it are skipped and say so.
public enum SharedFiles {
  /// The folder of the checkout.
  public static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  public static let folder: URL? = {
    let named = ProcessInfo.processInfo.environment["ROUX_SHARED"]
    let beside = root.deletingLastPathComponent().appending(path: "shared")
    let candidate = named.map { URL(filePath: $0) } ?? beside
    return FileManager.default.fileExists(atPath: candidate.path) ? candidate : nil
  }()

  /// The place of a file under the shared folder, or nil where the folder or the file is absent.
  public static func file(_ path: String) -> URL? {
    guard let url = folder?.appending(path: path) else { return nil }
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }
}
