// Commands that read recipes and write them.

import Foundation
import Language
import Syntax
import Vocabulary

extension Command {
  static let load = Command(
    "load", taking: "FILE", "Takes in the statements of a recipe, one cell each; runs nothing.",
    completes: .files
  ) { conversation, arguments in
    guard !arguments.text.isEmpty else { throw CommandError("which recipe? :load FILE") }
    let path = arguments.text.unquoted
    let url = URL.inRecipe(path, directory: conversation.session.directory)
    guard let bytes = FileManager.default.contents(atPath: url.path) else {
      throw CommandError("\(path): there is no such recipe, or it cannot be read")
    }
    conversation.load(SourceText(name: path, bytes: Array(bytes)))
  }

  static let save = Command(
    "save", taking: "[NAMES] FILE", "Writes the cells that names need, or all, as a recipe.",
    completes: .files
  ) { conversation, arguments in
    guard let path = arguments.words.last?.unquoted else {
      throw CommandError("to which file? :save FILE or :save NAMES FILE")
    }
    let names = try conversation.defined(Array(arguments.words.dropLast()))
    let url = URL.inRecipe(path, directory: conversation.session.directory)
    if FileManager.default.fileExists(atPath: url.path), !arguments.isForced {
      throw CommandError("\(path) exists; :save! \(arguments.text) replaces it")
    }
    let text = try conversation.session.recipe(for: names.isEmpty ? nil : names)
    try Data(text.utf8).write(to: url, options: .atomic)
    conversation.say("saved \(path) · roux run \(path)")
  }
}

extension Conversation {
  /// Takes in a recipe statement by statement, up to the first that is wrong.
  fileprivate func load(_ source: SourceText) {
    let (tree, diagnostics) = Parser.parse(source)
    guard !diagnostics.contains(where: { $0.severity == .error }) else {
      note(.unsound)
      return show(diagnostics, in: source)
    }
    let first = session.nextNumber
    var waiting: [Int] = []
    for text in source.cells(of: tree) {
      let number = session.nextNumber
      guard take(text, runs: false) else {
        return say("stopped there; \(number - first) cells were loaded")
      }
      let cell = session.cells.first { $0.number == number }
      if cell?.hasEffects == true || cell?.value != nil { waiting.append(number) }
    }
    let count = session.nextNumber - first
    let rest = waiting.map { ":run \($0)" }.joined(separator: " · ")
    say(
      "loaded \(count) \(count == 1 ? "cell" : "cells")"
        + (rest.isEmpty ? "" : " · not run: \(rest)"))
  }
}

extension SourceText {
  /// The text of each statement, with the comments above it and beside it.
  fileprivate func cells(of tree: SyntaxTree.File) -> [String] {
    var start = 0
    return tree.statements.map { statement in
      let end = lineRange(lineIndex(at: max(start, statement.range.end))).end
      defer { start = end }
      return self[SourceRange(min(start, end), end)].trimmedEmptyLines
    }.filter { !$0.isEmpty }
  }
}

extension String {
  fileprivate var trimmedEmptyLines: String {
    String(trimmingPrefix { $0.isWhitespace }).trimmedRight
  }

  /// Without quotation marks around it.
  fileprivate var unquoted: String {
    count > 1 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
  }
}
