import Foundation
import JSON
import TestSupport
import Testing
import Training
import Vocabulary

/// The arithmetic of DR-PO, PPO, RLOO and GRPO against numbers found in 64 bits (vectors.json).
@Suite(
  "Credit of decisions, and the losses over them",
  .enabled(if: SharedFiles.file("reference/vectors.json") != nil, "needs vectors.json"))
struct RolloutVectorTests {
  private let vectors: [JSONValue]

  init() throws {
    let file = try #require(SharedFiles.file("reference/vectors.json"))
    vectors = try #require(JSONValue(file: file)["vectors"]?.list)
  }

  private func vector(_ id: String) throws -> JSONValue {
    try #require(vectors.first { $0["id"]?.text == id }, "no vector \(id)")
  }

  private func near(_ found: [Double], _ expected: [Double], _ what: String = "") {
    #expect(found.count == expected.count && !found.isEmpty, "\(what)")
    for (a, b) in zip(found, expected) {
      #expect(abs(a - b) <= 1e-6 * max(abs(b), 1), "\(what): \(a), not \(b)")
    }
  }

  private func near(_ found: [[Double]], _ expected: JSONValue?, _ what: String) {
    near(found.flatMap(\.self), expected?.rows.flatMap(\.self) ?? [], what)
  }

  @Test("How much of an answer comes first is as likely as in the published code")
  func resetLengths() throws {
    let vector = try vector("drpo.reset_length_distribution")
    let share = try #require(vector["inputs"]?["beta"]?.double)
    let loss: Loss = try value(
      "reset_rollout(reward: r => 1.0, from: .answer, mix: \(Int(share * 100))%)")
    let rollout = try #require(loss.rollout)
    let lengths = vector["inputs"]?["n"]?.list?.compactMap(\.int) ?? []
    #expect(lengths.count == 3)
    for (place, length) in lengths.enumerated() {
      // Every chance and every place in even steps: counts are the probabilities themselves.
      let grid = 240
      var counts: [Int: Int] = [:]
      for i in 0..<grid {
        for j in 0..<grid {
          let forced = rollout.forcedTokens(
            length: length, chance: (Double(i) + 0.5) / Double(grid),
            place: (Double(j) + 0.5) / Double(grid))
          counts[forced, default: 0] += 1
        }
      }
      let expected = vector["expected"]?["prob"]?.list?[place]
      for forced in 0..<length {
        let probability = expected?["\(forced)"]?.double ?? 0
        let found = Double(counts[forced] ?? 0) / Double(grid * grid)
        #expect(abs(found - probability) < 1e-9, "\(forced) of \(length): \(found)")
      }
      #expect(counts.keys.allSatisfy { $0 < length })
    }
  }

