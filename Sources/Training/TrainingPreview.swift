import Datasets
import Models
import Tensors
import Vocabulary

/// What training will use and need, told before it starts.
enum TrainingPreview {
  @Sendable static func of(_ arguments: Record) throws -> Preview {
    guard let loss = try arguments["with"].map(Loss.init(recipeValue:)) else { return Preview() }
    let data = try arguments["on"].map(Dataset.init(recipeValue:))
    return Preview(
      ledger: try data.map { try ledger($0, loss) }, peakBytes: try peakBytes(arguments, loss))
  }

  // MARK: Rows

  /// The account of rows that have something to learn; complains where none has.
  private static func ledger(_ data: Dataset, _ loss: Loss) throws -> Ledger {
    var reasons: [String: Int] = [:]
    for row in data.rows {
      if let reason = reason(row, loss) { reasons[reason, default: 0] += 1 }
    }
    let dropped = reasons.values.reduce(0, +)
    let entries = reasons.sorted { $0.key < $1.key }
      .map { Ledger.Entry(reason: $0.key, count: $0.value) }
    guard dropped < data.count else { throw Complaints(nothing(data.count, entries)) }
    return Ledger(
      step: "training rows", read: data.count, kept: data.count - dropped, entries: entries)
  }

  private static func reason(_ row: Record, _ loss: Loss) -> String? {
    if loss.rollout != nil { return nil }
    switch loss.roles {
    case .pair:
      let answers = (row["chosen"] ?? .none, row["rejected"] ?? .none)
      if answers.0 == .text("") || answers.1 == .text("") { return "dropped: empty response" }
      return answers.0 == answers.1 ? "dropped: chosen equals rejected" : nil
    case .group: return row.isEmpty("responses") ? "dropped: empty response" : nil
    case .single:
      if let response = row["response"] {
        return response == .text("") ? "dropped: empty response" : nil
      }
      return isSilent(row["messages"]) ? "dropped: no target tokens" : nil
    }
  }

  /// A conversation in which the assistant says nothing.
  private static func isSilent(_ messages: Value?) -> Bool {
    guard case .list(let turns)? = messages else { return false }
    return !turns.contains { turn in
      guard case .record(let turn) = turn else { return true }
      return turn["role"] == .text("assistant") && turn["content"] != .text("")
    }
  }

  private static func nothing(_ count: Int, _ entries: [Ledger.Entry]) -> Complaint {
    let reasons = entries.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
    return Complaint(
      .nothingToLearn, at: "on",
      count == 0
        ? "there are no rows to learn from" : "none of the \(count) rows has anything to learn",
      label: count == 0 ? "0 rows" : reasons,
      notes: ["Look at the rows with count(…) and take(3)."])
  }

  // MARK: Memory

  /// The plan of the fullest step that these settings allow, with the numbers that are learnt and
  /// the two moments that AdamW keeps of each, and the weights that lie in no file; nil where the
  /// model is yet to be made.
  private static func peakBytes(_ arguments: Record, _ loss: Loss) throws -> Int? {
    let only = try TrainedPart?(recipeValue: arguments["only"] ?? .none)
    guard let value = arguments["model"], let model = try? LanguageModel(recipeValue: value) else {
      return nil
    }
    let critic = try critic(for: model, loss)
    guard let graph = try? LossGraph(model, loss, trains: true, only: only, critic: critic) else {
      return nil
    }
    let batch = try Int(recipeValue: arguments["batch"] ?? .int(1))
    // The answers to a prompt stand behind it side by side.
    let answers = loss.rollout.map { ($0.samples - 1) * $0.longest } ?? 0
    let longest = min(try tokens("length", arguments), model.dimensions.context) + answers
    let most =
      graph.needsWholeStep ? batch * longest : max(longest, try tokens("at_once", arguments))
    let memory = try MemorySize?(recipeValue: arguments["memory"] ?? .none)
    let bounds = BatchBounds(
      tokens: most, targets: most, sequences: min(batch, most), roles: graph.roles,
      groupSize: loss.rollout?.samples ?? 1)
    let plan = try graph.plan(bounds: bounds, memory: memory?.bytes)
    let own = critic?.graphWeights(after: model.adapters.count) ?? [:]
    let weights = model.graphWeights.merging(own) { $1 }
    let optimizer = try Optimizer(recipeValue: arguments["optimizer"] ?? .text("adamw"))
    let trained = plan.trainedParameters.compactMap { weights[$0]?.count }
    return trained.reduce(plan.peakBytes + model.ownBytes) {
      $0 + 4 * $1 + Moments.bytes(count: $1, optimizer.moments)
    }
  }

  private static func critic(for model: LanguageModel, _ loss: Loss) throws -> Critic? {
    do {
      return try loss.rollout.flatMap { try $0.critic(for: model, seed: 0) }
    } catch let error as ModelError {
      throw Complaints(
        Complaint(.doesNotFit, at: "model", "the policy \(error.problem)", notes: [error.advice]))
    }
  }

  private static func tokens(_ name: String, _ arguments: Record) throws -> Int {
    try TokenCount(recipeValue: arguments[name] ?? .none).count
  }
}
