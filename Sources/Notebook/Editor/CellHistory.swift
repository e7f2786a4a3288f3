// The cells typed so far, kept in a log that only grows.

import Foundation

/// The history could not be kept.
public struct HistoryError: Error, CustomStringConvertible, Sendable {
  public var path: String
  public var reason: String

  public var description: String {
    "\(path): the history cannot be written: \(reason) · cells typed now are kept for this session "
      + "only · set ROUX_HISTORY to a file that can be written"
  }
}

/// Cells of this and of earlier sessions, oldest first.
///
/// The log holds one record per line, with `\n` for line ends and `\\` for backslashes; records are
/// appended and synced, never rewritten, so several sessions may share it.
public struct CellHistory: Sendable {
  public let path: String?
  public private(set) var cells: [String] = []

  /// Reads the log at `path`; an absent one is empty.
  ///
  /// Without a path nothing is kept on disk.
  public init(path: String?) {
    self.path = path
    guard let path, let data = FileManager.default.contents(atPath: path) else { return }
    for record in data.split(separator: UInt8(ascii: "\n")) {
      let cell = Self.decoded(String(decoding: record, as: UTF8.self))
      if !cell.isEmpty, cell != cells.last { cells.append(cell) }
    }
  }

  /// `ROUX_HISTORY`, or `roux/history` in the user's folder for state (XDG Base Directory).
  public static func defaultPath(environment: [String: String]) -> String? {
    if let path = environment["ROUX_HISTORY"] { return path.isEmpty ? nil : path }
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return state + "/roux/history"
    }
    return environment["HOME"].map { $0 + "/.local/state/roux/history" }
  }

  /// Appends a cell and returns once it is on disk: call it before the cell runs.
  public mutating func append(_ cell: String) throws(HistoryError) {
    guard !cell.allSatisfy(\.isWhitespace), cell != cells.last else { return }
    cells.append(cell)
    guard let path else { return }
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty {
      try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    let file = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.failure(path) }
    defer { close(file) }
    try write(record: Self.encoded(cell), to: file, path: path)
  }

  private func write(record: String, to file: Int32, path: String) throws(HistoryError) {
    let bytes = Array(((Self.endsTorn(file) ? "\n" : "") + record + "\n").utf8)
    // One call, so that the records of two sessions never mix.
    let count = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
    guard count == bytes.count, fsync(file) == 0 else { throw Self.failure(path) }
  }

  /// Whether the last record was cut short, by a full disk or a crash.
  private static func endsTorn(_ file: Int32) -> Bool {
    let length = lseek(file, 0, SEEK_END)
    var last = UInt8(ascii: "\n")
    return length > 0 && pread(file, &last, 1, length - 1) == 1 && last != UInt8(ascii: "\n")
  }

  private static func failure(_ path: String) -> HistoryError {
    HistoryError(path: path, reason: String(cString: strerror(errno)))
  }

  static func encoded(_ cell: String) -> String {
    var record = ""
    for scalar in cell.unicodeScalars {
      switch scalar {
      case "\\": record += "\\\\"
      case "\n": record += "\\n"
      case "\r": record += "\\r"
      default: record.unicodeScalars.append(scalar)
      }
    }
    return record
  }

  static func decoded(_ record: String) -> String {
    var cell = ""
    var isEscaped = false
    for scalar in record.unicodeScalars {
      if !isEscaped, scalar == "\\" { isEscaped = true; continue }
      let plain: Unicode.Scalar =
        isEscaped && scalar == "n" ? "\n" : isEscaped && scalar == "r" ? "\r" : scalar
      cell.unicodeScalars.append(plain)
      isEscaped = false
    }
    return cell
  }
}

/// A walk through the history from a draft: only cells that begin as the draft does.
struct HistoryWalk {
  private let candidates: [String]
  private let draft: String
  private var place: Int

  init(_ history: CellHistory, draft: String) {
    var seen: Set<String> = [draft]
    candidates =
      history.cells.reversed().filter { $0.hasPrefix(draft) && seen.insert($0).inserted }
    self.draft = draft
    place = -1
  }

  mutating func older() -> String? {
    guard place + 1 < candidates.count else { return nil }
    place += 1
    return candidates[place]
  }

  mutating func newer() -> String? {
    guard place >= 0 else { return nil }
    place -= 1
    return place < 0 ? draft : candidates[place]
  }
}
