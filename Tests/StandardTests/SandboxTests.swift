import Foundation
import Language
import Syntax
import TestSupport
import Testing
import Vocabulary

/// What a recipe may touch, and what it may not.
@Suite struct SandboxTests {
  /// `here/` with a recipe that may be run, `there/` with one that it must not read by itself.
  private func folders() throws -> (here: URL, there: URL) {
    let root = try Recipes.temporaryFolder()
    for name in ["here/data", "there"] {
      try FileManager.default.createDirectory(
        at: root.appending(path: name), withIntermediateDirectories: true)
    }
    let rows = Data("{\"a\": 1}\n".utf8)
    for name in ["here/data/rows.jsonl", "here/other.jsonl", "there/rows.jsonl"] {
      try rows.write(to: root.appending(path: name))
    }
    try Data("rows = jsonl(\"rows.jsonl\")\ncount_of = count(rows)\n".utf8)
      .write(to: root.appending(path: "there/stranger.recipe"))
    return (root.appending(path: "here"), root.appending(path: "there"))
  }

  private func run(_ text: String, in folder: URL, _ permissions: Permissions) -> [Diagnostic] {
    let program = Program(
      SourceText(name: "t.recipe", text), lexicon: Ran.lexicon, directory: folder,
      permissions: permissions)
    guard program.isSound else { return program.diagnostics }
    let runner = Runner(
      context: RunContext(directory: program.directory), permissions: program.permissions)
    return runner.run(program).diagnostics
  }

  @Test(arguments: [
    ("show(jsonl(\"data/rows.jsonl\"))", nil), ("show(jsonl(\"other.jsonl\"))", "--allow-read"),
    ("show(jsonl(\"data/../other.jsonl\"))", "--allow-read"),
    ("show(jsonl(\"../there/rows.jsonl\"))", "--allow-read"),
    ("save(rows([(a: 1)]), to: \"out/a.jsonl\")", nil),
    ("save(rows([(a: 1)]), to: \"data/a.jsonl\")", "--allow-write"),
    ("save(rows([(a: 1)]), to: \"out/../../a.jsonl\")", "--allow-write"),
    ("show(model(\"tiny\"))", nil),
  ])
  func onlyWhatIsAllowedIsTouched(_ text: String, _ option: String?) throws {
    let here = try folders().here
    let permissions = Permissions(
      reads: [here.appending(path: "data")], writes: [here.appending(path: "out")],
      usesNetwork: false)
    let found = run(text, in: here, permissions)
    #expect(found.map(\.code) == (option == nil ? [] : [.notPermitted]), "\(found.map(\.message))")
    if let option { #expect(found.allSatisfy { $0.notes.contains { $0.contains(option) } }) }
    #expect(run(text, in: here, .all).isEmpty, "without options all is allowed")
  }

  @Test func aPathThatIsKnownOnlyWhileRunningIsHeldToItAsWell() throws {
    let here = try folders().here
    let text = """
      names = rows([(name: "../there/rows.jsonl")])
      n = count(names)
      show(jsonl(if n > 0 then "../there/rows.jsonl" else "data/rows.jsonl"))
      """
    let permissions = Permissions(
      reads: [here.appending(path: "data")], writes: nil, usesNetwork: true)
    let found = run(text, in: here, permissions)
    #expect(found.contains { $0.message.contains("may not read `../there/rows.jsonl`") })
    #expect(run(text, in: here, .all).isEmpty)
  }

  @Test func anImportGetsNoMoreThanItsImporter() throws {
    let (here, there) = try folders()
    try Data(contentsOf: there.appending(path: "stranger.recipe"))
      .write(to: here.appending(path: "friend.recipe"))
    try Data("{\"a\": 1}\n".utf8).write(to: here.appending(path: "rows.jsonl"))
    let data = here.appending(path: "data")
    let limited = Permissions(reads: [data], writes: nil, usesNetwork: true)
    let near = "import \"friend.recipe\" as other\nshow(other().count_of)"
    #expect(run(near, in: here, .all).isEmpty)
    let found = run(near, in: here, limited)
    #expect(found.count == 1 && found[0].message.contains("may not read `rows.jsonl`"))
    let far = "import \"../there/stranger.recipe\" as other\nshow(other().count_of)"
    #expect(run(far, in: here, .all).isEmpty)
    #expect(run(far, in: here, limited).map(\.code).contains(.notPermitted))
    let both = Permissions(reads: [data, there], writes: nil, usesNetwork: true)
    #expect(run(far, in: here, both).isEmpty)
  }

  @Test func aPlanSaysWhatIsReadAndWritten() throws {
    let here = try folders().here
    let program = Program(
      SourceText(name: "t.recipe", "save(jsonl(\"data/rows.jsonl\"), to: \"out/a.jsonl\")"),
      lexicon: Ran.lexicon, directory: here)
    let said = program.plan().description(in: here)
    #expect(said.contains("reads data/rows.jsonl (9 B)"), "\(said)")
    #expect(said.contains("writes out/a.jsonl · network: none"), "\(said)")
  }

  // MARK: From elsewhere

  @Test(.enabled(if: Executable.roux != nil, "roux is not built"))
  func aRecipeFromElsewhereKeepsToItsFolderOrIsTrusted() throws {
    let (here, there) = try folders()
    func ended(_ text: String, _ options: [String] = []) throws -> Executable.Ended {
      try Data(text.utf8).write(to: there.appending(path: "r.recipe"))
      return try Executable.run(["run", "../there/r.recipe"] + options, in: here)
    }
    #expect(try ended("show(jsonl(\"rows.jsonl\"))").exitCode == 0)
    #expect(try ended("save(jsonl(\"rows.jsonl\"), to: \"out/a.jsonl\")").exitCode == 0)
    let reading = "show(jsonl(\"../here/other.jsonl\"))"
    let refused = try ended(reading)
    #expect(refused.exitCode == 2)
    #expect(refused.said.contains("wants to read"), "\(refused.said)")
    #expect(refused.said.contains("--trust"), "\(refused.said)")
    #expect(try ended(reading, ["--trust"]).exitCode == 0)
    #expect(try ended(reading, ["--allow-read", "other.jsonl"]).exitCode == 0)
    #expect(try ended(reading, ["--allow-read", "data"]).exitCode == 3)
    let writing = try ended("save(rows([(a: 1)]), to: \"../here/b.jsonl\")")
    #expect(writing.exitCode == 2 && writing.said.contains("wants to write"), "\(writing.said)")
    #expect(!FileManager.default.fileExists(atPath: here.appending(path: "b.jsonl").path))
  }
}
