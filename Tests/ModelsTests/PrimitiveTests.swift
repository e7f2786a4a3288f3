import Datasets
import Formats
import Foundation
import Models
import TestSupport
import Testing
import Tokenizers
import Vocabulary

private typealias Word = Vocabulary.Primitive

@Suite("Words of the library about models")
struct PrimitiveTests {
  private let context = RunContext(directory: FileManager.default.temporaryDirectory)

  private func vocabulary() throws -> Value {
    try Word.trainVocabulary.run(
      Record([
        ("rows", .opaque(Dataset(rows: [Record([("text", .text("a bc a bc abc"))])]))),
        (
          "of",
          .function(
            Function(canonical: ".text") { value in
              guard case .record(let row) = value else { return .none }
              return row["text"] ?? .none
            })
        ), ("size", .int(262)), ("start", .text("<s>")),
      ]), in: context)
  }

  private func new(_ design: Word, seed: Int = 0) throws -> LanguageModel {
    let shape = try design.run(
      Record([("width", .int(16)), ("layers", .int(2)), ("heads", .int(2)), ("context", .int(64))]),
      in: context)
    return try LanguageModel(
      recipeValue: try Word.newModel.run(
        Record([
          ("architecture", shape), ("vocabulary", try vocabulary()), ("seed", .int(seed)),
        ]), in: context))
  }

  private func type(_ word: Word, _ arguments: ByName<CallSite.Argument>, in folder: URL) throws
    -> RecipeType
  {
    guard case .derived(let derive) = word.typing else { return .unknown }
    return try derive(CallSite(arguments: arguments, directory: folder))
  }

  private func complaint(about path: String, in folder: URL) -> Complaint? {
    do {
      _ = try type(.model, ["path": .init(type: .text, value: .text(path))], in: folder)
      return nil
    } catch {
      return (error as? Complaints)?.all.first
    }
  }

  @Test("Every word has a summary, documented parameters and, without files, an example")
  func documented() {
    let words = Word.modelPrimitives + Word.adapterPrimitives + Word.generationPrimitives
    #expect(words.count == 16)
    for word in words {
      #expect(word.summary.hasSuffix(".") && word.summary.count < 100, "\(word.name)")
      #expect(word.slots.allSatisfy { $0.summary.hasSuffix(".") }, "\(word.name)")
      let needsFile = ["model", "adapter", "save"].contains(word.name)
      #expect(word.examples.isEmpty == needsFile, "\(word.name)")
    }
  }

  @Test("Paths are looked at before anything runs")
  func paths() throws {
    try withFolder { folder in
      try Tiny.model("llama").save(to: folder.appending(path: "good"), as: .folder())
      #expect(complaint(about: "good", in: folder) == nil)
      guard case .missingFile? = complaint(about: "absent", in: folder)?.kind else {
        Issue.record("a missing path passes")
        return
      }
      let weights = folder.appending(path: "good/model.safetensors")
      let bytes = try Data(contentsOf: weights)
      try bytes.prefix(bytes.count - 64).write(to: weights)
      try Data("GGUF\u{3}".utf8).write(to: folder.appending(path: "broken.gguf"))
      try FileManager.default.createDirectory(
        at: folder.appending(path: "empty"), withIntermediateDirectories: true)
      for path in ["good", "broken.gguf", "empty"] {
        guard let found = complaint(about: path, in: folder), case .unreadableFile = found.kind
        else {
          Issue.record("\(path) passes")
          continue
        }
        #expect(found.message.contains(path) && !found.label.isEmpty)
      }
    }
  }

  @Test("An adapter's scale is two unless alpha says otherwise")
  func lora() throws {
    func settings(_ arguments: [(String, Value)]) throws -> LoRASettings? {
      let value = try Word.lora.run(Record(arguments), in: context)
      guard case .fresh(let settings) = try UnattachedAdapter(recipeValue: value) else {
        return nil
      }
      return settings
    }
    let plain = try settings([])
    #expect(plain?.rank == 16 && plain?.scale == 2 && plain?.targets == ["all-linear"])
    let other = try settings([
      ("rank", .int(4)), ("alpha", .float(6)), ("targets", .list([.text("q_proj")])),
      ("rank_stabilised", .bool(true)),
    ])
    #expect(other?.scale == 3 && other?.targets == ["q_proj"])
  }

