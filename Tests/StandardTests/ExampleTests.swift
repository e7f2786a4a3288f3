import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// A line of recipe in the manual.
struct ManualExample: Sendable, CustomTestStringConvertible {
  let word: String
  let line: String
  var testDescription: String { "\(word): \(line)" }

  static let all = Chapter.allCases.flatMap(Ran.lexicon.entries).flatMap { help in
    help.examples.map { ManualExample(word: help.name, line: $0) }
  }
}

@Suite struct ExampleTests {
  @Test(arguments: ManualExample.all) func anExampleOfTheManualRuns(
    _ example: ManualExample
  ) throws {
    let source = SourceText(name: "example", example.line)
    let program = Program(
      source, lexicon: Ran.lexicon, directory: FileManager.default.temporaryDirectory)
    let said = DiagnosticRenderer(usesColor: false).render(program.diagnostics, in: source)
    try #require(program.diagnostics.isEmpty, "\(said)")
    #expect(example.line.contains(example.word), "the example is of another word")
    let runner = Runner(context: RunContext(directory: program.directory, threads: 2))
    #expect(runner.run(program).diagnostics.isEmpty)
    // Where it is no effect, there is a value; it can be shown.
    if let value = program.lastValue { _ = try runner.value(value, of: program).display }
  }

  @Test func everyWordHasAnExample() {
    let entries = Chapter.allCases.flatMap(Ran.lexicon.entries)
    let bare = entries.filter(\.examples.isEmpty).map(\.name)
    #expect(
      bare.filter { !ExampleTests.needFiles.contains($0) } == [],
      "a `def` has its examples in its documentation: /// > sft()")
  }

  /// Words that read or write a file of the user.
  private static let needFiles: Set<String> = [
    "jsonl", "json", "csv", "tsv", "lines", "model", "adapter", "save",
  ]

  @Test(arguments: Recipes.files(in: "examples")) func anExampleRuns(_ file: URL) throws {
    let folder = try Recipes.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for other in Recipes.files(in: "examples") {
      try FileManager.default.copyItem(
        at: other, to: folder.appending(path: other.lastPathComponent))
    }
    let text = try String(contentsOf: file, encoding: .utf8)
    let ran = Ran(text, named: file.lastPathComponent, in: folder)
    #expect(ran.exitCode == 0, "\(ran.said)")
    // Examples are of a few rows, which models learn by heart.
    #expect(ran.diagnostics.allSatisfy { $0.code == .rowsOverlap }, "\(ran.said)")
    #expect(text.split(separator: "\n").count <= 25, "an example shows one idea")
  }

  @Test(
    arguments: [
      "recipes", "examples", "stdlib", "Tests/StandardTests/Wrong", "Tests/StandardTests/Samples",
    ]
    .flatMap(Recipes.files))
  func recipesAreLaidOutInTheOneStyle(_ file: URL) throws {
    let source = SourceText(name: file.lastPathComponent, bytes: Array(try Data(contentsOf: file)))
    // A wrong recipe may be no recipe at all.
    guard let formatted = Formatter.format(source) else { return }
    #expect(Array(formatted.utf8) == source.bytes, "run `roux fmt \(file.lastPathComponent)`")
  }

  @Test func thereAreExamples() { #expect(Recipes.files(in: "examples").count >= 8) }
}
