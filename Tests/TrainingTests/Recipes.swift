import Datasets
import Formats
import Foundation
import Language
import Models
import Syntax
import TestSupport
import Testing
import Training
import Vocabulary

/// The words that recipes of these tests are written with.
private let lexicon = Lexicon(
  Library(
    primitives: Primitive.modelPrimitives + Primitive.adapterPrimitives + [
      .rows, .length, .total, .loss, .rollout, .rollouts, .train, .exponential, .logarithm,
    ]
      + [.constant, .linear, .cosine] + Primitive.lossFormulas + Primitive.lossColumns
      + Primitive.groupFormulas + Primitive.distributions,
    types: Library.modelTypes + Library.lossTypes + Library.sweepTypes + [
      .init("Schedule", "The learning rate over a run.")
    ],
    sources: ["losses", "rollouts"].map { .init(name: "\($0).recipe", text: libraryText($0)) }))

/// A file of the library itself.
private func libraryText(_ name: String) -> String {
  (try? String(
    contentsOf: SharedFiles.root.appending(path: "stdlib/\(name).recipe"), encoding: .utf8)) ?? ""
}

/// Reads a recipe; what is wrong with it is a failure of the test.
func program(_ text: String) -> Program {
  let program = read(text)
  for diagnostic in program.diagnostics {
    Issue.record(
      "\(DiagnosticRenderer(usesColor: false, width: 100).render(diagnostic, in: program.source))")
  }
  return program
}

/// Reads a recipe that may be wrong.
func read(_ text: String) -> Program {
  Program(
    SourceText(name: "t.recipe", text), lexicon: lexicon,
    directory: FileManager.default.temporaryDirectory)
}

/// The value of an expression, run.
func value<Result: RecipeValue>(_ expression: String, as _: Result.Type = Result.self) throws
  -> Result
{
  let program = program("it = \(expression)")
  let value = try Runner(context: scratchless).value(program.value(of: "it") ?? .none, of: program)
  return try Result(recipeValue: value)
}

let scratchless = RunContext(directory: FileManager.default.temporaryDirectory)

/// A llama of about five thousand weights that knows bytes and an end token.
func tinyModel(_ wearing: String = "") throws -> LanguageModel {
  try value(
    #"new_model(llama(width: 16, layers: 2, heads: 2, context: 48), "#
      + #"vocabulary: train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260))"# + wearing)
}

let adapter = " |> attach(lora(rank: 2, dropout: 25%))"

/// Answers of many lengths, so that every batch is ragged.
let singles = Dataset(
  rows: (0..<16).map { i in
    Record([
      ("prompt", .text(String("What is \(i * 7)?".prefix(4 + i % 7)))),
      ("response", .text(String(repeating: "\(i) ab", count: 1 + i % 4))),
    ])
  })

let answerPairs = Dataset(
  rows: (0..<12).map { i in
    Record([
      ("prompt", .text("q\(i * 5)")), ("chosen", .text(String(repeating: "yes", count: 1 + i % 3))),
      ("rejected", .text("no \(i)")),
    ])
  })

/// How a test trains; what it does not say is as short as can be.
struct TrainingCall {
  var model: LanguageModel
  var rows = singles
  var loss = "sft()"
  var watch: Dataset?
  var settings: [(String, Value)] = []
  var context = RunContext(directory: FileManager.default.temporaryDirectory)

  init(
    _ model: LanguageModel, on rows: Dataset = singles, with loss: String = "sft()",
    steps: Int = 5, _ settings: [(String, Value)] = []
  ) {
    self.model = model
    self.rows = rows
    self.loss = loss
    self.settings =
      [
        ("budget", .quantity(Quantity(Double(steps), .steps))), ("batch", .int(8)),
        ("lr", .float(1e-2)),
      ] + settings
    context.scratch = newFolder()
  }

  func run() throws -> LanguageModel {
    let loss: Loss = try value(loss)
    var arguments: [(String, Value)] = [
      ("model", model.recipeValue), ("on", rows.recipeValue), ("with", loss.recipeValue),
    ]
    if let watch { arguments.append(("watch", watch.recipeValue)) }
    // The last of equal labels wins.
    for (name, value) in settings {
      arguments.removeAll { $0.0 == name }
      arguments.append((name, value))
    }
    for slot in Primitive.train.slots where !arguments.contains(where: { $0.0 == slot.name }) {
      arguments.append((slot.name, slot.fallback ?? .none))
    }
    return try LanguageModel(recipeValue: Primitive.train.run(Record(arguments), in: context))
  }
}

/// A folder that is not there yet.
func newFolder() -> URL {
  FileManager.default.temporaryDirectory.appending(path: "roux-\(UUID().uuidString)")
}

extension LanguageModel {
  /// All numbers of a model and its adapters, as they lie in memory.
  var bits: [String: [UInt32]] {
    graphWeights.mapValues { $0.floats().map(\.bitPattern) }
  }

  /// The largest distance between the numbers of two models.
  func distance(to other: LanguageModel) -> Float {
    let others = other.graphWeights
    return graphWeights.map { name, weight in
      zip(weight.floats(), others[name]?.floats() ?? []).map { abs($0 - $1) }.max() ?? .infinity
    }.max() ?? .infinity
  }
}
