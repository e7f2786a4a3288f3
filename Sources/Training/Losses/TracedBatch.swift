import Vocabulary

/// The rows of a step as a loss sees them: `b.chosen` and `b.rejected`, or `b.response`, whose parts
/// a loss of single answers may also name at once, as `b.logp`.
///
/// `b.mismatched` is the answer of another row after the same prompt, `b.prompt` the prompt of a
/// pair, and `b.row` holds the numbers of the rows. Where a row has several `b.responses`, each is a
/// sequence of its own, and `softmax` and the like know which are of one prompt. Where the policy
/// writes the answers, `b.advantage` and the like say what came of them (`RolloutPart`).
struct TracedBatch: OpaqueValue, RecipeValue {
  static let typeName = "Batch"
  let trace: LossTrace

  var canonical: String { "batch" }

  func member(_ name: String) throws -> Value? {
    if let part = try RolloutPart(rawValue: name).flatMap(trace.part) { return .opaque(part) }
    switch (name, trace.loss.roles) {
    case ("chosen", .pair): return .opaque(TracedAnswer(trace: trace, role: 0))
    case ("rejected", .pair): return .opaque(TracedAnswer(trace: trace, role: 1))
    case ("prompt", .pair): return .opaque(TracedAnswer(trace: trace, role: 2))
    case ("response", .single): return .opaque(TracedAnswer(trace: trace, role: 0))
    case ("mismatched", .single): return .opaque(TracedAnswer(trace: trace, role: 1))
    case ("row", _): return .opaque(TracedRow(trace: trace))
    case ("responses", .group): return .opaque(TracedAnswer(trace: trace, role: 0))
    case (_, .single), (_, .group):
      let answer = TracedAnswer(trace: trace, role: 0)
      guard let part = try answer.member(name) else { throw absent(name) }
      return part
    case (_, .pair): throw absent(name)
    }
  }

  private func absent(_ name: String) -> TraceError {
    if let part = RolloutPart(rawValue: name), !part.isOfAnyBatch {
      return TraceError(
        problem: "the batch has no `\(name)` here",
        advice: "It comes where the policy writes the answers itself: loss(…, rollout: "
          + "rollout(reward: …)).")
    }
    let parts = TracedAnswer.members.map(\.label).joined(separator: ", ")
    switch trace.loss.roles {
    case .pair:
      return TraceError(
        problem: "a batch of pairs has no `\(name)` of its own",
        advice: "There are b.chosen.\(name) and b.rejected.\(name), if it is one of \(parts).")
    case .single, .group:
      let isPart = name == "chosen" || name == "rejected"
      return TraceError(
        problem: "the batch has no `\(name)` here",
        advice: "There are \(parts) here."
          + (isPart
            ? " Pairs come where the loss reads the columns chosen and rejected: "
              + "Loss<(prompt: Text, chosen: Text, rejected: Text)>." : ""))
    }
  }

  /// The parts that a loss may name; which of them there are follows from the rows it reads.
  static let members =
    TracedAnswer.members
    + ["response", "responses", "mismatched", "prompt", "chosen", "rejected"].map {
      RecordField($0, .opaque(TracedAnswer.typeName, []))
    } + [RecordField("row", .opaque(TracedRow.typeName, []))]
    + RolloutPart.allCases.filter { !$0.isOfAnyBatch }.map { RecordField($0.rawValue, $0.type) }
}

/// One answer of each row inside a loss: what the model and the reference give its tokens, and what
/// the head of a reward model says of it.
struct TracedAnswer: OpaqueValue {
  static let typeName = "Answer"
  let trace: LossTrace
  /// 0 chosen or only, 1 rejected or mismatched, 2 the prompt of a pair.
  let role: Int

  var canonical: String { "answer \(role)" }

  func member(_ name: String) throws -> Value? {
    switch name {
    case "logp": .opaque(trace.logProbabilities(role))
    case "base_logp": .opaque(trace.baseLogProbabilities(role))
    case "mask": .opaque(trace.mask(role))
    case "length": .opaque(trace.lengths(role))
    case "reward": .opaque(try trace.reward(role))
    case "rewards": .opaque(try trace.rewards(role))
    default: nil
    }
  }

  static let members: [RecordField] = {
    let tokens = RecipeType.tensor(["sequence", "token"])
    return [
      RecordField("logp", tokens), RecordField("base_logp", tokens), RecordField("mask", tokens),
      RecordField("length", .tensor(["sequence"])), RecordField("reward", .tensor(["sequence"])),
      RecordField("rewards", .tensor(["sequence", "output"])),
    ]
  }()
}

/// The numbers of each row inside a loss, by column, such as `b.row.desirable`.
struct TracedRow: OpaqueValue {
  static let typeName = "Row"
  let trace: LossTrace

  var canonical: String { "row" }

  func member(_ name: String) throws -> Value? {
    guard trace.loss.columns.contains(name) else {
      let known = trace.loss.columns.joined(separator: ", ")
      throw TraceError(
        problem: "the rows of this loss have no number `\(name)`",
        advice: (known.isEmpty ? "" : "There are \(known). ")
          + "A loss reads the numbers that its type declares, as in Loss<(prompt: Text, "
          + "response: Text, \(name): Float)>.")
    }
    return .opaque(trace.column(name))
  }
}
