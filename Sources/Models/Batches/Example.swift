/// A prompt and what may follow it: one completion to learn, two to compare, K to try.
public struct Example: Sendable, Hashable {
  /// Tokens that follow a prompt; those that are targets count for the loss.
  public struct Completion: Sendable, Hashable {
    public var tokens: [Int32]
    public var isTarget: [Bool]

    public init(tokens: [Int32], isTarget: [Bool]) {
      precondition(
        tokens.count == isTarget.count, "\(tokens.count) tokens, \(isTarget.count) marks")
      self.tokens = tokens
      self.isTarget = isTarget
    }

    /// Tokens that are targets, all of them.
    public init(_ tokens: [Int32]) {
      self.init(tokens: tokens, isTarget: [Bool](repeating: true, count: tokens.count))
    }
  }

  public var prompt: [Int32]
  public var completions: [Completion]
  /// Whether the prompt's own tokens, but for the first, are targets too, in a role after those of
  /// the completions.
  public var scoresPrompt: Bool
  /// Whether the completions are so many tries at one answer, all of one role, and not the first,
  /// the second and so on of a row.
  public var isGroup = false
  /// Numbers of its row that a loss reads, by column: one, or one per completion of a group; not a
  /// number where the row has none.
  public var values: [String: [Float]]

  public init(
    prompt: [Int32], completions: [Completion], scoresPrompt: Bool = false,
    values: [String: [Float]] = [:]
  ) {
    self.prompt = prompt
    self.completions = completions
    self.scoresPrompt = scoresPrompt
    self.values = values
  }

  /// How many tokens a batch holds for it: the prompt once, each completion once.
  public var tokenCount: Int { tokenCount(sharesPrompt: true) }

  /// - Parameter sharesPrompt: false counts the prompt before each completion.
  public func tokenCount(sharesPrompt: Bool) -> Int {
    completions.reduce(prompt.count * (sharesPrompt ? 1 : completions.count)) {
      $0 + $1.tokens.count
    }
  }

  /// The longest run of positions.
  public var length: Int { prompt.count + (completions.map(\.tokens.count).max() ?? 0) }

  public var targetCount: Int { targetCounts.reduce(0, +) }

  /// How many sequences a loss sees of it: each try of a group, else the row.
  public var sequenceCount: Int { isGroup ? completions.count : 1 }

  /// How many targets each role has.
  public var targetCounts: [Int] {
    let own = completions.map(targets(of:))
    return (isGroup ? [own.reduce(0, +)] : own) + (scoresPrompt ? [max(0, prompt.count - 1)] : [])
  }

  /// The targets of a completion; the first token of all has nothing to be predicted from.
  public func targets(of completion: Completion) -> Int {
    let marks = prompt.isEmpty ? completion.isTarget.dropFirst() : completion.isTarget[...]
    return marks.reduce(0) { $0 + ($1 ? 1 : 0) }
  }

  /// The example cut to at most `limit` positions, from the end, as training does.
  public func cut(to limit: Int) -> Example {
    guard length > limit else { return self }
    var example = self
    example.prompt = Array(prompt.prefix(limit))
    let room = limit - example.prompt.count
    example.completions = completions.map {
      Completion(tokens: Array($0.tokens.prefix(room)), isTarget: Array($0.isTarget.prefix(room)))
    }
    return example
  }
}
