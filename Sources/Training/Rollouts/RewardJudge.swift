import Models
import Tensors
import Vocabulary

/// Gives each answer its reward: by a reward model, or by a rule of the recipe.
struct RewardJudge {
  let reward: RolloutSettings.Reward
  let pool: WorkerPool
  /// How many tokens run through a reward model at once.
  let tokensAtOnce: Int

  func scores(_ answers: [(prompt: RolloutPrompts.Prompt, text: String)]) throws -> [Double] {
    switch reward {
    case .model(let model): return try scores(answers, by: model)
    case .rule(let rule): return try answers.map { try score($0.prompt, $0.text, by: rule) }
    }
  }

  private func scores(
    _ answers: [(prompt: RolloutPrompts.Prompt, text: String)], by model: LanguageModel
  ) throws -> [Double] {
    let examples = try answers.map { answer in
      try model.example(prompt: answer.prompt.messages, completions: [answer.text])
        .cut(to: model.dimensions.context)
    }
    return try RewardScorer(model, pool: pool, tokens: tokensAtOnce).rewards(examples)
      .map { Double($0[0][0]) }
  }

  private func score(
    _ prompt: RolloutPrompts.Prompt, _ text: String, by rule: Function
  ) throws -> Double {
    var row = prompt.row
    row["response"] = .text(text)
    let score = try Double(recipeValue: rule(.record(row)))
    guard score.isFinite else {
      throw TrainingError(
        problem: "the reward of an answer to row \(prompt.place + 1) is \(score)",
        advice: "The answer was: \(Value.text(text).source)")
    }
    return score
  }
}