  @Test("Generalised advantages") func generalised() throws {
    let vector = try vector("ppo.gae")
    let inputs = try #require(vector["inputs"])
    let values = inputs["values"]?.doubles ?? []
    let found = Advantages.generalised(
      inputs["rewards"]?.doubles ?? [], values: values,
      discount: try #require(inputs["gamma"]?.double), decay: try #require(inputs["lam"]?.double))
    near(found, vector["expected"]?["advantages"]?.doubles ?? [])
    near(zip(found, values).map { $0 + $1 }, vector["expected"]?["returns"]?.doubles ?? [])
  }

  @Test("Rewards against those of other answers") func compared() throws {
    let loo = try vector("rloo.advantage"), group = try vector("grpo.advantage")
    near(
      Advantages.leaveOneOut(loo["inputs"]?["rewards"]?.doubles ?? []),
      loo["expected"]?["advantage"]?.doubles ?? [])
    near(
      Advantages.standardised(group["inputs"]?["rewards"]?.doubles ?? []),
      group["expected"]?["advantage"]?.doubles ?? [])
    #expect(Advantages.standardised([0.25, 0.25, 0.25]) == [0, 0, 0])
  }

  @Test("The cost of divergence is steered to its target") func adaptive() throws {
    let vector = try vector("ppo.adaptive_kl")
    let inputs = try #require(vector["inputs"])
    let penalty = DivergencePenalty(
      coefficient: try #require(inputs["value"]?.double), target: inputs["target"]?.double,
      horizon: try #require(inputs["horizon"]?.int))
    let found = try (inputs["current"]?.doubles ?? []).map {
      penalty.next(
        penalty.coefficient, found: $0, answers: try #require(inputs["n_steps"]?.int))
    }
    near(found, vector["expected"]?["new_value"]?.doubles ?? [])
    #expect(DivergencePenalty(coefficient: 0.5).next(0.5, found: 9, answers: 64) == 0.5)
  }

  @Test("The natural step on a table of actions") func natural() throws {
    let vector = try vector("drpo.npg_update")
    let inputs = try #require(vector["inputs"])
    func list(_ name: String) -> String { "\(inputs[name]?.doubles ?? [])" }
    let found: [Double] = try value(
      "npg_step(\(list("Q")), start: \(list("pi_sft")), now: \(list("pi_t")), "
        + "eta: \(try #require(inputs["eta"]?.double)), "
        + "lambda: \(try #require(inputs["lambda_"]?.double)))")
    near(found, vector["expected"]?["pi_next"]?.doubles ?? [])
  }

  /// The two answers of `drpo.rollout_step`, as they are before anything is computed from them.
  private func judged(
    forced: [Int], last: [Int], finished: [Bool]
  ) throws -> (JSONValue, [JudgedAnswer]) {
    let inputs = try #require(try vector("drpo.rollout_step")["inputs"])
    let rows = ["old_logprobs", "ref_logprobs", "values"].map { inputs[$0]?.rows ?? [] }
    let scores = inputs["rm_scores"]?.doubles ?? []
    return (
      inputs,
      scores.indices.map { i in
        JudgedAnswer(
          forced: forced[i], last: last[i], isFinished: finished[i], score: scores[i],
          logp: rows[0][i], base: rows[1][i], values: rows[2][i])
      }
    )
  }

  private func given(_ inputs: JSONValue, _ credited: [CreditedAnswer]) -> GivenRollouts {
    GivenRollouts(
      logp: inputs["new_logprobs"]?.rows ?? [], oldLogp: inputs["old_logprobs"]?.rows ?? [],
      base: inputs["ref_logprobs"]?.rows ?? [], values: inputs["new_values"]?.rows ?? [],
      oldValues: inputs["values"]?.rows ?? [], credited: credited)
  }

  @Test("A whole update of DR-PO as in its published code") func published() throws {
    let vector = try vector("drpo.rollout_step")
    let expected = try #require(vector["expected"])
    let loss: Loss = try value(
      "reset_rollout(reward: r => 1.0, from: .answer, strict_reference: true)")
    let (inputs, judged) = try judged(forced: [2, 1], last: [3, 4], finished: [true, false])
    let credit = try #require(loss.rollout).credit
    let credited = credit.credited(judged, samples: 1, coefficient: 0.05)
    near(credited.map(\.score), expected["scores"]?.doubles ?? [], "scores")
    near(credited.map(\.kl), expected["kl"], "kl")
    near(credited.map(\.rewards), expected["rewards_whitened"], "rewards")
    near(credited.map(\.returns), expected["returns"], "returns")
    near(credited.map(\.advantages), expected["advantages_whitened"], "advantages")
    let kl = credited.map(\.divergence).reduce(0, +) / 2
    near([kl], [try #require(expected["mean_kl_per_sequence"]?.double)], "divergence")
    let forced = credited.map { $0.decisions.map { $0 ? 0.0 : 1.0 } }
    near(forced, expected["rollin_mask"], "mask")
    let found = try given(inputs, credited).run(loss)
    near([found.loss], [try #require(expected["loss"]?.double)], "loss")
    near(
      [try #require(found.metrics["value_loss"])], [try #require(expected["vf_loss"]?.double)],
      "value loss")
    near(found.logpSlopes, vector["grad_new_logprobs"], "slopes of the policy")
    near(found.valueSlopes, vector["grad_new_values"], "slopes of the critic")
    // What was forced carries none at all.
    #expect(found.logpSlopes[0][0...1] == [0, 0] && found.logpSlopes[1][0] == 0)
  }

  @Test("A whole update of PPO with the masks of TRL") func masked() throws {
    let vector = try vector("ppo.trl_masked_step")
    let expected = try #require(vector["expected"])
    let loss: Loss = try value("ppo(reward: r => 1.0)")
    let (inputs, judged) = try judged(forced: [0, 0], last: [3, 4], finished: [true, false])
    var credit = try #require(loss.rollout).credit
    credit.penalty = try #require(vector["inputs"]?["missing_eos_penalty"]?.double)
    let credited = credit.credited(judged, samples: 1, coefficient: 0.05)
    near(credited.map(\.rewards), expected["rewards"], "rewards")
    near(credited.map(\.returns), expected["returns"], "returns")
    near(credited.map(\.advantages), expected["advantages"], "advantages")
    let found = try given(inputs, credited).run(loss)
    near([found.loss], [try #require(expected["loss"]?.double)], "loss")
    near(
      [try #require(found.metrics["value_loss"])], [try #require(expected["vf_loss"]?.double)],
      "value loss")
    #expect(found.logpSlopes[0][4] == 0)
  }

  @Test("The token loss of GRPO, in all its averages") func grpo() throws {
    let vector = try vector("grpo.token_loss")
    let inputs = try #require(vector["inputs"])
    let advantage = try #require(inputs["advantage"]?.double)
    let answer = CreditedAnswer(
      score: 0, gain: advantage, kl: [0, 0], rewards: [0, 0], advantages: [advantage, advantage],
      returns: [0, 0], decisions: [true, true], states: [true, true])
    let given = GivenRollouts(
      logp: [inputs["logps"]?.doubles ?? []], oldLogp: [inputs["old_logps"]?.doubles ?? []],
      base: [inputs["ref_logps"]?.doubles ?? []], values: [[0, 0]], oldValues: [[0, 0]],
      credited: [answer])
    // One answer of the greatest length: all three averages are one.
    for form in ["grpo", "dapo", "dr_grpo"] {
      let loss: Loss = try value("grpo(reward: r => 1.0, beta: 0.04, form: \"\(form)\")")
      let found = try given.run(loss)
      near([found.loss], [try #require(vector["expected"]?["loss"]?.double)], form)
      near(found.logpSlopes[0], vector["grad_logps"]?.doubles ?? [], form)
    }
  }

  @Test("RLOO clips the ratio of the whole answer") func rloo() throws {
    let answers = [-1.5, 2.0].map { gain in
      CreditedAnswer(
        score: 0, gain: gain, kl: [0, 0, 0], rewards: [0, 0, 0], advantages: [0, 0, 0],
        returns: [0, 0, 0], decisions: [false, true, true], states: [true, true, true])
    }
    let given = GivenRollouts(
      logp: [[-9, -1, -1.5], [-9, -0.5, -0.6]], oldLogp: [[-1, -1.1, -1.3], [-1, -0.8, -1]],
      base: [[0, 0, 0], [0, 0, 0]], values: [[0, 0, 0], [0, 0, 0]],
      oldValues: [[0, 0, 0], [0, 0, 0]], credited: answers)
    let loss: Loss = try value("rloo(reward: r => 1.0, clip: 0.2)")
    let found = try given.run(loss)
    // exp(-0.1) within the bounds, exp(0.7) held at 1.2; the forced token counts for nothing.
    near([found.loss], [(1.5 * exp(-0.1) - 2 * 1.2) / 2])
    near(found.logpSlopes[0], [0, 0.75 * exp(-0.1), 0.75 * exp(-0.1)])
    #expect(found.logpSlopes[1] == [0, 0, 0])
  }
}

extension JSONValue {
  /// Numbers in rows; truths are 1 and 0.
  fileprivate var rows: [[Double]] { (list ?? []).map(\.doubles) }
}
