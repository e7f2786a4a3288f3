import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// What functions of the library give: each line is true.
@Suite struct FunctionTests {
  @Test(arguments: [
    // Chen et al. 2021, equation 1, by hand: 1 - C(7, 5) / C(10, 5) and 1 - C(7, 1) / C(10, 1).
    "abs(pass_at(samples: 10, correct: 3, k: 5) - 0.9166666666666666) < 1e-12",
    "abs(pass_at(samples: 10, correct: 3, k: 1) - 0.3) < 1e-12",
    "pass_at(samples: 10, correct: 0, k: 5) == 0.0",
    "pass_at(samples: 5, correct: 4, k: 2) == 1.0",
    "abs(share_stderr(0.7, count: 10) - 0.15275252316519466) < 1e-12",
    "abs(adjusted_win_rate(wins: 2, ties: 3, count: 6) - 0.5833333333333334) < 1e-12",
    "abs(mean_accuracy([(acc: 0.5, count: 10), (acc: 1.0, count: 30)]) - 0.875) < 1e-12",
    "clean_space(\"  two \\n words \") == \"two words\"",
    "without_punctuation(\"Well, (yes)!\") == \"Well yes\"",
    "fingerprint(\"Well,  YES!\") == fingerprint(\"well yes\")",
    "distinct_words(\"a A a b\") == 0.5",
    "distinct_words(\"\") == 1.0",
    "is_refusal(\"I'm sorry, but I cannot.\")",
    "not is_refusal(\"Sorting is easy.\")",
    "not is_refusal(join([\"sorry \" for i in 1...100]))",
    "wikihow_text(\" Cut it [title] Eat [step] it \") == \"Cut it. Eat it\"",
    "multiple_choice(\"Q\", options: [\"x\", \"y\"]) == \"Q\\nA. x\\nB. y\\nAnswer:\"",
    "length(instructed(\"a\", system: \"b\")) == 2 and length(instructed(\"a\")) == 1",
    "ends_with(alpaca(\"a\", input: \"b\"), \"### Input:\\nb\\n\\n### Response:\\n\")",
    "power(3, to: 4) == 81 and abs(power(2.0, to: 0.5) - sqrt(2.0)) < 1e-12",
    "ranking([0.3, 0.1, 0.2]) == [1, 2, 0]",
    "ranking([0.3, 0.1, 0.3], order: \"highest\") == [0, 2, 1]",
    "map(numbered([\"a\"]), o => \"\\(o.place)\\(o.item)\") == [\"0a\"]",
    "any([1, 2], n => n > 1) and all([1, 2], n => n > 0) and not all([1, 2], n => n > 1)",
    "unique([1, 2, 1]) == [1, 2] and filter([1, 2, 3], n => n != 2) == [1, 3]",
    "(position([\"A\", \"B\"], of: \"B\") ?? 9) == 1 and position([1], of: 2) == none",
    "capitalise(\"hELLO\") == \"Hello\" and remove_between(\"a [b] c [d\", \"[\", to: \"]\") == \"a  c [d\"",
  ])
  func aFunctionGivesWhatItSays(_ condition: String) throws {
    let source = SourceText(name: "f.recipe", "it = \(condition)")
    let program = Program(
      source, lexicon: Ran.lexicon, directory: FileManager.default.temporaryDirectory)
    let said = DiagnosticRenderer(usesColor: false).render(program.diagnostics, in: source)
    #expect(program.diagnostics.isEmpty, "\(said)")
    #expect(program.value(of: "it") == .bool(true))
  }
}
