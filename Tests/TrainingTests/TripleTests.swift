import Foundation
import JSON
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

/// Preference losses of a real model against TRL (fixtures/smollm2/preference.json).
@Suite(.enabled(if: SmolLM2.fixture("preference.json") != nil, "needs SmolLM2 and the fixtures"))
struct TripleTests {
  private let golden: JSONValue

  init() throws {
    golden = try JSONValue(file: #require(SmolLM2.fixture("preference.json")))
  }

  static let losses = [
    ("dpo.sigmoid", "dpo()"), ("dpo.sigmoid_beta0.5", "dpo(beta: 0.5)"), ("dpo.hinge", "hinge()"),
    ("dpo.ipo", "ipo()"), ("dpo.robust_ls0.1", "robust_dpo()"),
    ("dpo.sppo_hard", "sppo()"), ("dpo.nca_pair", "nca()"), ("dpo.apo_zero", "apo_zero()"),
    ("dpo.apo_down", "apo_down()"), ("dpo.exo_pair_ls0.001", "exo()"), ("dpo.aot", "aot()"),
    ("dpo.discopop", "discopop()"), ("dpo.sigmoid_norm", "length_normalised_dpo()"),
    ("cpo.simpo", "simpo(gamma: 0.5)"), ("cpo.simpo_beta0.1", "simpo(beta: 0.1, gamma: 0.5)"),
    ("cpo.cpo_sigmoid", "cpo(nll: 0.0)"), ("cpo.cpo_hinge", "slic()"),
  ]

  /// The sums of whole answers that TRL had, spread evenly over their tokens.
  private var scores: GivenScores {
    func answers(_ of: String, _ role: String) -> [[Double]] {
      zip(
        golden["logps"]?["\(of)_\(role)"]?.doubles ?? [],
        golden["logps"]?["\(role)_tokens"]?.doubles ?? []
      ).map { [Double](repeating: $0 / $1, count: Int($1)) }
    }
    func rows(_ of: String) -> [[[Double]]] {
      zip(answers(of, "chosen"), answers(of, "rejected")).map { [$0, $1] }
    }
    return GivenScores(policy: rows("policy"), reference: rows("ref"))
  }

  @Test("Every variant on TRL's own log-probabilities", arguments: losses)
  func variants(_ name: String, _ loss: String) throws {
    let path = name.split(separator: ".", maxSplits: 1).map(String.init)
    let expected = try #require(golden[path[0]]?[path[1]])
    let loss: Loss = try value(loss)
    let mean = try #require(expected["batch_mean"]?.double)
    let found = try scores.run(loss).loss
    #expect(abs(found - mean) < 1e-5 * max(1, mean), "\(found), not \(mean)")
    for (row, one) in (expected["per_pair"]?.doubles ?? []).enumerated() {
      let pair = GivenScores(policy: [scores.policy[row]], reference: [scores.reference[row]])
      let found = try pair.run(loss).loss
      #expect(abs(found - one) < 1e-5 * max(1, one), "pair \(row): \(found), not \(one)")
    }
  }

  /// The fixture was taken with a running mean of rewards of 0; here it is that of the step.
  @Test("BCO around the mean reward of the step") func bco() throws {
    let rewards = zip(scores.policy, scores.reference).map { own, base in
      zip(own, base).map { 0.1 * ($0.reduce(0, +) - $1.reduce(0, +)) }
    }
    func loss(around shift: Double) -> Double {
      var sum = 0.0
      for pair in rewards {
        sum += log1p(exp(shift - pair[0]))
        sum += log1p(exp(pair[1] - shift))
      }
      return sum / Double(rewards.count)
    }
    let golden = try #require(golden["dpo"]?["bco_pair"]?["batch_mean"]?.double)
    #expect(abs(loss(around: 0) - golden) < 1e-5)
    let all = rewards.flatMap { $0 }
    let expected = loss(around: all.reduce(0, +) / Double(all.count))
    #expect(abs(try scores.run(value("bco()")).loss - expected) < 1e-5)
  }

  @Test("ORPO's odds on TRL's own log-probabilities") func orpo() throws {
    let expected = try #require(golden["orpo"])
    let ratios = expected["beta_ratio_per_pair"]?.doubles ?? []
    #expect(ratios.count == 4)
    for (row, ratio) in ratios.enumerated() {
      let pair = GivenScores(policy: [scores.policy[row]], reference: [scores.reference[row]])
      let likelihood = try pair.run(value("orpo(weight: 0.0)")).loss
      let found = try pair.run(value("orpo()")).loss - likelihood
      #expect(abs(found + ratio) < 1e-5, "pair \(row): \(found), not \(-ratio)")
    }
  }

  @Test(
    "KTO on TRL's own log-probabilities",
    arguments: [
      ("kto", "kto()"), ("kto_roles_swapped", "kto()"),
      ("kto_w", "kto(beta: 0.2, undesirable_weight: 1.5)"),
    ])
  func kto(_ name: String, _ loss: String) throws {
    let expected = try #require(golden["kto"]?["variants"]?[name])
    func rows(_ of: String) -> [[[Double]]] {
      let sums = ["chosen", "rejected"].flatMap { golden["logps"]?["\(of)_\($0)"]?.doubles ?? [] }
      return zip(sums, golden["kto"]?["kl_\(of)_logps"]?.doubles ?? []).map { [[$0], [$1]] }
    }
    let isSwapped = name == "kto_roles_swapped"
    let given = GivenScores(
      policy: rows(isSwapped ? "ref" : "policy"), reference: rows(isSwapped ? "policy" : "ref"),
      values: (0..<8).map { ["desirable": $0 < 4 ? 1 : 0] })
    let found = try given.run(value(loss))
    let mean = try #require(expected["loss"]?.double)
    #expect(abs(found.loss - mean) < 1e-5, "\(found.loss), not \(mean)")
    #expect(abs((found.metrics["kl"] ?? .nan) - (expected["kl"]?.double ?? 0)) < 1e-5)
  }

  @Test("The first step of the real model, all weights trained") func firstStep() throws {
    let base = try LanguageModel(opening: #require(SmolLM2.file))
    let policy = try base.withFormulaAdapter(
      LoRASettings(rank: 2, alpha: 4, targets: ["q_proj", "v_proj"]), trained: true
    ).merged()
    let examples = (golden["rows"]?.list ?? []).map { row in
      Example(
        prompt: row["prompt_ids"]?.ids ?? [],
        completions: ["chosen_ids", "rejected_ids"].map { .init(row[$0]?.ids ?? []) })
    }
    let pool = WorkerPool(count: 2)
    let reference = try Scorer(base, pool: pool).logProbabilities(examples)
    let trainer = try Trainer(
      policy, value("dpo()"), examples, base: reference,
      settings: TrainingSettings(
        budget: Budget(Quantity(1, .steps)), batch: 4, schedule: Schedule(.constant, peak: 1e-6),
        shuffles: false), pool: pool, snapshot: nil)
    let report = try trainer.step(rate: 1e-6)
    let loss = try #require(golden["dpo"]?["sigmoid"]?["batch_mean"]?.double)
    let norm = try #require(golden["dpo_sigmoid_grad_norm"]?.double)
    #expect(abs(report.loss - loss) < 1e-4, "\(report.loss), not \(loss)")
    #expect(abs(report.gradientNorm - norm) < 1e-3 * norm, "\(report.gradientNorm), not \(norm)")
    let texts = examples.map {
      Example(prompt: $0.prompt, completions: $0.completions, scoresPrompt: true)
    }
    let orpo = try Trainer(
      policy, value("text_orpo()"), texts, base: nil,
      settings: TrainingSettings(
        budget: Budget(Quantity(1, .steps)), batch: 4, schedule: Schedule(.constant, peak: 1e-6),
        shuffles: false), pool: pool, snapshot: nil
    ).step(rate: 1e-6)
    let expected = try #require(golden["orpo"]?["loss"]?.double)
    #expect(abs(orpo.loss - expected) < 1e-3, "\(orpo.loss), not \(expected)")
    let odds = try #require(golden["orpo"]?["mean_log_odds"]?.double)
    let told = orpo.metrics.first { $0.name == "log_odds" }?.value ?? .nan
    #expect(abs(told - odds) < 1e-3 * odds, "\(told), not \(odds)")
  }
}