  @Test("Attached adapters go where they are told, and merge away")
  func attach() throws {
    let model = try new(.llama)
    func attached(_ targets: Value) throws -> LanguageModel {
      let adapter = try Word.lora.run(
        Record([("rank", .int(2)), ("targets", targets)]), in: context)
      return try LanguageModel(
        recipeValue: try Word.attach.run(
          Record([("model", .opaque(model)), ("adapter", adapter)]), in: context))
    }
    #expect(try attached(.text("all-linear")).adapters[0].factors.count == 14)
    #expect(try attached(.text("attention")).adapters[0].factors.count == 8)
    #expect(try attached(.list([.text("up_proj")])).adapters[0].factors.count == 2)
    #expect(throws: ModelError.self) { try attached(.list([.text("upproj")])) }
    let merged = try Word.merge.run(
      Record([("model", .opaque(try attached(.text("attention"))))]), in: context)
    #expect(try LanguageModel(recipeValue: merged).adapters.isEmpty)
  }

  @Test("New models are random by their seed alone")
  func newModels() throws {
    for design in [Word.llama, .gpt2, .gptNeoX] {
      let model = try new(design)
      let matrix = model.architecture.modules[0].name + ".weight"
      let numbers = model.weights[matrix]?.floats() ?? []
      #expect(try new(design).weights[matrix]?.floats() == numbers)
      #expect(try new(design, seed: 1).weights[matrix]?.floats() != numbers)
      let square = numbers.reduce(0.0) { $0 + Double($1 * $1) } / Double(numbers.count)
      #expect(abs(square.squareRoot() - 0.02) < 0.003)
      let found = try scores(model, [whole([5, 9, 70, 200])])[0][0]
      #expect(found.allSatisfy { abs($0 + Float(log(262.0))) < 0.5 })
    }
  }

  @Test("Shapes that do not fit are refused before running")
  func shapes() {
    func call(_ heads: Int, _ keyHeads: Int) throws -> RecipeType {
      try type(
        .llama,
        [
          "width": .init(type: .int, value: .int(24)),
          "heads": .init(type: .int, value: .int(heads)),
          "key_heads": .init(type: .int, value: .int(keyHeads)),
        ], in: context.directory)
    }
    #expect(throws: Never.self) { try call(4, 2) }
    #expect(throws: Complaints.self) { try call(5, 1) }
    #expect(throws: Complaints.self) { try call(8, 8) }
    #expect(throws: Complaints.self) { try call(4, 3) }
  }

  @Test("A vocabulary knows its ends and is kept whole")
  func vocabularies() throws {
    let trained = try TrainedTokenizer(recipeValue: try vocabulary())
    #expect(trained.tokenizer.vocabularySize == 262)
    #expect(trained.tokenizer.special.bos == 0 && trained.tokenizer.special.eos == 1)
    try withFolder { folder in
      try trained.write(to: folder)
      let read = try TrainedTokenizer.read(from: folder)
      #expect(read.canonical == trained.canonical && read.tokenizer.special.eos == 1)
      #expect(read.tokenizer.encode("a bc!") == trained.tokenizer.encode("a bc!"))
    }
  }

  @Test("Saving takes the form that loses nothing")
  func save() throws {
    try withFolder { folder in
      let context = RunContext(directory: folder)
      func save(_ model: LanguageModel, _ path: String, _ kind: String? = nil) throws {
        let kinds = kind.map { [("as", Value.text($0))] } ?? []
        _ = try Word.saveModel.run(
          Record([("model", .opaque(model)), ("to", .text(path))] + kinds), in: context)
      }
      func has(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
      }
      let made = try wavy(new(.llama))
      try save(made, "out/made")
      #expect(has("out/made/model.safetensors"))
      try save(made, "out/made.gguf")
      let opened = try LanguageModel(opening: folder.appending(path: "out/made"))
      try save(try wavy(opened), "out/worn")
      #expect(has("out/worn/adapter_model.safetensors") && !has("out/worn/model.safetensors"))
      try save(try wavy(opened), "out/merged", "folder")
      #expect(has("out/merged/model.safetensors"))
      let gguf = try LanguageModel(opening: folder.appending(path: "out/made.gguf"))
      #expect(gguf.tokenizer.encode("a bc") == made.tokenizer.encode("a bc"))
    }
  }
}
