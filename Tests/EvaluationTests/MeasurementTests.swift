import Datasets
import Evaluation
import Foundation
import Language
import Models
import Syntax
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

/// Measures of a tiny model that has learnt eight answers by heart, or nothing yet.
@Suite("Evaluation")
struct MeasurementTests {
  private let untrained: LanguageModel
  private let rows = Dataset(
    rows: (0..<8).map { i in
      Record([
        ("prompt", .text("say \(i)")),
        ("response", .text(String(repeating: "\(i)", count: 1 + i % 3))),
      ])
    })

  init() throws {
    let program = Recipe.program(Recipe.model)
    untrained = try LanguageModel(
      recipeValue: Runner(context: Recipe.context).value(
        program.value(of: "m") ?? .none, of: program))
  }

  private func evaluate(
    _ model: LanguageModel, _ metrics: [(String, Metric)], on rows: Dataset? = nil,
    context: RunContext = Recipe.context
  ) throws -> Record {
    let record = Record(metrics.map { ($0.0, $0.1.recipeValue) })
    return try Record(
      recipeValue: Primitive.evaluate.run(
        Record([
          ("model", model.recipeValue), ("on", (rows ?? self.rows).recipeValue),
          ("metrics", .record(record)), ("length", .quantity(Quantity(64, .tokens))),
        ]), in: context))
  }

  private func float(_ value: Value?) -> Double {
    guard case .float(let number)? = value else { return .nan }
    return number
  }

  @Test("Likelihood, perplexity and accuracy are those of a direct computation")
  func scores() throws {
    let found = try evaluate(
      untrained,
      [("nll", .negativeLogLikelihood), ("ppl", .perplexity), ("accuracy", .tokenAccuracy)])
    let examples = try EncodedRows(
      rows, for: .single, model: untrained, length: 64, step: "rows"
    ).examples
    let scores = try Scorer(untrained, pool: WorkerPool(count: 1)).logProbabilities(examples)
    let all = scores.joined().joined().map(Double.init)
    let nll = -all.reduce(0, +) / Double(all.count)
    #expect(all.count == 15 + 8)
    #expect(abs(float(found["nll"]) - nll) < 1e-6)
    #expect(abs(float(found["ppl"]) - exp(nll)) < 1e-3)
    #expect(abs(float(found["accuracy"]) - (try accuracy(examples))) < 1e-9)
  }

  /// The share of targets that are the likeliest of all tokens after their prefix.
  private func accuracy(_ examples: [Example]) throws -> Double {
    let scorer = Scorer(untrained, pool: WorkerPool(count: 2), tokens: 4096)
    var (right, all) = (0, 0)
    for example in examples {
      let tokens = example.completions[0].tokens
      for place in tokens.indices {
        let rivals = (0..<Int32(untrained.dimensions.vocabulary)).map { token in
          Example(prompt: example.prompt + tokens[..<place], completions: [.init([token])])
        }
        let scores = try scorer.logProbabilities(rivals).map { $0[0][0] }
        let best = scores.max() ?? 0
        right += scores[Int(tokens[place])] == best ? 1 : 0
        all += 1
      }
    }
    return Double(right) / Double(all)
  }

  @Test("A model that has learnt the answers gives them exactly, a fresh one does not")
  func exactMatch() throws {
    let trained = try learn()
    let metrics: [(String, Metric)] = [
      ("exact", .exactMatch(maximum: 8)), ("accuracy", .tokenAccuracy),
      ("nll", .negativeLogLikelihood),
    ]
    let found = try evaluate(trained, metrics)
    #expect(float(found["exact"]) == 1)
    #expect(float(found["accuracy"]) == 1)
    #expect(float(found["nll"]) < 0.2)
    #expect(float(try evaluate(untrained, metrics)["exact"]) == 0)
    #expect(float(try evaluate(trained, [("e", .exactMatch(maximum: 1))])["e"]) < 1)
    let other = Dataset(
      rows: rows.rows.prefix(4) + [Record([("prompt", .text("say 1")), ("response", .text("?"))])])
    #expect(float(try evaluate(trained, metrics, on: other)["exact"]) == 0.8)
  }

  private func learn() throws -> LanguageModel {
    let program = Recipe.program("l = loss(b => mean(-b.logp, over: b.mask))")
    var arguments: [(String, Value)] = [
      ("model", untrained.recipeValue), ("on", rows.recipeValue),
      ("with", program.value(of: "l") ?? .none),
      ("budget", .quantity(Quantity(150, .steps))), ("batch", .int(8)), ("lr", .float(1e-2)),
    ]
    for slot in Primitive.train.slots where !arguments.contains(where: { $0.0 == slot.name }) {
      arguments.append((slot.name, slot.fallback ?? .none))
    }
    var context = Recipe.context
    context.scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    return try LanguageModel(recipeValue: Primitive.train.run(Record(arguments), in: context))
  }

  @Test("An answer may be as long as the model has positions left")
  func fewPositions() throws {
    let program = Recipe.program(
      Recipe.model(of: "gpt2(width: 16, layers: 1, heads: 2, context: 12)"))
    let model = try LanguageModel(
      recipeValue: Runner(context: Recipe.context).value(
        program.value(of: "m") ?? .none, of: program))
    #expect(float(try evaluate(model, [("e", .exactMatch(maximum: 64))])["e"]) == 0)
  }

