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
  /// What the model is compared with, where it is not the model as it was before training.
  let other: LanguageModel?
  let context: RunContext
  let pool: WorkerPool
  private let needs: LossNeeds

  /// How many times the held-out loss is taken in a run, beside the start and the end.
  private static let watches = 10

  package init(
    _ model: LanguageModel, _ loss: Loss, _ settings: TrainingSettings, _ context: RunContext,
    reference: LanguageModel? = nil
  ) throws {
    self.model = model
    self.loss = loss
    self.settings = settings
    self.context = context
    other = reference
    pool = WorkerPool(count: context.threads)
    needs = try loss.needs(outputs: model.head?.names)
    try checkReference()
  }

  private func checkReference() throws {
    guard let other else { return }
    guard needs.readsReference else {
      throw TrainingError(
        problem: "a reference is given, but the loss does not compare with one",
        advice: "Leave `reference:` out, or take a loss that does, such as dpo().")
    }
    guard other.cutsTexts(like: model) else {
      throw TrainingError(
        problem: "the reference \(other.name) cuts texts into other tokens than \(model.name)",
        advice: "Log-probabilities compare token by token: the tokenizer must be the same.")
    }
  }

  package func run(on data: Dataset, watching held: Dataset?) throws -> LanguageModel {
    let examples = try encode(data, "training rows")
    let watched = try held.map { try encode($0, "held-out rows") }
    let base = try needs.readsReference ? referenceOfVisited(examples) : nil
    let snapshot = try Snapshot.read(from: context.scratch, key: context.key)
    let trainer = try Trainer(
      model, loss, examples, base: base, settings: settings, pool: pool, snapshot: snapshot,
      isOwnReference: other == nil)
    let heldOut = try watched.map {
      try HeldOut(
        trainer, loss, $0,
        base: try needs.readsReference ? reference($0, "held-out reference") : nil,
        pool: pool)
    }
    try loop(trainer, heldOut, secondsBefore: snapshot?.seconds ?? 0)
    return trainer.trained
  }

  private func encode(_ data: Dataset, _ step: String) throws -> [Example] {
    let rows = try EncodedRows(
      data, for: loss.roles, columns: needs.columns, optional: needs.optional, model: model,
      length: settings.length, step: step)
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
    return try needs.completed(rows.examples)
  }

  /// Log-probabilities under the reference: another model, or this one as it is before training,
  /// with all that it has learnt before.
  private func reference(_ examples: [Example], _ label: String) throws -> [[[Float]]] {
    let file = ReferenceFile(label, of: context)
    if let known = file?.read(for: examples) { return known }
    let found = try score(examples, label)
    try file?.write(found)
    return found
  }

  /// The reference's scores of the rows that the budget lets train on; others have none.
  private func referenceOfVisited(_ examples: [Example]) throws -> [[[Float]]] {
    let order = Order(
      count: examples.count, batch: settings.batch, seed: settings.seed,
      shuffles: settings.shuffles)
    let steps = order.steps(within: settings.budget, tokens: examples.map(\.tokenCount))
    let visited = order.visited(within: steps)
    var base = [[[Float]]](repeating: [], count: examples.count)
    for (place, scores) in zip(visited, try reference(visited.map { examples[$0] }, "reference")) {
      base[place] = scores
    }
    return base
  }

  private func score(_ examples: [Example], _ label: String) throws -> [[[Float]]] {
    let scorer = Scorer(other ?? model, pool: pool, tokens: settings.tokensAtOnce)
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
    guard let look = try heldOut?.look(after: step) else { return }
    func rounded(_ value: Double) -> String { "\((value * 10_000).rounded() / 10_000)" }
    let more = look.metrics.map { ", \($0.name) \(rounded($0.value))" }.joined()
    context.report(.message("held-out loss \(place): \(rounded(look.loss))\(more)"))
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
          figures: step.metrics, metrics: metrics)))
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
