import Foundation
import Formats
import Templates
import Tensors
import Tokenizers
import Vocabulary

/// A language model: an architecture with weights, a tokenizer, a chat template, adapters, and a
/// head if it is a reward model.
///
/// A value like any other: training gives a new model that shares the memory of what it left as is.
public struct LanguageModel: OpaqueValue, RecipeValue {
  public static let typeName = "Model"

  /// Where the weights came from.
  public enum Origin: Sendable, Hashable {
    /// A file or folder that is still there to be read again.
    case file(String)
    /// Such a file, with matrices of the layers put into other formats, one step after the other.
    case quantized(String, [Packing])
    /// Made here: trained as a whole, or started from random numbers.
    case made
  }

  public var name: String
  public let architecture: any Architecture
  /// `config.json`.
  public let config: JSONValue
  /// The weights as the graph wants them, by the names of the checkpoint.
  public var weights: [String: Weight]
  /// From the first attached to the last.
  public var adapters: [Adapter]
  /// What makes it a reward model, which gives numbers and writes no answers.
  public var head: RewardHead?
  public let tokenizer: Tokenizer
  /// What the tokenizer is written from.
  public let tokenizerSource: TokenizerSource
  public let template: ChatTemplate
  /// The text of the template as it was found; nil for models without one.
  public let templateSource: String?
  public var origin: Origin
  /// The loss of each step of the training that made it.
  public var history: [Double] = []
  /// What else that training told of each step, such as margins.
  public var curves: [Curve] = []
  /// Tokens that end an answer.
  public let stopTokens: Set<Int32>

  public init(
    name: String, architecture: any Architecture, config: JSONValue, weights: [String: Weight],
    adapters: [Adapter] = [], tokenizer: Tokenizer, tokenizerSource: TokenizerSource = .json,
    templateSource: String?, origin: Origin
  ) throws {
    self.name = name
    self.architecture = architecture
    self.config = config
    self.weights = weights
    self.adapters = adapters
    self.tokenizer = tokenizer
    self.tokenizerSource = tokenizerSource
    self.templateSource = templateSource
    self.origin = origin
    template = try templateSource.map { try ChatTemplate($0) } ?? .plain
    stopTokens = Self.stops(tokenizer, config)
  }

  /// The same model with another chat template.
  public func with(template source: String) throws -> LanguageModel {
    var other = try LanguageModel(
      name: name, architecture: architecture, config: config, weights: weights,
      adapters: adapters, tokenizer: tokenizer, tokenizerSource: tokenizerSource,
      templateSource: source, origin: origin)
    other.head = head
    other.history = history
    other.curves = curves
    return other
  }

  private static func stops(_ tokenizer: Tokenizer, _ config: JSONValue) -> Set<Int32> {
    let named = config["eos_token_id"]
    let ids = named?.elements?.compactMap(\.int) ?? [named?.int].compactMap { $0 }
    return Set((ids + [tokenizer.special.eos].compactMap { $0 }).map(Int32.init))
  }

  public var dimensions: ModelDimensions { architecture.dimensions }

  /// Every weight a graph of this model may ask for, by parameter name.
  public var graphWeights: [String: Weight] {
    var all = weights
    for (place, adapter) in adapters.enumerated() {
      for (name, weight) in adapter.weights(place: place) { all[name] = weight }
    }
    for (name, weight) in head?.weights ?? [] { all[name] = weight }
    if let rotary = architecture.rotary { all[RotaryTable.parameterName] = rotary.weight }
    return all
  }

  /// Refuses more positions than a model with learned ones has.
  func checkLength(_ tokens: Int) throws {
    guard architecture.rotary != nil || tokens <= dimensions.context else {
      throw ModelError(
        model: name, problem: "has \(dimensions.context) positions, but \(tokens) are needed",
        advice: "Shorten the text.")
    }
  }

  /// Whether both cut texts into the same tokens, as far as a sample tells.
  public func cutsTexts(like other: LanguageModel) -> Bool {
    let sample = "Hello, world! 0123\n\ttab"
    return dimensions.vocabulary == other.dimensions.vocabulary
      && tokenizer.encode(sample) == other.tokenizer.encode(sample)
  }

  public var parameterCount: Int { weights.values.reduce(0) { $0 + $1.count } }

  /// A reward model names its outputs: `Model<(reward: Float)>`.
  public var recipeType: RecipeType { .opaque(Self.typeName, head.map { [$0.row] } ?? []) }

  public var canonical: String {
    "\(name) \(origin) adapters \(adapters.count) head \(head?.names ?? [])"
  }

  public var display: Display {
    let d = dimensions
    let facts = Display.record([
      ("model", .text(name)), ("parameters", .text("\(parameterCount)")),
      (
        "layers",
        .text("\(d.layers) of width \(d.width), \(d.heads) heads, \(d.keyHeads) key heads")
      ),
      ("vocabulary", .text("\(d.vocabulary)")), ("context", .text("\(d.context)")),
      ("weights", .text(weightTypes)),
      (
        "adapters",
        .text(adapters.isEmpty ? "none" : adapters.map(\.summary).joined(separator: "; "))
      ),
      ("head", .text(head.map { $0.names.joined(separator: ", ") } ?? "none")),
    ])
    // The norm of the gradient is there for the asking, with `curve`.
    let told = curves.filter { $0.name != "gradient_norm" }
    let drawn = [Curve(name: "loss", values: history)] + told
    return history.isEmpty ? facts : .stack([facts] + drawn.map(Display.curve))
  }

  private var weightTypes: String {
    let groups = Dictionary(grouping: weights.values, by: \.type)
    return groups.sorted { $0.value.count > $1.value.count }
      .map { "\($0.value.count) \($0.key.rawValue)" }.joined(separator: ", ")
  }

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "name": .text(self.name)
    case "parameters": .int(parameterCount)
    case "history": .list(history.map(Value.float))
    default: nil
    }
  }

  /// The parts of a model that recipes may name.
  public static let members = [
    RecordField("name", .text), RecordField("parameters", .int),
    RecordField("history", .list(.float)),
  ]
}

extension Adapter {
  var summary: String {
    "LoRA rank \(settings.rank) on \(factors.count) matrices"
  }
}
