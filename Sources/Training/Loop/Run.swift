import Datasets
import Foundation
import Models
import Tensors
import Vocabulary

/// A training run from rows to a model: encode, score the reference, step, watch, keep snapshots.
package struct TrainingRun {
  let model: LanguageModel
  let loss: Loss
  let settings: TrainingSettings
  let context: RunContext
  let pool: WorkerPool

  /// How many times the held-out loss is taken in a run, beside the start and the end.
  private static let watches = 10

  package init(
    _ model: LanguageModel, _ loss: Loss, _ settings: TrainingSettings, _ context: RunContext
  ) {
    self.model = model
    self.loss = loss
    self.settings = settings
    self.context = context
    pool = WorkerPool(count: context.threads)
  }

  package func run(on data: Dataset, watching held: Dataset?) throws -> LanguageModel {
    let examples = try encode(data, "training rows")
    let watched = try held.map { try encode($0, "held-out rows") }
    let readsReference = try LossGraph(model, loss, trains: false).readsReference
    let base = try readsReference ? reference(examples, "reference") : nil
    let snapshot = try Snapshot.read(from: context.scratch, key: context.key)
    let trainer = try Trainer(
      model, loss, examples, base: base, settings: settings, pool: pool, snapshot: snapshot)
    let heldOut = try watched.map {
      try HeldOut(
        trainer, loss, $0, base: try readsReference ? reference($0, "held-out reference") : nil,
        pool: pool)
    }
    try loop(trainer, heldOut, secondsBefore: snapshot?.seconds ?? 0)
    return trainer.trained
  }

  private func encode(_ data: Dataset, _ step: String) throws -> [Example] {
    let rows = try EncodedRows(
      data, for: loss.roles, model: model, length: settings.length, step: step)
    context.report(.ledger(rows.ledger))
    guard data.count > 0 else {
      throw TrainingError(
        problem: "there are no \(step)", advice: "Look at the rows with count(…) and take(3).")
    }
    guard !rows.examples.isEmpty else {
      throw TrainingError(
        problem: "none of the \(data.count) \(step) can be used: "
          + rows.ledger.entries.map { "\($0.count) \($0.reason)" }.joined(separator: ", "),
        advice: "Look at the rows with take(3); is `length:` long enough for the prompts?")
    }
    return rows.examples
  }

  /// Log-probabilities under the reference: the model without the adapter that is trained, or as
  /// it was before training.
  private func reference(_ examples: [Example], _ label: String) throws -> [[[Float]]] {
    let file = ReferenceFile(label, of: context)
    if let known = file?.read(for: examples) { return known }
    let found = try score(examples, label)
    try file?.write(found)
    return found
  }

  private func score(_ examples: [Example], _ label: String) throws -> [[[Float]]] {
    let adapters = max(0, model.adapters.count - 1)
    let scorer = Scorer(model, adapters: adapters, pool: pool, tokens: settings.tokensAtOnce)
    return try scorer.logProbabilities(examples) { done in
      if context.isPausing() { throw Paused(place: "while scoring the reference") }
      context.report(
        .progress(
          Progress(
            label: "\(context.label) \(label)", done: done, total: examples.count, unit: "rows")))
    }
  }

  private func loop(_ trainer: Trainer, _ heldOut: HeldOut?, secondsBefore: Double) throws {
    let before = trainer.history.count
    var pace = Pace(
      budget: settings.budget, steps: trainer.steps, done: before, secondsBefore: secondsBefore)
    try tell(heldOut, after: before, before == 0 ? "before" : "at step \(before)")
    var lastSnapshot = Date()
    func keepSnapshot() throws {
      var snapshot = trainer.snapshot
      snapshot.key = context.key
      snapshot.seconds = pace.seconds
      try snapshot.write(to: context.scratch)
      lastSnapshot = Date()
    }
    while !trainer.isDone, !pace.isOver {
      let total = pace.total(after: trainer.history.count)
      let step = try trainer.step(
        rate: settings.schedule.rate(step: trainer.history.count, of: total))
      let done = trainer.history.count
      pace.count(step.tokens)
      if trainer.isDone || done % max(1, total / Self.watches) == 0 {
        try heldOut?.look(after: done)
      }
      report(step, trainer, pace, total, heldOut?.latest?.loss)
      if context.isPausing() {
        try keepSnapshot()
        throw Paused(place: "at step \(done) of \(total)")
      }
      if Date().timeIntervalSince(lastSnapshot) > settings.snapshotInterval { try keepSnapshot() }
    }
    try tell(heldOut, after: trainer.history.count, "after")
  }

  private func tell(_ heldOut: HeldOut?, after step: Int, _ place: String) throws {
    guard let loss = try heldOut?.look(after: step) else { return }
    context.report(.message("held-out loss \(place): \((loss * 10_000).rounded() / 10_000)"))
  }

  private func report(
    _ step: Trainer.StepReport, _ trainer: Trainer, _ pace: Pace, _ total: Int, _ held: Double?
  ) {
    var metrics = [
      (name: "gradient norm", value: step.gradientNorm), (name: "learning rate", value: step.rate),
    ]
    if let held { metrics.append((name: "held-out loss", value: held)) }
    context.report(
      .progress(
        Progress(
          label: context.label, done: trainer.history.count, total: total, loss: step.loss,
          tokensPerSecond: pace.tokensPerSecond,
          secondsLeft: pace.secondsLeft(done: trainer.history.count, total: total),
          metrics: metrics)))
  }
}

/// How fast a run goes and how long it has left.
struct Pace {
  private let start = Date()
  private let budgetSeconds: Double?
  private let steps: Int?
  private let doneBefore: Int
  private let secondsBefore: Double
  private var tokens = 0

  /// - Parameter secondsBefore: how long the run had trained when it was interrupted.
  init(budget: Budget, steps: Int?, done: Int, secondsBefore: Double) {
    let isTime = budget.quantity.unit.dimension == .duration
    budgetSeconds = isTime ? budget.quantity.base : nil
    self.steps = steps
    doneBefore = done
    self.secondsBefore = secondsBefore
  }

  mutating func count(_ more: Int) { tokens += more }

  private var secondsNow: Double { max(1e-9, Date().timeIntervalSince(start)) }
  /// How long the run has trained, interruptions apart.
  var seconds: Double { secondsBefore + secondsNow }
  var tokensPerSecond: Double { Double(tokens) / secondsNow }
  var isOver: Bool { budgetSeconds.map { seconds >= $0 } ?? false }

  /// The steps of the whole run; with a budget of time, as many as the pace so far promises.
  func total(after done: Int) -> Int {
    if let steps { return steps }
    guard let budgetSeconds, done > 0 else { return done + 1 }
    let perStep = seconds / Double(done)
    return max(done + 1, done + Int((budgetSeconds - seconds) / perStep))
  }

  func secondsLeft(done: Int, total: Int) -> Double? {
    if let budgetSeconds { return max(0, budgetSeconds - seconds) }
    guard done > doneBefore else { return nil }
    return secondsNow / Double(done - doneBefore) * Double(total - done)
  }
}
