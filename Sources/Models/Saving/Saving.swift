import Formats
import Foundation
import Tensors
import Tokenizers

/// The ways in which a model can be kept for other programs.
public enum SaveFormat: Sendable, Hashable {
  /// A Hugging Face folder; adapters are merged into the weights, and all become this type.
  case folder(ElementType = .f32)
  /// A PEFT folder of the last adapter.
  case adapter
  /// A GGUF file of a Llama; matrices become this type, or stay what they are.
  case gguf(ElementType? = nil)
}

extension LanguageModel {
  /// Writes the model; folder or file appear whole or not at all.
  public func save(to url: URL, as format: SaveFormat) throws {
    switch format {
    case .folder(let type): try saveFolder(to: url, type)
    case .adapter: try adapterFolder().write(to: url)
    case .gguf(let type): try saveGGUF(to: url, type)
    }
  }

  private func saveFolder(to url: URL, _ type: ElementType) throws {
    try head?.checkBias(of: name)
    guard config["rope_freqs"]?.elements == nil else {
      throw ModelError(
        model: name,
        problem: "comes from a GGUF file with divisors for its rotary positions, "
          + "which config.json has no place for",
        advice: "Save as \"gguf\" or as \"adapter\".")
    }
    try ModelFolder.write(
      to: url, config: savedConfig, weights: try exported().fileWeights(type),
      generationConfig: generationConfig, files: try tokenizerFiles())
  }

  private func saveGGUF(to url: URL, _ type: ElementType?) throws {
    guard head == nil else {
      throw ModelError(
        model: name, problem: "wears a reward head, which a GGUF file has no place for",
        advice: "Save it in a folder: save(…, to: \"out/rm\").")
    }
    let model = try exported()
    try GGUFExport.write(
      config: savedConfig, weights: try model.fileWeights(nil), tokenizer: try ggufTokenizer(),
      name: name, matrices: type, to: url)
  }

  /// Whether other programs get the weights of the file with what adapters add, and not the packed
  /// copies of them that were trained over: the usual practice, nearer to the file's precision.
  ///
  /// `merge()` before `save` keeps the function that was trained.
  var exportsOriginal: Bool {
    if case .quantized = origin { !adapters.isEmpty } else { false }
  }

  private func exported() throws -> LanguageModel {
    guard exportsOriginal, let basePath else { return try merged() }
    return try merged(
      into: LanguageModel(opening: URL(filePath: basePath), tokenizer: tokenizer))
  }

  /// Weights with the names and the layout of files.
  private func fileWeights(_ type: ElementType?) throws -> [String: Weight] {
    let prefix = Swift.type(of: architecture).prefix
    let head = architecture.dimensions.unembedding
    var result: [String: Weight] = [:]
    for parameter in architecture.parameters {
      guard var weight = weights[parameter.name] else { continue }
      weight = weight.inFileLayout(parameter.layout)
      // A reward model has no logits.
      if self.head != nil, parameter.name == head, head != architecture.dimensions.embedding {
        continue
      }
      if let type { weight = try weight.converted(to: type) }
      let isOutside = parameter.name == head && head != architecture.dimensions.embedding
      result[(isOutside ? "" : prefix) + parameter.name] = weight
    }
    if let weight = self.head?.weight { result[RewardHead.weightName] = weight }
    return result
  }

  private var savedConfig: JSONValue {
    guard var object = config.members else { return config }
    if object["architectures"] == nil {
      object["architectures"] = [.string(type(of: architecture).className)]
    }
    if let head { describe(head, in: &object) }
    return .object(object)
  }

  private var generationConfig: JSONValue {
    var object = JSONObject()
    let special = tokenizer.special
    object["bos_token_id"] = config["bos_token_id"] ?? special.bos.map(JSONValue.integer)
    let ends = stopTokens.sorted().map { JSONValue.integer(Int($0)) }
    if let only = ends.first { object["eos_token_id"] = ends.count == 1 ? only : .array(ends) }
    object["pad_token_id"] = config["pad_token_id"] ?? special.pad.map(JSONValue.integer)
    return .object(object)
  }

  /// The last adapter as PEFT keeps it.
  ///
  /// A head goes with it, under PEFT's `modules_to_save`.
  public func adapterFolder() throws -> AdapterFolder {
    try head?.checkBias(of: name)
    guard let adapter = adapters.last else {
      throw ModelError(
        model: name, problem: "wears no adapter", advice: "Save it as \"folder\".")
    }
    let prefix = type(of: architecture).prefix
    var settings = AdapterSettings(
      rank: adapter.settings.rank, alpha: adapter.settings.alpha,
      dropout: adapter.settings.dropout, targetModules: targetNames(adapter), baseModel: basePath)
    settings.usesRankStabilisation = adapter.settings.isRankStabilised
    settings.usesDoRA = adapter.settings.isDecomposed
    settings.fanInFanOut = adapter.factors.keys.contains {
      architecture.layout(ofModule: $0) == .transposed
    }
    var modules: [String: AdapterFolder.Factors] = [:]
    for (name, pair) in adapter.factors {
      modules[prefix + name] = AdapterFolder.Factors(
        a: pair.a, b: pair.b.inFileRows(architecture.layout(ofModule: name)),
        magnitude: pair.magnitude?.inFileRows(architecture.layout(ofModule: name)))
    }
    var folder = AdapterFolder(settings: settings, modules: modules)
    if let head { folder.take(head) }
    folder.trainedOver = packedFormats
    return folder
  }

  /// What PEFT finds the modules by: last parts of names, with one part more where other modules
  /// end in the same one, as `c_proj` of GPT-2.
  private func targetNames(_ adapter: Adapter) -> [String] {
    let others = architecture.modules.filter { adapter.factors[$0.name] == nil }
    let taken = Set(others.map(\.shortName))
    let names = architecture.modules.filter { adapter.factors[$0.name] != nil }.map { module in
      let parts = module.name.split(separator: ".")
      return parts.suffix(taken.contains(module.shortName) ? 2 : 1).joined(separator: ".")
    }
    return Set(names).sorted()
  }

  private var basePath: String? {
    switch origin {
    case .file(let path), .quantized(let path, _): path
    case .made: nil
    }
  }
}

extension Weight {
  /// The matrix as files keep it.
  fileprivate func inFileLayout(_ layout: ParameterShape.Layout) -> Weight {
    switch layout {
    case .asStored: self
    case .transposed: transposed()
    case .reordered: inFileRows(layout)
    }
  }

  /// Rows of the graph put back where files have them. [out, …]
  fileprivate func inFileRows(_ layout: ParameterShape.Layout) -> Weight {
    guard case .reordered(let order) = layout else { return self }
    var back = [Int](repeating: 0, count: order.count)
    for (graph, file) in order.enumerated() { back[file] = graph }
    return reordered(back)
  }
}
