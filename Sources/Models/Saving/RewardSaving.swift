import Formats
import Foundation
import Tensors
import Tokenizers

// Reward models as Transformers keeps them: the class for sequence classification of an
// architecture, whose `score` reads the last token that is not padding.

extension RewardHead {
  /// What the class of Transformers calls itself.
  private static let classEnding = "ForSequenceClassification"

  /// Whether a configuration is that of such a class.
  static func isAnnounced(by config: JSONValue) -> Bool {
    config["architectures"]?.elements?.first?.text?.hasSuffix(classEnding) ?? false
  }

  /// The name of the class, from that of the class that writes answers.
  static func className(for language: String) -> String {
    let endings = ["ForCausalLM", "LMHeadModel", classEnding]
    let ending = endings.first { language.hasSuffix($0) } ?? ""
    return language.dropLast(ending.count) + classEnding
  }

  /// The head of a folder of Transformers; nil for a model that writes answers.
  init?(of checkpoint: Checkpoint, _ architecture: any Architecture) throws {
    guard Self.isAnnounced(by: checkpoint.config) else { return nil }
    let weight = try checkpoint.weight(Self.weightName)
    let (outputs, width) = (weight.shape.first ?? 0, architecture.dimensions.width)
    guard weight.shape == [outputs, width], outputs > 0 else {
      throw ModelError(
        model: checkpoint.url.path, place: "tensor \(Self.weightName)",
        problem: "has shape \(weight.shape), but states of width \(width) come to it",
        advice: "Is config.json from the same checkpoint?")
    }
    let labels = checkpoint.config["id2label"]
    let named = (0..<outputs).compactMap { labels?["\($0)"]?.text }
    let isNamed = named.count == outputs && Set(named).count == outputs && !Self.areUnnamed(named)
    self.init(
      names: isNamed ? named : Self.standardNames(outputs), weight: try weight.converted(to: .f32))
  }

  /// `LABEL_0` and so on is what Transformers writes for labels without names.
  private static func areUnnamed(_ names: [String]) -> Bool {
    names.enumerated().allSatisfy { $1 == "LABEL_\($0)" }
  }

  /// The head beside the factors of an adapter; nil where there is none.
  init?(of folder: AdapterFolder, width: Int, model: String) throws {
    guard let names = folder.outputs, let weight = folder.others[Self.weightName] else {
      return nil
    }
    guard weight.shape == [names.count, width] else {
      throw ModelError(
        model: model,
        problem: "has states of width \(width), but the adapter brings a head of shape "
          + "\(weight.shape)", advice: "Was the adapter trained on a model of another size?")
    }
    self.init(
      names: Self.areUnnamed(names) ? Self.standardNames(names.count) : names,
      weight: try weight.converted(to: .f32))
  }

  /// Refuses a bias that is not zero: the scores in Transformers would be others.
  func checkBias(of model: String) throws {
    guard let bias, bias.floats().contains(where: { $0 != 0 }) else { return }
    throw ModelError(
      model: model,
      problem: "wears a head with a bias, for which Transformers has no place",
      advice: "Train a head without one, reward_head(bias: false): what it adds to all answers "
        + "alike, a linear layer finds in the states too.")
  }
}

extension AdapterFolder {
  mutating func take(_ head: RewardHead) {
    settings.task = .classification
    others[RewardHead.weightName] = head.weight
    outputs = head.names
  }
}

extension LanguageModel {
  /// A token that ends no answer.
  ///
  /// Transformers reads the score at the last token that is not this one, so the token that ends a
  /// turn must not be it, as it is for many models.
  var paddingToken: Int? {
    let special = tokenizer.special
    let known = [special.pad, special.unknown, special.bos].compactMap { $0 }
    let free = known + special.names.values.sorted()
    return free.first { !stopTokens.contains(Int32($0)) }
  }

  /// What `config.json` says of a head.
  func describe(_ head: RewardHead, in config: inout JSONObject) {
    let own = config["architectures"]?.elements?.first?.text
    let language = own ?? type(of: architecture).className
    config["architectures"] = [.string(RewardHead.className(for: language))]
    var names = JSONObject()
    var places = JSONObject()
    for (place, name) in head.names.enumerated() {
      names["\(place)"] = .string(name)
      places[name] = .integer(place)
    }
    config["id2label"] = .object(names)
    config["label2id"] = .object(places)
    config["num_labels"] = .integer(head.names.count)
    config["problem_type"] = "regression"
    config["pad_token_id"] = paddingToken.map(JSONValue.integer) ?? .null
  }
}
