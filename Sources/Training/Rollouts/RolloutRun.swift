import Datasets
import Foundation
import Models
import Tensors
import Vocabulary

/// A run of training on rollouts, from rows to a policy: step, watch, tell, keep snapshots.
package struct RolloutRun {
  let model: LanguageModel
  let loss: Loss
  let rollout: RolloutSettings
  let settings: TrainingSettings
  let reference: LanguageModel
  let context: RunContext
  private let needs: LossNeeds

  /// How many times held-out prompts are answered in a run, beside the start and the end.
  private static let watches = 10

  package init(
    _ model: LanguageModel, _ loss: Loss, _ rollout: RolloutSettings, _ settings: TrainingSettings,
    _ context: RunContext, reference: LanguageModel? = nil
  ) throws {
    self.model = model
    self.loss = loss
    self.rollout = rollout
    self.settings = settings
    self.context = context
    self.reference = reference ?? model
    needs = try loss.needs()
    try check()
  }

  private func check() throws {
    guard model.head == nil else {
      throw TrainingError(
        problem: "\(model.name) is a reward model, which writes no answers",
        advice: "Take the model that it was made from.")
    }
    guard needs.columns.isEmpty, needs.optional.isEmpty else {
      throw TrainingError(
        problem: "a loss over rollouts reads the columns "
          + (needs.columns + needs.optional).joined(separator: ", "),
        advice: "What rows say of answers goes into the reward: rollout(reward: r => …).")
    }
    guard !needs.readsValues || rollout.credit.estimator == .critic else {
      throw TrainingError(
        problem: "the loss reads values, but advantages come without a critic",
        advice: "Say rollout(advantage: \"critic\"), or leave b.value and b.old_value out.")
    }
    guard reference.cutsTexts(like: model) else {
      throw TrainingError(
        problem: "the reference \(reference.name) cuts texts into other tokens than \(model.name)",
        advice: "Log-probabilities compare token by token: the tokenizer must be the same.")
    }
  }

  package func run(on data: Dataset, watching held: Dataset?) throws -> LanguageModel {
    let snapshot = try Snapshot.read(from: context.scratch, key: context.key)
    let watch = try held.map { try writer($0, "held-out rows", isGreedy: true) }
    let trainer = try trainer(data, watching: watch?.prompts ?? [], snapshot)
    try loop(trainer, watch, secondsBefore: snapshot?.seconds ?? 0)
    return trainer.trained
  }

  func trainer(
    _ data: Dataset, watching watched: [RolloutPrompts.Prompt] = [], _ snapshot: Snapshot? = nil
  ) throws -> RolloutTrainer {
    try RolloutTrainer(
      model, loss, rollout, try writer(data, "training rows"), watched: watched,
      critic: try rollout.critic(for: model, seed: settings.seed),
      reference: reference, settings: settings, snapshot: snapshot)
  }

  private func writer(
    _ data: Dataset, _ step: String, isGreedy: Bool = false
  ) throws -> RolloutWriter {
    var rollout = rollout
    if isGreedy { rollout.reset = nil }
    let prompts = try RolloutPrompts(
      data, for: rollout, model: model, length: settings.length, step: step)
    context.report(.ledger(prompts.ledger))
    guard !prompts.all.isEmpty else {
      throw TrainingError(
        problem: "none of the \(data.count) \(step) can be used: "
          + prompts.ledger.entries.map { "\($0.count) \($0.reason)" }.joined(separator: ", "),
        advice: "Look at the rows with take(3); is `length:` long enough for the prompts?")
    }
    return RolloutWriter(
      rollout: rollout, prompts: prompts.all, seed: settings.seed, threads: context.threads,
      pool: WorkerPool(count: context.threads), isPausing: context.isPausing, isGreedy: isGreedy)
  }

  private func loop(_ trainer: RolloutTrainer, _ watch: RolloutWriter?, secondsBefore: Double)
    throws
  {
    let before = trainer.history.count
    var pace = Pace(
      budget: settings.budget, steps: trainer.steps, done: before, secondsBefore: secondsBefore)
    var cost = StepCost()
    try look(watch, trainer, before == 0 ? "before" : "at step \(before)")
    var lastSnapshot = Date()
    func keepSnapshot() throws {
      var snapshot = trainer.snapshot
      snapshot.key = context.key
      snapshot.seconds = pace.seconds
      try snapshot.write(to: context.scratch)
      lastSnapshot = Date()
    }
    while !trainer.isDone, !pace.isOver {
      let done = trainer.history.count
      let total = pace.total(after: done)
      let step: RolloutTrainer.StepReport
      do {
        step = try trainer.step(rate: settings.schedule.rate(step: done, of: total))
      } catch is Paused {
        // What was written of the step is written again, word for word, when the run goes on.
        try keepSnapshot()
        throw Paused(place: "at step \(done) of \(total)")
      }
      pace.count(step.tokens)
      cost.add(step.cost)
      report(step, trainer, pace, total)
      if trainer.isDone || (done + 1) % max(1, total / Self.watches) == 0 {
        try look(watch, trainer, trainer.isDone ? "after" : "at step \(done + 1)")
      }
      if context.isPausing() {
        try keepSnapshot()
        throw Paused(place: "at step \(done + 1) of \(total)")
      }
      if Date().timeIntervalSince(lastSnapshot) > settings.snapshotInterval { try keepSnapshot() }
    }
    tell(cost, steps: trainer.history.count - before)
  }

  /// Held-out prompts, answered by the likeliest tokens.
  private func look(
    _ writer: RolloutWriter?, _ trainer: RolloutTrainer, _ place: String
  ) throws {
    guard let writer else { return }
    let judged = try trainer.judged(writer, Array(writer.prompts.indices), step: 0)
    let figures = Figures.of(judged.answers, judged.credited, 0)
    context.report(
      .message(
        "held-out answers \(place): reward \(figures[0].value.rounded4), "
          + "kl \(figures[1].value.rounded4), length \(figures[3].value.rounded4)"))
  }

  private func tell(_ cost: StepCost, steps: Int) {
    let total = cost.parts.reduce(0) { $0 + $1.seconds }
    guard steps > 0, total > 0 else { return }
    let shares = cost.parts.map { "\($0.name) \(Int(($0.seconds / total * 100).rounded())) %" }
    context.report(
      .message(
        "a step took \((total / Double(steps)).rounded4) s: " + shares.joined(separator: ", ")))
  }

  private func report(
    _ step: RolloutTrainer.StepReport, _ trainer: RolloutTrainer, _ pace: Pace, _ total: Int
  ) {
    let metrics =
      [
        (name: "gradient norm", value: step.gradientNorm),
        (name: "learning rate", value: step.rate),
      ]
      + step.cost.parts.map { (name: "\($0.name) seconds", value: $0.seconds) }
    context.report(
      .progress(
        Progress(
          label: context.label, done: trainer.history.count, total: total, loss: step.loss,
          tokensPerSecond: pace.tokensPerSecond,
          secondsLeft: pace.secondsLeft(done: trainer.history.count, total: total),
          figures: step.figures, metrics: metrics)))
  }
}

extension RolloutSettings {
  /// The critic that learns beside a policy: it starts from the reward model where both stand on one
  /// base; nil where decisions are credited without one.
  func critic(for model: LanguageModel, seed: UInt64) throws -> Critic? {
    guard credit.estimator == .critic else { return nil }
    if case .model(let reward) = reward, !model.adapters.isEmpty,
      let critic = Critic(from: reward, for: model)
    {
      return critic
    }
    return try Critic(besides: model, seed: seed)
  }
}

extension Double {
  fileprivate var rounded4: Double { (self * 1e4).rounded() / 1e4 }
}
