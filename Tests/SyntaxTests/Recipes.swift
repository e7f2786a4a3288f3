import Foundation
import Syntax
import SyntaxFuzzing
import TestSupport

/// Parses text that stands in a test.
func parse(_ text: String, continuing: Bool = false) -> Parser.Result {
  Parser.parse(SourceText(name: "test.recipe", text), continuing: continuing)
}

/// The expression of a one-line recipe, as canonical text.
func canonical(_ text: String) -> String {
  let (tree, diagnostics) = parse(text)
  guard diagnostics.isEmpty, case .expression(let value)? = tree.statements.first?.kind,
    tree.statements.count == 1
  else { return "not one expression: \(diagnostics.map(\.message))" }
  return value.canonicalText
}

/// Recipes that use every form of the grammar.
enum Recipes {
  static let training = FuzzSamples.training
  static let forms = FuzzSamples.forms

  static let all = [training, forms] + shared

  /// The samples that came with the description of the language, where they are at hand.
  static let shared: [String] =
    [
      "datagen", "dpo", "drpo", "eval", "helpsteer2_rm", "losses", "sft", "sweep",
    ].compactMap { name in
      SharedFiles.file("reference/grammar/\(name).recipe").flatMap {
        try? String(contentsOf: $0, encoding: .utf8)
      }
    }
}
