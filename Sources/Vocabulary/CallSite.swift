/// What is known of a call before anything runs.
public struct CallSite: Sendable {
  public struct Argument: Sendable {
    public let type: RecipeType
    /// The value where it is known before running; nil for results.
    public let value: Value?
    /// What is known of a result before it is there.
    public let outline: (any Outline)?
    /// Whether the call says it, or it is a default.
    public let isWritten: Bool

    public init(
      type: RecipeType, value: Value? = nil, outline: (any Outline)? = nil, isWritten: Bool = true
    ) {
      self.type = type
      self.value = value
      self.outline = outline
      self.isWritten = isWritten
    }
  }

  /// Those that are given; those of a `Labelled` parameter stand in `rest`.
  private let given: ByName<Argument>
  /// What stands for those that are left out.
  private let defaults: ByName<Argument>
  public let rest: [(label: String, argument: Argument)]
  /// The type that the place of the call asks for, where it is known.
  public let expected: RecipeType?
  /// The folder of the recipe.
  public let directory: Folder

  public init(
    arguments: ByName<Argument>, defaults: ByName<Argument> = [:],
    rest: [(label: String, argument: Argument)] = [], expected: RecipeType? = nil,
    directory: Folder
  ) {
    given = arguments
    self.defaults = defaults
    self.rest = rest
    self.expected = expected
    self.directory = directory
  }

  /// The argument of a parameter, or its default.
  public func argument(_ name: String) -> Argument? { given[name] ?? defaults[name] }
  public func type(_ name: String) -> RecipeType { argument(name)?.type ?? .none }
  public func value(_ name: String) -> Value? { argument(name)?.value }
  public func isWritten(_ name: String) -> Bool { argument(name)?.isWritten ?? false }

  /// All arguments, and the defaults of those that are left out.
  public var arguments: ByName<Argument> {
    ByName(given.entries + defaults.entries.filter { given[$0.name] == nil })
  }

  /// The row type of a data argument; `.unknown` where it is not known.
  public func row(_ name: String) -> RecipeType {
    switch type(name) {
    case .data(let row): row
    default: .unknown
    }
  }
}

/// What is known of a result before the stage that makes it has run, such as the sizes of a model.
public protocol Outline: Sendable {
  /// What a preview may take for the result, where its shape is all that matters; nil where the
  /// result itself has to be looked at.
  var standIn: Value? { get }
}

extension Outline {
  public var standIn: Value? { nil }
}

/// Something wrong with a call, found before running.
public struct Complaint: Sendable {
  public enum Kind: Sendable {
    /// Columns that a call reads and its rows lack.
    case missingColumns([String], found: [String])
    case wrongType(found: RecipeType, expected: RecipeType)
    /// Tensors whose dimensions do not go together.
    case dimensions
    case missingFile(path: String)
    case unreadableFile(path: String)
    case invalidValue
    /// An argument that this call needs, though others may leave it out.
    case missingArgument(String)
    /// Rows that leave nothing to learn.
    case nothingToLearn
    /// Sequences, shapes or memory that do not fit.
    case doesNotFit
  }

  public let kind: Kind
  /// The parameter at fault, or nil for the call as a whole.
  public let parameter: String?
  public let message: String
  /// Short words under the place itself.
  public let label: String
  public let notes: [String]

  public init(
    _ kind: Kind, at parameter: String? = nil, _ message: String, label: String = "",
    notes: [String] = []
  ) {
    self.kind = kind
    self.parameter = parameter
    self.message = message
    self.label = label
    self.notes = notes
  }
}

/// All that is wrong with a call.
public struct Complaints: Error, Sendable {
  public let all: [Complaint]
  public init(_ all: [Complaint]) { self.all = all }
  public init(_ one: Complaint) { all = [one] }
}
