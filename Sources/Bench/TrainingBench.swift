import Foundation
import Models
import Tensors
import Training
import Vocabulary

/// Training steps against sgemm, taken in turns, so that both meet the same disturbances.
struct TrainingBench {
  let name: String
  let model: LanguageModel
  let rows: Int
  let length: Int
  var optimizer = Optimizer.adamW
  let flopsPerToken: Double
  let runs: Int
  let threads: Int
  var memory: Int?

  func measure(_ options: Bench) throws -> [BenchRow] {
    ProcessUse.startOver()
    let start = ContinuousClock.now
    let trainer = try makeTrainer()
    let ready = (ContinuousClock.now - start) / .seconds(1)
    _ = try trainer.step(rate: 1e-4)
    let peak = ProcessUse.peakBytes
    var sgemm = SgemmRate(threads: threads)
    let tokens = Double(rows * length)
    var seconds: [Double] = []
    var shares: [Double] = []
    var busy: [Double] = []
    for _ in 0..<runs {
      let before = sgemm.measure()
      let start = ProcessUse.processorSeconds
      seconds.append(try Timing.time { _ = try trainer.step(rate: 1e-4) })
      busy.append(ProcessUse.processorSeconds - start)
      let rate = tokens * flopsPerToken / (seconds.last ?? .nan)
      shares.append(rate / max(before, sgemm.measure()))
    }
    var row = BenchRow(name, .tokens, tokens, Timing(seconds))
    row.shareOfSgemm = Timing.median(shares)
    row.peakBytes = peak
    row.plannedBytes =
      trainer.execution.plan.peakBytes(workers: threads) + model.ownBytes + trainer.trainedBytes
    row.note =
      "recomputes \(trainer.execution.plan.recomputation); "
      + "\(BenchReport.figure(Timing.median(busy), 3)) s of processors a step; "
      + "planned in \(BenchReport.figure(ready, 2)) s"
    return [row] + (options.showsKernels ? try kernels(trainer) : [])
  }

  /// One step more, operation by operation; those that take a hundredth of it at least.
  private func kernels(_ trainer: Trainer) throws -> [BenchRow] {
    trainer.execution.profile = Profile()
    _ = try trainer.step(rate: 1e-4)
    let entries = trainer.execution.profile?.entries ?? [:]
    trainer.execution.profile = nil
    let total = entries.values.reduce(0) { $0 + $1.seconds }
    return entries.filter { $0.value.seconds > total / 200 }
      .sorted { $0.value.seconds > $1.value.seconds }
      .map { kind, entry in
        var row = BenchRow(
          kind.operation, .flops, Double(entry.cost.flops), Timing([entry.seconds]))
        row.note =
          "\(BenchReport.figure(100 * entry.seconds / total, 1)) %  \(entry.runs)x \(kind.sizes)  "
          + "\(BenchReport.figure(Double(entry.cost.bytes) / entry.seconds / 1e9, 1)) GB/s"
        return row
      }
  }

  private func makeTrainer() throws -> Trainer {
    let examples = BenchExamples.make(
      count: rows, length: length, vocabulary: model.dimensions.vocabulary)
    let settings = TrainingSettings(
      budget: Budget(Quantity(1_000_000, .steps)), batch: rows,
      schedule: Schedule(.constant, peak: 1e-4), length: length, tokensAtOnce: rows * length,
      memory: memory, optimizer: optimizer)
    return try Trainer(
      model, .tokenMean, examples, base: nil, settings: settings,
      pool: WorkerPool(count: threads), snapshot: nil)
  }
}

extension Loss {
  /// `mean(-b.logp, over: b.mask)`, the loss of supervised fine-tuning.
  static let tokenMean = Loss(
    row: .record([RecordField("prompt", .text), RecordField("response", .text)]),
    function: Function(canonical: "sft") { batch in
      guard case .opaque(let b) = batch, case .opaque(let logp)? = try b.member("logp"),
        let mean = Primitive.lossFormulas.first(where: { $0.name == "mean" })
      else { return .none }
      let negative = try logp.applying(.negate, to: nil, side: .left) ?? .none
      return try mean.run(
        Record([("x", negative), ("over", try b.member("mask") ?? .none)]),
        in: RunContext(directory: .init(filePath: "/")))
    })
}
