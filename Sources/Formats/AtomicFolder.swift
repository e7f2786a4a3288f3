import Foundation

/// A new folder of model files that appears under its name only when it is complete.
///
/// A folder of that name is replaced if model files are all it holds; anything else in it is
/// somebody's work, and the write is refused.
enum AtomicFolder {
  private static let replaceable = [".safetensors", ".json", ".model", ".jinja", ".txt", ".md"]

  static func write(to url: URL, _ body: (URL) throws -> Void) throws {
    let target = try checkedTarget(url)
    let temporary = temporaryName(for: target)
    let files = FileManager.default
    do {
      try files.createDirectory(atPath: temporary, withIntermediateDirectories: true)
      try body(URL(filePath: temporary, directoryHint: .isDirectory))
      try syncFolder(temporary)
      try replace(target, with: temporary)
    } catch {
      try? files.removeItem(atPath: temporary)
      throw error
    }
    try syncFolder(parent(of: target))
  }

  private static func checkedTarget(_ url: URL) throws -> String {
    var target = url.standardizedFileURL.path(percentEncoded: false)
    while target.count > 1, target.hasSuffix("/") { target.removeLast() }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) else {
      return target
    }
    let names =
      isFolder.boolValue
      ? try FileManager.default.contentsOfDirectory(atPath: target).sorted()
      : [url.lastPathComponent]
    let foreign = names.first { name in
      !isFolder.boolValue || !replaceable.contains { name.hasSuffix($0) }
    }
    if let foreign {
      throw FormatError(
        path: target, problem: "exists and holds \(foreign), which would be lost",
        advice: "Name another folder, or move that file away.")
    }
    return target
  }

  /// Moves the new folder to its name; the old one, if any, is moved away first and then deleted.
  private static func replace(_ target: String, with temporary: String) throws {
    let old = temporaryName(for: target)
    let replaces = rename(target, old) == 0
    guard rename(temporary, target) == 0 else {
      let code = errno
      if replaces { rename(old, target) }
      throw FormatError.system("cannot be put in its place", path: target, code: code)
    }
    if replaces { try FileManager.default.removeItem(atPath: old) }
  }
}
