import Foundation
import Formats
import Models
import Templates
import Tensors
import Testing
import Tokenizers

/// One after the other: each holds the model as float32.
@Suite(
  "SmolLM2-135M-Instruct against PyTorch", .serialized,
  .enabled(if: Real.hasSmolLM2, "SmolLM2 or its fixtures are not at hand (see ROUX_SMOLLM2)"))
struct SmolLM2Tests {
  private static let fixtures = "fixtures/smollm2"

  @Test("Weights are those of the file, in Hugging Face's order of rows")
  func weights() throws {
    let model = try Real.smolLM2()
    let tensors = try shared("\(Self.fixtures)/weights.json")["tensors"].list
    #expect(tensors.count == model.weights.count && tensors.count == 272)
    for tensor in tensors {
      let name = tensor["name"].text
      let numbers = model.weights[name]?.floats() ?? []
      let sum = numbers.reduce(0.0) { $0 + Double($1) }
      #expect(abs(sum - tensor["sum"].double) < 1e-6 * tensor["abs_sum"].double, "\(name)")
      #expect(distance(numbers.prefix(4), tensor["first"].doubles) < 1e-6, "\(name)")
      #expect(distance(numbers.suffix(2), tensor["last"].doubles) < 1e-6, "\(name)")
    }
  }

  @Test("Log-probabilities of eight texts agree, packed into one batch")
  func forward() throws {
    let cases = try shared("\(Self.fixtures)/forward.json")["cases"].list
    #expect(cases.count == 8)
    let found = try scores(try Real.smolLM2(), cases.map { whole($0["ids"].ids) })
    for (one, values) in zip(cases, found) {
      #expect(distance(values[0], one["next_logprobs"].doubles) < 5e-4, "\(one["prompt"].text)")
    }
  }

