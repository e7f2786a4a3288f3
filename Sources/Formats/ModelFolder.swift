import Foundation
import Tensors

/// The folder that Hugging Face's libraries keep a model in.
public enum ModelFolder {
  static let pickleExtensions = ["bin", "pt", "pth", "ckpt"]

  private static let tokenizerNames = [
    "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json",
    "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja", "chat_template.json",
  ]

  static func read(_ folder: URL) throws -> Checkpoint {
    let names = try FileManager.default
      .contentsOfDirectory(atPath: folder.path(percentEncoded: false)).sorted()
    if names.contains(SafetensorsShards.indexName) {
      let index = folder.appending(path: SafetensorsShards.indexName)
      return try checkpoint(folder, SafetensorsShards.open(index: index), at: folder)
    }
    if names.contains("model.safetensors") {
      let file = try SafetensorsFile(opening: folder.appending(path: "model.safetensors"))
      return try checkpoint(folder, [file], at: folder)
    }
    let ggufs = names.filter { $0.hasSuffix(".gguf") }
    if ggufs.count == 1 { return try Checkpoint(gguf: folder.appending(path: ggufs[0])) }
    throw nothing(in: folder, names: names, ggufs: ggufs)
  }

  /// A safetensors file by itself, with the configuration beside it if there is one.
  static func read(weightsFile url: URL) throws -> Checkpoint {
    let file = try SafetensorsFile(opening: url)
    return try checkpoint(url.deletingLastPathComponent(), [file], at: url)
  }

  static func pickle(path: String) -> FormatError {
    FormatError(
      path: path, problem: "holds its weights as Python pickles, which are programs and not read",
      advice: "Convert to safetensors: AutoModelForCausalLM.from_pretrained(FOLDER)"
        + ".save_pretrained(NEW_FOLDER) in Python's transformers does it.")
  }

  private static func nothing(in folder: URL, names: [String], ggufs: [String]) -> FormatError {
    let path = folder.path(percentEncoded: false)
    if ggufs.count > 1 {
      return FormatError(
        path: path, problem: "has \(ggufs.count) GGUF files",
        advice: "Name one of them: " + ggufs.joined(separator: ", "))
    }
    if names.contains(where: isPickle) { return pickle(path: path) }
    if names.contains(AdapterFolder.configName) {
      return FormatError(
        path: path, problem: "is an adapter, not a model",
        advice: "Load its base model first, then this adapter.")
    }
    return FormatError(
      path: path, problem: "has neither model.safetensors nor \(SafetensorsShards.indexName)",
      advice: "It holds: " + (names.isEmpty ? "nothing" : names.joined(separator: ", ")))
  }

  private static func isPickle(_ name: String) -> Bool {
    name.hasSuffix(".bin.index.json") || pickleExtensions.contains { name.hasSuffix(".\($0)") }
  }

  private static func checkpoint(
    _ folder: URL, _ files: [SafetensorsFile], at url: URL
  ) throws -> Checkpoint {
    var weights: [String: Weight] = [:]
    var skipped: [String: String] = [:]
    for file in files {
      for entry in file.entries {
        do { weights[entry.name] = try file.weight(entry) } catch let error as FormatError {
          skipped[entry.name] = error.problem
        }
      }
    }
    var checkpoint = Checkpoint(
      url: url, config: try json("config.json", in: folder) ?? .null, weights: weights,
      skipped: skipped)
    checkpoint.generationConfig = try json("generation_config.json", in: folder)
    checkpoint.tokenizerFiles = tokenizerFiles(in: folder)
    checkpoint.chatTemplate = try chatTemplate(in: folder)
    return checkpoint
  }

  private static func present(_ name: String, in folder: URL) -> URL? {
    let url = folder.appending(path: name)
    return FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) ? url : nil
  }

  private static func json(_ name: String, in folder: URL) throws -> JSONValue? {
    try present(name, in: folder).map(JSONValue.init(reading:))
  }

  private static func tokenizerFiles(in folder: URL) -> [String: URL] {
    var files: [String: URL] = [:]
    for name in tokenizerNames { files[name] = present(name, in: folder) }
    return files
  }

  /// The newer own file comes before the older member of `tokenizer_config.json`.
  private static func chatTemplate(in folder: URL) throws -> String? {
    if let file = present("chat_template.jinja", in: folder) {
      return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
    let places = ["chat_template.json", "tokenizer_config.json"]
    for name in places {
      let value = try json(name, in: folder)?["chat_template"]
      if let text = value?.text { return text }
      let named = value?.elements?.first { $0["name"]?.text == "default" }
      if let text = named?["template"]?.text { return text }
    }
    return nil
  }
}

extension ModelFolder {
  /// Writes a model: configuration, weights in files of at most `shardBytes`, and other files.
  ///
  /// - Parameter files: Those of the tokenizer, by name.
  public static func write(
    to url: URL, config: JSONValue, weights: [String: Weight],
    generationConfig: JSONValue? = nil, files: [String: Data] = [:],
    shardBytes: Int = 5_000_000_000
  ) throws {
    try AtomicFolder.write(to: url) { folder in
      try SafetensorsShards.write(weights, to: folder, limit: shardBytes)
      for (name, data) in files.sorted(by: { $0.key < $1.key }) {
        try AtomicFile.write(data, to: folder.appending(path: name))
      }
      if let generationConfig {
        let data = Data(generationConfig.pretty.utf8)
        try AtomicFile.write(data, to: folder.appending(path: "generation_config.json"))
      }
      let data = Data(described(config, weights).pretty.utf8)
      try AtomicFile.write(data, to: folder.appending(path: "config.json"))
    }
  }

  /// The configuration with the number format that the weights now have, if they have one.
  private static func described(_ config: JSONValue, _ weights: [String: Weight]) -> JSONValue {
    let types = Set(weights.values.map(\.type))
    guard var object = config.members, types.count == 1, let type = types.first else {
      return config
    }
    let names: [ElementType: JSONValue] = [.f32: "float32", .f16: "float16", .bf16: "bfloat16"]
    let key = object["dtype"] == nil ? "torch_dtype" : "dtype"
    if let name = names[type] { object[key] = name }
    return .object(object)
  }
}
