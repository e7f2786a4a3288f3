import Formats
import Tensors
import Tokenizers

extension LanguageModel {
  /// The model with the matrices inside its layers in another format; embeddings, norms, head and
  /// adapters stay what they are (QLoRA, arXiv 2305.14314, section 3).
  ///
  /// One matrix after the other: besides the result there is never more than one in full. A matrix
  /// whose rows do not fill the blocks of the format stays as it is.
  public func quantized(as type: ElementType) throws -> LanguageModel {
    var model = self
    for module in architecture.modules {
      let name = "\(module.name).weight"
      guard let weight = weights[name] else { continue }
      model.weights[name] = try weight.quantized(as: type, in: self.name, name)
    }
    model.origin = origin.quantized(as: type)
    return model
  }
}

// Shapes alone, for plans.
extension LanguageModel {
  /// A model of random weights that is not made yet.
  init(planned design: ModelDesign, vocabulary: Int, matrices: ElementType?) throws {
    var config = design.config
    config["vocab_size"] = .integer(vocabulary)
    let name = config["model_type"]?.text ?? ""
    let architecture = try Architectures.make(Settings(model: name, json: .object(config)))
    try self.init(
      name: name, architecture: architecture, config: .object(config),
      weights: Dictionary(
        architecture.parameters.map { ($0.name, Weight(planned: $0.shape)) },
        uniquingKeysWith: { $1 }),
      tokenizer: Self.anyTokenizer, templateSource: nil, origin: .made)
    if let matrices { self = planned(as: matrices) }
  }

  /// Plans never ask it anything.
  private static let anyTokenizer = Tokenizer.train(on: [], size: 256)

  /// The matrices of the layers in another format, where they fit.
  func planned(as type: ElementType) -> LanguageModel {
    var model = self
    for module in architecture.modules where module.inputs % type.blockLength == 0 {
      model.weights["\(module.name).weight"] = Weight(
        planned: [module.outputs, module.inputs], type: type)
    }
    return model
  }

  /// What adapters touch is in full after a merge.
  var plannedMerge: LanguageModel {
    var model = self
    for module in adapters.flatMap(\.factors.keys) {
      guard let weight = weights["\(module).weight"] else { continue }
      model.weights["\(module).weight"] = Weight(planned: weight.shape)
    }
    model.adapters = []
    return model
  }
}

extension LanguageModel {
  /// The bytes of the weights that are in this program's memory, and not on pages of a file.
  public var ownBytes: Int {
    func bytes(_ isOwn: (Weight) -> Bool) -> Int {
      weights.values.filter(isOwn).reduce(0) { $0 + $1.byteCount }
    }
    return switch origin {
    case .file: 0
    case .quantized(_, let type): bytes { $0.type == type }
    case .made: bytes { _ in true }
    }
  }
}

extension LanguageModel.Origin {
  /// Whether a file says all weights: then they need not be kept a second time.
  fileprivate func quantized(as type: ElementType) -> Self {
    switch self {
    case .file(let path): .quantized(path, type)
    case .quantized(let path, let own): own == type ? .quantized(path, type) : .made
    case .made: .made
    }
  }
}

extension Weight {
  func quantized(as type: ElementType, in model: String, _ name: String) throws -> Weight {
    guard (shape.last ?? 1) % type.blockLength == 0 else { return self }
    do { return try converted(to: type) } catch let error as ConversionError {
      throw ModelError(
        model: model, place: "tensor \(name)", problem: error.problem, advice: error.advice)
    }
  }
}
