import Formats
import Tensors
import Tokenizers

/// One step of packing: a format, and the matrices that are put into it.
public struct Packing: Sendable, Hashable {
  public let format: ElementType
  /// As `LanguageModel.modules(named:)` takes them.
  public let targets: [String]

  public init(_ format: ElementType, targets: [String] = []) {
    self.format = format
    self.targets = targets
  }
}

extension LanguageModel {
  /// The model with matrices inside its layers in another format; embeddings, norms, head and
  /// adapters stay what they are (QLoRA, arXiv 2305.14314, section 3).
  ///
  /// One matrix after the other: besides the result there is never more than one in full. A matrix
  /// whose rows do not fill the blocks of the format stays as it is.
  public func quantized(_ packing: Packing) throws -> LanguageModel {
    var model = self
    for module in try modules(named: packing.targets) {
      let name = "\(module.name).weight"
      guard let weight = weights[name] else { continue }
      model.weights[name] = try weight.quantized(as: packing.format, in: self.name, name)
    }
    model.origin = origin.quantized(packing)
    return model
  }

  /// The same of all matrices.
  public func quantized(as type: ElementType) throws -> LanguageModel {
    try quantized(Packing(type))
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
    if let matrices { self = try planned(Packing(matrices)) }
  }

  /// Plans never ask it anything.
  private static let anyTokenizer = Tokenizer.train(on: [], size: 256)

  /// Matrices of the layers in another format, where they fit.
  func planned(_ packing: Packing) throws -> LanguageModel {
    var model = self
    let type = packing.format
    for module in try modules(named: packing.targets) where module.inputs % type.blockLength == 0 {
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
    switch origin {
    case .file: 0
    case .quantized(_, let steps): packed(in: steps).reduce(0) { $0 + $1.byteCount }
    case .made: weights.values.reduce(0) { $0 + $1.byteCount }
    }
  }

  private func packed(in steps: [Packing]) -> [Weight] {
    let formats = Set(steps.map(\.format))
    let names = Set(steps.flatMap { (try? modules(named: $0.targets)) ?? [] }.map(\.name))
    return names.compactMap { weights["\($0).weight"] }.filter { formats.contains($0.type) }
  }

  /// The formats that matrices were packed into since they were read, as they stand now.
  public var packedFormats: [ElementType] {
    guard case .quantized(_, let steps) = origin else { return [] }
    let found = Set(packed(in: steps).map(\.type))
    return found.sorted { $0.rawValue < $1.rawValue }
  }
}

extension LanguageModel.Origin {
  /// A file and the steps since say all weights: then they need not be kept a second time.
  fileprivate func quantized(_ packing: Packing) -> Self {
    switch self {
    case .file(let path): .quantized(path, [packing])
    case .quantized(let path, let steps):
      .quantized(path, steps.last == packing ? steps : steps + [packing])
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
