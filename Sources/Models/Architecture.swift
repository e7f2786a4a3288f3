import Formats
import Tensors

/// A family of models: how settings become parameters, and tokens become hidden states.
///
/// To add one, write one file in `Architectures/` and one line in `Architectures.all`.
public protocol Architecture: Sendable {
  /// The names that `model_type` in config.json has for it.
  static var modelTypes: [String] { get }
  /// What comes before each name in the checkpoints of whole models; some files leave it out.
  static var prefix: String { get }
  /// What Transformers calls the class, for `architectures` in config.json.
  static var className: String { get }
  init(_ settings: Settings) throws

  var dimensions: ModelDimensions { get }
  /// Every weight of a checkpoint, by the name it has there.
  var parameters: [ParameterShape] { get }
  /// The matrices that an adapter may be attached to.
  var modules: [LinearModule] { get }
  /// The frequencies of the rotary embedding; nil where positions are learned.
  var rotary: RotaryTable? { get }

  /// The hidden states after the last norm. ids: [tokens]. Returns: [tokens, width]
  func hidden(_ input: ModelInput, _ scope: Scope) -> Tensor
}

extension Architecture {
  public static var prefix: String { "" }
}

/// The architectures that can be loaded.
public enum Architectures {
  public static let all: [any Architecture.Type] = [Llama.self, GPT2.self, GPTNeoX.self]

  public static func make(_ settings: Settings) throws -> any Architecture {
    let name = settings.text("model_type") ?? ""
    guard let type = all.first(where: { $0.modelTypes.contains(name) }) else {
      throw ModelError(
        model: settings.model, place: "config.json",
        problem: name.isEmpty ? "has no `model_type`" : "`model_type` is \"\(name)\"",
        advice: "Known are " + all.flatMap { $0.modelTypes }.joined(separator: ", ") + ".")
    }
    return try type.init(settings)
  }
}

/// The sizes that all architectures share.
public struct ModelDimensions: Sendable, Hashable {
  public var vocabulary: Int
  public var width: Int
  public var layers: Int
  public var heads: Int
  public var keyHeads: Int
  public var headSize: Int
  /// How many positions the model was made for.
  public var context: Int
  /// The name of the embedding, and of the matrix that gives logits (the same when they are tied).
  public var embedding: String
  public var unembedding: String

  /// The width of keys, and of values, of one token.
  public var keyWidth: Int { keyHeads * headSize }

  var attention: Heads { Heads(count: heads, kvCount: keyHeads, size: headSize) }
}

/// A weight of a checkpoint.
public struct ParameterShape: Sendable, Hashable {
  /// How the file's rows stand to the graph's.
  public enum Layout: Sendable, Hashable {
    case asStored
    /// Conv1D of GPT-2 keeps `[in, out]`.
    case transposed
    /// Row `i` of the graph is row `order[i]` of the file.
    case reordered([Int])
  }

  public let name: String
  /// As the graph has it: matrices `[out, in]`.
  public let shape: [Int]
  public let layout: Layout
  /// Where a fresh model starts.
  public let start: Start

  public enum Start: Sendable, Hashable {
    case normal(deviation: Double)
    case ones, zeros
  }

  public init(
    _ name: String, _ shape: [Int], layout: Layout = .asStored,
    start: Start = .normal(deviation: 0.02)
  ) {
    self.name = name
    self.shape = shape
    self.layout = layout
    self.start = start
  }
}

/// A matrix between activations, to which an adapter may be attached.
public struct LinearModule: Sendable, Hashable {
  /// Its name in the checkpoint without `.weight`.
  public let name: String
  public let inputs: Int
  public let outputs: Int
  public let isAttention: Bool

  public init(_ name: String, from inputs: Int, to outputs: Int, isAttention: Bool) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.isAttention = isAttention
  }

  /// The last part of the name, such as `q_proj`.
  public var shortName: String { String(name.split(separator: ".").last ?? "") }
}
