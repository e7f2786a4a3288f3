import Formats
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Tokenizers
import Vocabulary

@Suite("Saving models")
struct SavingTests {
  private static let texts: [[Int32]] = [[3, 1, 4, 1, 5, 9], [2, 7, 1], [8, 2, 8, 1, 8, 2, 8]]

  private func same(_ a: LanguageModel, _ b: LanguageModel, within limit: Float = 0) throws {
    let examples = Self.texts.map(whole)
    let first = try scores(a, examples).joined().joined()
    let second = try scores(b, examples).joined().joined()
    #expect(first.count == 13)
    #expect(distance(Array(first), Array(second)) <= limit)
  }

  @Test("A folder opens again as the same model", arguments: Tiny.names)
  func folder(_ name: String) throws {
    let model = try Tiny.model(name)
    try withFolder { folder in
      let url = folder.appending(path: "saved")
      try model.save(to: url, as: .folder())
      let opened = try LanguageModel(opening: url)
      try same(model, opened)
      for (name, weight) in model.weights {
        #expect(opened.weights[name]?.floats() == weight.floats(), "\(name)")
      }
      let config = try JSONValue(reading: url.appending(path: "config.json"))
      #expect(config["architectures"]?.elements?.count == 1)
    }
  }

  @Test("Saved files have the very tensors that were opened", arguments: Tiny.names)
  func tensors(_ name: String) throws {
    let model = try Tiny.model(name)
    let expected = (try golden("tiny.json")[name]?["tensors"]).list
    try withFolder { folder in
      try model.save(to: folder.appending(path: "saved"), as: .folder())
      let file = try SafetensorsFile(
        opening: folder.appending(path: "saved/model.safetensors"))
      #expect(Set(file.names) == Set(expected.map { $0["name"].text }))
      for tensor in expected {
        let weight = try file.weight(tensor["name"].text)
        #expect(weight.shape == tensor["shape"].ints)
        #expect(try weight.floats() == Tiny.weights(name)[tensor["name"].text]?.floats())
      }
    }
  }

  @Test("A folder of a model that wears an adapter has it merged", arguments: Tiny.names)
  func mergedFolder(_ name: String) throws {
    let model = try wavy(Tiny.model(name))
    try withFolder { folder in
      try model.save(to: folder.appending(path: "saved"), as: .folder())
      let opened = try LanguageModel(opening: folder.appending(path: "saved"))
      #expect(opened.adapters.isEmpty)
      try same(model, opened, within: 2e-5)
    }
  }

  @Test("An adapter folder beside its base opens as the same model", arguments: Tiny.names)
  func adapter(_ name: String) throws {
    try withFolder { folder in
      let base = folder.appending(path: "base")
      try Tiny.model(name).save(to: base, as: .folder())
      let model = try wavy(LanguageModel(opening: base))
      let url = folder.appending(path: "adapter")
      try model.save(to: url, as: .adapter)
      let opened = try LanguageModel(opening: url)
      #expect(opened.adapters.first?.settings.rank == 2)
      try same(model, opened)
      let config = try JSONValue(reading: url.appending(path: "adapter_config.json"))
      #expect(config["fan_in_fan_out"]?.flag == (name == "gpt2"))
    }
  }

  @Test("PEFT's ranks and alphas of single modules are kept")
  func patterns() throws {
    let base = try Tiny.model("llama")
    let model = try wavy(base)
    var folder = try model.adapterFolder()
    folder.settings.alphaPattern = ["layers.0.self_attn.q_proj": 9]
    let worn = try base.wearing(folder)
    let name = "model.layers.0.self_attn.q_proj"
    let plain = model.adapters[0].factors[name]?.b.floats() ?? []
    let scaled = worn.adapters[0].factors[name]?.b.floats() ?? []
    #expect(distance(scaled, plain.map { 3 * $0 }) < 1e-6)
  }

  @Test("bf16 halves the file and changes log-probabilities by rounding only")
  func bf16() throws {
    let model = try Tiny.model("llama")
    try withFolder { folder in
      let url = folder.appending(path: "saved")
      try model.save(to: url, as: .folder(.bf16))
      let opened = try LanguageModel(opening: url)
      #expect(opened.weights.values.allSatisfy { $0.type == .bf16 })
      try same(model, opened, within: 0.05)
    }
  }

