import Foundation
import Vocabulary

/// Results of stages, found again by the key of all that they depend on.
///
/// Layout: `objects/KEY/` holds one finished result with the parts of its key, `scratch/KEY/` the
/// checkpoints of an unfinished one, `calls/` the answers of models by what was asked. An object is written under a temporary name, synced and
/// renamed: whoever finds it finds it whole, whenever the writer was killed.
public struct Store: Sendable {
  public let folder: Folder
  private let stored: [any StoredValue.Type]

  /// The store of recipes in `directory`: its `.roux` folder, or the one that `ROUX_STORE` names.
  public init(beside directory: Folder, stored: [any StoredValue.Type]) {
    let named = ProcessInfo.processInfo.environment["ROUX_STORE"]
    self.init(
      folder: named.map { URL(filePath: $0) } ?? directory.appending(path: ".roux"), stored: stored)
  }

  public init(folder: Folder, stored: [any StoredValue.Type]) {
    self.folder = folder
    self.stored = stored
  }

  /// The finished result under a key; nil where there is none.
  public func lookup(_ key: String) throws -> Value? {
    let object = place(of: key)
    guard FileManager.default.fileExists(atPath: object.appending(path: "value.json").path) else {
      return nil
    }
    return try ValueFile(folder: object, stored: stored).read()
  }

  /// Keeps a result under its key, with the parts of the key beside it.
  public func keep(_ value: Value, under key: String, parts: String) throws {
    let temporary = folder.appending(path: "temporary/\(key)-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    try ValueFile(folder: temporary, stored: stored).write(value)
    try Data(parts.utf8).write(to: temporary.appending(path: "key.txt"))
    try synchronise(temporary)
    try publish(temporary, as: place(of: key))
    try? FileManager.default.removeItem(at: scratch(for: key))
  }

  /// Where an unfinished stage keeps its checkpoints.
  public func scratch(for key: String) -> Folder { folder.appending(path: "scratch/\(key)") }

  /// Where answers to model calls are kept: they outlive the stages that asked.
  public var calls: Folder { folder.appending(path: "calls") }

  /// The parts of the key of a kept result.
  public func parts(of key: String) -> String? {
    try? String(contentsOf: place(of: key).appending(path: "key.txt"), encoding: .utf8)
  }

  /// Forgets a result and its checkpoints.
  public func drop(_ key: String) throws {
    for place in [place(of: key), scratch(for: key)]
    where FileManager.default.fileExists(atPath: place.path) {
      try FileManager.default.removeItem(at: place)
    }
  }

  /// The folder of a kept result.
  public func place(of key: String) -> Folder { folder.appending(path: "objects/\(key)") }

  private func publish(_ temporary: Folder, as object: Folder) throws {
    try FileManager.default.createDirectory(
      at: object.deletingLastPathComponent(), withIntermediateDirectories: true)
    if rename(temporary.path, object.path) == 0 {
      try synchronise(file: object.deletingLastPathComponent())
      return
    }
    // Another process finished the same stage first: equal keys have equal results.
    guard FileManager.default.fileExists(atPath: object.path) else {
      throw StoreError(
        path: object.path, problem: "could not be written: \(String(cString: strerror(errno)))",
        advice: "Is the disk full, or the folder read-only? ROUX_STORE names another place.")
    }
    try FileManager.default.removeItem(at: temporary)
  }

  private func synchronise(_ folder: Folder) throws {
    for entry in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      try synchronise(file: folder.appending(path: entry))
    }
    try synchronise(file: folder)
  }

  private func synchronise(file: URL) throws {
    let descriptor = open(file.path, O_RDONLY)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw StoreError(
        path: file.path,
        problem: "could not be synced to disk: \(String(cString: strerror(errno)))",
        advice: "Is the disk full?")
    }
  }
}
