import Foundation
import Models
import Tensors
import Vocabulary

/// One training run on answers that the policy writes itself: where it stands, and what a step is.
///
/// Policy, critic and reference share one frozen base; the reference is the model as it was, whose
/// adapters stay where they are while copies of the last one learn.
final class RolloutTrainer {
  let model: LanguageModel
  let rollout: RolloutSettings
  let settings: TrainingSettings
  let writer: RolloutWriter
  let order: Order
  let steps: Int?
  private let judge: RewardJudge
  private let graph: LossGraph
  private let execution: Execution
  private let policyScorer: AnswerScorer
  private let referenceScorer: AnswerScorer
  private var learner: Learner
  private(set) var history: [Double]
  private(set) var curves: [Curve]

  init(
    _ model: LanguageModel, _ loss: Loss, _ rollout: RolloutSettings, _ writer: RolloutWriter,
    watched: [RolloutPrompts.Prompt], critic: Critic?, reference: LanguageModel,
    settings: TrainingSettings, snapshot: Snapshot?
  ) throws {
    self.model = model
    self.rollout = rollout
    self.writer = writer
    let bounds = Self.bounds(writer.prompts + watched, rollout, settings)
    var settings = settings
    graph = try LossGraph(model, loss, trains: true, critic: critic)
    settings.tokensAtOnce = graph.needsWholeStep ? .max : bounds.tokens
    self.settings = settings
    order = Order(
      count: writer.prompts.count, batch: settings.batch, seed: settings.seed,
      shuffles: settings.shuffles)
    steps = order.steps(
      within: settings.budget,
      tokens: writer.prompts.map { $0.tokens.count + rollout.samples * rollout.longest })
    let pool = writer.pool
    judge = RewardJudge(
      reward: rollout.reward, pool: pool, tokensAtOnce: min(bounds.tokens, 1024))
    let plan = try graph.plan(bounds: bounds, memory: settings.memory)
    let own = critic?.graphWeights(after: model.adapters.count) ?? [:]
    let start = model.graphWeights.merging(own) { $1 }
    let done = snapshot?.history.count ?? 0
    learner = try Learner(
      plan, weights: start, settings: settings, pool: pool, snapshot: snapshot,
      updates: done * rollout.passes * min(rollout.parts, settings.batch))
    let weights = start.merging(learner.parameters) { $1 }
    execution = try Execution(plan, weights: weights, pool: pool)
    policyScorer = try AnswerScorer(
      model, weights: weights, critic: critic, temperature: rollout.temperature, bounds: bounds,
      pool: pool)
    referenceScorer = try AnswerScorer(
      reference, weights: reference.graphWeights, temperature: rollout.temperature, bounds: bounds,
      pool: pool)
    history = snapshot?.history ?? []
    curves = (Figures.names + graph.metrics.map(\.name) + [Trainer.gradientNorm]).map { name in
      Curve(name: name, values: snapshot?.curves[name] ?? [])
    }
  }

  /// The fullest batch that any answers to any prompts of a step can bring.
  private static func bounds(
    _ prompts: [RolloutPrompts.Prompt], _ rollout: RolloutSettings, _ settings: TrainingSettings
  ) -> BatchBounds {
    let beyond = rollout.samples * rollout.longest
    let most = (prompts.map(\.tokens.count).max() ?? 1) + beyond
    let least = (prompts.map(\.tokens.count).min() ?? 1) + rollout.samples
    let tokens = max(settings.tokensAtOnce, most)
    let count = min(settings.batch, max(1, tokens / least))
    return BatchBounds(
      tokens: tokens, targets: min(tokens, count * beyond), sequences: count, roles: 1,
      groupSize: rollout.samples)
  }

  var isDone: Bool { steps.map { history.count >= $0 } ?? false }

  /// The policy as it is now.
  var trained: LanguageModel {
    var trained = model.replacing(learner.parameters)
    trained.history = history
    trained.curves = curves
    return trained
  }

  /// Where the run stands, to be written down.
  var snapshot: Snapshot {
    Snapshot(
      parameters: learner.parameters, moments: learner.moments, history: history,
      curves: Dictionary(curves.map { ($0.name, $0.values) }) { $1 })
  }

  /// What a nat of divergence costs now: a run that goes on finds it from what it told before.
  var coefficient: Double {
    func last(_ name: String) -> Double? { curves.first { $0.name == name }?.values.last }
    guard let before = last(Figures.coefficient), let found = last(Figures.divergence) else {
      return rollout.divergence.coefficient
    }
    return rollout.divergence.next(
      before, found: found, answers: settings.batch * rollout.samples)
  }

  // MARK: A step

  /// What a step did.
  struct StepReport {
    let loss: Double
    let figures: [(name: String, value: Double)]
    let gradientNorm: Double
    let rate: Double
    let tokens: Int
    let cost: StepCost
  }

  /// Answers of a step, judged and credited.
  struct Judged {
    var answers: [WrittenAnswer]
    var examples: [Example]
    var logp, base, values: [[[Float]]]
    var credited: [CreditedAnswer]
    var cost: StepCost
  }

