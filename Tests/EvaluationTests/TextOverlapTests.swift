import Evaluation
import Foundation
import JSON
import TestSupport
import Testing

/// BLEU and ROUGE against sacrebleu, NLTK and rouge_score (vectors.json, fixtures' metrics.json).
@Suite("Text overlap")
struct TextOverlapTests {
  private func near(_ a: Double, _ b: Double?, _ tolerance: Double = 1e-9) {
    #expect(b.map { abs(a - $0) < tolerance } == true, "\(a), not \(b as Any)")
  }

  private func vector(_ id: String) throws -> JSONValue {
    let file = try #require(SharedFiles.file("reference/vectors.json"))
    return try #require(
      JSONValue(file: file)["vectors"]?.list?.first { $0["id"]?.text == id }, "no vector \(id)")
  }

  private static let hasVectors = SharedFiles.file("reference/vectors.json") != nil
  private static let hasFixtures = SharedFiles.file("fixtures/smollm2/metrics.json") != nil

  private func words(_ text: String?) -> [String] {
    (text ?? "").split(separator: " ").map(String.init)
  }

  @Test("BLEU-4 of sentences", .enabled(if: hasVectors)) func bleu() throws {
    let vector = try vector("metric.bleu4")
    let inputs = try #require(vector["inputs"]), expected = try #require(vector["expected"])
    let reference = words(inputs["ref"]?.text)
    let whole = Bleu(words(inputs["hyp"]?.text), reference: reference)
    #expect(whole.matches == expected["correct"]?.doubles)
    #expect(whole.totals == expected["total"]?.doubles)
    near(whole.brevityPenalty, expected["bp"]?.double)
    near(whole.score(), expected["bleu_exp"]?.double)
    near(whole.score(.addOne), expected["bleu_addone"]?.double)
    near(whole.score(.none), expected["bleu_unsmoothed"]?.double)
    let short = Bleu(words(inputs["hyp_short"]?.text), reference: reference)
    #expect(short.matches == expected["short_correct"]?.doubles)
    near(short.brevityPenalty, expected["short_bp"]?.double)
    near(short.score(), expected["short_bleu_exp_nltk"]?.double)
    let characters = Bleu(
      (inputs["hyp_chars"]?.text ?? "").map { "\($0)" },
      reference: (inputs["ref_chars"]?.text ?? "").map { "\($0)" })
    near(characters.score(), expected["char_level_bleu_exp"]?.double)
  }

  @Test("BLEU-4 of a corpus, in the words of mteval-v13a", .enabled(if: hasFixtures))
  func corpus() throws {
    let golden = try JSONValue(
      file: #require(SharedFiles.file("fixtures/smollm2/metrics.json")))
    let pairs = zip(
      golden["hypotheses"]?.list?.compactMap(\.text) ?? [],
      golden["references"]?.list?.compactMap(\.text) ?? [])
    let counts = pairs.map { Bleu($0.wordsOf13a, reference: $1.wordsOf13a) }
    var all = counts[0]
    for one in counts.dropFirst() { all.add(one) }
    near(100 * all.score(), golden["bleu"]?["score"]?.double, 1e-4)
    near(all.brevityPenalty, golden["bleu"]?["bp"]?.double, 1e-6)
    #expect(all.hypothesisLength == golden["bleu"]?["sys_len"]?.double)
    for (one, expected) in zip(counts, golden["sentence_bleu"]?.doubles ?? []) {
      near(100 * one.score(), expected, 1e-4)
    }
  }

  @Test("Words of mteval-v13a") func words() {
    #expect("Hi, you (2)!".wordsOf13a == ["Hi", ",", "you", "(", "2", ")", "!"])
    #expect("1,000.5 3.".wordsOf13a == ["1,000.5", "3", "."])
    #expect("well-known 3-4".wordsOf13a == ["well-known", "3", "-", "4"])
    #expect("it's &quot;so&quot;".wordsOf13a == ["it's", "\"", "so", "\""])
    #expect("".wordsOf13a == [])
  }

  @Test("ROUGE-L of sentences", .enabled(if: hasVectors)) func rouge() throws {
    let rows = try #require(vector("metric.rouge")["expected"]?["rows"]?.list)
    #expect(rows.count == 2)
    for row in rows {
      let found = RougeL(
        (row["hyp"]?.text ?? "").wordsOfRouge, reference: (row["ref"]?.text ?? "").wordsOfRouge)
      near(found.precision, row["rougeL_p"]?.double)
      near(found.recall, row["rougeL_r"]?.double)
      near(found.score(), row["rougeL_f1"]?.double)
      near(found.score(beta: 1.2), row["rougeL_f_beta1_2"]?.double)
    }
  }

  @Test("ROUGE-L as rouge_score has it", .enabled(if: hasFixtures)) func rougeScore() throws {
    let golden = try JSONValue(
      file: #require(SharedFiles.file("fixtures/smollm2/metrics.json")))
    let texts = ["hypotheses", "references"].map { golden[$0]?.list?.compactMap(\.text) ?? [] }
    let expected = golden["rouge_no_stem"]?.list ?? []
    #expect(expected.count == 4)
    for (row, one) in expected.enumerated() {
      let found = RougeL(texts[0][row].wordsOfRouge, reference: texts[1][row].wordsOfRouge)
      let values = one["rougeL"]?.doubles ?? []
      near(found.precision, values.first, 1e-6)
      near(found.recall, values.dropFirst().first, 1e-6)
      near(found.score(), values.last, 1e-6)
    }
  }
}
