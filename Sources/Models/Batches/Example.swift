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

  public init(prompt: [Int32], completions: [Completion]) {
    self.prompt = prompt
    self.completions = completions
  }

  /// How many tokens a batch holds for it: the prompt once, each completion once.
  public var tokenCount: Int { completions.reduce(prompt.count) { $0 + $1.tokens.count } }

  /// The longest run of positions.
  public var length: Int { prompt.count + (completions.map(\.tokens.count).max() ?? 0) }

  public var targetCount: Int { completions.reduce(0) { $0 + targets(of: $1) } }

  /// The targets of a completion; the first token of all has nothing to be predicted from.
  public func targets(of completion: Completion) -> Int {
    let marks = prompt.isEmpty ? completion.isTarget.dropFirst() : completion.isTarget[...]
    return marks.reduce(0) { $0 + ($1 ? 1 : 0) }
  }

  /// The example cut to at most `limit` positions, from the end, as training does.
  public func cut(to limit: Int) -> Example {
    guard length > limit else { return self }
    let prompt = Array(prompt.prefix(limit))
    let room = limit - prompt.count
    return Example(
      prompt: prompt,
      completions: completions.map {
        Completion(tokens: Array($0.tokens.prefix(room)), isTarget: Array($0.isTarget.prefix(room)))
      })
  }
}
