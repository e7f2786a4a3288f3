import Datasets
import Foundation
import Language
import Models
import Synchronization
import TestSupport
import Testing
import Training
import Vocabulary

/// Whole runs on answers that a policy writes itself.
@Suite("Training on rollouts")
struct RolloutTests {
  private static let rows = Dataset(
    rows: (0..<6).map { i in
      Record([
        ("prompt", .text(String("say \(i * 7)".prefix(3 + i % 4)))),
        ("answer", .text(String(repeating: "ab", count: 1 + i % 3))),
      ])
    })

  /// More for answers of more letters.
  private static let rule = "r => 0.1 * length(r.response)"

  private func call(
    _ loss: String, wearing: String = adapter, steps: Int = 3, _ more: [(String, Value)] = []
  ) throws -> TrainingCall {
    try TrainingCall(
      tinyModel(wearing), on: Self.rows, with: loss, steps: steps, [("batch", .int(4))] + more)
  }

  private static let losses = [
    "ppo(reward: \(rule), max: 5tokens, samples: 2)",
    "reset_rollout(reward: \(rule), from: .answer, max: 5tokens, samples: 2, parts: 2)",
    "reset_rollout(reward: \(rule), from: .answer, max: 5tokens, strict_reference: true)",
    "rloo(reward: \(rule), max: 5tokens)",
    "grpo(reward: \(rule), max: 5tokens, samples: 3, beta: 0.05)",
    "reinforce(reward: \(rule), max: 5tokens)",
  ]

  @Test("Any pause, and any number of threads, changes no bit", arguments: losses)
  func pause(_ loss: String) throws {
    var call = try call(loss)
    let whole = try call.run()
    #expect(whole.history.count == 3)
    let reward = try #require(whole.curves.first { $0.name == "reward" })
    #expect(reward.values.count == 3 && reward.values.allSatisfy(\.isFinite))
    #expect(whole.distance(to: try tinyModel(adapter)) > 0)
    for looks in [2, 9] {
      call.context.scratch = newFolder()
      call.context.threads = 3
      call.context.isPausing = Self.pausing(after: looks)
      #expect(throws: Paused.self) { try call.run() }
      call.context.isPausing = { false }
      let resumed = try call.run()
      #expect(resumed.bits == whole.bits)
      #expect(resumed.history == whole.history)
      #expect(resumed.curves.map(\.values) == whole.curves.map(\.values))
    }
  }

  /// Says yes once, after some looks.
  private static func pausing(after looks: Int) -> @Sendable () -> Bool {
    let count = Mutex(0)
    return {
      count.withLock {
        $0 += 1
        return $0 == looks
      }
    }
  }

  @Test("Without resets DR-PO is PPO to the bit") func mixOfNone() throws {
    let rest = "reward: \(Self.rule), max: 5tokens, samples: 2, parts: 2"
    let plain = try call("ppo(\(rest))").run()
    let none = try call("reset_rollout(\(rest), from: .answer, mix: 0%)").run()
    let all = try call("reset_rollout(\(rest), from: .answer, mix: 100%)").run()
    #expect(none.bits == plain.bits && none.history == plain.history)
    #expect(none.curves.map(\.values) == plain.curves.map(\.values))
    #expect(all.bits != plain.bits)
    let forced = try #require(all.curves.first { $0.name == "forced" })
    #expect(forced.values.allSatisfy { $0 >= 1 })
  }

  @Test("The first ratios are 1 to rounding, at any temperature and with shared prompts")
  func firstRatios() throws {
    for temperature in ["1.0", "0.7", "1.3"] {
      let model = try call(
        "reset_rollout(reward: \(Self.rule), from: .answer, samples: 3, max: 5tokens, passes: 1, "
          + "temperature: \(temperature))", [("at_once", .quantity(Quantity(30, .tokens)))]
      ).run()
      let moved = try #require(model.curves.first { $0.name == "moved" })
      #expect(moved.values.count == 3 && moved.values.allSatisfy { $0 < 1e-12 })
    }
  }

  @Test("Divergence is counted from the model as it was") func divergence() throws {
    let model = try call("ppo(reward: \(Self.rule), max: 5tokens)", steps: 4).run()
    let kl = try #require(model.curves.first { $0.name == "kl" }).values
    #expect(abs(kl[0]) < 1e-5 && abs(kl[3]) > 1e-4, "\(kl)")
  }

  @Test("The cost of divergence moves towards its target, and goes on there after a pause")
  func steered() throws {
    let loss = "ppo(reward: \(Self.rule), max: 5tokens, kl: 0.1, kl_target: 5.0)"
    let model = try call(loss, steps: 4).run()
    let cost = try #require(model.curves.first { $0.name == "kl_coefficient" }).values
    #expect(cost[0] == 0.1 && cost[1] < 0.1 && cost[3] < cost[2])
  }

