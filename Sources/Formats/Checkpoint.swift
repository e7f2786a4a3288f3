import Foundation
import Tensors

/// A model on the disk seen as names and weights, wherever it came from.
///
/// Names, settings and the order of rows are Hugging Face's; a GGUF file is translated.
public struct Checkpoint: Sendable {
  public let url: URL
  /// `config.json`, or what the metadata of a GGUF file say in its words; null where unknown.
  public let config: JSONValue
  public let weights: [String: Weight]
  /// Tensors that no weight can be made of, each with the reason.
  public let skipped: [String: String]
  public var generationConfig: JSONValue?
  /// The files of a tokenizer beside the weights, by name.
  public var tokenizerFiles: [String: URL] = [:]
  public var ggufTokenizer: GGUFTokenizer?
  public var chatTemplate: String?
  /// Whether linear matrices of GPT-2 are `[out, in]`, as GGUF has them, not `[in, out]`.
  public var hasTransposedConv1D = false

  init(url: URL, config: JSONValue, weights: [String: Weight], skipped: [String: String] = [:]) {
    self.url = url
    self.config = config
    self.weights = weights
    self.skipped = skipped
  }

  /// Opens a Hugging Face folder, a folder with one GGUF file, a safetensors file, a GGUF file.
  public init(opening url: URL) throws {
    let path = url.path(percentEncoded: false)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FormatError(path: path, problem: "does not exist")
    }
    if isFolder.boolValue {
      self = try ModelFolder.read(url)
    } else if url.pathExtension == "gguf" {
      self = try Checkpoint(gguf: url)
    } else if url.pathExtension == "safetensors" {
      self = try ModelFolder.read(weightsFile: url)
    } else if ModelFolder.pickleExtensions.contains(url.pathExtension) {
      throw ModelFolder.pickle(path: path)
    } else {
      throw FormatError(
        path: path, problem: "is no model that can be opened",
        advice: "Name a Hugging Face folder, a .safetensors file or a .gguf file.")
    }
  }

  /// A weight that the model must have, of the shape that it must have.
  public func weight(_ name: String, shape: [Int]? = nil) throws -> Weight {
    let path = url.path(percentEncoded: false)
    guard let weight = weights[name] else {
      throw FormatError(
        path: path, place: "tensor \(name)",
        problem: skipped[name] ?? "is missing among \(weights.count) tensors",
        advice: "Is config.json from the same checkpoint?")
    }
    guard let shape, weight.shape != shape else { return weight }
    throw FormatError(
      path: path, place: "tensor \(name)",
      problem: "has shape \(weight.shape), but the model expects \(shape)",
      advice: "Is config.json from the same checkpoint?")
  }
}

extension Checkpoint {
  /// Opens a GGUF file and translates names, settings and the order of rows.
  ///
  /// `rope_freqs.weight` keeps its name; so does a tensor that the tables do not know.
  init(gguf url: URL) throws {
    let file = try GGUFFile(opening: url)
    guard let name = file.metadata["general.architecture"]?.text else {
      throw FormatError(path: file.file.path, problem: "does not say general.architecture")
    }
    guard let architecture = GGUFArchitecture.all.first(where: { $0.name == name }) else {
      throw FormatError(
        path: file.file.path, problem: "has the architecture \(name), which is not known",
        advice: "Known are " + GGUFArchitecture.all.map(\.name).joined(separator: ", ") + ".")
    }
    let settings = GGUFSettings(file: file, architecture: name)
    self.init(
      url: url, config: .object(try architecture.config(settings)),
      weights: try architecture.translate(file, settings))
    ggufTokenizer = try GGUFTokenizer(of: file)
    chatTemplate = ggufTokenizer?.chatTemplate
    hasTransposedConv1D = name == GGUFArchitecture.gpt2.name
  }
}

extension GGUFArchitecture {
  fileprivate func translate(_ file: GGUFFile, _ settings: GGUFSettings) throws -> [String: Weight]
  {
    let heads = try settings.heads(), keyValueHeads = try settings.keyValueHeads()
    var weights: [String: Weight] = [:]
    for (gguf, weight) in file.tensors {
      guard let name = tensor(gguf: gguf) else {
        weights[gguf] = weight
        continue
      }
      guard let order = rowOrder(name.tensor, heads, keyValueHeads) else {
        weights[name.huggingFace] = weight
        continue
      }
      let rows = weight.shape.first ?? 0
      guard rows > 0, rows % (order.heads * order.rowsPerHead) == 0 else {
        throw FormatError(
          path: file.file.path, place: "tensor \(gguf)",
          problem: "has shape \(weight.shape), which \(order.heads) heads do not divide")
      }
      weights[name.huggingFace] = weight.rowsFromGGUF(order)
    }
    return weights
  }
}
