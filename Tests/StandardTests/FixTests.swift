import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// `roux check --fix` and `--json`, as tools call them.
@Suite struct FixTests {
  private static let habits = """
    let rate = 1e-4 # not much
    show(lora(ranks = 8) == None || !True)
    show(lenght('four'))

    """

  @Test func allFixesAreAppliedUntilNoneIsLeft() {
    let folder = FileManager.default.temporaryDirectory
    let source = SourceText(name: "habits.recipe", FixTests.habits)
    let check = { (source: SourceText) in
      Program(source, lexicon: Ran.lexicon, directory: folder).diagnostics
    }
    let repair = Repair(source, check: check)
    #expect(
      repair.source[repair.source.range] == """
        rate = 1e-4 // not much
        show(lora(rank: 8) == none or not true)
        show(length("four"))

        """)
    // What needs a decision is left, and nothing is fixed twice.
    #expect(check(repair.source).map(\.code) == [.operatorTypes])
    #expect(repair.changes.count == 10)
    #expect(
      repair.changes[0].lines(in: "habits.recipe") == [
        "fixed[E0137]  habits.recipe:1  remove it", "  - let rate = 1e-4 # not much",
        "  + rate = 1e-4 # not much",
      ])
  }

  @Test func aFixThatWouldBreakTheTextIsNotApplied() {
    let source = SourceText(name: "a.recipe", "show(1)")
    let worse = Diagnostic(
      .unknownName, "…", at: source.range, fix: .init(source.range, "show(", "break it"))
    let check = { (text: SourceText) in text == source ? [worse] : Parser.parse(text).diagnostics }
    let repair = Repair(source, check: check)
    #expect(repair.source == source && repair.changes.isEmpty)
  }

  @Test func fixesThatTakeTurnsComeToAnEnd() {
    let source = SourceText(name: "a.recipe", "a")
    let repair = Repair(source) { text in
      let other = text[text.range] == "a" ? "b" : "a"
      return [
        Diagnostic(
          .unknownName, text[text.range], at: text.range, fix: .init(text.range, other, "turn"))
      ]
    }
    #expect(repair.changes.count <= 100)
  }

  @Test(.enabled(if: Executable.roux != nil, "roux is not built"))
  func theCommandWritesTheFile() throws {
    let folder = try Recipes.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "habits.recipe")
    let link = folder.appending(path: "link.recipe")
    try Data(FixTests.habits.replacing(" == None || !True", with: "").utf8).write(to: file)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
    let fixed = try Executable.run(["check", "--fix", "link.recipe"], in: folder)
    #expect(fixed.exitCode == 0, "\(fixed.said)")
    #expect(fixed.said.contains("fixed[E0131]  link.recipe:2"))
    #expect(fixed.said.contains("  + show(length(\"four\"))"))
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("show(lora(rank: 8))"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == file.path)
    let again = try Executable.run(["check", "--fix", "habits.recipe"], in: folder)
    #expect(again.exitCode == 0 && again.said.isEmpty)
  }

  @Test(.enabled(if: Executable.roux != nil, "roux is not built"))
  func toolsReadJSON() throws {
    let folder = try Recipes.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("// é\nshow(lora(ranks: 8))\n".utf8).write(to: folder.appending(path: "a.recipe"))
    try Data("show(1)\n".utf8).write(to: folder.appending(path: "b.recipe"))
    let wrong = try Executable.run(["check", "--json", "a.recipe"], in: folder)
    #expect(wrong.exitCode == 3)
    #expect(wrong.said == FixTests.json)
    let right = try Executable.run(["check", "--json", "b.recipe"], in: folder)
    #expect(right.exitCode == 0 && right.said == "[]\n")
  }

  private static let signature = Ran.lexicon.primitives(named: "lora")[0].slots.map(\.signature)
    .joined(separator: ", ")

  private static let json = [
    #"[{"code":"E0203","severity":"error","message":"`lora` has no argument `ranks`","#,
    #""primary":{"file":"a.recipe","start":16,"end":21,"line":2,"column":11,"endLine":2,"#,
    #""endColumn":16,"text":"did you mean `rank`?"},"secondary":[],"#,
    #""notes":["lora(\#(signature.replacing("\"", with: "\\\"")))"]"#,
    #","fix":{"start":16,"end":21,"line":2,"column":11,"endLine":2,"endColumn":16,"#,
    #""replacement":"rank","description":"write `rank`"}}]"#, "\n",
  ].joined()
}
