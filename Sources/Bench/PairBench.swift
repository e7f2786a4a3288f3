import Datasets
import Foundation
import Models
import Tensors
import Training
import Vocabulary

/// One epoch of preference training with LoRA, the scoring of the reference included: with each
/// prompt computed once for its two answers, and with it repeated before each.
struct PairBench {
  let model: LanguageModel
  /// A loss that compares pairs with a reference.
  let loss: Loss
  /// HH-RLHF rows; nil makes pairs of random tokens.
  let rows: URL?
  let pairs: Int
  let threads: Int

  private static let batch = 4
  private static let length = 512

  func measure(_ name: String) throws -> [BenchRow] {
    let examples = try examples()
    return try [("shared prompt", true), ("plain", false)].map { kind, shares in
      try measure("\(name), \(kind)", examples, sharesPrompts: shares)
    }
  }

  private func measure(_ name: String, _ examples: [Example], sharesPrompts: Bool) throws
    -> BenchRow
  {
    ProcessUse.startOver()
    let pool = WorkerPool(count: threads)
    var settings = TrainingSettings(
      budget: Budget(Quantity(1, .epochs)), batch: Self.batch,
      schedule: Schedule(.constant, peak: 1e-5), length: Self.length, shuffles: false)
    settings.sharesPrompts = sharesPrompts
    var losses: [Double] = []
    let start = ProcessUse.processorSeconds
    let seconds = try Timing.time {
      let base = try Scorer(model, pool: pool, sharesPrompts: sharesPrompts)
        .logProbabilities(examples)
      let trainer = try Trainer(
        model, loss, examples, base: base, settings: settings, pool: pool, snapshot: nil,
        isOwnReference: true)
      for _ in 0..<(trainer.steps ?? 0) { losses.append(try trainer.step(rate: 1e-5).loss) }
    }
    var row = BenchRow(name, .pairs, Double(examples.count), Timing([seconds]))
    row.peakBytes = ProcessUse.peakBytes
    let busy = ProcessUse.processorSeconds - start
    let tokens = examples.reduce(0) { $0 + $1.tokenCount(sharesPrompt: sharesPrompts) }
    row.note =
      "\(examples.count) pairs, \(tokens) tokens, \(rows == nil ? "random" : "real"); "
      + "\(BenchReport.figure(busy, 1)) s of processors; first loss "
      + BenchReport.figure(losses.first ?? .nan, 6)
    return row
  }

  private func examples() throws -> [Example] {
    guard let rows else { return made }
    let context = RunContext(directory: URL(filePath: "/"), threads: threads)
    let read = try Primitive.jsonl.run(Record([("path", .text(rows.path))]), in: context)
    let data = try Primitive.dialogues.run(Record([("rows", read)]), in: context)
    let encoded = try EncodedRows(
      Dataset(recipeValue: data), for: loss.roles, model: model, length: Self.length, step: "rows")
    return Array(encoded.examples.prefix(pairs))
  }

  /// Prompts of 128 tokens with answers of 64.
  private var made: [Example] {
    let parts = BenchExamples.make(
      count: pairs, length: 256, vocabulary: model.dimensions.vocabulary)
    return parts.map { part in
      let ids = part.completions[0].tokens
      return Example(
        prompt: Array(ids[..<128]),
        completions: [.init(Array(ids[128..<192])), .init(Array(ids[192...]))])
    }
  }
}
