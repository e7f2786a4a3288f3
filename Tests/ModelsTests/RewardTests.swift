import Formats
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Vocabulary

@Suite("Reward models")
struct RewardTests {
  private static let texts: [[Int32]] = [[3, 1, 4, 1, 5, 9], [2, 7, 1], [8, 2, 8, 1, 8, 2, 8]]

  private func rated(_ name: String) throws -> LanguageModel {
    try wavy(Tiny.model(name)).attaching(
      RewardHeadSettings(names: ["helpfulness", "verbosity"]), seed: 3)
  }

  private func outputs(_ model: LanguageModel) throws -> [[[Float]]] {
    try RewardScorer(model, pool: WorkerPool(count: 1)).rewards(Self.texts.map(whole))
  }

  /// By a product with the hidden state that a graph of the model alone gives.
  @Test("The head reads the last token of an answer", arguments: Tiny.names)
  func reading(_ name: String) throws {
    let model = try rated(name)
    let head = try #require(model.head)
    let weight = head.weight.floats()
    let width = model.dimensions.width
    for (text, found) in zip(Self.texts, try outputs(model)) {
      let graph = Graph()
      let scope = Scope(graph, Scope.Outfit(adapters: model.adapters))
      let hidden = model.architecture.hidden(ModelInput(graph, model.architecture), scope)
      let batch = Batch([whole(text)])
      let plan = try Plan(graph, outputs: [hidden], bounds: BatchBounds(of: [batch]).axes)
      let execution = try Execution(
        plan, weights: model.graphWeights, pool: WorkerPool(count: 1))
      try execution.run(inputs: batch.inputs, lengths: batch.lengths)
      let last = execution.read(hidden).suffix(width)
      for (row, output) in found[0].enumerated() {
        let expected = zip(last, weight[row * width..<(row + 1) * width]).reduce(0) {
          $0 + $1.0 * $1.1
        }
        #expect(abs(expected - output) < 1e-4 * max(1, abs(expected)))
      }
    }
  }

  @Test("A shared prompt changes no reward", arguments: Tiny.names)
  func shared(_ name: String) throws {
    let model = try rated(name)
    let pair = Example(prompt: [3, 1, 4], completions: [.init([1, 5]), .init([9, 2, 6])])
    let alone = pair.completions.map { Example(prompt: pair.prompt, completions: [$0]) }
    let scorer = try RewardScorer(model, pool: WorkerPool(count: 1))
    let together = try scorer.rewards([pair])[0]
    let apart = try scorer.rewards(alone).map { $0[0] }
    for (a, b) in zip(together.joined(), apart.joined()) { #expect(abs(a - b) < 1e-5) }
    #expect(together[0] != together[1])
  }

  @Test("A fresh head is normal with deviation 1 / √(width + 1), as the seed says")
  func start() throws {
    let model = try Tiny.model("llama")
    let settings = RewardHeadSettings(names: (0..<64).map { "o\($0)" }, hasBias: true)
    let head = try #require(model.attaching(settings, seed: 1).head)
    let numbers = head.weight.floats()
    let deviation = (numbers.reduce(0) { $0 + $1 * $1 } / Float(numbers.count)).squareRoot()
    let wanted = 1 / Float(model.dimensions.width + 1).squareRoot()
    #expect(abs(deviation / wanted - 1) < 0.1)
    #expect(head.bias?.floats().allSatisfy { $0 == 0 } ?? false)
    #expect(try model.attaching(settings, seed: 1).head?.weight.floats() == numbers)
    #expect(try model.attaching(settings, seed: 2).head?.weight.floats() != numbers)
  }

  @Test("A folder opens again as the same reward model", arguments: Tiny.names)
  func folder(_ name: String) throws {
    let model = try rated(name)
    try withFolder { folder in
      let url = folder.appending(path: "saved")
      try model.save(to: url, as: .folder())
      let opened = try LanguageModel(opening: url)
      #expect(opened.head?.names == ["helpfulness", "verbosity"])
      for (a, b) in zip(try outputs(model).joined().joined(), try outputs(opened).joined().joined())
      {
        #expect(abs(a - b) < 1e-4)
      }
      let config = try JSONValue(reading: url.appending(path: "config.json"))
      let className = config["architectures"]?.elements?.first?.text ?? ""
      #expect(className.hasSuffix("ForSequenceClassification"))
      #expect(!className.contains("LM"))
      #expect(config["num_labels"]?.int == 2)
      #expect(config["id2label"]?["1"]?.text == "verbosity")
      let file = try SafetensorsFile(opening: url.appending(path: "model.safetensors"))
      #expect(file.names.contains("score.weight"))
      #expect(!file.names.contains { $0.contains("lm_head") || $0.contains("embed_out") })
    }
  }

  @Test("An adapter folder brings the head", arguments: Tiny.names)
  func adapterFolder(_ name: String) throws {
    try withFolder { folder in
      let base = folder.appending(path: "base")
      try Tiny.model(name).save(to: base, as: .folder())
      let model = try wavy(LanguageModel(opening: base)).attaching(
        RewardHeadSettings(names: ["helpfulness", "verbosity"]), seed: 3)
      let url = folder.appending(path: "adapter")
      try model.save(to: url, as: .adapter)
      let opened = try LanguageModel(opening: url)
      #expect(opened.head?.names == ["helpfulness", "verbosity"])
      #expect(try outputs(opened) == outputs(model))
      let config = try JSONValue(reading: url.appending(path: "adapter_config.json"))
      #expect(config["task_type"]?.text == "SEQ_CLS")
      #expect(config["modules_to_save"]?.elements?.compactMap(\.text) == ["score"])
    }
  }

  @Test("The padding is no token that ends an answer")
  func padding() throws {
    let model = try rated("llama")
    try withFolder { folder in
      let url = folder.appending(path: "saved")
      try model.save(to: url, as: .folder())
      let config = try JSONValue(reading: url.appending(path: "config.json"))
      let pad = config["pad_token_id"]?.int
      #expect(pad.map { !model.stopTokens.contains(Int32($0)) } ?? true)
    }
  }

  @Test("A bias, or a GGUF file, is refused with what to do instead")
  func refusals() throws {
    var model = try Tiny.model("llama").attaching(
      RewardHeadSettings(hasBias: true), seed: 1)
    model.head?.bias = Weight(shape: [1], floats: [0.5])
    try withFolder { folder in
      let place = folder.appending(path: "saved")
      #expect(throws: ModelError.self) { try model.save(to: place, as: .folder()) }
      #expect(throws: ModelError.self) { try model.save(to: place, as: .gguf()) }
      #expect(!FileManager.default.fileExists(atPath: place.path))
    }
  }
}
