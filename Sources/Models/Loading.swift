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
    try self.init(
      name: name, architecture: architecture, config: checkpoint.config,
      weights: try architecture.weights(of: checkpoint),
      tokenizer: try tokenizer ?? Tokenizer(of: checkpoint),
      templateSource: checkpoint.chatTemplate,
      origin: .file(url.path))
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

  /// The model with the adapter of a PEFT folder.
  public func wearing(_ folder: AdapterFolder) throws -> LanguageModel {
    let known = Dictionary(uniqueKeysWithValues: architecture.modules.map { ($0.name, $0) })
    for (name, pair) in folder.modules {
      guard let module = known[name] else {
        throw ModelError(
          model: self.name, problem: "has no matrix `\(name)` for the adapter to correct",
          advice: "Was the adapter trained on another kind of model?")
      }
      guard pair.a.shape[1] == module.inputs, pair.b.shape[0] == module.outputs else {
        throw ModelError(
          model: self.name,
          problem: "has `\(name)` of shape [\(module.outputs), \(module.inputs)], but the adapter "
            + "corrects [\(pair.b.shape[0]), \(pair.a.shape[1])]",
          advice: "Was the adapter trained on a model of another size?")
      }
    }
    let settings = folder.settings
    var model = self
    model.adapters.append(
      Adapter(
        settings: LoRASettings(
          rank: settings.rank, alpha: settings.alpha, dropout: settings.dropout,
          targets: settings.targetModules, isRankStabilised: settings.usesRankStabilisation),
        factors: try folder.modules.mapValues {
          AdapterFolder.Factors(a: try $0.a.converted(to: .f32), b: try $0.b.converted(to: .f32))
        }))
    return model
  }
}

extension Architecture {
  /// The weights of a checkpoint as graphs want them.
  func weights(of checkpoint: Checkpoint) throws -> [String: Weight] {
    var result: [String: Weight] = [:]
    for parameter in parameters {
      result[parameter.name] = try checkpoint.weight(for: parameter)
    }
    return result
  }
}

extension Checkpoint {
  /// Checkpoints of GPT-2 may leave out `transformer.`, those of base models `model.`.
  fileprivate func weight(for parameter: ParameterShape) throws -> Weight {
    let name =
      [parameter.name, "transformer.\(parameter.name)"].first { weights[$0] != nil }
      ?? parameter.name
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
  func transposed() throws -> Weight {
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
  func reordered(_ order: [Int]) throws -> Weight {
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
