import Formats
import Foundation
import Tensors
import TestSupport
import Testing

private let adapter = SharedFiles.file("data/models/stories260K/peft-lora-qv")

@Suite("Writing folders")
struct WritingTests {
  private let weights = ["b.weight": ramp([8, 4]), "a.weight": ramp([4, 4])]

  @Test("a model folder is read back as it was written, in one file or in shards")
  func modelFolder() throws {
    for limit in [1 << 20, 100] {
      try withFolder { folder in
        let url = folder.appending(path: "model")
        try ModelFolder.write(
          to: url, config: ["model_type": "llama", "torch_dtype": "bfloat16"], weights: weights,
          generationConfig: ["eos_token_id": 2],
          files: ["tokenizer.json": Data("{}".utf8), "chat_template.jinja": Data("{{x}}".utf8)],
          shardBytes: limit)
        let model = try Checkpoint(opening: url)
        #expect(Set(model.weights.keys) == Set(weights.keys))
        for (name, weight) in weights {
          #expect(model.weights[name]?.contents == weight.contents)
        }
        #expect(model.config["torch_dtype"]?.text == "float32")
        #expect(model.generationConfig == ["eos_token_id": 2])
        #expect(model.chatTemplate == "{{x}}")
        #expect(model.tokenizerFiles.keys.contains("tokenizer.json"))
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        #expect(names.contains("model-00001-of-00002.safetensors") == (limit == 100))
        #expect(names.contains("model.safetensors") == (limit != 100))
      }
    }
  }

  @Test("an older model is replaced, and foreign files stop the write")
  func replacing() throws {
    try withFolder { folder in
      let url = folder.appending(path: "model")
      try ModelFolder.write(to: url, config: ["a": 1], weights: weights)
      try ModelFolder.write(to: url, config: ["a": 2], weights: weights)
      #expect(try Checkpoint(opening: url).config["a"]?.int == 2)
      try Data("mine".utf8).write(to: url.appending(path: "thesis.tex"))
      let found = complaint {
        try ModelFolder.write(to: url, config: ["a": 3], weights: weights)
      }
      #expect(found?.contains("holds thesis.tex, which would be lost") == true)
      #expect(try Checkpoint(opening: url).config["a"]?.int == 2)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model"])
    }
  }

  @Test("a write that fails leaves the old folder and no rest")
  func failing() throws {
    try withFolder { folder in
      let url = folder.appending(path: "model")
      try ModelFolder.write(to: url, config: ["a": 1], weights: weights)
      let blocks = ["w": try ramp([1, 32]).converted(to: .q8_0)]
      #expect(complaint { try ModelFolder.write(to: url, config: [:], weights: blocks) } != nil)
      #expect(try Checkpoint(opening: url).config["a"]?.int == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model"])
    }
  }

  @Test("a file is either the old one or the new one")
  func atomicFile() throws {
    struct Stop: Error {}
    try withFolder { folder in
      let url = folder.appending(path: "a.txt")
      try AtomicFile.write(Data("old".utf8), to: url)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: url) { file in
          try file.append("new".utf8)
          throw Stop()
        }
      }
      #expect(try Data(contentsOf: url) == Data("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
      let nowhere = folder.appending(path: "none/a.txt")
      #expect(
        complaint { try AtomicFile.write(Data(), to: nowhere) }?
          .contains("Does the folder exist?") == true)
    }
  }
}

