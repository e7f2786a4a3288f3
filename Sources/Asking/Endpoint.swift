import Foundation
import Vocabulary

/// A model behind an address that speaks the chat protocol of OpenAI, as many servers do.
public struct Endpoint: OpaqueValue, RecipeValue {
  public static let typeName = "Endpoint"

  public let address: String
  public let model: String
  var key: Secret?
  /// Seconds that a request may take.
  var timeout: Double
  var retries: Int
  /// The first pause before a request is tried again, in seconds; each further one is twice as long.
  var pause: Double
  /// How many requests run at once.
  var together: Int
  /// Requests a minute; nil for no limit.
  var rate: Int?
  var limits: Limits
  var records: RecordFormat

  /// How a server is told of the record type that an answer has to be.
  enum RecordFormat: String, RecipeChoice {
    case schema = "json_schema"
    /// As llama-cpp-python and some others want it: the schema beside the type.
    case object = "json_object"
    /// Not at all, but for the words in the question.
    case plain
  }

  /// What may be spent on this model, over all runs whose answers are kept.
  struct Limits: Sendable {
    var tokens: Int?
    /// In the unit of the prices.
    var money: Double?
    /// For a million tokens read and written.
    var prices: (read: Double, written: Double)

    func cost(read: Int, written: Int) -> Double {
      (Double(read) * prices.read + Double(written) * prices.written) / 1e6
    }
  }

  public func member(_ name: String) throws -> Value? { name == "name" ? .text(model) : nil }

  public var canonical: String { "\(model) at \(address)" }
  public var display: Display { .text("\(model) at \(address)") }
}

/// What keeps an endpoint from being asked, or from answering.
public struct EndpointError: Error, Sendable, CustomStringConvertible {
  public let problem: String
  public let advice: String
  public var description: String { "\(problem)\n\(advice)" }
}

private enum Given {
  static let address = Parameter<String>.subject(
    "address", "Where the server is, up to /v1.",
    Rule("an address that begins with http:// or https://") {
      ($0.hasPrefix("http://") || $0.hasPrefix("https://")) && URL(string: $0) != nil
    })
  static let model = Parameter<String>("model", "The name that the server knows the model by.")
  static let key = Parameter<Secret?>(
    "key", "What the server wants to see, by `secret`.", role: .execution)
  static let timeout = Parameter(
    "timeout", "How long a request may take.", default: Span(seconds: 120),
    Rule("longer than nothing") { $0.seconds > 0 }, role: .execution)
  static let retries = Parameter(
    "retries", "How often a request is tried again.", default: 5, .atLeast(0), role: .execution)
  static let pause = Parameter(
    "pause", "The first pause before trying again; each further one is twice as long.",
    default: Span(seconds: 0.5), Rule("not negative") { $0.seconds >= 0 }, role: .execution)
  static let together = Parameter(
    "together", "How many requests run at once.", default: 4, .within(1...256), role: .execution)
  static let rate = Parameter<Int?>(
    "per_minute", "How many requests a minute there may be; none for no limit.",
    Rule("at least 1") { $0.map { $0 >= 1 } ?? true }, role: .execution)
  static let tokens = Parameter<TokenCount?>(
    "budget", "The most tokens, read and written, over all runs.", role: .execution)
  static let money = Parameter<Double?>(
    "spend", "The most money, in the unit of prices, over all runs.", role: .execution)
  static let records = Parameter(
    "records",
    "How it is told of record types; \"json_object\" for llama-cpp-python, \"plain\": by words alone.",
    default: Endpoint.RecordFormat.schema, role: .execution)
  static let read = Parameter(
    "read_price", "What a million tokens of questions cost.", default: 0.0, .atLeast(0),
    role: .execution)
  static let written = Parameter(
    "write_price", "What a million tokens of answers cost.", default: 0.0, .atLeast(0),
    role: .execution)
}

/// A length of time, written `30s`.
struct Span: RecipeValue {
  let seconds: Double
  static var recipeType: RecipeType { .quantity(.duration) }

  init(seconds: Double) { self.seconds = seconds }

  init(recipeValue value: Value) throws {
    guard case .quantity(let quantity) = value, quantity.unit.dimension == .duration else {
      throw ValueMismatch(expected: Self.recipeType, found: value.type)
    }
    seconds = quantity.base
  }

  var recipeValue: Value { .quantity(Quantity(seconds, .seconds)) }
}

extension Vocabulary.Primitive {
  public static let endpoint = Vocabulary.Primitive(
    "endpoint", "A model behind an address that speaks OpenAI's chat protocol, to `ask`.",
    in: .generation, cost: .light, effects: .network,
    examples: [#"endpoint("http://127.0.0.1:8080/v1", model: "llama", together: 2)"#],
    Given.address, Given.model, Given.key, Given.timeout, Given.retries, Given.pause,
    Given.together, Given.rate, Given.tokens, Given.money, Given.read, Given.written, Given.records
  ) {
    _, address, model, key, timeout, retries, pause, together, rate, tokens, money, read, written,
    records in
    Endpoint(
      address: address, model: model, key: key, timeout: timeout.seconds, retries: retries,
      pause: pause.seconds, together: together, rate: rate,
      limits: .init(tokens: tokens?.count, money: money, prices: (read, written)),
      records: records)
  }
}
