import Formats
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Tokenizers

@Suite("A small published model", .enabled(if: Real.hasStories, "stories260K is not at hand"))
struct StoriesTests {
  private static let path = "data/models/stories260K"

  @Test("Log-probabilities agree", arguments: ["hf", "hf-sharded"])
  func logProbabilities(_ folder: String) throws {
    let model = try Real.stories(folder)
    let texts = try shared("\(Self.path)/golden.json")["texts"].list
    #expect(texts.count == 4)
    for text in texts {
      let ids = text["ids"].ids
      #expect(model.tokenizer.encode(text["text"].text, addSpecial: true) == ids)
      let found = try scores(model, [whole(ids)])[0][0]
      #expect(distance(found, text["token_logprobs"].doubles) < 2e-4)
      let last = try logits(model, ids)[ids.count - 1]
      #expect(distance(last.prefix(16), text["last_logits_first16"].doubles) < 2e-4)
    }
  }

  @Test("Weights in bf16 change log-probabilities by their rounding only")
  func bf16() throws {
    let model = try Real.stories("hf-bf16")
    for text in try shared("\(Self.path)/golden.json")["texts"].list {
      let found = try scores(model, [whole(text["ids"].ids)])[0][0]
      let error = distance(found, text["token_logprobs"].doubles)
      #expect(error > 1e-6 && error < 0.2)
    }
  }

  @Test("Greedy continuations are those of the original program, byte for byte")
  func greedy() throws {
    let model = try Real.stories()
    let cases = try shared("\(Self.path)/golden.json")["greedy"].list
    let answers = try continuations(model, cases.map { $0["prompt_ids"].ids }, maximum: 120)
    for (answer, expected) in zip(answers, cases) {
      #expect(answer.tokens == expected["new_ids"].ids)
    }
    let whole = model.tokenizer.decode(answers[0].tokens)
    let original = try shared("\(Self.path)/golden.json")["karpathy_expected_stdout"].text
    #expect(original.hasPrefix(whole) && whole.count > 200)
  }

  @Test("A PEFT adapter gives the log-probabilities and the text that peft gives")
  func adapter() throws {
    guard let folder = SharedFiles.file("\(Self.path)/peft-lora-qv") else { return }
    let model = try Real.stories().wearing(AdapterFolder(opening: folder))
    for one in try shared("\(Self.path)/peft-lora-qv/golden.json")["cases"].list {
      let ids = one["ids"].ids
      let example = [whole(ids)]
      let adapted = try scores(model, example)[0][0].reduce(0, +)
      let base = try scores(model, example, adapters: 0)[0][0].reduce(0, +)
      #expect(abs(Double(adapted) - one["adapter_sum_logprob"].double) < 2e-4)
      #expect(abs(Double(base) - one["base_sum_logprob"].double) < 2e-4)
      let greedy = one["adapter_greedy_ids"].ids
      #expect(try continuations(model, [ids], maximum: greedy.count)[0].tokens == greedy)
    }
  }
}