  /// Lets the policy as it is now write, and judges what it wrote; nothing is learnt.
  func judged(_ writer: RolloutWriter, _ prompts: [Int], step: Int) throws -> Judged {
    var cost = StepCost()
    let answers = try timed(&cost.generation) {
      try writer.answers(to: prompts, step: step, by: trained)
    }
    let scores = try timed(&cost.reward) {
      try judge.scores(answers.map { (writer.prompts[$0.prompt], $0.text) })
    }
    let examples = writer.examples(answers)
    let (own, base) = try timed(&cost.scoring) {
      (
        try policyScorer.scores(examples, tokens: settings.tokensAtOnce),
        try referenceScorer.scores(examples, tokens: settings.tokensAtOnce).logp
      )
    }
    let (logp, bases) = (own.logp.flatMap(\.self), base.flatMap(\.self))
    let values = own.values.flatMap(\.self)
    let judged = answers.indices.map { i in
      JudgedAnswer(
        forced: answers[i].forced, last: answers[i].last, isFinished: answers[i].isFinished,
        score: scores[i], logp: logp[i].map(Double.init), base: bases[i].map(Double.init),
        values: values[i].map(Double.init))
    }
    let credited = rollout.credit.credited(
      judged, samples: writer.isGreedy ? 1 : rollout.samples, coefficient: coefficient)
    return Judged(
      answers: answers, examples: examples, logp: own.logp, base: base, values: own.values,
      credited: credited, cost: cost)
  }

  /// Runs the next step: the policy writes, its answers are judged, it learns from them.
  func step(rate: Double) throws -> StepReport {
    let number = history.count
    let (prompts, coefficient) = (order.rows(step: number), coefficient)
    let judged = try judged(writer, prompts, step: number)
    var cost = judged.cost
    let told = try timed(&cost.update) { try learn(judged, rate: rate, step: number) }
    let figures = Figures.of(judged.answers, judged.credited, coefficient) + told.metrics
    history.append(told.loss)
    let all = figures.map(\.value) + [told.gradientNorm]
    for (place, value) in all.enumerated() { curves[place].values.append(value) }
    let tokens = judged.examples.reduce(0) { $0 + $1.tokenCount }
    return StepReport(
      loss: told.loss, figures: figures, gradientNorm: told.gradientNorm, rate: rate,
      tokens: tokens, cost: cost)
  }

  private struct Learnt {
    var loss = 0.0
    var metrics: [(name: String, value: Double)]
    var gradientNorm = 0.0
  }

  /// All passes over the answers of a step; what is told is the mean over its updates.
  private func learn(_ judged: Judged, rate: Double, step: Int) throws -> Learnt {
    var sum = Learnt(metrics: graph.metrics.map { ($0.name, 0) })
    var updates = 0.0
    for pass in 0..<rollout.passes {
      for part in parts(judged.examples.count, step: step, pass: pass) {
        let found = try gradients(of: part, judged)
        if updates == 0 { try checkStart(found.strayed) }
        let norm = try learner.update(from: execution, loss: found.loss, rate: rate, step: step)
        sum.loss += found.loss
        sum.gradientNorm += norm
        for place in sum.metrics.indices { sum.metrics[place].value += found.metrics[place] }
        updates += 1
      }
    }
    return Learnt(
      loss: sum.loss / updates, metrics: sum.metrics.map { ($0.name, $0.value / updates) },
      gradientNorm: sum.gradientNorm / updates)
  }

  /// The prompts of each update of a pass; in the order written where there is but one.
  private func parts(_ count: Int, step: Int, pass: Int) -> [[Int]] {
    let wanted = min(rollout.parts, settings.batch)
    guard wanted > 1 else { return [Array(0..<count)] }
    let order = Random(
      seed: settings.seed, purpose: .shuffling,
      stream: UInt32(truncatingIfNeeded: 1 << 31 + step * rollout.passes + pass)
    ).permutation(of: count)
    // The last step of an epoch may have fewer prompts than parts; then some parts are empty.
    return (0..<wanted).map { part in
      Array(order[part * count / wanted..<(part + 1) * count / wanted])
    }.filter { !$0.isEmpty }
  }

  private struct Found {
    var loss = 0.0
    var metrics: [Double]
    var strayed = 0.0
  }

  /// Runs one update's examples through the graph, forward and backward, as many at once as fit.
  private func gradients(of part: [Int], _ judged: Judged) throws -> Found {
    var found = Found(metrics: graph.metrics.map { _ in 0 })
    let examples = part.map { judged.examples[$0] }
    let told = ToldAnswers(
      logp: judged.logp, base: judged.base, values: judged.values, credited: judged.credited,
      samples: rollout.samples, longest: rollout.longest)
    let stepInputs = graph.stepInputs(examples).merging(told.totals(part)) { $1 }
    var done = 0
    for group in examples.grouped(tokens: settings.tokensAtOnce) {
      let members = Array(part[done..<done + group.count])
      done += group.count
      let batch = Batch(group)
      var inputs = batch.inputs.merging(stepInputs) { $1 }
      inputs.merge(told.inputs(members, batch)) { $1 }
      try execution.run(inputs: inputs, lengths: batch.lengths)
      found.loss += Double(execution.scalar(graph.loss))
      found.metrics = zip(found.metrics, graph.readMetrics(execution)).map { $0 + $1 }
      found.strayed += graph.distance.map { Double(execution.scalar($0)) } ?? 0
    }
    found.strayed /= Double(max(1, examples.reduce(0) { $0 + $1.targetCount }))
    return found
  }

  /// Before its first update of a step a policy is the one that wrote the answers: all ratios are 1.
  private func checkStart(_ strayed: Double) throws {
    guard strayed > 1e-3 else { return }
    throw TrainingError(
      problem: "before the first update of a step the policy should be the one that wrote its "
        + "answers, but their log-probabilities differ by \(strayed) per token",
      advice: "This is a fault of the program, not of the recipe.")
  }

  private func timed<Result>(_ seconds: inout Double, _ work: () throws -> Result) rethrows
    -> Result
  {
    let start = Date()
    defer { seconds += Date().timeIntervalSince(start) }
    return try work()
  }
}
