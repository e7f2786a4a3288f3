import Datasets
import Evaluation
import Foundation
import Language
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

/// Measures of pairs, against a base, and what intervals say.
@Suite("Measures of pairs")
struct PairMeasureTests {
  private let base: LanguageModel
  private let other: LanguageModel
  private let rows = Dataset(
    rows: (0..<12).map { i in
      Record([
        ("prompt", .text("q \(i)")), ("chosen", .text(String(repeating: "a", count: 1 + i % 3))),
        ("rejected", .text("b\(i % 2)")), ("response", .text("a b c d")),
      ])
    })

  init() throws {
    func model(_ seed: Int) throws -> LanguageModel {
      let text = Recipe.model.replacingOccurrences(of: "m = ", with: "it = ")
      let program = Recipe.program(String(text.dropLast()) + ", seed: \(seed))")
      return try LanguageModel(
        recipeValue: Runner(context: Recipe.context).value(
          program.value(of: "it") ?? .none, of: program))
    }
    base = try model(1)
    other = try model(2)
  }

  private func measure(_ model: LanguageModel, _ metrics: [(String, Metric)]) throws -> Measures {
    let record = Record(metrics.map { ($0.0, $0.1.recipeValue) })
    return try Measures(
      recipeValue: Primitive.measure.run(
        Record([
          ("model", model.recipeValue), ("on", rows.recipeValue), ("metrics", .record(record)),
          ("length", .quantity(Quantity(64, .tokens))),
        ]), in: Recipe.context))
  }

  private func float(_ value: Value?) -> Double {
    guard case .float(let number)? = value else { return .nan }
    return number
  }

  private func difference(_ a: Measures, _ b: Measures) throws -> Record {
    try Record(
      recipeValue: Primitive.difference.run(
        Record([
          ("measures", a.recipeValue), ("from", b.recipeValue), ("resamples", .int(400)),
          ("seed", .int(0)),
        ]), in: Recipe.context))
  }

  private func scores(_ model: LanguageModel) throws -> [[[Float]]] {
    let examples = try EncodedRows(rows, for: .pair, model: model, length: 64, step: "rows")
      .examples
    return try Scorer(model, pool: WorkerPool(count: 1)).logProbabilities(examples)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  @Test("Likelihoods, margins and accuracies are those of a direct computation") func pairs() throws
  {
    let found = try measure(
      other,
      [
        ("chosen", .chosenLikelihood), ("rejected", .rejectedLikelihood),
        ("margin", .likelihoodMargin), ("accuracy", .pairAccuracy),
        ("reward", .rewardMargin(base: base)), ("rewards", .rewardAccuracy(base: base)),
      ])
    let own = try scores(other), its = try scores(base)
    let means = own.map { $0.map { mean($0.map(Double.init)) } }
    let ratios = zip(own, its).map { a, b in
      zip(a, b).map {
        mean($0.map(Double.init)) * Double($0.count) - $1.reduce(0) { $0 + Double($1) }
      }
    }
    func near(_ name: String, _ expected: Double) throws {
      let value = float(try found.member(name))
      #expect(
        abs(value - expected) < 1e-6 * max(1, abs(expected)), "\(name): \(value), \(expected)")
    }
    try near("chosen", mean(means.map { $0[0] }))
    try near("rejected", mean(means.map { $0[1] }))
    try near("margin", mean(means.map { $0[0] - $0[1] }))
    try near("accuracy", mean(means.map { $0[0] > $0[1] ? 1 : 0 }))
    try near("reward", mean(ratios.map { $0[0] - $0[1] }))
    try near("rewards", mean(ratios.map { $0[0] > $0[1] ? 1 : 0 }))
  }

  @Test("A model has no drift from itself, and some from another") func drift() throws {
    let found = try measure(
      other, [("own", .drift(base: other, maximum: 6)), ("far", .drift(base: base, maximum: 6))])
    #expect(abs(float(try found.member("own"))) < 1e-6)
    #expect(float(try found.member("far")) > 1e-5)
  }

  @Test("Differences hold their intervals, and are zero between equals") func differences() throws {
    let metrics: [(String, Metric)] = [
      ("chosen", .chosenLikelihood), ("text", .rougeL(maximum: 4)),
    ]
    let a = try measure(other, metrics), b = try measure(base, metrics)
    let found = try Record(recipeValue: difference(a, b)["chosen"] ?? .none)
    let gap = float(found["difference"])
    #expect(abs(gap - float(try a.member("chosen")) + float(try b.member("chosen"))) < 1e-9)
    #expect(float(found["from"]) < gap && gap < float(found["to"]), "\(found)")
    let none = try Record(recipeValue: difference(a, a)["chosen"] ?? .none)
    #expect(["difference", "from", "to"].allSatisfy { float(none[$0]) == 0 })
    #expect(throws: MeasuresError.self) {
      try difference(a, measure(base, [("other", .chosenLikelihood)]))
    }
  }

  @Test("The store keeps them to the last bit") func storing() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let found = try measure(other, [("ppl", .perplexity), ("bleu", .bleu(maximum: 4))])
    try found.write(to: folder)
    let again = try Measures.read(from: folder)
    #expect(again.canonical == found.canonical && again.recipeType == found.recipeType)
    #expect(float(try again.member("ppl")) == float(try found.member("ppl")))
  }
}
