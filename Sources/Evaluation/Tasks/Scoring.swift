import Foundation
import Vocabulary

/// What counts as a right answer to a question.
public struct Scoring: OpaqueValue, RecipeValue {
  public static let typeName = "Scoring"

  enum Rule: Hashable, Sendable {
    /// The same text, white space at the ends apart; with choices, the choice or its number.
    case exact(ignoresCase: Bool)
    /// The same number: after the mark, or the last one of the text where there is no mark.
    case number(mark: String?)
    /// Which choices are true, as a list of 1 and 0, or of truths.
    case truths
    /// Each token of the gold answer is the likeliest.
    case likeliest
  }

  let gold: RowExpression<Value>
  let rule: Rule

  public var canonical: String { "\(rule) \(gold.function.canonical)" }
  public var display: Display { .text(words) }

  var words: String {
    switch rule {
    case .exact: "compared as text"
    case .number: "compared as a number"
    case .truths: "one of the true choices"
    case .likeliest: "what greedy writing would give"
    }
  }

  /// Whether a written answer is right.
  func accepts(_ answer: String, gold: String) -> Bool {
    switch rule {
    case .truths, .likeliest: preconditionFailure("\(words) is not about written answers")
    case .exact(let ignoresCase):
      let (a, b) = (answer.stripped, gold.stripped)
      return ignoresCase ? a.lowercased() == b.lowercased() : a == b
    case .number(let mark):
      return AnswerNumber(in: answer, after: mark).map { $0 == AnswerNumber(gold: gold) } ?? false
    }
  }
}

extension Primitive {
  public static let scorings: [Primitive] = [
    Primitive(
      "exact", "An answer is right if it is the same text; a choice, if it is the one meant.",
      in: .evaluation,
      examples: [#"rows([(q: "1 + 1 =", a: "2")]) |> task(ask: .q, score: exact(.a))"#],
      Parameter<RowExpression<Value>>.subject(
        "gold", "The right answer; among choices its number, from 0, or its text."),
      Parameter("ignore_case", "Whether A and a are the same.", default: false)
    ) { _, gold, ignoresCase in
      Scoring(gold: gold, rule: .exact(ignoresCase: ignoresCase))
    },
    // As `flexible-extract` and `strict-match` of GSM8K in lm-evaluation-harness.
    Primitive(
      "number_match",
      "An answer is right if its last number, or the one after a mark, is that of the gold answer.",
      in: .evaluation,
      examples: [
        #"rows([(q: "1 + 1 =", a: "It is 2.")]) |> task(ask: .q, score: number_match(.a))"#
      ],
      Parameter<RowExpression<Value>>.subject(
        "gold", "The right answer: a number, or a text with `#### 12` or a number at its end."),
      Parameter<String?>("mark", "Only the number after this text counts, such as \"####\".")
    ) { _, gold, mark in
      Scoring(gold: gold, rule: .number(mark: mark))
    },
    // As mc1 and mc2 of TruthfulQA in lm-evaluation-harness.
    Primitive(
      "truths", "Several choices may be true: the likeliest must be, and their share is told too.",
      in: .evaluation,
      examples: [
        #"rows([(q: "Sky?", a: ["red", "blue"], l: [0, 1])]) |> task(ask: .q, choices: .a, score: truths(.l))"#
      ],
      Parameter<RowExpression<Value>>.subject(
        "labels", "For each choice 1 or 0, or true or false.")
    ) { _, labels in
      Scoring(gold: labels, rule: .truths)
    },
    // As `loglikelihood` tasks in lm-evaluation-harness.
    Primitive(
      "likeliest",
      "An answer is right if each of its tokens is the likeliest; perplexity is told too.",
      in: .evaluation,
      examples: [
        #"rows([(q: "Roses are", a: "red")]) |> task(ask: .q, score: likeliest(.a))"#
      ],
      Parameter<RowExpression<Value>>.subject("gold", "The answer that is hoped for.")
    ) { _, gold in
      Scoring(gold: gold, rule: .likeliest)
    },
  ]
}

/// The number that an answer gives, as a text to compare: without commas, dollars and full stop.
package struct AnswerNumber: Equatable {
  package let text: String

  /// The first number after the mark; without a mark, the last number of all.
  package init?(in text: String, after mark: String?) {
    let found: Substring?
    if let mark {
      let rest = text.firstRange(of: mark).map { text[$0.upperBound...] }
      found = rest.flatMap { AnswerNumber.numbers(in: $0).first }
    } else {
      found = AnswerNumber.numbers(in: text[...]).last
    }
    guard let found else { return nil }
    let plain = found.filter { $0 != "," && $0 != "$" }
    self.text = String(plain.last == "." ? plain.dropLast() : plain[...])
  }

  /// The number of a gold answer, which GSM8K marks with `####`.
  package init?(gold: String) {
    guard let number = AnswerNumber(in: gold, after: "####") ?? AnswerNumber(in: gold, after: nil)
    else { return nil }
    self = number
  }

  /// Runs of digits with signs between them, as `(-?[$0-9.,]{2,})|(-?[0-9]+)` finds them.
  private static func numbers(in text: Substring) -> [Substring] {
    var found: [Substring] = []
    var rest = text
    while let start = rest.firstIndex(where: \.isPartOfNumber) {
      let end = rest[start...].firstIndex { !$0.isPartOfNumber } ?? rest.endIndex
      let run = rest[start..<end]
      let isNegative = start > text.startIndex && text[text.index(before: start)] == "-"
      if run.contains(where: \.isDigit) {
        found.append(isNegative ? text[text.index(before: start)..<end] : run)
      }
      rest = rest[end...]
    }
    return found
  }
}

extension Character {
  fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
  fileprivate var isPartOfNumber: Bool { isDigit || self == "$" || self == "." || self == "," }
}

extension String {
  var stripped: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
