import Foundation
import Language
import Store
import Syntax
import Vocabulary

/// The part of the library that is written in the language, as files to look at.
///
/// They are written when somebody first jumps to one: read-only, under the user's caches, in a
/// folder named after their content, so that no program shows the library of another.
struct LibraryFiles {
  private let lexicon: Lexicon

  init(_ lexicon: Lexicon) { self.lexicon = lexicon }

  /// The path of a library file; nil where it cannot be written.
  func path(of source: SourceText) -> String? {
    let file = folder.appending(path: source.name)
    if FileManager.default.contents(atPath: file.path) == Data(source.bytes) { return file.path }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try? FileManager.default.removeItem(at: file)
      try Data(source.bytes).write(to: file, options: .atomic)
      try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: file.path)
      return file.path
    } catch {
      return nil
    }
  }

  /// Whether a text is one of the library's.
  func contains(_ source: SourceText) -> Bool {
    lexicon.library.sources.contains {
      $0.name == source.name && Array($0.text.utf8) == source.bytes
    }
  }

  private var folder: URL {
    let texts = lexicon.library.sources.map { $0.name + "\n" + $0.text }.joined(separator: "\n")
    let environment = ProcessInfo.processInfo.environment
    let caches =
      environment["XDG_CACHE_HOME"].map { URL(filePath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appending(path: ".cache")
    return caches.appending(path: "roux/stdlib-\(Digest.sha256(texts).prefix(12))")
  }
}
