/// A number with a unit, as recipes write it: `3%`, `2epochs`, `500steps`, `90min`, `16GiB`.
public struct Quantity: Hashable, Sendable {
  public let amount: Double
  public let unit: Unit

  public init(_ amount: Double, _ unit: Unit) {
    self.amount = amount
    self.unit = unit
  }

  /// The amount in the base unit of its dimension: a share of one, epochs, steps, tokens, seconds, bytes.
  public var base: Double { amount * unit.factor }
}

/// What a quantity measures: only quantities of one dimension compare and convert.
public enum Dimension: String, Hashable, Sendable, CaseIterable {
  case ratio = "Ratio"
  case epochs = "Epochs"
  case steps = "Steps"
  case tokens = "Tokens"
  case duration = "Duration"
  case size = "Size"

  /// A unit to show in messages and suggestions.
  public var exampleUnit: Unit {
    switch self {
    case .ratio: .percent
    case .epochs: .epochs
    case .steps: .steps
    case .tokens: .tokens
    case .duration: .minutes
    case .size: .gibibytes
    }
  }
}

/// The units of the language, spelled as in recipes.
public enum Unit: String, Hashable, Sendable, CaseIterable {
  case percent = "%"
  case epochs, steps, tokens
  case milliseconds = "ms"
  case seconds = "s"
  case minutes = "min"
  case hours = "h"
  case days = "d"
  case bytes = "B"
  case kibibytes = "KiB"
  case mebibytes = "MiB"
  case gibibytes = "GiB"

  /// All spellings, singular forms included.
  public static let spellings: [String: Unit] = {
    var spellings = ["epoch": Unit.epochs, "step": .steps, "token": .tokens]
    for unit in allCases { spellings[unit.rawValue] = unit }
    return spellings
  }()

  /// The unit that a recipe spells so, singular forms included.
  public init?(spelled text: String) {
    guard let unit = Unit.spellings[text] else { return nil }
    self = unit
  }

  public var dimension: Dimension {
    switch self {
    case .percent: .ratio
    case .epochs: .epochs
    case .steps: .steps
    case .tokens: .tokens
    case .milliseconds, .seconds, .minutes, .hours, .days: .duration
    case .bytes, .kibibytes, .mebibytes, .gibibytes: .size
    }
  }

  var factor: Double {
    switch self {
    case .percent: 0.01
    case .epochs, .steps, .tokens, .seconds, .bytes: 1
    case .milliseconds: 0.001
    case .minutes: 60
    case .hours: 3600
    case .days: 86_400
    case .kibibytes: 1024
    case .mebibytes: 1_048_576
    case .gibibytes: 1_073_741_824
    }
  }
}
