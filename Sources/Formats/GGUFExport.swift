import Foundation
import Tensors

/// Writes a model with Hugging Face's names and settings as GGUF, for llama.cpp and its kin.
public enum GGUFExport {
  /// Writes a model of the Llama architecture.
  ///
  /// Vectors become f32, as llama.cpp wants them.
  ///
  /// - Parameter matrices: The format of the matrices; nil leaves each as it is. A matrix whose
  ///   rows do not fill the blocks of that format becomes f16, as does NF4, which GGUF lacks.
  public static func write(
    config: JSONValue, weights: [String: Weight], tokenizer: GGUFTokenizer?, name: String,
    matrices: ElementType? = nil, to url: URL
  ) throws {
    let path = url.path(percentEncoded: false)
    guard config["model_type"]?.text == "llama" else {
      throw FormatError(
        path: path, problem: "cannot hold a model of type \(config["model_type"]?.text ?? "?")",
        advice: "GGUF is written for llama; save a Hugging Face folder for the others.")
    }
    let settings = try LlamaSettings(config, path: path)
    var tensors = try rename(weights, settings, config, path: path)
    tensors = try tensors.map { ($0.name, try convert($0.weight, to: matrices)) }
    if let factors = settings.rotaryFactors, weights["rope_freqs.weight"] == nil {
      tensors.append(("rope_freqs.weight", Weight(shape: [factors.count], floats: factors)))
    }
    var metadata: [(key: String, value: GGUFValue)] = [
      ("general.architecture", .string("llama")), ("general.type", .string("model")),
      ("general.name", .string(name)), ("general.quantization_version", .uint32(2)),
    ]
    if let type = fileType(of: tensors) { metadata.append(("general.file_type", .uint32(type))) }
    metadata += settings.metadata + (tokenizer?.metadata ?? [])
    try GGUFWriter.write(metadata: metadata, tensors: tensors, to: url)
  }

  private static func rename(
    _ weights: [String: Weight], _ settings: LlamaSettings, _ config: JSONValue, path: String
  ) throws -> [(name: String, weight: Weight)] {
    let isTied = config["tie_word_embeddings"]?.flag ?? false
    let named = try weights.compactMap { name, weight -> (name: String, weight: Weight)? in
      if isTied && name == "lm_head.weight" { return nil }
      if name == "rope_freqs.weight" { return (name, weight) }
      guard let place = GGUFArchitecture.llama.tensor(huggingFace: name) else {
        throw FormatError(
          path: path, place: "tensor \(name)", problem: "has no name in GGUF",
          advice: "Merge an adapter into the model before it is written.")
      }
      let order = GGUFArchitecture.llama.rowOrder(
        place.tensor, settings.heads, settings.keyValueHeads)
      return (place.gguf, order.map(weight.rowsToGGUF) ?? weight)
    }
    return named.sorted { (layer(of: $0.name), $0.name) < (layer(of: $1.name), $1.name) }
  }

  /// The number in `blk.12.attn_q.weight`; what stands outside the layers comes first.
  private static func layer(of name: String) -> Int {
    let parts = name.split(separator: ".")
    return parts.first == "blk" ? Int(parts[1]) ?? -1 : -1
  }

  private static func convert(_ weight: Weight, to matrices: ElementType?) throws -> Weight {
    guard weight.shape.count > 1 else { return try weight.converted(to: .f32) }
    guard let matrices = matrices ?? (weight.type == .nf4 ? .f16 : nil) else { return weight }
    let fits = (weight.shape.last ?? 1) % matrices.blockLength == 0
    return try weight.converted(to: fits ? matrices : .f16)
  }

  /// llama.cpp's number for the format that most matrices have.
  private static func fileType(of tensors: [(name: String, weight: Weight)]) -> UInt32? {
    let matrices = tensors.map(\.weight).filter { $0.shape.count > 1 }
    let counts = Dictionary(grouping: matrices, by: \.type).mapValues(\.count)
    let numbers: [ElementType: UInt32] = [
      .f32: 0, .f16: 1, .q4_0: 2, .q4_1: 3, .q8_0: 7, .q5_0: 8, .q5_1: 9, .bf16: 32,
    ]
    let most = counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
    return most.flatMap { numbers[$0.key] }
  }
}

