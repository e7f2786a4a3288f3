import CTiny
import Foundation

/// The model that comes inside the program: `model("tiny")`.
public enum TinyModel {
  /// How recipes name it.
  public static let name = "tiny"

  /// A folder with its files, as any other model has them.
  ///
  /// They are written once into the user's cache, under a name that changes with their content.
  public static func folder() throws -> URL {
    if FileManager.default.fileExists(atPath: settings) { return place }
    let temporary = cache.appending(path: "tiny-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
    for file in files { try file.data.write(to: temporary.appending(path: file.name)) }
    do {
      try FileManager.default.moveItem(at: temporary, to: place)
    } catch {
      // Another process was first: its files are the same.
      try? FileManager.default.removeItem(at: temporary)
      guard FileManager.default.fileExists(atPath: place.path) else { throw error }
    }
    return place
  }

  // Put together once: each check asks where the model lies.
  private static let place = cache.appending(path: "tiny-\(digest)")
  private static let settings = place.appending(path: "config.json").path

  private static let cache: URL = {
    let named = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"]
    let home = FileManager.default.homeDirectoryForCurrentUser
    return (named.map { URL(filePath: $0) } ?? home.appending(path: ".cache"))
      .appending(path: "roux")
  }()

  private struct File {
    let name: String
    let data: Data
  }

  private static var files: [File] {
    (0..<4).compactMap { place in
      let file = tiny_file_at(Int32(place))
      guard let name = file.name, let start = file.start, let end = file.end else { return nil }
      return File(name: String(cString: name), data: Data(bytes: start, count: end - start))
    }
  }

  /// FNV-1a over all files.
  private static let digest: String = {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for file in files {
      file.data.withUnsafeBytes { bytes in
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
      }
    }
    return String(hash, radix: 16)
  }()
}
