/// A parameter of a primitive: its name, what it is for, its default and what its values must obey.
public struct Parameter<T: RecipeValue>: Sendable {
  let name: String
  let summary: String
  let fallback: T?
  let rule: Rule<T>?
  let role: Role
  let use: RowUse?
  let isSubject: Bool

  /// A labelled parameter; without a default it is required.
  ///
  /// - Parameter use: for rows, what becomes of them.
  public init(
    _ name: String, _ summary: String, default fallback: T? = nil, _ rule: Rule<T>? = nil,
    role: Role = .semantic, use: RowUse? = nil
  ) {
    self.init(name, summary, fallback, rule, role, use, isSubject: false)
  }

  private init(
    _ name: String, _ summary: String, _ fallback: T?, _ rule: Rule<T>?, _ role: Role,
    _ use: RowUse?, isSubject: Bool
  ) {
    self.name = name
    self.summary = summary
    self.fallback = fallback
    self.rule = rule
    self.role = role
    self.use = use
    self.isSubject = isSubject
  }

  /// A parameter that is passed without its label; the first one is what `|>` fills.
  public static func subject(
    _ name: String, _ summary: String, default fallback: T? = nil, _ rule: Rule<T>? = nil
  ) -> Parameter {
    Parameter(name, summary, fallback, rule, .semantic, nil, isSubject: true)
  }

  /// The argument of a call as a Swift value, or the default.
  public func value(from arguments: Record) throws -> T {
    if let given = arguments[name] { return try checked(given) }
    guard let fallback else { return try T(recipeValue: .none) }
    return fallback
  }

  /// A value that is only known while running, as a column is, has to keep the rule as well.
  private func checked(_ given: Value) throws -> T {
    let value = try T(recipeValue: given)
    guard let rule, !rule.holds(value) else { return value }
    throw BrokenRule(words: "`\(name)` must be \(rule.words), not \(given.source)")
  }
}

/// An argument whose value, known only while running, is none that the parameter allows.
struct BrokenRule: Error, CustomStringConvertible {
  let words: String

  var description: String {
    words + "\nLeave such rows out with `filter`, or say what stands instead: `if … then … else …`."
  }
}

/// What a parameter is to the result.
public enum Role: Sendable {
  /// It changes the result, so it enters keys.
  case semantic
  /// It changes how the work is done, not what comes out.
  case execution
  /// It changes what is shown.
  case presentational
}

/// A test of a value, with the words that explain it.
public struct Rule<T: RecipeValue>: Sendable {
  let words: String
  let holds: @Sendable (T) -> Bool

  public init(_ words: String, _ holds: @escaping @Sendable (T) -> Bool) {
    self.words = words
    self.holds = holds
  }
}

extension Rule where T: Comparable {
  public static func above(_ limit: T) -> Rule where T: Sendable {
    Rule("above \(limit)") { $0 > limit }
  }
  public static func atLeast(_ limit: T) -> Rule where T: Sendable {
    Rule("at least \(limit)") { $0 >= limit }
  }
  public static func within(_ range: ClosedRange<T>) -> Rule where T: Sendable {
    Rule("in \(range.lowerBound)...\(range.upperBound)") { range.contains($0) }
  }
}

extension Rule<Ratio> {
  public static func share(_ range: ClosedRange<Double>) -> Rule {
    let ends = [range.lowerBound, range.upperBound].map {
      Value.quantity(Quantity($0 * 100, .percent)).source
    }
    return Rule("in \(ends[0])...\(ends[1])") { range.contains($0.share) }
  }
}

/// A parameter with its Swift type erased: what tools can show and check.
public final class Slot: Sendable {
  public let name: String
  public let summary: String
  public let type: RecipeType
  public let fallback: Value?
  /// What stands in a key before the argument.
  public let keyLabel: String
  /// The line of a key where the argument is left out: the label and the canonical default.
  public let keyLine: String
  public let role: Role
  /// What becomes of rows.
  public let use: RowUse?
  /// Passed without a label.
  public let isSubject: Bool
  /// Takes all labelled arguments that no other parameter takes.
  public let takesRest: Bool
  /// Whether not all values of the type will do.
  public let hasRule: Bool
  /// What is wrong with a value of the right type, as in `must be above 0.0, not -1`; nil if nothing.
  public let complaint: @Sendable (Value) -> String?

  /// Whether a call may leave it out.
  public var isOptional: Bool { fallback != nil || type.isOptional || takesRest }

  init<T: RecipeValue>(_ parameter: Parameter<T>) {
    name = parameter.name
    summary = parameter.summary
    type = T.recipeType
    fallback = parameter.fallback.map(\.recipeValue)
    keyLabel = "\n\(name): "
    keyLine = keyLabel + (fallback ?? .none).canonical
    role = parameter.role
    use = parameter.use
    isSubject = parameter.isSubject
    takesRest = T.self is any LabelledArguments.Type
    hasRule = parameter.rule != nil
    complaint = { value in
      guard let rule = parameter.rule, let given = try? T(recipeValue: value) else { return nil }
      return rule.holds(given) ? nil : "must be \(rule.words), not \(value.source)"
    }
  }
}

private protocol LabelledArguments {}
extension Labelled: LabelledArguments {}
