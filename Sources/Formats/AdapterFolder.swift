import Foundation
import Tensors

/// A LoRA adapter in the folder that PEFT keeps it in.
public struct AdapterFolder: Sendable {
  /// The two factors of one module: `ΔW = scale · B A`.
  public struct Factors: Sendable {
    /// Shape [rank, in].
    public var a: Weight
    /// Shape [out, rank].
    public var b: Weight
    /// Shape [out]; DoRA alone has it.
    public var magnitude: Weight?

    public init(a: Weight, b: Weight, magnitude: Weight? = nil) {
      self.a = a
      self.b = b
      self.magnitude = magnitude
    }
  }

  static let configName = "adapter_config.json"
  static let weightsName = "adapter_model.safetensors"
  static let prefix = "base_model.model."
  static let scoreName = "score.weight"
  /// Where the file of weights keeps what outputs are called, one a line: PEFT has no place for it.
  static let outputsKey = "outputs"

  /// Where it says what format the weights had over which it was trained.
  static let trainedOverKey = "trained_over"

  public var settings: AdapterSettings
  /// The formats of the matrices under it while it was trained, where they were packed for that.
  public var trainedOver: [ElementType] = []
  /// By the module's name in the base model, such as `model.layers.0.self_attn.q_proj`.
  public var modules: [String: Factors]
  /// Whole weights that were trained beside the factors, by their names in the base model.
  public var others: [String: Weight]
  /// What the outputs of a head among them are called; nil without one.
  public var outputs: [String]?

  public init(
    settings: AdapterSettings, modules: [String: Factors], others: [String: Weight] = [:]
  ) {
    self.settings = settings
    self.modules = modules
    self.others = others
  }

  /// `alpha / r`, or `alpha / √r` with rank stabilisation (arXiv 2312.03732, equation 7).
  public func scale(of module: String) -> Double {
    let alpha = settings.alpha(of: module)
    let rank = Double(modules[module]?.a.shape[0] ?? settings.rank)
    return settings.usesRankStabilisation ? alpha / rank.squareRoot() : alpha / rank
  }
}

// Reading.
extension AdapterFolder {
  public init(opening url: URL) throws {
    let configURL = url.appending(path: Self.configName)
    let path = configURL.path(percentEncoded: false)
    let settings = try AdapterSettings(try JSONValue(reading: configURL), path: path)
    let weightsURL = url.appending(path: Self.weightsName)
    guard FileManager.default.fileExists(atPath: weightsURL.path(percentEncoded: false)) else {
      let pickle = url.appending(path: "adapter_model.bin").path(percentEncoded: false)
      if FileManager.default.fileExists(atPath: pickle) { throw ModelFolder.pickle(path: pickle) }
      throw FormatError(path: path, problem: "stands without \(Self.weightsName)")
    }
    let file = try SafetensorsFile(opening: weightsURL)
    self.init(settings: settings, modules: [:])
    try collect(file)
    let formats = file.metadata[Self.trainedOverKey]?.split(separator: " ") ?? []
    trainedOver = formats.compactMap { ElementType(rawValue: String($0)) }
    outputs = others[Self.scoreName].map { score in
      let names = file.metadata[Self.outputsKey]?.split(separator: "\n").map(String.init)
      return names ?? (0..<(score.shape.first ?? 0)).map { "LABEL_\($0)" }
    }
  }

  private mutating func collect(_ file: SafetensorsFile) throws {
    var parts: [String: [String: Weight]] = [:]
    for entry in file.entries {
      guard entry.name.hasPrefix(Self.prefix) else {
        throw FormatError(
          path: file.file.path, place: "tensor \(entry.name)",
          problem: "does not begin with \(Self.prefix)", advice: "Is this a PEFT adapter?")
      }
      let name = String(entry.name.dropFirst(Self.prefix.count))
      let weight = try file.weight(entry)
      if let part = Self.parts.first(where: { name.hasSuffix($0) }) {
        parts[String(name.dropLast(part.count)), default: [:]][part] = weight
      } else {
        others[name] = weight
      }
    }
    for (module, found) in parts { modules[module] = try Self.factors(found, module, file) }
  }

  private static let down = ".lora_A.weight"
  private static let up = ".lora_B.weight"
  private static let magnitude = ".lora_magnitude_vector"
  private static let parts = [down, up, magnitude]

  private static func factors(
    _ parts: [String: Weight], _ module: String, _ file: SafetensorsFile
  ) throws -> Factors {
    guard let a = parts[down], let b = parts[up] else {
      throw FormatError(
        path: file.file.path, place: "module \(module)",
        problem: "needs both lora_A and lora_B, but has one of them")
    }
    guard a.shape.count == 2, b.shape.count == 2, a.shape[0] == b.shape[1], a.shape[0] > 0 else {
      throw FormatError(
        path: file.file.path, place: "module \(module)",
        problem: "has lora_A \(a.shape) and lora_B \(b.shape), whose ranks do not agree")
    }
    return Factors(a: a, b: b, magnitude: parts[magnitude])
  }
}

// Writing.
extension AdapterFolder {
  public func write(to url: URL, files: [String: Data] = [:]) throws {
    var weights: [String: Weight] = [:]
    for (module, factors) in modules {
      weights[Self.prefix + module + Self.down] = factors.a
      weights[Self.prefix + module + Self.up] = factors.b
      weights[Self.prefix + module + Self.magnitude] = factors.magnitude
    }
    for (name, weight) in others { weights[Self.prefix + name] = weight }
    try AtomicFolder.write(to: url) { folder in
      var metadata = ["format": "pt"]
      if !trainedOver.isEmpty {
        metadata[Self.trainedOverKey] = trainedOver.map(\.rawValue).joined(separator: " ")
      }
      if let outputs { metadata[Self.outputsKey] = outputs.joined(separator: "\n") }
      try SafetensorsWriter.write(
        weights, to: folder.appending(path: Self.weightsName), metadata: metadata)
      for (name, data) in files.sorted(by: { $0.key < $1.key }) {
        try AtomicFile.write(data, to: folder.appending(path: name))
      }
      let ranks = modules.mapValues { $0.a.shape[0] }.filter { $0.value != settings.rank }
      let config = Data(settings.json(ranks: ranks).pretty.utf8)
      try AtomicFile.write(config, to: folder.appending(path: Self.configName))
    }
  }
}
