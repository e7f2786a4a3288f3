import Vocabulary

/// HH-RLHF rows hold two whole dialogues as text, with `\n\nHuman:` and `\n\nAssistant:` marks.
///
/// The prompt is all up to the last assistant turn, which the two dialogues must share; the answers
/// are what follows (Bai et al. 2022). Real rows break this in known ways,
/// and each way is counted.
struct Dialogue: Equatable {
  var turns: [(role: String, content: String)]

  static func == (a: Dialogue, b: Dialogue) -> Bool {
    a.turns.elementsEqual(b.turns) { $0.role == $1.role && $0.content == $1.content }
  }

  init(parsing text: String) {
    turns = []
    let marks = [("\n\nHuman:", "user"), ("\n\nAssistant:", "assistant")]
    var rest = Substring(text)
    while let next = marks.compactMap({ mark, role in
      rest.firstRange(of: mark).map { ($0, role) }
    }).min(by: { $0.0.lowerBound < $1.0.lowerBound }) {
      append(rest[..<next.0.lowerBound])
      turns.append((next.1, ""))
      rest = rest[next.0.upperBound...]
    }
    append(rest)
  }

  /// A dialogue as a text with marks, or as a list of messages with role and content.
  fileprivate init(_ value: Value, column: String, row: Int) throws {
    switch value {
    case .text(let text): self.init(parsing: text)
    case .list(let messages):
      self.init(parsing: "")
      turns = try messages.map { message in
        guard case .record(let record) = message, case .text(let role)? = record["role"],
          case .text(let content)? = record["content"]
        else { throw Self.fault(message, column, row) }
        return (role, content)
      }
    default: throw Self.fault(value, column, row)
    }
  }

  private static func fault(_ found: Value, _ column: String, _ row: Int) -> DataError {
    DataError(
      path: "row \(row + 1)", place: "column `\(column)`",
      problem: "is \(found.type.widened), but `dialogues` reads a text or a list of messages",
      advice: "A message is a record with the texts `role` and `content`.")
  }

  private mutating func append(_ text: Substring) {
    guard !turns.isEmpty else { return }
    turns[turns.count - 1].content = Self.trimmed(text)
  }

  private static func trimmed(_ text: Substring) -> String {
    let head = text.drop { $0.isWhitespace }
    guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(head[...last])
  }

  /// All turns but the last, as messages.
  var prompt: Value {
    .list(
      turns.dropLast().map {
        .record(Record([("role", .text($0.role)), ("content", .text($0.content))]))
      })
  }
}

/// Why a row of two dialogues cannot be a preference pair.
private enum DialogueFault: String {
  case noAnswer = "dropped: the last turn is not the assistant's"
  case promptsDiffer = "dropped: the prompts differ"
  case emptyAnswer = "dropped: an answer is empty"
  case equalAnswers = "dropped: chosen equals rejected"
}

private func pair(_ chosen: Dialogue, _ rejected: Dialogue) -> Result<Record, DialogueFaultError> {
  guard let better = chosen.turns.last, let worse = rejected.turns.last, better.role == "assistant",
    worse.role == "assistant", chosen.turns.count > 1
  else { return .failure(.init(fault: .noAnswer)) }
  guard chosen.prompt == rejected.prompt else { return .failure(.init(fault: .promptsDiffer)) }
  guard !better.content.isEmpty, !worse.content.isEmpty else {
    return .failure(.init(fault: .emptyAnswer))
  }
  guard better.content != worse.content else { return .failure(.init(fault: .equalAnswers)) }
  return .success(
    Record([
      ("prompt", chosen.prompt), ("chosen", .text(better.content)),
      ("rejected", .text(worse.content)),
    ]))
}

private struct DialogueFaultError: Error {
  let fault: DialogueFault
}

extension RecipeType {
  /// A conversation: messages with the role and content of each turn.
  public static let messages = RecipeType.list(
    .record([RecordField("role", .text), RecordField("content", .text)]))
}

extension Primitive {
  public static let dialogues = Primitive(
    "dialogues",
    "Pairs of whole dialogues, texts as in HH-RLHF or messages, as prompt, chosen and rejected.",
    in: .data, cost: .light, keeps: .all,
    typing: .derived { call in
      let missing = ["chosen", "rejected"].filter { name in
        call.row("rows").fields.map { !$0.contains { $0.label == name } } ?? false
      }
      guard missing.isEmpty else {
        throw Complaints(
          Complaint(
            .missingColumns(missing, found: call.row("rows").fields?.map(\.label) ?? []),
            at: "rows", "this dataset lacks columns that `dialogues` reads"))
      }
      return .data(
        .record([
          RecordField("prompt", .messages), RecordField("chosen", .text),
          RecordField("rejected", .text),
        ]))
    },
    examples: [
      #"rows([(chosen: "\n\nHuman: Hi\n\nAssistant: Hello!", rejected: "\n\nHuman: Hi\n\nAssistant: No.")]) |> dialogues()"#
    ],
    Parameter<Dataset>.subject("rows", "Rows with the dialogues `chosen` and `rejected`.")
  ) { context, data in
    var kept: [Record] = []
    var faults: [DialogueFault: Int] = [:]
    for (place, row) in data.rows.enumerated() {
      let dialogues = try ["chosen", "rejected"].map {
        try Dialogue(row[$0] ?? .none, column: $0, row: place)
      }
      switch pair(dialogues[0], dialogues[1]) {
      case .success(let record): kept.append(record)
      case .failure(let error): faults[error.fault, default: 0] += 1
      }
    }
    context.report(
      .ledger(
        Ledger(
          step: "dialogues", read: data.count, kept: kept.count,
          entries: faults.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { Ledger.Entry(reason: $0.key.rawValue, count: $0.value) })))
    return Dataset(
      columns: [
        RecordField("prompt", .messages), RecordField("chosen", .text),
        RecordField("rejected", .text),
      ], rows: kept)
  }
}