  @Test("Conversations are scored, but give no answer to compare with")
  func conversations() throws {
    func turn(_ role: String, _ text: String) -> Value {
      .record(Record([("role", .text(role)), ("content", .text(text))]))
    }
    let data = Dataset(
      rows: [Record([("messages", .list([turn("user", "say 1"), turn("assistant", "11")]))])])
    let found = float(try evaluate(untrained, [("n", .negativeLogLikelihood)], on: data)["n"])
    let same = Dataset(rows: [rows.rows[1]])
    let plain = float(try evaluate(untrained, [("n", .negativeLogLikelihood)], on: same)["n"])
    #expect(abs(found - plain) < 1e-5)
    let error = #expect(throws: DataError.self) {
      try evaluate(untrained, [("e", .exactMatch(maximum: 4))], on: data)
    }
    #expect(error?.problem.contains("no column `response`") == true)
  }

  @Test("Threads change no bit of a result")
  func threads() throws {
    let results = try [1, 3].map { threads in
      var context = Recipe.context
      context.threads = threads
      return float(try evaluate(untrained, [("n", .negativeLogLikelihood)], context: context)["n"])
    }
    #expect(results[0] == results[1])
  }

  @Test("Progress counts the rows; a pause stops")
  func progress() throws {
    let events = Collected<RunEvent>()
    var context = Recipe.context
    context.report = { events.add($0) }
    _ = try evaluate(
      untrained, [("n", .perplexity), ("e", .exactMatch(maximum: 2))], context: context)
    let progress = events.all.compactMap { event in
      guard case .progress(let progress) = event else { return nil as Vocabulary.Progress? }
      return progress
    }
    #expect(progress.map(\.done) == [8, 8] && progress.allSatisfy { $0.total == 8 })
    context.isPausing = { true }
    #expect(throws: Paused.self) { try evaluate(untrained, [("n", .perplexity)], context: context) }
  }

  @Test("Rows that cannot be scored are listed, or refused when all are")
  func unusable() throws {
    let long = Record([
      ("prompt", .text(String(repeating: "x", count: 70))), ("response", .text("y")),
    ])
    let events = Collected<RunEvent>()
    var context = Recipe.context
    context.report = { events.add($0) }
    _ = try evaluate(
      untrained, [("n", .perplexity)], on: Dataset(rows: rows.rows + [long]), context: context)
    let ledgers = events.all.compactMap { event in
      guard case .ledger(let ledger) = event else { return nil as Ledger? }
      return ledger
    }
    #expect(ledgers.first?.read == 9 && ledgers.first?.kept == 8)
    let error = #expect(throws: DataError.self) {
      try evaluate(untrained, [("n", .perplexity)], on: Dataset(rows: [long]))
    }
    #expect(error?.problem.contains("none of the 1 rows") == true)
    #expect(error?.problem.contains("the prompt alone fills the length") == true)
  }

  @Test(
    "What does not check is refused before running",
    arguments: [
      (
        "m |> evaluate(on: rows([(prompt: \"a\", response: \"b\")]), metrics: (x: 3))",
        "is not a metric"
      ),
      ("m |> evaluate(on: rows([(prompt: \"a\")]), metrics: (x: nll()))", "lacks columns"),
    ])
  func typing(_ call: String, _ words: String) {
    let program = Recipe.program(Recipe.model + "\nr = \(call)", isSound: false)
    #expect(program.diagnostics.count == 1)
    #expect(program.diagnostics.first?.message.contains(words) == true, "\(program.diagnostics)")
  }

  @Test("A report has the names of its metrics")
  func type() {
    let program = Recipe.program(
      Recipe.model + "\nr = m |> evaluate(on: rows([(prompt: \"a\", response: \"b\")]), "
        + "metrics: (loss: nll(), exact: exact_match(max: 3tokens)))")
    let expected = RecipeType.record([RecordField("loss", .float), RecordField("exact", .float)])
    #expect(program.names.last?.type == expected)
  }
}

/// Recipes with the words of models, losses and evaluation.
enum Recipe {
  static let model = model(of: "llama(width: 32, layers: 1, heads: 2, context: 64)")

  static func model(of shape: String) -> String {
    "m = new_model(\(shape), "
      + "vocabulary: train_vocabulary(rows([(text: \"a bc\")]), of: .text, size: 260))"
  }

  static let context = RunContext(directory: FileManager.default.temporaryDirectory)

  private static let lexicon = Lexicon(
    Library(
      primitives: Primitive.modelPrimitives + [.rows, .loss, .train, .evaluate]
        + Primitive.lossFormulas + Primitive.metrics,
      types: Library.modelTypes + Library.lossTypes + [
        .init("Metric", "What to measure of a model on rows.")
      ]))

  static func program(_ text: String, isSound: Bool = true) -> Program {
    let program = Program(
      SourceText(name: "t.recipe", text), lexicon: lexicon,
      directory: FileManager.default.temporaryDirectory)
    #expect(program.isSound == isSound, "\(program.diagnostics)")
    return program
  }
}
