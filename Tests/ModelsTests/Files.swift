import Formats
import Foundation
import Models
import Tensors
import TestSupport
import Tokenizers

/// Runs a test in a new folder, which is deleted afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: "roux-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// Numbers that stand beside the tests.
func golden(_ name: String) throws -> JSONValue {
  let folder = URL(filePath: #filePath).deletingLastPathComponent()
  return try JSONValue(reading: folder.appending(path: "Golden/\(name)"))
}

/// Numbers that stand in the shared folder.
func shared(_ path: String) throws -> JSONValue {
  guard let url = SharedFiles.file(path) else { throw Missing(what: path) }
  return try JSONValue(reading: url)
}

struct Missing: Error { let what: String }

/// The pretrained models that tests run where they are present.
enum Real {
  /// SmolLM2-135M-Instruct as GGUF: `ROUX_SMOLLM2`, else the git-ignored `models` folder.
  static let smolLM2File: URL? = {
    let named = ProcessInfo.processInfo.environment["ROUX_SMOLLM2"].map { URL(filePath: $0) }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let url = named ?? root.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()
  static let hasSmolLM2 = smolLM2File != nil && SharedFiles.file("fixtures/smollm2") != nil
  static let hasStories = SharedFiles.file("data/models/stories260K") != nil

  static func smolLM2() throws -> LanguageModel {
    guard let url = smolLM2File else { throw Missing(what: "SmolLM2") }
    return try LanguageModel(opening: url)
  }

  /// stories260K in one of its folders; those without a tokenizer get that of `hf`.
  static func stories(_ folder: String = "hf") throws -> LanguageModel {
    guard let home = SharedFiles.file("data/models/stories260K") else {
      throw Missing(what: "stories260K")
    }
    let tokenizer = try Tokenizer(huggingFace: home.appending(path: "hf/tokenizer.json"))
    return try LanguageModel(opening: home.appending(path: folder), tokenizer: tokenizer)
  }
}

/// Models whose weights a formula gives, made by opening a folder that holds them.
enum Tiny {
  static let names = ["llama", "neox", "gpt2"]

  static func model(
    _ name: String, tokenizer: Tokenizer = tokenizer, vocabulary: Int = 11
  ) throws -> LanguageModel {
    var config = try golden("tiny.json")[name]?["config"]?.members ?? JSONObject()
    config["vocab_size"] = .integer(vocabulary)
    return try withFolder { folder in
      let url = folder.appending(path: name)
      try ModelFolder.write(
        to: url, config: .object(config), weights: weights(name, vocabulary: vocabulary))
      return try LanguageModel(opening: url, tokenizer: tokenizer)
    }
  }

  /// The weights as their files have them.
  static func weights(_ name: String, vocabulary: Int = 11) throws -> [String: Weight] {
    var weights: [String: Weight] = [:]
    for (t, tensor) in (try golden("tiny.json")[name]?["tensors"]).list.enumerated() {
      let shape = tensor["shape"].ints.map { $0 == 11 ? vocabulary : $0 }
      weights[tensor["name"].text] = weight(tensor["name"].text, t, shape)
    }
    return weights
  }

  /// Norms `1 + 0.1 sin`, biases `0.1 sin`, all else `0.4 sin` of `0.7 k + 1.3 t + 0.5`.
  private static func weight(_ name: String, _ t: Int, _ shape: [Int]) -> Weight {
    let isNorm = ["norm", "ln_"].contains { name.contains($0) }
    let scale = isNorm || name.hasSuffix("bias") ? 0.1 : 0.4
    let offset = isNorm && name.hasSuffix("weight") ? 1.0 : 0
    return Weight(
      shape: shape,
      floats: (0..<shape.reduce(1, *)).map {
        Float(offset + scale * sin(0.7 * Double($0) + 1.3 * Double(t) + 0.5))
      })
  }

  /// Every byte a token; ids of tiny models are below 11.
  static let tokenizer = Tokenizer.train(on: [], size: 256)
}

extension JSONValue? {
  var ints: [Int] { self?.elements?.compactMap(\.int) ?? [] }
  var ids: [Int32] { ints.map(Int32.init) }
  var doubles: [Double] { self?.elements?.compactMap(\.double) ?? [] }
  var double: Double { self?.double ?? .nan }
  var list: [JSONValue] { self?.elements ?? [] }
  var text: String { self?.text ?? "" }
  var pairs: [(key: String, value: Double)] {
    (self?.members?.members ?? []).map { ($0.key, $0.value.double ?? .nan) }
  }
}
