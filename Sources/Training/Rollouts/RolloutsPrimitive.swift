import Datasets
import Models
import Tokenizers
import Vocabulary

extension Vocabulary.Primitive {
  public static let rollouts = Vocabulary.Primitive(
    "rollouts",
    "Answers that a policy writes to rows as a loss has it, with what each token earns.",
    in: .generation, cost: .heavy,
    typing: .derived { call in
      try call.refuseHead("policy")
      let complaints = columnComplaints(call, at: ["on"], for: call.type("with"))
      guard complaints.isEmpty else { throw Complaints(complaints) }
      return Rollouts.recipeType
    },
    examples: [
      "\(tinyModel) |> attach(lora(rank: 2)) |> rollouts(on: rows([(prompt: \"a\")]), "
        + "with: ppo(reward: r => 1.0, max: 4tokens))"
    ],
    Parameter<LanguageModel>.subject("policy", "The model that answers."),
    Parameter<Dataset>("on", "Rows with prompts."),
    Parameter<Loss>("with", "A loss over rollouts, such as ppo or reset_rollout."),
    Parameter<LanguageModel?>(
      "reference", "What divergence is measured from; without one, the policy itself."),
    Parameter(
      "step", "The step of a training with the same seed whose draws are made.", default: 0,
      .atLeast(0)),
    Parameter<Int?>(
      "row",
      "The one row, counted from 1, that is answered: its tokens are those it has among all.",
      Rule("at least 1") { $0.map { $0 >= 1 } ?? true }),
    Parameter("seed", "Another seed, other draws.", default: 0),
    Parameter("length", "The longest sequence.", default: TokenCount(1024))
  ) { context, policy, data, loss, reference, step, row, seed, length in
    guard let rollout = loss.rollout else {
      throw TrainingError(
        problem: "the loss is over answers that rows bring; no policy writes any",
        advice: "Take one of ppo, reset_rollout, rloo, grpo and reinforce.")
    }
    let settings = TrainingSettings(
      budget: Budget(Quantity(1, .steps)), batch: max(1, data.count),
      schedule: Schedule(.constant, peak: 1), length: length.count,
      seed: context.seed ^ UInt64(bitPattern: Int64(seed)), shuffles: false)
    let run = try RolloutRun(policy, loss, rollout, settings, context, reference: reference)
    return try run.rollouts(on: data, step: step, row: row)
  }
}

extension RolloutRun {
  /// What the policy writes to all rows, or to one of them, judged and credited; nothing is learnt.
  func rollouts(on data: Dataset, step: Int, row: Int?) throws -> Rollouts {
    let trainer = try trainer(data)
    let prompts = trainer.writer.prompts
    let chosen = prompts.indices.filter { row == nil || prompts[$0].place + 1 == row }
    guard !chosen.isEmpty else {
      throw TrainingError(
        problem: "there is no row \(row ?? 0) that can be answered",
        advice: "There are \(data.count) rows.")
    }
    let judged = try trainer.judged(trainer.writer, chosen, step: step)
    let rows = zip(judged.answers, judged.credited).enumerated().map { place, pair in
      record(pair.0, pair.1, judged.logp.flatMap(\.self)[place], prompts)
    }
    return Rollouts(rows: Dataset(columns: Rollouts.fields, rows: rows))
  }

  private func record(
    _ answer: WrittenAnswer, _ credited: CreditedAnswer, _ logp: [Float],
    _ prompts: [RolloutPrompts.Prompt]
  ) -> Record {
    let prompt = prompts[answer.prompt]
    let end = answer.isFinished ? answer.last : answer.last + 1
    func text(_ range: Range<Int>) -> Value {
      .text(model.tokenizer.decode(answer.tokens[range]))
    }
    func numbers(_ values: [Double]) -> Value {
      .list(values.prefix(answer.last + 1).map(Value.float))
    }
    let tokens = answer.tokens.prefix(answer.last + 1)
    return Record(
      labels: Rollouts.fields.map(\.label),
      values: [
        .int(prompt.place + 1), .int(answer.sample + 1),
        .text(model.tokenizer.decode(prompt.tokens)), text(0..<answer.forced),
        text(answer.forced..<max(answer.forced, end)), .int(answer.forced),
        .bool(answer.isFinished), .float(credited.score), .list(tokens.map { .int(Int($0)) }),
        .list(tokens.map { .text(model.tokenizer.decode([$0])) }), numbers(logp.map(Double.init)),
        numbers(credited.kl), numbers(credited.advantages),
      ])
  }
}
