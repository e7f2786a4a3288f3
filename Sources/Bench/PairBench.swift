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
    var losses: [Double] = []
    let start = ProcessUse.processorSeconds
    let seconds = try Timing.time {
      let base = try Scorer(model, pool: pool, sharesPrompts: sharesPrompts)
        .logProbabilities(examples)
      let trainer = try trainer(loss, examples, base, pool, sharesPrompts: sharesPrompts)
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

  private func trainer(
    _ loss: Loss, _ examples: [Example], _ base: [[[Float]]], _ pool: WorkerPool,
    sharesPrompts: Bool = true, epochs: Int = 1
  ) throws -> Trainer {
    var settings = TrainingSettings(
      budget: Budget(Quantity(Double(epochs), .epochs)), batch: Self.batch,
      schedule: Schedule(.constant, peak: 1e-5), length: Self.length, shuffles: false)
    settings.sharesPrompts = sharesPrompts
    return try Trainer(
      model, loss, examples, base: base, settings: settings, pool: pool, snapshot: nil,
      isOwnReference: true)
  }

  /// Two losses step by step in turn on the same batches, so that both meet the same machine.
  ///
  /// Which of them is first changes from step to step. The first epoch warms up.
  func inTurn(_ name: String, against rival: Loss, epochs: Int) throws -> BenchRow {
    ProcessUse.startOver()
    let pool = WorkerPool(count: threads)
    let examples = try examples()
    let base = try Scorer(model, pool: pool).logProbabilities(examples)
    let trainers = try [loss, rival].map { loss in
      try trainer(loss, examples, base, pool, epochs: epochs + 1)
    }
    var seconds: [[Double]] = [[], []]
    var busy = [0.0, 0.0]
    for step in 0..<(trainers[0].steps ?? 0) {
      for i in step.isMultiple(of: 2) ? [0, 1] : [1, 0] {
        let start = ProcessUse.processorSeconds
        seconds[i].append(try Timing.time { _ = try trainers[i].step(rate: 1e-5) })
        busy[i] += ProcessUse.processorSeconds - start
      }
    }
    let warm = (trainers[0].steps ?? 0) / (epochs + 1)
    let (own, others) = (seconds[0].dropFirst(warm), seconds[1].dropFirst(warm))
    // Of what the rival does in a second, how much the loss does.
    let ratios = zip(own, others).map { $1 / $0 }.sorted()
    var row = BenchRow(name, .pairs, Double(Self.batch), Timing(Array(own)))
    row.peakBytes = ProcessUse.peakBytes
    let quarters = [ratios[ratios.count / 4], ratios[ratios.count * 3 / 4]]
    row.note =
      "\(BenchReport.figure(Timing.median(ratios), 3)) of the speed of dpo(), median of "
      + "\(ratios.count) steps in turn; middle half "
      + quarters.map { BenchReport.figure($0, 3) }.joined(separator: " to ")
      + "; of all processors' seconds \(BenchReport.figure(busy[1] / busy[0], 3))"
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
