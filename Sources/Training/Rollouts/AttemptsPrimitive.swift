import Datasets
import Models
import Tensors
import Vocabulary

extension Vocabulary.Primitive {
  public static let attempts = Vocabulary.Primitive(
    "attempts",
    "Rows with several answers of a model to each, and what they earn: `responses`, `scores`.",
    in: .generation, cost: .heavy, typing: .derived(attemptsType),
    examples: [
      "rows([(prompt: \"a\")]) |> attempts(with: \(tinyModel), "
        + "reward: r => if r.response == \"\" then 1.0 else 0.0, samples: 2, max: 4tokens)"
    ],
    Parameter<Dataset>.subject("rows", "Rows with prompts."),
    Parameter<LanguageModel>("with", "The model that answers."),
    Parameter<Either<LanguageModel, Lambda<Double>>>(
      "reward", "A reward model, or a rule: from the row with the answer as `response`, a number."),
    Parameter("samples", "Answers to each prompt.", default: 4, .within(1...4096)),
    Parameter(
      "max", "The most tokens of an answer.", default: TokenCount(64),
      Rule("at least 1token") { $0.count >= 1 }),
    Parameter("temperature", "What logits are divided by.", default: 1.0, .above(0)),
    Parameter<Double?>("unfinished", "What an answer without an end earns instead."),
    Parameter("seed", "Another seed, other draws.", default: 0)
  ) { context, data, model, reward, samples, longest, temperature, unfinished, seed in
    let rollout = RolloutSettings(
      reward: RolloutSettings.Reward(reward), samples: samples, longest: longest.count,
      temperature: temperature, credit: Credit(estimator: .mean, unfinished: unfinished),
      divergence: DivergencePenalty(coefficient: 0), passes: 1, parts: 1)
    return try Attempts(
      rollout: rollout, model: model, context: context,
      seed: context.seed ^ UInt64(bitPattern: Int64(seed))
    ).answered(data)
  }

  /// The rows with the two columns that are added.
  @Sendable private static func attemptsType(_ call: CallSite) throws -> RecipeType {
    try call.refuseHead("with")
    try checkReward(call)
    guard let fields = call.row("rows").fields else { return .data(.any) }
    guard fields.contains(where: { $0.label == "prompt" }) else {
      throw Complaints(
        Complaint(
          .missingColumns(["prompt"], found: fields.map(\.label)), at: "rows",
          "this dataset lacks a column that `attempts` reads"))
    }
    return .data(.record(Attempts.columns(fields)))
  }
}

/// Several answers to each row, with what they earn.
private struct Attempts {
  let rollout: RolloutSettings
  let model: LanguageModel
  let context: RunContext
  let seed: UInt64

  /// Prompts that are answered before the next look at what else is wanted.
  private static let portion = 16

  static func columns(_ fields: [RecordField]) -> [RecordField] {
    let added = [RecordField("responses", .list(.text)), RecordField("scores", .list(.float))]
    return fields.filter { field in !added.contains { $0.label == field.label } } + added
  }

  func answered(_ data: Dataset) throws -> Dataset {
    let prompts = try RolloutPrompts(
      data, for: rollout, model: model, length: model.dimensions.context, step: "attempts")
    context.report(.ledger(prompts.ledger))
    let pool = WorkerPool(count: context.threads)
    let writer = RolloutWriter(
      rollout: rollout, prompts: prompts.all, seed: seed, threads: context.threads, pool: pool,
      isPausing: context.isPausing)
    let judge = RewardJudge(reward: rollout.reward, pool: pool, tokensAtOnce: 1024)
    let columns = Self.columns(data.columns)
    var rows: [Record] = []
    for start in stride(from: 0, to: prompts.all.count, by: Self.portion) {
      let chosen = Array(start..<min(prompts.all.count, start + Self.portion))
      let answers = try writer.answers(to: chosen, step: 0, by: model)
      let scores = try judge.scores(answers.map { (prompts.all[$0.prompt], $0.text) })
      rows += zip(chosen, answers.chunks(of: rollout.samples, scored(answers, scores)))
        .map { row(prompts.all[$0].row, $1, columns) }
      context.report(
        .progress(
          Progress(
            label: context.label, done: rows.count, total: prompts.all.count, unit: "rows")))
    }
    return Dataset(columns: columns, rows: rows)
  }

  private func scored(_ answers: [WrittenAnswer], _ scores: [Double]) -> [Double] {
    zip(answers, scores).map { $0.isFinished ? $1 : rollout.credit.unfinished ?? $1 }
  }

  private func row(
    _ row: Record, _ answers: [(answer: WrittenAnswer, score: Double)], _ columns: [RecordField]
  ) -> Record {
    let kept = columns.dropLast(2).map { row[$0.label] ?? .none }
    return Record(
      labels: columns.map(\.label),
      values: kept + [
        .list(answers.map { .text($0.answer.text) }), .list(answers.map { .float($0.score) }),
      ])
  }
}

extension [WrittenAnswer] {
  /// The answers to each prompt with their scores.
  fileprivate func chunks(of size: Int, _ scores: [Double]) -> [[(WrittenAnswer, Double)]] {
    stride(from: 0, to: count, by: size).map { start in
      (start..<Swift.min(count, start + size)).map { (self[$0], scores[$0]) }
    }
  }
}
