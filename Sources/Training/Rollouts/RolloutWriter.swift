import Foundation
import Models
import Tensors
import Tokenizers
import Vocabulary

/// An answer that a policy wrote, with all that it was drawn by.
struct WrittenAnswer {
  /// The place of its prompt among those of the run, and its number among the answers to it.
  let prompt: Int
  let sample: Int
  /// How many tokens were forced.
  let forced: Int
  /// All that the losses see: forced and drawn tokens, the end, and what is beyond it.
  let tokens: [Int32]
  /// The place of the last token that counts.
  let last: Int
  let isFinished: Bool
  /// Without the end.
  let text: String
}

/// Seconds that the parts of a step took.
struct StepCost {
  var generation = 0.0
  var reward = 0.0
  /// Log-probabilities under policy and reference, and the critic's values.
  var scoring = 0.0
  var update = 0.0

  var parts: [(name: String, seconds: Double)] {
    [("generation", generation), ("reward", reward), ("scoring", scoring), ("update", update)]
  }

  mutating func add(_ other: StepCost) {
    generation += other.generation
    reward += other.reward
    scoring += other.scoring
    update += other.update
  }
}

/// Lets a policy answer prompts.
///
/// What is drawn follows from seed, step, row and sample alone.
struct RolloutWriter {
  let rollout: RolloutSettings
  let prompts: [RolloutPrompts.Prompt]
  let seed: UInt64
  let threads: Int
  let pool: WorkerPool
  /// Looked at between pieces of text.
  let isPausing: @Sendable () -> Bool

  /// Draws nothing and takes the likeliest tokens, from bare prompts: how a policy does by itself.
  var isGreedy = false

  /// The answers of a step, those to one prompt side by side.
  func answers(to chosen: [Int], step: Int, by policy: LanguageModel) throws -> [WrittenAnswer] {
    let random = Random(seed: seed, purpose: .rollouts, stream: UInt32(truncatingIfNeeded: step))
    let end = try end(of: policy)
    let words = random.words(UInt64.max)
    var sampling = Sampling(temperature: isGreedy ? 0 : rollout.temperature)
    sampling.seed = UInt64(words[0]) << 32 | UInt64(words[1])
    var starts: [(prompt: Int, sample: Int, forced: Int)] = []
    var requests: [Generator.Request] = []
    for prompt in chosen {
      for sample in 0..<(isGreedy ? 1 : rollout.samples) {
        let key = prompts[prompt].place * rollout.samples + sample
        let forced = isGreedy ? 0 : forced(prompt, UInt64(key), random)
        starts.append((prompt, sample, forced))
        requests.append(
          Generator.Request(
            prompt: prompts[prompt].tokens + prompts[prompt].offline.prefix(forced),
            sampling: sampling, maximum: rollout.longest - forced,
            stopTokens: goesOn ? [] : [end], row: UInt32(truncatingIfNeeded: key)))
      }
    }
    var isStopped = false
    let drawn = try Generator(policy, for: requests, threads: threads, pool: pool)
      .run(requests) { _, _ in
        isStopped = isStopped || isPausing()
        return !isStopped
      }
    guard !isStopped else { throw Paused(place: "in a rollout") }
    return zip(starts, drawn).map { written($0, $1, end, policy) }
  }

  private var goesOn: Bool { rollout.credit.isStrict && !isGreedy }

  /// Answers end with one token, the end of text or turn that the model's files name.
  private func end(of policy: LanguageModel) throws -> Int32 {
    guard let end = policy.tokenizer.special.eos.map(Int32.init) ?? policy.stopTokens.min() else {
      throw TrainingError(
        problem: "\(policy.name) has no token that ends an answer",
        advice: "Rollouts need one: train_vocabulary(…, end: …).")
    }
    return end
  }

  private func forced(_ prompt: Int, _ key: UInt64, _ random: Random) -> Int {
    rollout.forcedTokens(
      length: prompts[prompt].offline.count + 1, chance: random.uniform(2 * key),
      place: random.uniform(2 * key + 1))
  }

  private func written(
    _ start: (prompt: Int, sample: Int, forced: Int), _ answer: Generator.Answer, _ end: Int32,
    _ policy: LanguageModel
  ) -> WrittenAnswer {
    var tokens = prompts[start.prompt].offline.prefix(start.forced) + answer.tokens
    if answer.end == .stopToken { tokens.append(end) }
    let place = tokens.firstIndex(of: end)
    let text = policy.tokenizer.decode(tokens[..<(place ?? tokens.endIndex)])
    // The critic also learns what the state after the end is worth; the token there is nothing.
    let looksBeyond = rollout.credit.estimator == .critic && !goesOn
    if place != nil, looksBeyond, tokens.count < rollout.longest { tokens.append(end) }
    return WrittenAnswer(
      prompt: start.prompt, sample: start.sample, forced: start.forced, tokens: Array(tokens),
      last: place ?? tokens.count - 1, isFinished: place != nil, text: text)
  }

  /// One example for each prompt, with its answers as a group.
  func examples(_ answers: [WrittenAnswer]) -> [Example] {
    var examples: [Example] = []
    var before: Int?
    for answer in answers {
      if answer.prompt != before {
        var example = Example(prompt: prompts[answer.prompt].tokens, completions: [])
        example.isGroup = true
        examples.append(example)
        before = answer.prompt
      }
      examples[examples.count - 1].completions.append(.init(answer.tokens))
    }
    return examples
  }
}
