import Tensors

/// Examples packed one behind the other, without padding: what one run of a graph reads.
///
/// A prompt with several completions stands once; each completion is a run of tokens whose parent
/// it is. The first completions of all examples come first among the targets, then the second
/// ones: chosen and rejected lie apart, each in the order of the examples.
public struct Batch: Sendable {
  public private(set) var ids: [Int32] = []
  public private(set) var positions: [Int32] = []
  public private(set) var runs: [AttentionLayout.Run] = []
  /// For each role (first, second … completion) and each example: the rows whose hidden states
  /// predict the targets, and the targets.
  public private(set) var roles: [[[Target]]]

  /// A token to be predicted, and the row that predicts it.
  public struct Target: Sendable, Hashable {
    public let row: Int32
    public let token: Int32
  }

  /// - Parameter sharesPrompts: false repeats the prompt before each completion, which costs more
  ///   and changes nothing; tests compare the two.
  public init(_ examples: [Example], sharesPrompts: Bool = true) {
    roles = [[[Target]]](repeating: [], count: examples.first?.completions.count ?? 0)
    for example in examples {
      precondition(
        example.completions.count == roles.count, "examples of one batch have as many completions")
      if example.completions.count == 1 || !sharesPrompts {
        for (role, completion) in example.completions.enumerated() {
          appendWhole(example.prompt, completion, role: role)
        }
      } else {
        appendShared(example)
      }
    }
  }

  private mutating func appendWhole(
    _ prompt: [Int32], _ completion: Example.Completion, role: Int
  ) {
    let start = ids.count
    ids += prompt + completion.tokens
    positions += (0..<Int32(ids.count - start))
    runs.append(AttentionLayout.Run(tokens: start..<ids.count))
    let first = start + prompt.count
    roles[role].append(
      targets(completion, first: first, before: prompt.isEmpty ? nil : Int32(first - 1)))
  }

  private mutating func appendShared(_ example: Example) {
    let parent = example.prompt.isEmpty ? nil : runs.count
    let promptStart = ids.count
    ids += example.prompt
    positions += (0..<Int32(example.prompt.count))
    if parent != nil { runs.append(AttentionLayout.Run(tokens: promptStart..<ids.count)) }
    let last = parent == nil ? nil : Int32(ids.count - 1)
    for (role, completion) in example.completions.enumerated() {
      let start = ids.count
      ids += completion.tokens
      positions += completion.tokens.indices.map { Int32(example.prompt.count + $0) }
      if !completion.tokens.isEmpty {
        runs.append(AttentionLayout.Run(tokens: start..<ids.count, parent: parent))
      }
      roles[role].append(targets(completion, first: start, before: last))
    }
  }

  private func targets(_ completion: Example.Completion, first: Int, before: Int32?) -> [Target] {
    completion.tokens.indices.compactMap { i in
      guard completion.isTarget[i], let row = i > 0 ? Int32(first + i - 1) : before else {
        return nil
      }
      return Target(row: row, token: completion.tokens[i])
    }
  }

  /// How many targets each sequence has, by role.
  public var targetCounts: [[Int]] { roles.map { $0.map(\.count) } }
  public var sequenceCount: Int { roles.first?.count ?? 0 }
}

extension Axis {
  /// The targets of one role, as those of all chosen answers.
  static func targets(role: Int) -> Axis { Axis("targets of role \(role)") }
}
