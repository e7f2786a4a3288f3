import Foundation
import Formats
import Tensors
import Tokenizers

extension LanguageModel {
  /// Opens a Hugging Face folder, a GGUF file or a PEFT adapter folder.
  ///
  /// - Parameter tokenizer: stands in for the one beside the weights.
  public init(opening url: URL, tokenizer: Tokenizer? = nil) throws {
    if FileManager.default.fileExists(
      atPath: url.appending(path: "adapter_config.json").path)
    {
      self = try Self.adapted(url)
      return
    }
    let checkpoint = try Checkpoint(opening: url)
    let name = url.deletingPathExtension().lastPathComponent
    let settings = Settings(model: url.path, json: checkpoint.config)
    let architecture = try Architectures.make(settings)
    let source = try tokenizer == nil ? TokenizerSource(of: checkpoint) : .json
    let head = try RewardHead(of: checkpoint, architecture)
    try self.init(
      name: name, architecture: architecture, config: checkpoint.described,
      weights: try architecture.weights(of: checkpoint),
      tokenizer: try tokenizer ?? Tokenizer(of: checkpoint), tokenizerSource: source,
      templateSource: checkpoint.chatTemplate, origin: .file(url.path))
    self.head = head
  }

  /// The base model that an adapter folder names, wearing the adapter.
  private static func adapted(_ url: URL) throws -> LanguageModel {
    let folder = try AdapterFolder(opening: url)
    guard let base = folder.settings.baseModel else {
      throw ModelError(
        model: url.path, place: "adapter_config.json", problem: "names no base model",
        advice: "Open the base with `model(…)` and then `attach(adapter(…))`.")
    }
    let beside = URL(filePath: base, relativeTo: url)
    guard FileManager.default.fileExists(atPath: beside.path) else {
      throw ModelError(
        model: url.path, place: "adapter_config.json",
        problem: "names the base model `\(base)`, which is not there",
        advice: "Open the base with `model(…)` and then `attach(adapter(…))`.")
    }
    return try LanguageModel(opening: beside).wearing(folder)
  }
}

extension Architecture {
  /// The weights of a checkpoint as graphs want them.
  func weights(of checkpoint: Checkpoint) throws -> [String: Weight] {
    var result: [String: Weight] = [:]
    for parameter in needed(of: checkpoint) {
      result[parameter.name] = try checkpoint.weight(for: parameter, prefix: Self.prefix)
    }
    return result
  }
}

extension Architecture {
  /// A reward model writes no answers, so its files have no matrix for logits of its own.
  fileprivate func needed(of checkpoint: Checkpoint) -> [ParameterShape] {
    let (head, table) = (dimensions.unembedding, dimensions.embedding)
    guard RewardHead.isAnnounced(by: checkpoint.config), head != table else { return parameters }
    return parameters.filter { $0.name != head || checkpoint.weights[head] != nil }
  }

  /// Refuses a checkpoint that lacks a weight, or has one of another shape, without reading any.
  func checkShapes(of checkpoint: Checkpoint) throws {
    for parameter in needed(of: checkpoint) {
      let isTurned = parameter.layout == .transposed && !checkpoint.hasTransposedConv1D
      _ = try checkpoint.weight(
        checkpoint.fullName(of: parameter, prefix: Self.prefix),
        shape: isTurned ? parameter.shape.reversed() : parameter.shape)
    }
  }
}

extension Checkpoint {
  /// The configuration with the tokens that end an answer as generation_config.json has them.
  fileprivate var described: JSONValue {
    guard var object = config.members, let ends = generationConfig?["eos_token_id"], !ends.isNull
    else { return config }
    object["eos_token_id"] = ends
    return .object(object)
  }

  fileprivate func fullName(of parameter: ParameterShape, prefix: String) -> String {
    [parameter.name, prefix + parameter.name].first { weights[$0] != nil } ?? parameter.name
  }

  fileprivate func weight(for parameter: ParameterShape, prefix: String) throws -> Weight {
    let name = fullName(of: parameter, prefix: prefix)
    switch parameter.layout {
    case .asStored: return try weight(name, shape: parameter.shape)
    case .transposed:
      if hasTransposedConv1D { return try weight(name, shape: parameter.shape) }
      return try weight(name, shape: parameter.shape.reversed()).transposed()
    case .reordered(let order):
      return try weight(name, shape: parameter.shape).reordered(order)
    }
  }
}

extension Weight {
  /// A float32 copy of a matrix with rows and columns exchanged.
  func transposed() -> Weight {
    let rows = shape[0]
    let columns = shape[1]
    let numbers = floats()
    var result = [Float](repeating: 0, count: numbers.count)
    for i in 0..<rows {
      for j in 0..<columns { result[j * rows + i] = numbers[i * columns + j] }
    }
    return Weight(shape: [columns, rows], floats: result)
  }

  /// A float32 copy whose row `i` is row `order[i]`.
  func reordered(_ order: [Int]) -> Weight {
    let width = count / shape[0]
    let numbers = floats()
    var result: [Float] = []
    result.reserveCapacity(numbers.count)
    for row in order { result += numbers[row * width..<(row + 1) * width] }
    return Weight(shape: shape, floats: result)
  }
}

extension Tokenizer {
  /// The tokenizer that stands with a checkpoint.
  init(of checkpoint: Checkpoint) throws {
    if let gguf = checkpoint.ggufTokenizer {
      try self.init(gguf: GGUFVocabulary(gguf))
    } else if let file = checkpoint.tokenizerFiles["tokenizer.json"] {
      try self.init(huggingFace: file)
    } else if let file = checkpoint.tokenizerFiles["tokenizer.model"] {
      try self.init(sentencePiece: file)
    } else {
      throw ModelError(
        model: checkpoint.url.path, problem: "stands without a tokenizer",
        advice: "Put the tokenizer.json of the model beside its weights.")
    }
  }
}

extension GGUFVocabulary {
  init(_ found: GGUFTokenizer) {
    self.init(
      model: found.model, pre: found.pre ?? "default", tokens: found.tokens,
      scores: found.scores, tokenTypes: found.tokenTypes, merges: found.merges,
      bos: found.bosID, eos: found.eosID, unknown: found.unkID, pad: found.padID,
      addsBos: found.addBOS, addsEos: found.addEOS, addsSpacePrefix: found.addSpacePrefix)
  }
}
