/// A word of the library whose work is done in Swift: declared once, next to that work.
///
/// Checker, evaluator, completion, help, manual, keys and example tests all read this value, which never
/// changes. A class, as every call in a recipe holds it and copying so many fields would cost.
public final class Primitive: Sendable {
  public let name: String
  public let summary: String
  public let chapter: Chapter
  public let cost: Cost
  /// Counts up when the same arguments come to mean another result.
  public let version: Int
  public let slots: [Slot]
  /// The slots that change the result, by name.
  public let semanticSlots: [Slot]
  /// What the key of each call begins with; the seed follows.
  public let keyHead: String
  /// The slots that are passed without a label, the pipe's first.
  public let subjects: [Slot]
  /// The slot of the labels that no other slot has.
  public let rest: Slot?
  /// The slots of rows that judge a model, not those that it learns from.
  public let judged: [Slot]
  public let typing: Typing
  public let effects: Effects
  /// Which rows of its first data, and of lists of data, its result holds; nil where it holds none,
  /// or others.
  public let keeps: RowsKept?
  /// What is known of the result before running, or complaints as a thrown `Complaints`.
  public let outline: (@Sendable (CallSite) throws -> (any Outline)?)?
  /// What a call will use and need, or complaints as a thrown `Complaints`.
  ///
  /// Its arguments are those that are at hand before anything heavy runs.
  public let preview: (@Sendable (Record) throws -> Preview)?
  /// Lines of recipe that run as tests.
  public let examples: [String]
  /// Rewrites arguments before anything runs, so that a stage asks only for what it needs.
  public let narrowing: (@Sendable (Record) throws -> Record)?
  /// Answers calls of many rows together, so that it may stand in row expressions though it is dear.
  private let batch: (@Sendable (RunContext, [BatchedCall]) throws -> [CallOutcome])?
  private let body: @Sendable (RunContext, Record) throws -> Value

  /// Declares a primitive; the closure receives one Swift value per parameter.
  ///
  /// - Parameters:
  ///   - typing: how the result's type follows from a call; by default the closure's result type.
  ///   - narrowing: see the property; what it leaves must give the same result.
  public init<each Argument: RecipeValue, Result: RecipeValue>(
    _ name: String, _ summary: String, in chapter: Chapter, cost: Cost = .pure, version: Int = 1,
    effects: Effects = [], keeps: RowsKept? = nil, typing: Typing? = nil,
    outline: (@Sendable (CallSite) throws -> (any Outline)?)? = nil,
    preview: (@Sendable (Record) throws -> Preview)? = nil, examples: [String] = [],
    narrowing: (@Sendable (Record) throws -> Record)? = nil,
    _ parameter: repeat Parameter<each Argument>,
    run body: @escaping @Sendable (RunContext, repeat each Argument) throws -> Result
  ) {
    self.name = name
    self.summary = summary
    self.chapter = chapter
    self.cost = cost
    self.version = version
    self.effects = effects
    self.keeps = keeps
    self.outline = outline
    self.preview = preview
    self.typing = typing ?? .fixed(Result.recipeType)
    self.examples = examples
    self.narrowing = narrowing
    var slots: [Slot] = []
    for one in repeat each parameter { slots.append(Slot(one)) }
    self.slots = slots
    semanticSlots = Self.semantic(slots)
    keyHead = Self.keyHead(name, version)
    subjects = slots.filter(\.isSubject)
    rest = slots.first(where: \.takesRest)
    judged = slots.filter { $0.use != nil && $0.use != .learnt }
    batch = nil
    self.body = { context, arguments in
      try body(context, repeat try (each parameter).value(from: arguments)).recipeValue
    }
  }

  /// Declares a primitive that answers calls of many rows together; by itself it is a heavy stage.
  ///
  /// - Parameter batch: one outcome for each call, in their order; a call's arguments are read with
  ///   `Parameter.value(from:)`.
  public init<each Argument: RecipeValue>(
    batched name: String, _ summary: String, in chapter: Chapter, version: Int = 1,
    effects: Effects = [], typing: Typing, examples: [String] = [],
    _ parameter: repeat Parameter<each Argument>,
    batch: @escaping @Sendable (RunContext, [BatchedCall]) throws -> [CallOutcome]
  ) {
    self.name = name
    self.summary = summary
    self.chapter = chapter
    self.cost = .heavy
    self.version = version
    self.effects = effects
    self.typing = typing
    self.examples = examples
    keeps = nil
    outline = nil
    preview = nil
    narrowing = nil
    var slots: [Slot] = []
    for one in repeat each parameter { slots.append(Slot(one)) }
    self.slots = slots
    semanticSlots = Self.semantic(slots)
    keyHead = Self.keyHead(name, version)
    subjects = slots.filter(\.isSubject)
    rest = slots.first(where: \.takesRest)
    judged = slots.filter { $0.use != nil && $0.use != .learnt }
    self.batch = batch
    body = { context, arguments in
      let call = BatchedCall(key: context.key, arguments: arguments)
      switch try batch(context, [call])[0] {
      case .value(let value): return value
      case .refused(let reason): throw RefusedAnswer(reason: reason)
      }
    }
  }

  private static func semantic(_ slots: [Slot]) -> [Slot] {
    slots.filter { $0.role == .semantic }.sorted { $0.name < $1.name }
  }

  private static func keyHead(_ name: String, _ version: Int) -> String {
    "\(name) version \(version)\nseed: "
  }

  /// Whether calls of many rows are answered together.
  public var isBatched: Bool { batch != nil }

  func answers(_ calls: [BatchedCall], in context: RunContext) throws -> [CallOutcome] {
    guard let batch else { preconditionFailure("`\(name)` does not answer batches") }
    return try batch(context, calls)
  }

  /// Runs the primitive on arguments that hold no deferred value any more.
  public func run(_ arguments: Record, in context: RunContext) throws -> Value {
    try body(context, arguments)
  }

  public func slot(_ label: String) -> Slot? { slots.first { $0.name == label } }
}

/// The chapters of the manual, in its order.
public enum Chapter: String, Sendable, CaseIterable {
  case data = "Data"
  case cleaning = "Cleaning rows"
  case prompts = "Prompts and templates"
  case text = "Text and numbers"
  case models = "Models"
  case adapters = "Adapters"
  case losses = "Losses"
  case training = "Training"
  case generation = "Generation"
  case evaluation = "Evaluation"
  case sweeps = "Sweeps"
  case results = "Results"
}

/// What a primitive touches outside the recipe.
public struct Effects: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  public static let reads = Effects(rawValue: 1)
  public static let writes = Effects(rawValue: 2)
  public static let network = Effects(rawValue: 4)
}

/// How the type of a call follows from the call.
public enum Typing: Sendable {
  case fixed(RecipeType)
  /// A type, or complaints as a thrown `Complaints`.
  case derived(@Sendable (CallSite) throws -> RecipeType)
}
