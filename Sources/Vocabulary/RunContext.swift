import Foundation

/// A folder that a value is kept in, or a recipe stands in.
public typealias Folder = URL

/// What a primitive may know of the run that it is part of.
public struct RunContext: Sendable {
  /// The folder of the recipe: relative paths start here.
  public var directory: Folder
  /// The key of the stage.
  public var key: String
  /// The name that the recipe gave to the stage.
  public var label: String
  /// Where the stage may keep checkpoints; they outlive the process and go when the stage is done.
  public var scratch: Folder
  /// Where answers to model calls are kept, for all stages; nil where nothing is kept.
  public var calls: Folder?
  public var seed: UInt64
  public var threads: Int
  public var report: @Sendable (RunEvent) -> Void
  /// Whether somebody asked for a pause; a stage looks once per step, keeps a checkpoint and
  /// throws `Paused`.
  public var isPausing: @Sendable () -> Bool

  public init(
    directory: Folder, key: String = "", label: String = "", scratch: Folder? = nil,
    calls: Folder? = nil, seed: UInt64 = 0, threads: Int = 1,
    report: @escaping @Sendable (RunEvent) -> Void = { _ in },
    isPausing: @escaping @Sendable () -> Bool = { false }
  ) {
    self.directory = directory
    self.key = key
    self.label = label
    self.scratch = scratch ?? RunContext.anywhere
    self.calls = calls
    self.seed = seed
    self.threads = threads
    self.report = report
    self.isPausing = isPausing
  }

  // Asked once: a context is made for each call that is looked at.
  private static let anywhere = FileManager.default.temporaryDirectory

  /// The place of a path that a recipe wrote.
  public func resolve(_ path: String) -> URL { URL.inRecipe(path, directory: directory) }
}

extension URL {
  /// A path as a recipe writes it: absolute, from the home folder, or relative to the recipe.
  public static func inRecipe(_ path: String, directory: URL) -> URL {
    if path.hasPrefix("~/") {
      return FileManager.default.homeDirectoryForCurrentUser.appending(
        path: String(path.dropFirst(2)))
    }
    return path.hasPrefix("/") ? URL(filePath: path) : directory.appending(path: path)
  }
}

/// Thrown by a stage that kept a checkpoint and stopped because it was asked to.
public struct Paused: Error, Sendable {
  /// What the user should know, such as `at step 413 of 2,540`.
  public let place: String

  public init(place: String) { self.place = place }
}

/// What a running stage tells.
public enum RunEvent: Sendable {
  case progress(Progress)
  /// Rows that a step read, kept, changed or left out, and why.
  case ledger(Ledger)
  case message(String)
  /// Something to be shown, as by `show`.
  case display(Display)
  /// Something was written.
  case saved(String)
  /// Text as it is being generated.
  case piece(String)
}

/// Where a stage stands.
public struct Progress: Sendable {
  public var label: String
  public var done: Int
  public var total: Int?
  public var unit: String
  public var loss: Double?
  public var tokensPerSecond: Double?
  public var secondsLeft: Double?
  /// What belongs beside the loss, as the margin of preferences.
  public var figures: [(name: String, value: Double)]
  /// Further figures, such as the learning rate or the held-out loss.
  public var metrics: [(name: String, value: Double)]

  public init(
    label: String, done: Int, total: Int? = nil, unit: String = "steps", loss: Double? = nil,
    tokensPerSecond: Double? = nil, secondsLeft: Double? = nil,
    figures: [(name: String, value: Double)] = [], metrics: [(name: String, value: Double)] = []
  ) {
    self.label = label
    self.done = done
    self.total = total
    self.unit = unit
    self.loss = loss
    self.tokensPerSecond = tokensPerSecond
    self.secondsLeft = secondsLeft
    self.figures = figures
    self.metrics = metrics
  }
}

/// The account of rows that went through one step: none is lost without being counted.
public struct Ledger: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    /// What happened, such as `dropped: empty response`.
    public let reason: String
    public let count: Int

    public init(reason: String, count: Int) {
      self.reason = reason
      self.count = count
    }
  }

  public var step: String
  public var read: Int
  public var kept: Int
  public var entries: [Entry]

  public init(step: String, read: Int, kept: Int, entries: [Entry] = []) {
    self.step = step
    self.read = read
    self.kept = kept
    self.entries = entries
  }
}
