import Foundation

/// What the file system says of a place: one call of `stat`, as a check asks for hundreds.
///
/// Foundation's attributes of a file take ten times as long, since they fetch owners and names.
public struct FileFacts: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case file, folder, other }

  public let kind: Kind
  /// In bytes.
  public let size: Int
  /// When it last changed, in whole seconds since 1970 and nanoseconds.
  private let seconds: Int
  private let nanoseconds: Int

  /// Nil where there is nothing at the path; of a link, what it leads to.
  public init?(path: String) {
    var found = stat()
    guard stat(path, &found) == 0 else { return nil }
    switch found.st_mode & S_IFMT {
    case S_IFREG: kind = .file
    case S_IFDIR: kind = .folder
    default: kind = .other
    }
    size = Int(found.st_size)
    seconds = Int(found.st_mtim.tv_sec)
    nanoseconds = Int(found.st_mtim.tv_nsec)
  }

  /// When it last changed.
  public var date: Date {
    Date(timeIntervalSince1970: Double(seconds) + Double(nanoseconds) * 1e-9)
  }
}
