import Foundation
import Language
import Standard
import Testing
import Vocabulary

@Suite struct ReferenceTests {
  @Test func theReferenceIsThatOfTheLibrary() throws {
    let file = Recipes.root.appending(path: "stdlib/REFERENCE.md")
    let text = Reference(library: .standard, lexicon: Ran.lexicon).text
    if ProcessInfo.processInfo.environment["UPDATE_REFERENCE"] != nil {
      try Data(text.utf8).write(to: file)
    }
    let kept = try String(contentsOf: file, encoding: .utf8)
    #expect(
      kept == text,
      "stdlib/REFERENCE.md is stale; \(Reference.command) writes it anew")
  }
}

/// The manual of all words, made from their declarations.
struct Reference {
  let library: Library
  let lexicon: Lexicon

  static let command = "`UPDATE_REFERENCE=1 swift test --filter StandardTests`"

  var text: String {
    let chapters = Chapter.allCases.map(chapter).filter { !$0.isEmpty }
    return ([head] + chapters + [types]).joined(separator: "\n") + "\n"
  }

  private var head: String {
    """
    # Reference

    All words of the language. Made from their declarations; \(Reference.command) writes it anew.
    `roux doc WORD` shows one of them. A parameter with `_` is passed without its label; `|>` fills \
    the first of these.

    """
  }

  private func chapter(_ chapter: Chapter) -> String {
    let entries = lexicon.entries(in: chapter)
    guard !entries.isEmpty else { return "" }
    return "## \(chapter.rawValue)\n\n" + entries.map(entry).joined(separator: "\n")
  }

  private func entry(_ help: HelpText) -> String {
    page(
      help.name, help.signatures, help.summary,
      help.parameters.map { "- `\($0.signature)`: \($0.summary)" }, help.examples)
  }

  private func page(
    _ name: String, _ signatures: [String], _ summary: String, _ parameters: [String],
    _ examples: [String]
  ) -> String {
    var parts = [
      "### \(name)", "```\n" + signatures.joined(separator: "\n") + "\n```", summary,
    ]
    if !parameters.isEmpty { parts.append(parameters.joined(separator: "\n")) }
    if !examples.isEmpty {
      parts.append("For example:\n\n```\n" + examples.joined(separator: "\n") + "\n```")
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var types: String {
    "## Types\n\n" + library.types.map { "- `\($0.name)`: \($0.summary)" }.joined(separator: "\n")
  }
}
