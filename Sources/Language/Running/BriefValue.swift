// Values on one line, for the picture of a failed check.

import Vocabulary

extension Value {
  /// The value in few words: `1,016 rows` for data, long lists and records folded.
  var brief: String { brief(room: 60) }

  private func brief(room: Int) -> String {
    switch self {
    case .none, .bool, .int, .float, .quantity, .type, .function, .deferred: source.folded(to: room)
    case .text(let text):
      Value.text(text.replacing("\n", with: "\\n")).source.folded(to: room, closing: "\"")
    case .list(let values):
      Value.joined(values.map { $0.brief(room: room / 2) }, in: ("[", "]"), room: room)
    case .record(let record):
      Value.joined(
        record.pairs.map { "\($0): \($1.brief(room: room / 2))" }, in: ("(", ")"), room: room)
    case .opaque(let value): value.brief
    }
  }

  /// As many parts as there is room for, then how many there are beyond.
  private static func joined(
    _ parts: [String], in brackets: (open: String, close: String), room: Int
  ) -> String {
    var shown: [String] = []
    var used = 2
    for part in parts {
      guard used + part.count + 2 <= room || shown.isEmpty else { break }
      shown.append(part)
      used += part.count + 2
    }
    let rest = parts.count - shown.count
    if rest > 0 { shown.append("… \(rest.grouped) more") }
    return brackets.open + shown.joined(separator: ", ") + brackets.close
  }
}

extension OpaqueValue {
  fileprivate var brief: String {
    switch display {
    case .table(let table): "\(table.total.grouped) \(table.total == 1 ? "row" : "rows")"
    case .text(let text) where !text.contains("\n"): text.folded(to: 60)
    case .text, .record, .list, .curve, .stack: recipeType.description.folded(to: 60)
    }
  }
}

extension Int {
  /// With commas between thousands.
  var grouped: String {
    let digits = String(magnitude)
    let head = digits.count % 3
    var groups = head > 0 ? [String(digits.prefix(head))] : []
    var rest = digits.dropFirst(head)
    while !rest.isEmpty {
      groups.append(String(rest.prefix(3)))
      rest = rest.dropFirst(3)
    }
    return (self < 0 ? "-" : "") + groups.joined(separator: ",")
  }
}

extension String {
  fileprivate func folded(to room: Int, closing: String = "") -> String {
    count <= room ? self : prefix(max(1, room - 1 - closing.count)) + "…" + closing
  }
}

extension Value {
  /// How a recipe calls the result of a stage: `tuned`, `data.test`.
  var writtenName: String? {
    guard case .deferred(let stage) = self else { return nil }
    switch stage.work {
    case .call: return stage.label.isEmpty ? nil : stage.label
    case .member(let base, let name): return base.writtenName.map { "\($0).\(name)" }
    case .operation, .index, .choice, .apply: return nil
    }
  }
}