  @Test("Cached greedy continuations agree up to the first step that is nearly a tie")
  func greedy() throws {
    let model = try Real.smolLM2()
    let cases = try shared("\(Self.fixtures)/forward.json")["cases"].list
    let answers = try continuations(model, cases.map { $0["ids"].ids }, maximum: 32)
    for (one, answer) in zip(cases, answers) {
      #expect(model.tokenizer.encode(one["prompt"].text) == one["ids"].ids)
      let margins = one["greedy_top2_margin"].doubles
      let sure = margins.firstIndex { $0 < 1e-3 } ?? margins.count
      #expect(
        answer.tokens.prefix(sure) == one["greedy_ids"].ids.prefix(sure), "\(one["prompt"].text)")
      // Rows, keys and values of 16 bits: .45e-3 in root mean square in PyTorch, 1.6e-3 to 2.8e-3 at most.
      for (margin, expected) in zip(answer.margins.prefix(sure), margins) {
        #expect(abs(Double(margin) - expected) < 4e-3 * max(1, expected))
      }
    }
  }

  @Test("Greedy answers to conversations agree, and stop where the model ends its turn")
  func chat() throws {
    let model = try Real.smolLM2()
    let cases = try shared("data/models/smollm2/golden.json")["chat"].list
    let prompts = try cases.map { try model.prompt(messages($0["messages"])) }
    for (prompt, one) in zip(prompts, cases) { #expect(prompt == one["prompt_ids"].ids) }
    let answers = try continuations(model, prompts, maximum: 40, stop: model.stopTokens)
    for (answer, one) in zip(answers, cases) {
      let margins = one["margins"].doubles
      let sure = margins.firstIndex { $0 < 2e-3 } ?? margins.count
      let expected = one["new_ids"].ids.filter { !model.stopTokens.contains($0) }
      #expect(answer.tokens.prefix(sure) == expected.prefix(sure))
      if sure == margins.count, one["new_ids"].ids.last == 2 { #expect(answer.end == .stopToken) }
    }
  }

  @Test("Plain greedy texts and logits agree with a second set of values")
  func plain() throws {
    let model = try Real.smolLM2()
    let fixture = try shared("data/models/smollm2/golden.json")
    let cases = fixture["greedy"].list
    let answers = try continuations(model, cases.map { $0["prompt_ids"].ids }, maximum: 24)
    for (answer, one) in zip(answers, cases) {
      let margins = one["margins"].doubles
      let sure = margins.firstIndex { $0 < 2e-3 } ?? margins.count
      #expect(answer.tokens.prefix(sure) == one["new_ids"].ids.prefix(sure))
      if sure == margins.count { #expect(answer.text == one["text"].text) }
    }
    let rows = try logits(model, (fixture["logits"]?["ids"]).ids, threads: 2)
    let last = rows.last ?? []
    #expect(distance(last.prefix(16), (fixture["logits"]?["last_first16"]).doubles) < 1e-3)
  }

  @Test("What is drawn for a row does not depend on the rows beside it")
  func neighbours() throws {
    let model = try Real.smolLM2()
    let cases = try shared("\(Self.fixtures)/forward.json")["cases"].list
    let prompts = cases.map { $0["ids"].ids } + [[504], [504, 3575]]
    let sampling = Sampling(temperature: 0.8, topP: 0.95, seed: 5)
    let runs = try [1, 3, 10].map {
      try continuations(model, prompts, maximum: 12, together: $0, sampling: sampling)
        .map(\.tokens)
    }
    #expect(runs[0] == runs[1] && runs[0] == runs[2])
  }

  @Test("Prompts through the chat template are the ids that Transformers gives")
  func templates() throws {
    let model = try Real.smolLM2()
    let fixture = try shared("\(Self.fixtures)/chat_template.json")
    #expect(model.templateSource == fixture["template"].text)
    for one in fixture["cases"].list where one["add_generation_prompt"]?.flag == true {
      #expect(try model.prompt(messages(one["messages"])) == one["ids"].ids)
    }
  }

  @Test("Base and adapter give the log-probabilities of answers, prompts shared or not")
  func answers() throws {
    let fixture = try shared("\(Self.fixtures)/logps.json")
    var model = try Real.smolLM2()
    model.adapters = [try formulaAdapter(fixture["policy"] ?? .null, model)]
    let cases = fixture["cases"].list
    let examples = cases.map {
      Example(
        prompt: $0["prompt_ids"].ids,
        completions: [.init($0["chosen_ids"].ids), .init($0["rejected_ids"].ids)])
    }
    let base = try scores(model, examples, adapters: 0)
    let policy = try scores(model, examples)
    for (i, one) in cases.enumerated() {
      #expect(distance(base[i][0], one["base_chosen_tokens"].doubles) < 5e-4)
      #expect(distance(base[i][1], one["base_rejected_tokens"].doubles) < 5e-4)
      for (j, answer) in ["chosen", "rejected"].enumerated() {
        let sum = policy[i][j].reduce(0.0) { $0 + Double($1) }
        #expect(abs(sum - one["policy_\(answer)_sum"].double) < 1e-3, "\(answer) of \(i)")
      }
    }
    let merged = try scores(try model.merged(), examples)
    for (a, b) in zip(merged.joined().joined(), policy.joined().joined()) {
      #expect(abs(a - b) < 5e-4)
    }
  }

  @Test("The loss of a batch, and the gradient norm of each of 272 tensors, agree")
  func gradients() throws {
    let fixture = try shared("\(Self.fixtures)/sft_batch.json")
    let examples = fixture["rows"].list.map {
      Example(prompt: $0["prompt_ids"].ids, completions: [.init($0["completion_ids"].ids)])
    }
    let run = try LossRun(try Real.smolLM2(), Batch(examples), threads: 2)
    #expect(relative(run.loss, fixture["loss_token_mean"].double) < 1e-5)
    #expect(relative(run.norm, fixture["grad_norm"].double) < 1e-4)
    #expect(run.gradients.count == fixture["grad_norms"].pairs.count)
    for (name, norm) in fixture["grad_norms"].pairs {
      #expect(relative(run.norm(name), norm) < 1e-3, "\(name)")
    }
    for name in ["model.layers.0.self_attn.q_proj.weight", "model.layers.29.mlp.down_proj.weight"] {
      let first = (run.gradients[name] ?? []).prefix(8)
      let scale = first.map { abs($0) }.max() ?? 1
      #expect(distance(first, (fixture["grad_first8"]?[name]).doubles) < 2e-3 * scale, "\(name)")
    }
  }

  private func messages(_ value: JSONValue?) -> [Message] {
    value.list.map { Message(role: $0["role"].text, content: $0["content"].text) }
  }

  /// The adapter that the fixtures call the policy.
  private func formulaAdapter(_ policy: JSONValue, _ model: LanguageModel) throws -> Adapter {
    let names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    let targets = policy["targets"].list.compactMap(\.text)
    let rank = policy["r"].ints.first ?? policy["r"]?.int ?? 0
    let amp = policy["amp"].double
    var factors: [String: AdapterFolder.Factors] = [:]
    for module in model.architecture.modules where targets.contains(module.shortName) {
      let layer = module.name.split(separator: ".").compactMap { Int($0) }.first ?? 0
      let seed = Double(10 * layer + (names.firstIndex(of: module.shortName) ?? 0))
      func matrix(_ shape: [Int], _ wave: (Double) -> Double) -> Weight {
        Weight(
          shape: shape,
          floats: (0..<shape[0] * shape[1]).map {
            let (i, j) = (Double($0 / shape[1]), Double($0 % shape[1]))
            return Float(amp * wave(1 + 0.7 * i + 0.013 * j + 0.11 * seed))
          })
      }
      factors[module.name] = .init(
        a: matrix([rank, module.inputs], sin), b: matrix([module.outputs, rank], cos))
    }
    return Adapter(
      settings: LoRASettings(rank: rank, alpha: policy["alpha"].double), factors: factors)
  }
}
