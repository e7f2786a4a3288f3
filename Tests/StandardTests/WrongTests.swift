import Foundation
import Language
import Syntax
import Testing

/// Recipes that are wrong in one way each, with all that is said of them in a file beside each.
///
/// At the end of a recipe, `// exit: 3` is the exit code, and `// run: --lr 3` what stands on the
/// command line. `UPDATE_MESSAGES=1` writes the messages anew: a changed one is to be read.
@Suite struct WrongTests {
  static let recipes = Recipes.files(in: "Tests/StandardTests/Wrong").map(WrongRecipe.init)

  /// The folder that wrong recipes run in, with the files they read; made once.
  static let folder: Result<URL, any Error> = Result {
    let folder = try Recipes.temporaryFolder().resolvingSymlinksInPath()
    try BrokenFiles.make(in: folder)
    for recipe in recipes {
      try Data(recipe.bytes).write(to: folder.appending(path: recipe.name))
    }
    return folder
  }

  @Test func thereAreManyWrongRecipes() {
    #expect(WrongTests.recipes.count >= 120)
  }

  @Test func everyCodeHasAWrongRecipe() throws {
    let said = WrongTests.recipes.compactMap { try? $0.golden }.joined()
    let silent = DiagnosticCode.allCases.filter { !said.contains("[\($0.rawValue)]") }
    #expect(silent == [], "DiagnosticCode says how to add a wrong recipe for a code")
  }

  @Test(arguments: recipes) func aWrongRecipeSaysWhatIsWrong(_ recipe: WrongRecipe) throws {
    let folder = try WrongTests.folder.get()
    let ran = Ran(
      recipe.source, in: folder, given: recipe.options.given,
      permissions: recipe.options.permissions(in: folder), memory: recipe.memory)
    #expect(ran.exitCode == recipe.exitCode, "\(recipe.name) said\n\(ran.said)")
    let said = DiagnosticRenderer().render(
      ran.diagnostics.map { $0.replacing(folder.path, with: "FOLDER") }, in: recipe.source)
    if ProcessInfo.processInfo.environment["UPDATE_MESSAGES"] != nil {
      try Data(said.utf8).write(to: recipe.place)
    }
    #expect(try said == recipe.golden, "\(recipe.name): is what it says now better?")
    #expect(!ran.diagnostics.isEmpty)
    for diagnostic in ran.diagnostics {
      #expect(diagnostic.lacks(in: recipe.source) == [], "\(recipe.name) said\n\(ran.said)")
    }
  }

  @Test(arguments: recipes) func afterItsFixNothingIsSaidAgain(_ recipe: WrongRecipe) throws {
    let folder = try WrongTests.folder.get()
    let check = { (source: SourceText) in
      Program(
        source, lexicon: Ran.lexicon, directory: folder, given: recipe.options.given,
        permissions: recipe.options.permissions(in: folder)
      ).diagnostics
    }
    let fixable = check(recipe.source).filter { $0.fix != nil }
    let repair = Repair(recipe.source, check: check)
    let left = check(repair.source)
    for one in fixable {
      #expect(!left.contains { $0.code == one.code && $0.message == one.message }, "\(one.message)")
    }
    #expect(left.allSatisfy { $0.fix == nil })
    #expect(repair.changes.count >= fixable.count)
    #expect(Repair(repair.source, check: check).changes.isEmpty)
  }

  /// Those that run, and those with options; checking is the same code with and without a command.
  static let commanded = recipes.filter { $0.exitCode != 3 || !$0.options.words.isEmpty }

  @Test(.enabled(if: Executable.roux != nil, "roux is not built"), arguments: commanded)
  func theCommandSaysTheSame(_ recipe: WrongRecipe) throws {
    let folder = try WrongTests.folder.get()
    let ended = try Executable.run(["run", recipe.name] + recipe.options.words, in: folder)
    #expect(ended.exitCode == recipe.exitCode, "\(recipe.name) said\n\(ended.said)")
    // Where a line is folded depends on how long the name of the folder is.
    let words = { (text: String) in
      text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    let said = words(ended.said.replacing(folder.path, with: "FOLDER"))
    #expect(said.contains(words(try recipe.golden)), "\(recipe.name) said\n\(ended.said)")
  }

  /// Tells how long the slowest messages take; how fast the machine is decides no test.
  @Test func theSlowestMessagesAreTold() throws {
    let folder = try WrongTests.folder.get()
    let times = WrongTests.recipes.map { recipe in
      let seconds = (0..<3).map { _ in
        ContinuousClock().measure {
          let program = Program(
            recipe.source, lexicon: Ran.lexicon, directory: folder, given: recipe.options.given)
          _ = DiagnosticRenderer().render(program.diagnostics, in: recipe.source)
        } / .milliseconds(1)
      }
      return (name: recipe.name, milliseconds: seconds.min() ?? 0)
    }.sorted { $0.milliseconds > $1.milliseconds }
    for (name, milliseconds) in times.prefix(5) {
      print("message in \((milliseconds * 100).rounded() / 100) ms: \(name)")
    }
  }
}

extension Diagnostic {
  fileprivate func replacing(_ text: String, with other: String) -> Diagnostic {
    let replaced = { (label: Label) in
      Label(label.range, label.text.replacing(text, with: other), in: label.source)
    }
    return Diagnostic(
      code, message.replacing(text, with: other), at: primary.range,
      label: replaced(primary).text, in: primary.source, severity: severity,
      secondary: secondary.map(replaced), notes: notes.map { $0.replacing(text, with: other) },
      fix: fix)
  }

  /// What a message needs and this one has not.
  fileprivate func lacks(in source: SourceText) -> [String] {
    let home = primary.source ?? source
    let words = ([primary.text] + secondary.map(\.text) + notes).joined(separator: " ")
    let needs = [
      ("a title", !message.isEmpty && !message.hasSuffix(".")),
      ("a place in the text", primary.range.end <= home.bytes.count),
      ("what was found, under the place", !(primary.text.isEmpty && secondary.isEmpty)),
      ("what to do next, in a note or a fix", !notes.isEmpty || fix != nil),
      ("one suggestion at most", words.components(separatedBy: "did you mean").count <= 2),
      ("whole sentences in notes", notes.allSatisfy { !$0.isEmpty }),
    ]
    return needs.filter { !$0.1 }.map(\.0)
  }
}

/// A wrong recipe with what is expected of it.
struct WrongRecipe: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let exitCode: Int32
  /// What stands on the command line.
  let options: Options
  /// The bytes that the machine has left, where that matters.
  let memory: Int?
  /// Where all that is said of it stands.
  let place: URL

  var testDescription: String { name }
  var source: SourceText { SourceText(name: name, bytes: bytes) }
  var golden: String { get throws { try String(contentsOf: place, encoding: .utf8) } }

  init(file: URL) {
    name = file.lastPathComponent
    place = file.deletingPathExtension().appendingPathExtension("txt")
    bytes = (try? Data(contentsOf: file)).map(Array.init) ?? []
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    func remarks(_ mark: String) -> [String] {
      lines.filter { $0.hasPrefix("// \(mark): ") }.map { String($0.dropFirst(mark.count + 5)) }
    }
    exitCode = remarks("exit").first.flatMap(Int32.init) ?? -1
    memory = remarks("memory").first.flatMap { Int($0) }
    options = Options(words: remarks("run").flatMap { $0.split(separator: " ").map(String.init) })
  }
}
