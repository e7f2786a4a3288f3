import Datasets
import Models
import Templates
import Vocabulary

/// Rows made into examples, with the account of those that could not be used.
public struct EncodedRows: Sendable {
  public private(set) var examples: [Example] = []
  /// The row each example came from.
  public private(set) var places: [Int] = []
  public private(set) var ledger: Ledger

  public init(
    _ data: Dataset, for role: Loss.Role, model: LanguageModel, length: Int, step: String
  ) throws {
    ledger = Ledger(step: step, read: data.count, kept: 0)
    var reasons: [String: Int] = [:]
    let limit = min(length, model.dimensions.context)
    for (place, row) in data.rows.enumerated() {
      if role.columns.contains(where: { row[$0] == .text("") }) {
        reasons["dropped: empty response", default: 0] += 1
        continue
      }
      let whole = try RowEncoder(model: model).example(row, role, place: place)
      let example = whole.cut(to: limit)
      if let fault = Self.fault(whole, example) {
        reasons[fault, default: 0] += 1
        continue
      }
      if whole.length > limit { reasons["cut to \(limit) tokens", default: 0] += 1 }
      examples.append(example)
      places.append(place)
    }
    ledger.kept = examples.count
    ledger.entries = reasons.sorted { $0.key < $1.key }
      .map { Ledger.Entry(reason: $0.key, count: $0.value) }
  }

  /// The tokens after which each row's answer is to come.
  public func prompts(of data: Dataset, model: LanguageModel) throws -> [[Int32]] {
    try places.map { place in
      try model.prompt(try RowEncoder(model: model).prompt(data.rows[place], place))
    }
  }

  /// The answer that a row gives.
  public func response(_ row: Record) throws -> String {
    try String(recipeValue: row["response"] ?? .none)
  }

  private static func fault(_ whole: Example, _ cut: Example) -> String? {
    let counts = cut.completions.map { cut.targets(of: $0) }
    guard counts.contains(0) else {
      guard cut.completions.count == 2, cut.completions[0] == cut.completions[1] else { return nil }
      return whole.completions[0] == whole.completions[1]
        ? "dropped: chosen equals rejected" : "dropped: cut to the length, chosen equals rejected"
    }
    return whole.completions.contains { whole.targets(of: $0) == 0 }
      ? "dropped: no target tokens" : "dropped: the prompt alone fills the length"
  }
}

extension Loss.Role {
  /// The columns that hold answers.
  fileprivate var columns: [String] {
    switch self {
    case .single: ["response"]
    case .pair: ["chosen", "rejected"]
    }
  }
}

/// How the columns of a row become messages and answers.
struct RowEncoder {
  let model: LanguageModel

  func example(_ row: Record, _ role: Loss.Role, place: Int) throws -> Example {
    switch role {
    case .single:
      if let conversation = row["messages"], row["response"] == nil {
        return try model.example(conversation: try messages(conversation, "messages", place))
      }
      return try model.example(
        prompt: try prompt(row, place), completions: [try text(row, "response", place)])
    case .pair:
      return try model.example(
        prompt: try prompt(row, place),
        completions: [try text(row, "chosen", place), try text(row, "rejected", place)])
    }
  }

  /// The column `prompt`: a text is what the user says, a list is a conversation.
  func prompt(_ row: Record, _ place: Int) throws -> [Message] {
    switch row["prompt"] {
    case .text(let text)?: return [Message(role: "user", content: text)]
    case .list?: return try messages(row["prompt"] ?? .none, "prompt", place)
    default: throw fault("prompt", place, row["prompt"] ?? .none, "a text or a list of messages")
    }
  }

  private func messages(_ value: Value, _ column: String, _ place: Int) throws -> [Message] {
    guard case .list(let items) = value else {
      throw fault(column, place, value, "a list of messages")
    }
    return try items.map { item in
      guard case .record(let record) = item, case .text(let role)? = record["role"],
        case .text(let content)? = record["content"]
      else { throw fault(column, place, item, "a record with the texts `role` and `content`") }
      return Message(role: role, content: content)
    }
  }

  private func text(_ row: Record, _ column: String, _ place: Int) throws -> String {
    guard case .text(let text)? = row[column] else {
      throw fault(column, place, row[column] ?? .none, "a text")
    }
    return text
  }

  private func fault(_ column: String, _ place: Int, _ found: Value, _ expected: String)
    -> DataError
  {
    DataError(
      path: "row \(place + 1)", place: "column `\(column)`",
      problem: "is \(found.type.widened), but training reads \(expected)",
      advice: "Make the column with select(…) or add(…), or leave such rows out with filter(…).")
  }
}
