import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// Recipes as functions of their params: pins, circles, and how much of them runs.
@Suite struct ModuleTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "roux-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  private func read(_ text: String, _ journal: Journal = Journal()) -> Program {
    Program(
      SourceText(name: "main.recipe", text), lexicon: TestVocabulary.lexicon(journal),
      directory: folder)
  }

  static let part = """
    param n: Int = 1
    import "deep.recipe" as deep
    twice = 2 * n + deep().one
    """

  /// The recipe that imports `part.recipe` under the pin that its own complaint tells.
  private func pinned() throws -> String {
    try write(Self.part, to: "part.recipe")
    try write("one = 1", to: "deep.recipe")
    let text = "import \"part.recipe#sha256-00000000\" as part\nshow(part(n: 2).twice)"
    let complaint = try #require(read(text).diagnostics.first)
    #expect(complaint.code == .pinMismatch)
    let fix = try #require(complaint.fix)
    #expect(fix.replacement.hasPrefix("\"part.recipe#sha256-"))
    let fixed = fix.applied(to: SourceText(name: "main.recipe", text))
    return fixed[fixed.range]
  }

  @Test func theComplaintTellsThePinToPaste() throws {
    let text = try pinned()
    #expect(read(text).diagnostics.isEmpty)
  }

  @Test(arguments: [
    ("part.recipe", "// Why.\n" + part, true), ("part.recipe", part + "\n\n\n", true),
    ("part.recipe", part.replacing("2 * n", with: "(2   *   n)"), true),
    ("part.recipe", part.replacing("2 * n", with: "3 * n"), false),
    ("part.recipe", part.replacing("Int = 1", with: "Int = 4"), false),
    ("deep.recipe", "// One.\none = 1", true), ("deep.recipe", "one = 3 - 2", false),
  ])
  func aPinIsOfTheTreeAndOfAllThatItImports(_ file: String, _ text: String, _ keeps: Bool) throws {
    let main = try pinned()
    try write(text, to: file)
    #expect(read(main).diagnostics.map(\.code) == (keeps ? [] : [.pinMismatch]))
  }

  @Test func aShortPinPinsNothing() throws {
    let text = try pinned()
    let start = try #require(text.range(of: "sha256-")).upperBound
    let short = text.replacingCharacters(
      in: text.index(start, offsetBy: 4)..<text.index(start, offsetBy: 16), with: "")
    #expect(read(short).diagnostics.map(\.code) == [.pinMismatch])
  }

  @Test func recipesThatImportEachOtherAreRefused() throws {
    try write("import \"b.recipe\" as b\nx = b().y", to: "a.recipe")
    try write("import \"c.recipe\" as c\ny = c().z", to: "b.recipe")
    try write("import \"a.recipe\" as a\nz = a().x", to: "c.recipe")
    let found = read("import \"a.recipe\" as a\nshow(a().x)").diagnostics
    #expect(found.count == 1, "\(found.map(\.message))")
    #expect(found.first?.message.contains("imports itself") == true, "\(found.map(\.message))")
  }

  @Test func onlyWhatIsAskedForRuns() throws {
    try write(
      """
      param n: Int = 2
      d = rows([(prompt: "a", response: "b")])
      first = model("first") |> train(on: d, with: sft())
      second = model("second") |> train(on: d, with: sft())
      both = first |> evaluate(on: d)
      show(second)
      check(n < 2)
      """, to: "stages.recipe")
    let journal = Journal()
    let program = read(
      """
      import "stages.recipe" as stages
      show(stages().first)
      show(stages(n: 3).first.name)
      """, journal)
    #expect(program.plan().heavy.map(\.label) == ["first"])
    let runner = Runner(context: RunContext(directory: folder))
    #expect(runner.run(program).exitCode == 0)
    #expect(journal.all == ["train first", "model first+1", "first+1"])
  }
}