@Suite("PEFT adapters")
struct AdapterTests {
  @Test("an adapter that PEFT wrote is read", .enabled(if: adapter != nil))
  func published() throws {
    let lora = try AdapterFolder(opening: #require(adapter))
    #expect(lora.settings.rank == 4 && lora.settings.alpha == 8 && lora.settings.dropout == 0)
    #expect(Set(lora.settings.targetModules) == ["q_proj", "v_proj"])
    #expect(lora.settings.baseModel == "stories260K")
    #expect(lora.modules.count == 10 && lora.others.isEmpty)
    let factors = try #require(lora.modules["model.layers.0.self_attn.v_proj"])
    #expect(factors.a.shape == [4, 64] && factors.b.shape == [32, 4])
    #expect(lora.scale(of: "model.layers.0.self_attn.v_proj") == 2)
  }

  @Test(
    "an adapter written again has the weights of PEFT, byte for byte", .enabled(if: adapter != nil))
  func sameBytes() throws {
    let original = try #require(adapter)
    let lora = try AdapterFolder(opening: original)
    try withFolder { folder in
      let url = folder.appending(path: "adapter")
      try lora.write(to: url)
      let name = "adapter_model.safetensors"
      #expect(
        try Data(contentsOf: url.appending(path: name))
          == Data(contentsOf: original.appending(path: name)))
      let ours = try JSONValue(reading: url.appending(path: "adapter_config.json"))
      let theirs = try JSONValue(reading: original.appending(path: "adapter_config.json"))
      for key in try #require(ours.members).keys where key != "target_modules" {
        #expect(ours[key] == theirs[key], "\(key)")
      }
      #expect(ours["target_modules"] == ["q_proj", "v_proj"])
    }
  }

  @Test("all settings survive a round trip, and the scale follows them")
  func settings() throws {
    var settings = AdapterSettings(
      rank: 4, alpha: 12.5, dropout: 0.05, targetModules: ["q_proj"], baseModel: "base")
    settings.usesRankStabilisation = true
    settings.usesDoRA = true
    settings.fanInFanOut = true
    settings.alphaPattern = ["h.1.q_proj": 3]
    let factors = AdapterFolder.Factors(
      a: ramp([4, 8]), b: ramp([6, 4]), magnitude: ramp([6]))
    let lora = AdapterFolder(
      settings: settings, modules: ["h.0.q_proj": factors, "h.1.q_proj": factors],
      others: ["lm_head.weight": ramp([2, 2])])
    try withFolder { folder in
      let url = folder.appending(path: "adapter")
      try lora.write(to: url, files: ["README.md": Data("x".utf8)])
      let read = try AdapterFolder(opening: url)
      #expect(read.settings == settings)
      #expect(read.modules["h.0.q_proj"]?.magnitude?.contents == ramp([6]).contents)
      #expect(read.others.keys.sorted() == ["lm_head.weight"])
      #expect(read.scale(of: "h.0.q_proj") == 6.25 && read.scale(of: "h.1.q_proj") == 1.5)
    }
  }

  @Test("modules of other ranks and a pattern of targets are written as PEFT has them")
  func patterns() throws {
    let settings = AdapterSettings(rank: 4, alpha: 8, targetModules: ["all-linear"])
    let lora = AdapterFolder(
      settings: settings,
      modules: [
        "h.0.q": .init(a: ramp([4, 8]), b: ramp([6, 4])),
        "h.1.q": .init(a: ramp([2, 8]), b: ramp([6, 2])),
      ])
    #expect(lora.scale(of: "h.1.q") == 4)
    try withFolder { folder in
      let url = folder.appending(path: "adapter")
      try lora.write(to: url)
      let json = try JSONValue(reading: url.appending(path: "adapter_config.json"))
      #expect(json["rank_pattern"] == ["h.1.q": 2])
      #expect(json["target_modules"] == "all-linear")
      #expect(try AdapterFolder(opening: url).settings == settings)
    }
  }

  @Test("adapters of other kinds and half adapters are refused")
  func refusals() throws {
    try withFolder { folder in
      let config = folder.appending(path: "adapter_config.json")
      let weights = folder.appending(path: "adapter_model.safetensors")
      func complain(_ text: String) throws -> String? {
        try Data(text.utf8).write(to: config)
        return complaint { _ = try AdapterFolder(opening: folder) }
      }
      #expect(try complain(#"{"peft_type": "IA3"}"#)?.contains("is IA3, but LORA") == true)
      #expect(try complain(#"{"peft_type": "LORA"}"#)?.contains("r and lora_alpha") == true)
      let fine = #"{"peft_type": "LORA", "r": 2, "lora_alpha": 4}"#
      #expect(try complain(fine)?.contains("stands without adapter_model") == true)
      let prefix = "base_model.model.q"
      try SafetensorsWriter.write(["\(prefix).lora_A.weight": ramp([2, 4])], to: weights)
      #expect(try complain(fine)?.contains("needs both lora_A and lora_B") == true)
      try SafetensorsWriter.write(
        ["\(prefix).lora_A.weight": ramp([2, 4]), "\(prefix).lora_B.weight": ramp([4, 3])],
        to: weights)
      #expect(try complain(fine)?.contains("whose ranks do not agree") == true)
      try SafetensorsWriter.write(["q.weight": ramp([2])], to: weights)
      #expect(try complain(fine)?.contains("Is this a PEFT adapter?") == true)
    }
  }
}