  @Test("Float32 GGUF and safetensors of the same weights are the same model")
  func gguf() throws {
    let tokenizer = Tokenizer.train(on: ["a b"], size: 258, special: ["<s>", "</s>"])
      .with(special: SpecialTokens(bos: 0, eos: 1))
    let model = try Tiny.model("llama", tokenizer: tokenizer, vocabulary: 258)
    try withFolder { folder in
      try model.save(to: folder.appending(path: "model.gguf"), as: .gguf())
      try model.save(to: folder.appending(path: "saved"), as: .folder())
      let gguf = try LanguageModel(opening: folder.appending(path: "model.gguf"))
      let other = try LanguageModel(opening: folder.appending(path: "saved"))
      try same(gguf, other)
      try same(gguf, model)
      let text = "a bb 12 <s>Ω"
      #expect(gguf.tokenizer.encode(text) == tokenizer.encode(text))
      #expect(other.tokenizer.encode(text) == tokenizer.encode(text))
      #expect(gguf.stopTokens == [1] && other.stopTokens == [1])
    }
  }

  @Test("The store gives back the same bytes", arguments: Tiny.names)
  func stored(_ name: String) throws {
    var model = try wavy(Tiny.model(name))
    model.origin = .made
    model.history = [2.5, 0.1, 1.0 / 3]
    model.curves = [Curve(name: "margin", values: [0, -1.0 / 7, 1e-30])]
    try withFolder { folder in
      let (first, second) = (folder.appending(path: "1"), folder.appending(path: "2"))
      for url in [first, second] {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      }
      try model.write(to: first)
      let read = try LanguageModel.read(from: first)
      try read.write(to: second)
      try same(model, read)
      #expect(read.history == model.history && read.origin == .made)
      #expect(read.curves.map(\.name) == ["margin"])
      #expect(read.curves.map(\.values) == model.curves.map(\.values))
      let names = try FileManager.default.contentsOfDirectory(atPath: first.path).sorted()
      #expect(names.count == 4)
      for name in names {
        let bytes = try [first, second].map { try Data(contentsOf: $0.appending(path: name)) }
        #expect(bytes[0] == bytes[1], "\(name)")
      }
    }
  }

  @Test("The store keeps only the adapter of a model whose base is a file, and knows the file")
  func storedAdapter() throws {
    try withFolder { folder in
      let base = folder.appending(path: "base")
      try Tiny.model("llama").save(to: base, as: .folder())
      let model = try wavy(LanguageModel(opening: base))
      let kept = folder.appending(path: "kept")
      try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
      try model.write(to: kept)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: kept.path).sorted()
          == ["adapter.0.safetensors", "model.json", "tokenizer.json"])
      try same(model, try LanguageModel.read(from: kept))
      try FileManager.default.removeItem(at: base)
      #expect(throws: ModelError.self) { try LanguageModel.read(from: kept) }
    }
  }

  @Test(
    "SmolLM2 saved and opened again is the same model with the same tokens",
    .enabled(if: Real.hasSmolLM2, "SmolLM2 is not at hand"))
  func smolLM2() throws {
    let model = try Real.smolLM2()
    try withFolder { folder in
      let kept = folder.appending(path: "kept")
      try FileManager.default.createDirectory(at: kept, withIntermediateDirectories: true)
      try model.write(to: kept)
      try model.save(to: folder.appending(path: "saved"), as: .folder())
      let text = "Numbers 1234, ünïcödé, <|im_start|>user\nHi"
      for url in [kept, folder.appending(path: "saved")] {
        let opened =
          url == kept ? try LanguageModel.read(from: url) : try LanguageModel(opening: url)
        #expect(opened.tokenizer.encode(text) == model.tokenizer.encode(text))
        #expect(opened.stopTokens == model.stopTokens)
        #expect(opened.templateSource == model.templateSource)
        #expect(
          distance(
            try logits(opened, [504, 3575, 282])[2], try logits(model, [504, 3575, 282])[2]) < 1e-4)
      }
    }
  }
}
