import Formats
import Foundation
import Models
import Tensors
import TestSupport
import Testing
import Tokenizers
import Vocabulary

/// Models whose matrices are packed, and what becomes of adapters that were trained on them.
@Suite struct QuantizingTests {
  /// A llama whose rows are whole blocks of NF4, in a folder.
  private func base(in folder: URL) throws -> LanguageModel {
    let design = try Vocabulary.Primitive.llama.run(
      Record([
        ("width", .int(64)), ("layers", .int(2)), ("heads", .int(2)), ("key_heads", .int(1)),
        ("hidden", .int(128)), ("context", .int(64)),
      ]), in: RunContext(directory: folder))
    let model = try LanguageModel(
      new: ModelDesign(recipeValue: design), tokenizer: Tiny.tokenizer, template: nil, seed: 3)
    let url = folder.appending(path: "base")
    try model.save(to: url, as: .folder())
    return try LanguageModel(opening: url)
  }

  private let texts: [[Int32]] = [[3, 1, 4, 1, 5, 9, 2, 6], [2, 7, 1, 8]]

  private func scored(_ model: LanguageModel) throws -> [Float] {
    try scores(model, texts.map(whole)).flatMap { $0.flatMap { $0 } }
  }

  @Test func `the matrices of the layers are packed, and nothing else`() throws {
    try withFolder { folder in
      let model = try base(in: folder).quantized(as: .nf4)
      let packed = Set(model.architecture.modules.map { "\($0.name).weight" })
      #expect(packed.count == 14)
      for (name, weight) in model.weights {
        #expect(weight.type == (packed.contains(name) ? .nf4 : .f32), "\(name)")
      }
      let numbers = packed.reduce(0) { $0 + (model.weights[$1]?.count ?? 0) }
      #expect(model.ownBytes > numbers / 2 && model.ownBytes < numbers * 53 / 100)
    }
  }

  @Test func `the store keeps a file's model by name, and one that was made here in full`() throws {
    try withFolder { folder in
      let model = try wavy(base(in: folder)).quantized(as: .nf4)
      let stored = folder.appending(path: "stored")
      try FileManager.default.createDirectory(at: stored, withIntermediateDirectories: true)
      try model.write(to: stored)
      #expect(!FileManager.default.fileExists(atPath: stored.appending(path: "weights.gguf").path))
      let read = try LanguageModel.read(from: stored)
      #expect(read.origin == model.origin)
      #expect(try scored(read) == scored(model))

      // As earlier versions noted the format.
      let facts = stored.appending(path: "model.json")
      guard case .object(var noted) = try JSONValue(reading: facts) else {
        Issue.record("model.json holds no object")
        return
      }
      noted["quantized"] = "nf4"
      try Data(JSONValue.object(noted).pretty.utf8).write(to: facts)
      let earlier = try LanguageModel.read(from: stored)
      #expect(earlier.origin == model.origin)

      let made = folder.appending(path: "made")
      try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
      var copy = model
      copy.origin = .made
      try copy.write(to: made)
      let again = try LanguageModel.read(from: made)
      #expect(again.weights.values.filter { $0.type == .nf4 }.count == 14)
      #expect(try scored(again) == scored(model))
    }
  }

  @Test func `an adapter is merged with what was trained, the file's weights, or packed again`()
    throws
  {
    try withFolder { folder in
      let plain = try base(in: folder)
      let trained = try wavy(plain).quantized(as: .nf4)
      let exact = try trained.merged()
      #expect(distance(try scored(exact), try scored(trained)) < 1e-4)

      let usual = try trained.merged(into: plain)
      let expected = try wavy(plain).merged()
      for (name, weight) in expected.weights {
        #expect(usual.weights[name]?.floats() == weight.floats(), "\(name)")
      }
      #expect(distance(try scored(usual), try scored(trained)) > 1e-4)

      let lossy = try exact.quantized(as: .nf4)
      #expect(distance(try scored(lossy), try scored(exact)) > 1e-4)

      #expect(try trained.adapterFolder().trainedOver == [.nf4])
      let kept = folder.appending(path: "adapter")
      try trained.save(to: kept, as: .adapter)
      #expect(try AdapterFolder(opening: kept).trainedOver == [.nf4])

      let saved = folder.appending(path: "saved")
      try trained.save(to: saved, as: .folder())
      #expect(try scored(LanguageModel(opening: saved)) == scored(usual))
    }
  }

  @Test func `a model of other shapes is no model to merge into`() throws {
    try withFolder { folder in
      let trained = try wavy(base(in: folder)).quantized(as: .nf4)
      let error = #expect(throws: ModelError.self) {
        try trained.merged(into: Tiny.model("llama"))
      }
      #expect(error?.description.contains("has another") == true)
    }
  }

  @Test func `matrices that are not named keep their format, also through the store`() throws {
    try withFolder { folder in
      let model = try wavy(base(in: folder)).quantized(Packing(.q8_0, targets: ["down_proj"]))
        .quantized(Packing(.nf4, targets: ["attention"]))
      for module in model.architecture.modules {
        let expected: ElementType =
          module.isAttention ? .nf4 : module.shortName == "down_proj" ? .q8_0 : .f32
        #expect(model.weights["\(module.name).weight"]?.type == expected, "\(module.name)")
      }
      #expect(try model.adapterFolder().trainedOver == [.nf4, .q8_0])
      let stored = folder.appending(path: "stored")
      try FileManager.default.createDirectory(at: stored, withIntermediateDirectories: true)
      try model.write(to: stored)
      #expect(!FileManager.default.fileExists(atPath: stored.appending(path: "weights.gguf").path))
      let read = try LanguageModel.read(from: stored)
      #expect(read.origin == model.origin && read.ownBytes == model.ownBytes)
      #expect(try scored(read) == scored(model))
    }
  }

  @Test func `a name that no matrix has is refused with those that are there`() throws {
    let error = #expect(throws: ModelError.self) {
      try Tiny.model("llama").quantized(Packing(.nf4, targets: ["w1"]))
    }
    #expect(error?.description.contains("no linear layers called `w1`") == true)
  }

  @Test func `rows that fill no blocks stay as they are`() throws {
    let model = try Tiny.model("llama").quantized(as: .nf4)
    #expect(model.weights.values.allSatisfy { $0.type == .f32 })
  }
}
