import Foundation
import Language
import Syntax
import Testing

/// The pages of `roux explain`: their recipes do what they say.
@Suite struct ExplanationTests {
  @Test(arguments: DiagnosticCode.allCases) func theRecipeBeforeGivesTheCode(
    _ code: DiagnosticCode
  ) throws {
    let ran = try run(code.explanation.before, of: code.explanation)
    // A failed stage and what that left undone come together.
    let pair: Set<DiagnosticCode> = [.skipped, .stageFailed]
    let companions = pair.contains(code) ? pair : []
    #expect(ran.diagnostics.contains { $0.code == code }, "it said\n\(ran.said)")
    #expect(
      Set(ran.diagnostics.map(\.code)).subtracting([code]).isSubset(of: companions),
      "it said\n\(ran.said)")
  }

  @Test(arguments: DiagnosticCode.allCases) func theRecipeAfterIsRight(
    _ code: DiagnosticCode
  ) throws {
    let ran = try run(code.explanation.after, of: code.explanation)
    #expect(ran.diagnostics.isEmpty, "it said\n\(ran.said)")
    let text = code.explanation.after.text + "\n"
    #expect(Formatter.format(SourceText(name: "after", text)) == text)
  }

  @Test(arguments: DiagnosticCode.allCases) func aPageFitsATerminal(_ code: DiagnosticCode) {
    let lines = code.page(width: 80)
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(lines.count <= 40)
    #expect(lines[0].hasPrefix("\(code.rawValue)  "))
    let page = code.explanation
    #expect(!page.title.hasSuffix(".") && page.title.count <= 72)
    #expect(page.reason.count > 40 && page.reason.hasSuffix("."))
  }

  @Test func codesAreFoundHoweverTheyAreWritten() {
    #expect(DiagnosticCode(spelled: "e0312") == .missingColumns)
    #expect(DiagnosticCode(spelled: "E9999") == nil)
    #expect(DiagnosticCode.nearest(to: "0312") == .missingColumns)
    #expect(DiagnosticCode.nearest(to: "E03122") == .missingColumns)
    #expect(DiagnosticCode.nearest(to: "nonsense") == nil)
    #expect(DiagnosticCode.list.count == DiagnosticCode.allCases.count)
  }

  @Test(.enabled(if: Executable.roux != nil, "roux is not built"))
  func theCommandShowsAPage() throws {
    let folder = FileManager.default.temporaryDirectory
    let page = try Executable.run(["explain", "e0312"], in: folder)
    #expect(page.exitCode == 0 && page.said.contains("E0312  Rows lack a column that is read"))
    #expect(page.said.contains("\nBefore\n") && page.said.contains("\nAfter\n"))
    let unknown = try Executable.run(["explain", "E03122"], in: folder)
    #expect(unknown.exitCode == 2 && unknown.said.contains("did you mean E0312?"))
    let all = try Executable.run(["explain"], in: folder)
    #expect(all.said.split(separator: "\n").count == DiagnosticCode.allCases.count)
  }

  private func run(_ sample: Explanation.Sample, of page: Explanation) throws -> Ran {
    let folder = try Recipes.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    for file in page.beside {
      try Data(file.text.utf8).write(to: folder.appending(path: file.name))
    }
    let source = SourceText(name: Explanation.recipeName, bytes: sample.bytes)
    try Data(sample.bytes).write(to: folder.appending(path: source.name))
    let options = Options(words: sample.options)
    return Ran(
      source, in: folder, given: options.given, permissions: options.permissions(in: folder),
      memory: sample.memory)
  }
}
