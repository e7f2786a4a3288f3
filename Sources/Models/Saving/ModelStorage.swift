import Formats
import Foundation
import Tensors
import Tokenizers
import Vocabulary

/// How the store keeps a model between runs: `model.json` says what it is, adapters stand beside
/// it, and the weights only if they are not those of a file that can be read again.
extension LanguageModel: StoredValue {
  private enum File {
    static let facts = "model.json"
    static let weights = "weights.gguf"
    static let vocabulary = "vocabulary.gguf"
    static let head = "head.safetensors"
    static func adapter(_ place: Int) -> String { "adapter.\(place).safetensors" }
  }

  public func write(to folder: Folder) throws {
    var facts: JSONObject = [
      "name": .string(name), "history": history.json,
      "curves": .array(curves.map { ["name": .string($0.name), "values": $0.values.json] }),
      "template": templateSource.map(JSONValue.string) ?? .null,
      "adapters": .array(adapters.map(\.settings.json)), "special": tokenizer.special.json,
    ]
    switch origin {
    case .file(let path): facts["base"] = .object(try BaseNote(path).json)
    case .quantized(let path, let steps):
      facts["base"] = .object(try BaseNote(path).json)
      facts["quantized"] = .array(steps.map(\.json))
    case .made:
      facts["config"] = config
      try GGUFWriter.write(
        metadata: [], tensors: weights.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
        to: folder.appending(path: File.weights))
    }
    for (place, adapter) in adapters.enumerated() {
      try SafetensorsWriter.write(
        adapter.namedFactors, to: folder.appending(path: File.adapter(place)))
    }
    if let head {
      facts["head"] = .array(head.names.map(JSONValue.string))
      try SafetensorsWriter.write(
        Dictionary(uniqueKeysWithValues: head.weights), to: folder.appending(path: File.head))
    }
    try writeTokenizer(to: folder)
    try AtomicFile.write(
      Data(JSONValue.object(facts).pretty.utf8), to: folder.appending(path: File.facts))
  }

  private func writeTokenizer(to folder: Folder) throws {
    switch tokenizerSource {
    case .json:
      try AtomicFile.write(
        tokenizer.huggingFaceJSON(), to: folder.appending(path: "tokenizer.json"))
    case .sentencePiece(let data):
      try AtomicFile.write(data, to: folder.appending(path: "tokenizer.model"))
    case .gguf(let vocabulary):
      try GGUFWriter.write(
        metadata: vocabulary.metadata, tensors: [], to: folder.appending(path: File.vocabulary))
    }
  }

  public static func read(from folder: Folder) throws -> LanguageModel {
    let facts = try JSONValue(reading: folder.appending(path: File.facts))
    let (tokenizer, source) = try readTokenizer(from: folder, special: facts["special"])
    var model = try base(facts, folder, tokenizer, source)
    for (place, settings) in (facts["adapters"]?.elements ?? []).enumerated() {
      let file = try SafetensorsFile(opening: folder.appending(path: File.adapter(place)))
      model.adapters.append(try Adapter(settings: LoRASettings(json: settings), file))
    }
    if let names = facts["head"]?.elements?.compactMap(\.text) {
      let file = try SafetensorsFile(opening: folder.appending(path: File.head))
      model.head = try RewardHead(names: names, file)
    }
    model.history = facts["history"]?.doubles ?? []
    model.curves = (facts["curves"]?.elements ?? []).map {
      Curve(name: $0["name"]?.text ?? "", values: $0["values"]?.doubles ?? [])
    }
    return model
  }

  private static func base(
    _ facts: JSONValue, _ folder: Folder, _ tokenizer: Tokenizer, _ source: TokenizerSource
  ) throws -> LanguageModel {
    let found: (config: JSONValue, weights: [String: Weight], origin: Origin)
    if let note = facts["base"].flatMap(BaseNote.init) {
      var opened = try LanguageModel(
        opening: URL(filePath: try note.checkedPath()), tokenizer: tokenizer)
      for step in try Packing.steps(facts["quantized"]) { opened = try opened.quantized(step) }
      found = (opened.config, opened.weights, opened.origin)
    } else {
      let file = try GGUFFile(opening: folder.appending(path: File.weights))
      found = (facts["config"] ?? .null, file.tensors, .made)
    }
    return try LanguageModel(
      name: facts["name"]?.text ?? "",
      architecture: Architectures.make(Settings(model: folder.path, json: found.config)),
      config: found.config, weights: found.weights, tokenizer: tokenizer, tokenizerSource: source,
      templateSource: facts["template"]?.text, origin: found.origin)
  }

  private static func readTokenizer(
    from folder: Folder, special: JSONValue?
  ) throws -> (Tokenizer, TokenizerSource) {
    func place(_ name: String) -> URL? {
      let url = folder.appending(path: name)
      return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
    if let url = place(File.vocabulary),
      let vocabulary = try GGUFTokenizer(of: GGUFFile(opening: url))
    {
      return (try Tokenizer(gguf: GGUFVocabulary(vocabulary)), .gguf(vocabulary))
    }
    let tokenizer: Tokenizer
    let source: TokenizerSource
    if let url = place("tokenizer.model") {
      tokenizer = try Tokenizer(sentencePiece: url)
      source = .sentencePiece(try Data(contentsOf: url))
    } else {
      tokenizer = try Tokenizer(huggingFace: folder.appending(path: "tokenizer.json"))
      source = .json
    }
    return (tokenizer.with(special: tokenizer.special.taking(special)), source)
  }
}

extension [Double] {
  /// As texts, which keep every bit.
  fileprivate var json: JSONValue { .array(map { .string("\($0)") }) }
}

extension JSONValue {
  fileprivate var doubles: [Double] { (elements ?? []).compactMap { $0.text.flatMap(Double.init) } }
}

/// Which file a stored model stands on, with its size, so that another one is not taken for it.
private struct BaseNote {
  let path: String
  let bytes: Int

