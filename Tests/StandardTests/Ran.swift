import Foundation
import Language
import Standard
import Syntax
import TestSupport
import Vocabulary

/// A recipe run as `roux run` runs it, with all that it said.
struct Ran {
  let exitCode: Int32
  let diagnostics: [Diagnostic]
  /// Diagnostics as people see them.
  let said: String
  let events: [RunEvent]

  static let lexicon = Lexicon(.standard)

  init(
    _ text: String, named name: String = "test.recipe", in directory: URL,
    given: [GivenParameter] = []
  ) {
    self.init(SourceText(name: name, text), in: directory, given: given)
  }

  init(
    _ source: SourceText, in directory: URL, given: [GivenParameter] = [],
    permissions: Permissions = .all, memory: Int? = nil
  ) {
    let events = Collected<RunEvent>()
    let program = Program(
      source, lexicon: Ran.lexicon, directory: directory, given: given, permissions: permissions)
    var diagnostics = program.diagnostics
    var exitCode = program.exitCode
    if program.isSound {
      let runner = Runner(
        context: RunContext(
          directory: program.directory, scratch: directory.appending(path: "scratch"),
          threads: 2, report: { events.add($0) }))
      let previews = program.previews(of: program.plan(), with: runner, memory: memory)
      diagnostics += previews.diagnostics
      exitCode = 3
      if previews.diagnostics.isEmpty {
        let outcome = runner.run(program)
        diagnostics += outcome.diagnostics
        exitCode = outcome.exitCode
      }
    }
    self.exitCode = exitCode
    self.diagnostics = diagnostics
    self.events = events.all
    said = DiagnosticRenderer(usesColor: false, width: 100).render(diagnostics, in: source)
  }
}

/// What stands behind the name of a recipe on the command line.
struct Options {
  let words: [String]

  private var pairs: [(String, String)] {
    stride(from: 0, to: words.count - 1, by: 2).map {
      (String(words[$0].dropFirst(2)), words[$0 + 1])
    }
  }

  /// Values for params.
  var given: [GivenParameter] {
    pairs.filter { $0.0 != "allow-read" }.map { GivenParameter($0.0, $0.1) }
  }

  func permissions(in folder: URL) -> Permissions {
    let reads = pairs.filter { $0.0 == "allow-read" }.map { folder.appending(path: $0.1) }
    return reads.isEmpty ? .all : Permissions(reads: reads, writes: nil, usesNetwork: false)
  }
}

/// Recipes of the repository, by folder.
enum Recipes {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func files(in folder: String) -> [URL] {
    let place = root.appending(path: folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return names.filter { $0.hasSuffix(".recipe") }.sorted().map { place.appending(path: $0) }
  }

  /// A new folder for what a test writes.
  static func temporaryFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "roux-standard-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
