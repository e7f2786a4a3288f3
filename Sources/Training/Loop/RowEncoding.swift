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

  /// - Parameters:
  ///   - columns: those whose numbers the loss reads.
  ///   - optional: further ones, which a row may lack; one that lacks them all is of no use.
  public init(
    _ data: Dataset, for role: Loss.Role, columns: [String] = [], optional: [String] = [],
    model: LanguageModel, length: Int, step: String
  ) throws {
    ledger = Ledger(step: step, read: data.count, kept: 0)
    var reasons: [String: Int] = [:]
    let limit = min(length, model.dimensions.context)
    for (place, row) in data.rows.enumerated() {
      if role.columns.contains(where: { row.isEmpty($0) }) {
        reasons["dropped: empty response", default: 0] += 1
        continue
      }
      if role == .pair, row.prefersRejected {
        reasons["dropped: the rejected answer is rated higher", default: 0] += 1
        continue
      }
      var whole = try RowEncoder(model: model).example(row, role, place: place)
      whole.values = try row.numbers(columns, place, each: whole.sequenceCount, of: role)
      let known = optional.filter { row.hasNumber($0) }
      let more = try row.numbers(known, place, each: whole.sequenceCount, of: role)
      if !optional.isEmpty, more.isEmpty, columns.isEmpty {
        reasons["dropped: no number in any of \(optional.joined(separator: ", "))", default: 0] += 1
        continue
      }
      let unknown = [Float](repeating: .nan, count: whole.sequenceCount)
      for column in optional { whole.values[column] = more[column] ?? unknown }
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
      guard !cut.isGroup, cut.completions.count == 2, cut.completions[0] == cut.completions[1]
      else { return nil }
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
    case .group: ["responses"]
    }
  }
}

extension Record {
  /// Whether a margin below 0, or the scores of both answers, say that the pair is the wrong way
  /// round.
  fileprivate var prefersRejected: Bool {
    func number(_ name: String) -> Double? { self[name].flatMap { try? Double(recipeValue: $0) } }
    if let margin = number("margin"), margin < 0 { return true }
    return [("chosen_score", "rejected_score"), ("score_chosen", "score_rejected")].contains {
      guard let better = number($0), let worse = number($1) else { return false }
      return better < worse
    }
  }

  /// Whether an answer, or one of several, is no text at all.
  func isEmpty(_ column: String) -> Bool {
    if case .list(let items)? = self[column] { return items.contains(.text("")) }
    return self[column] == .text("")
  }

  /// Whether there is something under a column.
  fileprivate func hasNumber(_ column: String) -> Bool {
    if case Value.none? = self[column] { false } else { self[column] != nil }
  }

  /// The numbers under some columns; truths are 1 and 0.
  ///
  /// - Parameter count: how many sequences the row has; a group brings a list with a number for each.
  fileprivate func numbers(
    _ columns: [String], _ place: Int, each count: Int, of role: Loss.Role
  ) throws -> [String: [Float]] {
    var numbers: [String: [Float]] = [:]
    for column in columns {
      var values = [self[column] ?? .none]
      if role == .group, case .list(let items) = values[0] { values = items }
      let found = values.compactMap(\.asNumber)
      guard found.count == values.count, found.count == count else {
        throw DataError(
          path: "row \(place + 1)", place: "column `\(column)`",
          problem: role == .group
            ? "is no list of finite numbers, one for each of the \(count) responses"
            : "is no finite number, but the loss reads one",
          advice: "Leave such rows out with filter(…), or give them a number with add(…).")
      }
      numbers[column] = found
    }
    return numbers
  }
}

extension Value {
  /// A finite number; truths are 1 and 0.
  fileprivate var asNumber: Float? {
    if case .bool(let flag) = self { return flag ? 1 : 0 }
    guard let number = try? Double(recipeValue: self), number.isFinite else { return nil }
    return Float(number)
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
    case .group:
      guard let responses = try? [String](recipeValue: row["responses"] ?? .none),
        !responses.isEmpty
      else { throw fault("responses", place, row["responses"] ?? .none, "a list of texts") }
      var example = try model.example(prompt: try prompt(row, place), completions: responses)
      example.isGroup = true
      return example
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
