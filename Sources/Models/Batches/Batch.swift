import Tensors

/// Examples packed one behind the other, without padding: what one run of a graph reads.
///
/// A prompt with several completions stands once; each completion is a run of tokens whose parent
/// it is. The first completions of all examples come first among the targets, then the second
/// ones: chosen and rejected lie apart, each in the order of the examples. The completions of a group
/// are all of one role and lie side by side.
public struct Batch: Sendable {
  public private(set) var ids: [Int32] = []
  public private(set) var positions: [Int32] = []
  public private(set) var runs: [AttentionLayout.Run] = []
  /// For each role (first, second … completion) and each example: the rows whose hidden states
  /// predict the targets, and the targets.
  public private(set) var roles: [[[Target]]]
  /// For each completion's role and each example, the row of the completion's last token; of the
  /// prompt's where the completion is empty.
  public private(set) var ends: [[Int32]]
  /// How many sequences each example has in a role: one, or those of a group.
  public private(set) var groupSizes: [Int] = []
  /// The numbers of each example's row, or of each of its sequences, by column.
  public private(set) var values: [String: [Float]] = [:]

  /// A token to be predicted, and the row that predicts it.
  public struct Target: Sendable, Hashable {
    public let row: Int32
    public let token: Int32
  }

  /// - Parameter sharesPrompts: false repeats the prompt before each completion, which costs more
  ///   and changes nothing; tests compare the two.
  public init(_ examples: [Example], sharesPrompts: Bool = true) {
    roles = [[[Target]]](repeating: [], count: examples.first?.targetCounts.count ?? 0)
    let completions = examples.first.map { $0.isGroup ? 1 : $0.completions.count }
    ends = [[Int32]](repeating: [], count: completions ?? 0)
    for example in examples {
      precondition(
        example.targetCounts.count == roles.count, "examples of one batch have as many roles")
      groupSizes.append(example.sequenceCount)
      for (column, numbers) in example.values { values[column, default: []] += numbers }
      if example.scoresPrompt { appendTargets(ofPrompt: example.prompt) }
      if example.completions.count == 1 || !sharesPrompts {
        for (role, completion) in example.completions.enumerated() {
          appendWhole(example.prompt, completion, role: example.isGroup ? 0 : role)
        }
      } else {
        appendShared(example)
      }
    }
  }

  /// The prompt is about to be appended; where it is repeated, its first copy counts.
  private mutating func appendTargets(ofPrompt prompt: [Int32]) {
    let start = ids.count
    roles[roles.count - 1].append(
      prompt.indices.dropFirst().map { Target(row: Int32(start + $0 - 1), token: prompt[$0]) })
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
    ends[role].append(Int32(ids.count - 1))
  }

  private mutating func appendShared(_ example: Example) {
    let parent = example.prompt.isEmpty ? nil : runs.count
    let promptStart = ids.count
    ids += example.prompt
    positions += (0..<Int32(example.prompt.count))
    if parent != nil { runs.append(AttentionLayout.Run(tokens: promptStart..<ids.count)) }
    let last = parent == nil ? nil : Int32(ids.count - 1)
    for (place, completion) in example.completions.enumerated() {
      let role = example.isGroup ? 0 : place
      let start = ids.count
      ids += completion.tokens
      positions += completion.tokens.indices.map { Int32(example.prompt.count + $0) }
      if !completion.tokens.isEmpty {
        runs.append(AttentionLayout.Run(tokens: start..<ids.count, parent: parent))
      }
      roles[role].append(targets(completion, first: start, before: last))
      ends[role].append(completion.tokens.isEmpty ? last ?? 0 : Int32(ids.count - 1))
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
  /// The prompts of a batch whose completions are groups.
  public static let prompts = Axis("prompts")

  /// The targets of one role, as those of all chosen answers.
  static func targets(role: Int) -> Axis { Axis("targets of role \(role)") }
}