  init(_ path: String) throws {
    self.path = path
    bytes = try Self.size(path)
  }

  init?(_ json: JSONValue) {
    guard let path = json["path"]?.text, let bytes = json["bytes"]?.int else { return nil }
    self.path = path
    self.bytes = bytes
  }

  var json: JSONObject { ["path": .string(path), "bytes": .integer(bytes)] }

  func checkedPath() throws -> String {
    guard FileManager.default.fileExists(atPath: path), try Self.size(path) == bytes else {
      throw ModelError(
        model: path, problem: "is not the model any more on which a kept result stands",
        advice: "Put the file back, or run the recipe again.")
    }
    return path
  }

  /// The bytes of a file, or of the weights in a folder.
  private static func size(_ path: String) throws -> Int {
    let files = FileManager.default
    let facts = try files.attributesOfItem(atPath: path)
    guard facts[.type] as? FileAttributeType == .typeDirectory else {
      return (facts[.size] as? NSNumber)?.intValue ?? 0
    }
    return try files.contentsOfDirectory(atPath: path).reduce(0) { sum, name in
      guard name.hasSuffix(".safetensors") || name.hasSuffix(".gguf") else { return sum }
      return try sum + size("\(path)/\(name)")
    }
  }
}

extension Adapter {
  fileprivate var namedFactors: [String: Weight] {
    var all: [String: Weight] = [:]
    for (module, pair) in factors {
      all["\(module).\(Factor.a.rawValue).weight"] = pair.a
      all["\(module).\(Factor.b.rawValue).weight"] = pair.b
      all["\(module).\(Factor.magnitude.rawValue)"] = pair.magnitude
    }
    return all
  }

  fileprivate init(settings: LoRASettings, _ file: SafetensorsFile) throws {
    let ending = ".\(Factor.a.rawValue).weight"
    var factors: [String: AdapterFolder.Factors] = [:]
    for name in file.names where name.hasSuffix(ending) {
      let module = String(name.dropLast(ending.count))
      factors[module] = AdapterFolder.Factors(
        a: try file.weight(name), b: try file.weight("\(module).\(Factor.b.rawValue).weight"),
        magnitude: settings.isDecomposed
          ? try file.weight("\(module).\(Factor.magnitude.rawValue)") : nil)
    }
    self.init(settings: settings, factors: factors)
  }
}

extension RewardHead {
  fileprivate init(names: [String], _ file: SafetensorsFile) throws {
    self.init(
      names: names, weight: try file.weight(Self.weightName),
      bias: file.names.contains(Self.biasName) ? try file.weight(Self.biasName) : nil)
  }
}

extension Packing {
  fileprivate var json: JSONValue {
    ["format": .string(format.rawValue), "targets": .array(targets.map(JSONValue.string))]
  }

  /// A single word is how earlier versions kept one step of all matrices.
  fileprivate static func steps(_ json: JSONValue?) throws -> [Packing] {
    guard let json else { return [] }
    return try (json.elements ?? [["format": json]]).map(Packing.init)
  }

  fileprivate init(json: JSONValue) throws {
    guard let format = json["format"]?.text.flatMap(ElementType.init) else {
      throw ModelError(
        model: "a kept model", problem: "is packed in a format that this version does not know",
        advice: "Run the recipe again.")
    }
    self.init(format, targets: json["targets"]?.elements?.compactMap(\.text) ?? [])
  }
}

extension LoRASettings {
  fileprivate var json: JSONValue {
    [
      "rank": .integer(rank), "alpha": .string("\(alpha)"), "dropout": .string("\(dropout)"),
      "targets": .array(targets.map(JSONValue.string)),
      "rank_stabilised": .boolean(isRankStabilised), "decomposed": .boolean(isDecomposed),
    ]
  }

  fileprivate init(json: JSONValue) {
    func number(_ key: String) -> Double { json[key]?.text.flatMap(Double.init) ?? 0 }
    self.init(
      rank: json["rank"]?.int ?? 1, alpha: number("alpha"), dropout: number("dropout"),
      targets: json["targets"]?.elements?.compactMap(\.text) ?? [],
      isRankStabilised: json["rank_stabilised"]?.flag ?? false,
      isDecomposed: json["decomposed"]?.flag ?? false)
  }
}

extension SpecialTokens {
  var json: JSONValue {
    func id(_ id: Int?) -> JSONValue { id.map(JSONValue.integer) ?? .null }
    return ["bos": id(bos), "eos": id(eos), "pad": id(pad), "unknown": id(unknown)]
  }

  func taking(_ json: JSONValue?) -> SpecialTokens {
    SpecialTokens(
      bos: json?["bos"]?.int, eos: json?["eos"]?.int, pad: json?["pad"]?.int,
      unknown: json?["unknown"]?.int, names: names)
  }
}
