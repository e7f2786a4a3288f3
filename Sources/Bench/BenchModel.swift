import Formats
import Foundation
import Models
import Tensors
import Tokenizers

/// The models that are measured.
enum BenchModel {
  /// SmolLM2-135M from its file, or a stand-in of the same shapes with random numbers.
  static func smolLM2(_ file: URL?) throws -> LanguageModel {
    if let file { return try LanguageModel(opening: file) }
    return try random(
      "random SmolLM2 shapes", width: 576, layers: 30, heads: 9, keyHeads: 3, hidden: 1536,
      vocabulary: 49_152, packed: .q4_1, packedEmbedding: .q8_0)
  }

  /// A model whose steps cost next to nothing, so that what remains is overhead.
  static func tiny() throws -> LanguageModel {
    try random(
      "tiny", width: 64, layers: 4, heads: 4, keyHeads: 4, hidden: 256, vocabulary: 512,
      packed: .f32, packedEmbedding: .f32)
  }

  /// The shapes of OpenLLaMA-3B with matrices in NF4, each packed as soon as it is made.
  ///
  /// Its numbers come from a cheaper source than a model's: 3.4 billion of them.
  static func openLlama3B() throws -> LanguageModel {
    var state: UInt64 = 1
    return try random(
      "random OpenLLaMA-3B shapes", width: 3200, layers: 26, heads: 32, keyHeads: 32, hidden: 8640,
      vocabulary: 32_000, packed: .nf4, packedEmbedding: .f32, isTied: false
    ) { parameter, _ in
      let count = parameter.shape.reduce(1, *)
      let floats = [Float](unsafeUninitializedCapacity: count) { numbers, filled in
        for place in 0..<count {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          numbers[place] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31 * 0.035
        }
        filled = count
      }
      return Weight(shape: parameter.shape, floats: floats)
    }
  }

  private static func random(
    _ name: String, width: Int, layers: Int, heads: Int, keyHeads: Int, hidden: Int,
    vocabulary: Int, packed: ElementType, packedEmbedding: ElementType, isTied: Bool = true,
    numbers: (ParameterShape, UInt32) -> Weight = BenchModel.numbers
  ) throws -> LanguageModel {
    let config: JSONValue = [
      "model_type": "llama", "hidden_size": .integer(width),
      "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(heads),
      "num_key_value_heads": .integer(keyHeads), "intermediate_size": .integer(hidden),
      "vocab_size": .integer(vocabulary), "tie_word_embeddings": .boolean(isTied),
    ]
    let architecture = try Architectures.make(Settings(model: name, json: config))
    let tables = [architecture.dimensions.embedding, architecture.dimensions.unembedding]
    var weights: [String: Weight] = [:]
    for (place, parameter) in architecture.parameters.enumerated() {
      let full =
        parameter.shape.count == 2
        ? numbers(parameter, UInt32(place)) : Self.numbers(parameter, stream: UInt32(place))
      let type = tables.contains(parameter.name) ? packedEmbedding : packed
      weights[parameter.name] = parameter.shape.count == 2 ? try full.converted(to: type) : full
    }
    return try LanguageModel(
      name: name, architecture: architecture, config: config, weights: weights,
      tokenizer: try Tokenizer(gguf: letters(vocabulary)), templateSource: nil, origin: .made)
  }

  private static func numbers(_ parameter: ParameterShape, stream: UInt32) -> Weight {
    let count = parameter.shape.reduce(1, *)
    switch parameter.start {
    case .ones: return Weight(shape: parameter.shape, floats: [Float](repeating: 1, count: count))
    case .zeros: return Weight(shape: parameter.shape, floats: [Float](repeating: 0, count: count))
    case .normal(let deviation):
      return Random(seed: 1, purpose: .initialization, stream: stream)
        .normalWeight(shape: parameter.shape, deviation: deviation)
    }
  }

  /// A vocabulary that decodes; what it says does not matter.
  private static func letters(_ count: Int) -> GGUFVocabulary {
    GGUFVocabulary(
      model: "gpt2", pre: "default", tokens: (0..<count).map { "t\($0)" }, scores: [],
      tokenTypes: [], merges: [], bos: nil, eos: nil, unknown: nil, pad: nil, addsBos: nil,
      addsEos: nil, addsSpacePrefix: nil)
  }
}

/// How many floating-point operations a model needs for one token, without any recomputation.
///
/// With N multiplied parameters, L layers of attention width a, at length T:
/// forward 2 N + 2 L a T, training of everything three times that, training of an adapter of M
/// parameters 4 N + 6 M + 6 L a T, as nothing is computed for frozen weights.
struct ModelFlops {
  private let parameters: Double
  private let attention: Double

  init(_ model: LanguageModel, length: Int) {
    let d = model.dimensions
    let layers = model.architecture.modules.reduce(0) { $0 + $1.inputs * $1.outputs }
    parameters = Double(layers + d.vocabulary * d.width)
    attention = Double(2 * d.layers * d.heads * d.headSize * length)
  }

  var forward: Double { 2 * parameters + attention }
  var full: Double { 3 * forward }

  func adapter(of model: LanguageModel) -> Double {
    let trained = model.adapters.last?.factors.values.reduce(0) { $0 + $1.a.count + $1.b.count }
    return 4 * parameters + 6 * Double(trained ?? 0) + 3 * attention
  }
}

/// Examples of one length in which every token is a target.
enum BenchExamples {
  static func make(count: Int, length: Int, vocabulary: Int) -> [Example] {
    let random = Random(seed: 7, purpose: .noise)
    return (0..<count).map { row in
      let ids = (0..<length).map {
        Int32(random.integer(below: vocabulary, UInt64(row * length + $0)))
      }
      return Example(prompt: [], completions: [.init(ids)])
    }
  }
}
