import Formats

/// What `config.json` says of a model, read by name with errors that name the key.
public struct Settings: Sendable {
  public let model: String
  public let json: JSONValue

  public init(model: String, json: JSONValue) {
    self.model = model
    self.json = json
  }

  public func int(_ key: String, default fallback: Int? = nil) throws -> Int {
    if let value = json[key], !value.isNull {
      guard let number = value.int, number > 0 else { throw wrong(key, "a positive whole number") }
      return number
    }
    guard let fallback else { throw missing(key) }
    return fallback
  }

  public func float(_ key: String, default fallback: Double? = nil) throws -> Double {
    if let value = json[key], !value.isNull {
      guard let number = value.double, number.isFinite else { throw wrong(key, "a number") }
      return number
    }
    guard let fallback else { throw missing(key) }
    return fallback
  }

  public func flag(_ key: String, default fallback: Bool) -> Bool { json[key]?.flag ?? fallback }

  public func text(_ key: String) -> String? { json[key]?.text }

  /// The rotary base: newer files keep it inside `rope_parameters`.
  public func rotaryBase(default fallback: Double = 10_000) throws -> Double {
    if let base = json["rope_parameters"]?["rope_theta"]?.double { return base }
    if let base = json["rope_theta"]?.double { return base }
    return try float("rotary_emb_base", default: fallback)
  }

  private func missing(_ key: String) -> ModelError {
    ModelError(
      model: model, place: "config.json", problem: "has no `\(key)`",
      advice: "Is it the configuration of this kind of model?")
  }

  private func wrong(_ key: String, _ expected: String) -> ModelError {
    ModelError(
      model: model, place: "config.json", problem: "`\(key)` is not \(expected)",
      advice: "Compare it with the published configuration.")
  }
}