/// The settings of Llama in a Hugging Face configuration.
private struct LlamaSettings {
  let heads: Int
  let keyValueHeads: Int
  let headWidth: Int
  let theta: Double
  let scaling: JSONValue?
  let metadata: [(key: String, value: GGUFValue)]

  init(_ config: JSONValue, path: String) throws {
    func int(_ key: String) throws -> Int {
      guard let value = config[key]?.int, value > 0, value <= Int(UInt32.max) else {
        throw FormatError(path: path, problem: "the configuration has no usable \(key)")
      }
      return value
    }
    func number(_ value: Int) -> GGUFValue { .uint32(UInt32(value)) }
    let width = try int("hidden_size")
    heads = try int("num_attention_heads")
    keyValueHeads =
      config["num_key_value_heads"]?.int == nil ? heads : try int("num_key_value_heads")
    headWidth = config["head_dim"]?.int == nil ? width / heads : try int("head_dim")
    // Newer configurations keep all of this in rope_parameters.
    let rope = config["rope_parameters"] ?? config["rope_scaling"]
    theta = rope?["rope_theta"]?.double ?? config["rope_theta"]?.double ?? 10000
    scaling = rope?["rope_type"] == nil && rope?["type"] == nil ? nil : rope
    let epsilon = config["rms_norm_eps"]?.double ?? 1e-6
    metadata =
      [
        ("llama.block_count", number(try int("num_hidden_layers"))),
        ("llama.context_length", number(try int("max_position_embeddings"))),
        ("llama.embedding_length", number(width)),
        ("llama.feed_forward_length", number(try int("intermediate_size"))),
        ("llama.attention.head_count", number(heads)),
        ("llama.attention.head_count_kv", number(keyValueHeads)),
        ("llama.attention.key_length", number(headWidth)),
        ("llama.attention.value_length", number(headWidth)),
        ("llama.attention.layer_norm_rms_epsilon", .float32(Float(epsilon))),
        ("llama.rope.freq_base", .float32(Float(theta))),
        ("llama.rope.dimension_count", number(headWidth)),
        ("llama.vocab_size", number(try int("vocab_size"))),
      ] + (try Self.scalingMetadata(scaling, path: path))
  }

  private static func kind(of scaling: JSONValue?) -> String {
    (scaling?["rope_type"] ?? scaling?["type"])?.text ?? "default"
  }

  private static func scalingMetadata(
    _ scaling: JSONValue?, path: String
  ) throws -> [(key: String, value: GGUFValue)] {
    switch kind(of: scaling) {
    case "default", "llama3": return []
    case "linear":
      let factor = Float(scaling?["factor"]?.double ?? 1)
      return [
        ("llama.rope.scaling.type", .string("linear")),
        ("llama.rope.scaling.factor", .float32(factor)),
      ]
    case let other:
      throw FormatError(
        path: path, problem: "positions scaled by \(other) cannot be written as GGUF")
    }
  }

  /// Llama 3's scaling as divisors of the frequencies, which is how GGUF keeps it.
  var rotaryFactors: [Float]? {
    guard Self.kind(of: scaling) == "llama3", let factor = scaling?["factor"]?.double else {
      return nil
    }
    let low = scaling?["low_freq_factor"]?.double ?? 1
    let high = scaling?["high_freq_factor"]?.double ?? 4
    let original = scaling?["original_max_position_embeddings"]?.double ?? 8192
    return (0..<headWidth / 2).map { index in
      let inverse = pow(theta, -2 * Double(index) / Double(headWidth))
      let wavelength = 2 * Double.pi / inverse
      if wavelength < original / high { return 1 }
      if wavelength > original / low { return Float(factor) }
      let share = (original / wavelength - low) / (high - low)
      return Float(1 / ((1 - share) / factor + share))
    }
  }
}
