import Foundation
import Language
import Syntax
import Testing

/// Recipes that are wrong in one way each; what is to come of them stands at their ends.
///
/// `// exit: 3` is the exit code, `// says: text` a text that must occur among the complaints, and
/// `// run: --lr 3` what stands on the command line.
@Suite struct WrongTests {
  static let recipes = Recipes.files(in: "Tests/StandardTests/Wrong").map(WrongRecipe.init)

  /// The folder that wrong recipes run in, with the files they read; made once.
  static let folder: Result<URL, any Error> = Result {
    let folder = try Recipes.temporaryFolder()
    try BrokenFiles.make(in: folder)
    for recipe in recipes {
      try Data(recipe.text.utf8).write(to: folder.appending(path: recipe.name))
    }
    return folder
  }

  @Test func thereAreManyWrongRecipes() {
    #expect(WrongTests.recipes.count > 40)
  }

  @Test(arguments: recipes) func aWrongRecipeSaysWhatIsWrong(_ recipe: WrongRecipe) throws {
    let ran = Ran(
      recipe.text, named: recipe.name, in: try WrongTests.folder.get(), given: recipe.given)
    #expect(ran.exitCode == recipe.exitCode, "\(recipe.name) said\n\(ran.said)")
    for text in recipe.says {
      #expect(ran.said.contains(text), "\(recipe.name) said\n\(ran.said)")
    }
    #expect(recipe.exitCode == 0 || !recipe.says.isEmpty, "\(recipe.name) expects no words")
    for diagnostic in ran.diagnostics {
      #expect(diagnostic.isWhole(in: recipe.source), "\(recipe.name) said\n\(ran.said)")
    }
  }

  @Test(.enabled(if: Executable.roux != nil, "roux is not built"), arguments: recipes)
  func theCommandEndsWithTheExitCode(_ recipe: WrongRecipe) throws {
    let ended = try Executable.run(
      ["run", recipe.name] + recipe.options, in: try WrongTests.folder.get())
    #expect(ended.exitCode == recipe.exitCode, "\(recipe.name) said\n\(ended.said)")
    for text in recipe.says {
      #expect(ended.said.contains(text), "\(recipe.name) said\n\(ended.said)")
    }
  }
}

extension Diagnostic {
  /// Whether it has a place, says what was found there, and what was expected or what to do next.
  fileprivate func isWhole(in source: SourceText) -> Bool {
    let isInside = primary.range.end <= (primary.source ?? source).bytes.count
    let helps = !primary.text.isEmpty || !notes.isEmpty || fix != nil || !secondary.isEmpty
    return isInside && !message.isEmpty && helps
  }
}

/// A wrong recipe with what is expected of it.
struct WrongRecipe: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let exitCode: Int32
  let says: [String]
  /// What stands on the command line.
  let options: [String]

  var testDescription: String { name }
  var source: SourceText { SourceText(name: name, text) }

  init(file: URL) {
    name = file.lastPathComponent
    text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n").map(String.init)
    func remarks(_ mark: String) -> [String] {
      lines.filter { $0.hasPrefix("// \(mark): ") }.map { String($0.dropFirst(mark.count + 5)) }
    }
    exitCode = remarks("exit").first.flatMap(Int32.init) ?? -1
    says = remarks("says")
    options = remarks("run").flatMap { $0.split(separator: " ").map(String.init) }
  }

  /// The options as names and values.
  var given: [GivenParameter] {
    stride(from: 0, to: options.count - 1, by: 2).map {
      GivenParameter(String(options[$0].dropFirst(2)), options[$0 + 1])
    }
  }
}