  @Test("A policy learns what earns most, without an adapter too") func learns() throws {
    let model = try call(
      "grpo(reward: r => 1.0 * length(r.response), max: 4tokens, samples: 16)", wearing: "",
      steps: 20, [("lr", .float(3e-2)), ("batch", .int(6))]
    ).run()
    let reward = try #require(model.curves.first { $0.name == "reward" }).values
    #expect(reward[19] > 1.5 * reward[0], "\(reward)")
  }

  @Test("A trained reward model judges, and its adapter starts the critic") func rewardModel()
    throws
  {
    let base = "base = \(Self.modelText)\n"
    let program = program(
      base + """
        rm = base |> attach(lora(rank: 2)) |> attach(reward_head())
          |> train(on: rows([(prompt: "a", chosen: "b", rejected: "c"),
             (prompt: "b", chosen: "b", rejected: "d")]), with: bradley_terry(), budget: 2steps, batch: 2)
        it = base |> attach(lora(rank: 2))
          |> train(on: rows([(prompt: "a"), (prompt: "bc")]), with: ppo(reward: rm, max: 4tokens),
             budget: 2steps, batch: 2, watch: rows([(prompt: "d")]))
        """)
    let found = try Runner(context: scratchless).value(
      program.value(of: "it") ?? .none, of: program)
    let model = try LanguageModel(recipeValue: found)
    #expect(model.history.count == 2 && model.head == nil && model.adapters.count == 1)
    #expect(Set(model.curves.map(\.name)).isSuperset(of: ["reward", "kl", "value_loss", "moved"]))
  }

  private static let modelText =
    #"new_model(llama(width: 16, layers: 2, heads: 2, context: 48), "#
    + #"vocabulary: train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260))"#

  @Test("Rollouts show what was forced; one of them is written again word for word")
  func rollouts() throws {
    let text = """
      policy = \(Self.modelText) |> attach(lora(rank: 2))
      data = rows([(prompt: "one", answer: "abcdef"), (prompt: "two", answer: "bcdefg"),
        (prompt: "three", answer: "cdefgh")])
      loss = reset_rollout(reward: r => if r.answer == r.response then 1.0 else 0.0, from: .answer,
        mix: 100%, max: 8tokens, samples: 2)
      all = policy |> rollouts(on: data, with: loss, step: 3)
      one = policy |> rollouts(on: data, with: loss, step: 3, row: 2)
      other = policy |> rollouts(on: data, with: loss, step: 4, row: 2)
      """
    let program = program(text)
    let runner = Runner(context: scratchless)
    func rows(_ name: String) throws -> [Record] {
      try Rollouts(
        recipeValue: runner.value(program.value(of: name) ?? .none, of: program)
      ).rows.rows
    }
    let (all, one, other) = (try rows("all"), try rows("one"), try rows("other"))
    #expect(all.count == 6 && one.count == 2)
    for (row, answer) in zip(all, ["abcdef", "abcdef", "bcdefg", "bcdefg", "cdefgh", "cdefgh"]) {
      let cut = try Int(recipeValue: row["cut"] ?? .none)
      let forced = try String(recipeValue: row["forced"] ?? .none)
      #expect((1...6).contains(cut) && !forced.isEmpty && answer.hasPrefix(forced))
      guard case .list(let tokens)? = row["tokens"], case .list(let kl)? = row["kl"] else {
        Issue.record("no tokens")
        return
      }
      #expect(tokens.count == kl.count && tokens.count > cut && tokens.count <= 8)
    }
    #expect(one.map { $0["tokens"] } == all[2...3].map { $0["tokens"] })
    #expect(one.map { $0["tokens"] } != other.map { $0["tokens"] })
    let drawn = "\(Rollouts(rows: Dataset(rows: all)).display)"
    #expect(drawn.contains("forced") && drawn.contains("advantage") && drawn.contains("2 more"))
  }

  @Test(
    "What cannot be learnt is refused with advice",
    arguments: [
      ("ppo(reward: r => 1.0, max: 100tokens)", adapter, "leaves no room"),
      ("ppo(reward: r => 1.0, max: 4tokens)", "", "wears no adapter"),
      ("grpo(reward: r => 0.0 / 0.0, max: 4tokens)", adapter, "reward of an answer to row"),
      (
        "loss(b => mean(b.value, over: b.mask), "
          + "rollout: rollout(reward: r => 1.0, advantage: \"group\"))", adapter, "without a critic"
      ),
      (
        "loss(b => mean(column(b, .gap) * b.gain), rollout: rollout(reward: r => 1.0))", adapter,
        "reads the columns gap"
      ),
      ("loss(b => mean(b.advantage, over: b.mask))", adapter, "has no `advantage` here"),
    ])
  func refused(_ loss: String, _ wearing: String, _ words: String) throws {
    let error = #expect(throws: (any Error).self) { try call(loss, wearing: wearing).run() }
    #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(String(describing: error))")
  }
}
