// How far a stage is, as a line of a log or of JSON.

import Vocabulary

/// The runtime's progress, for files that also see Foundation's `Progress`.
typealias RunProgress = Progress

extension Progress {
  /// One line of a log.
  var line: String {
    let of = total.map { "\(done)/\($0)" } ?? "\(done)"
    var parts = ["\(label)  \(of) \(unit)"]
    if let loss { parts.append("loss \((loss * 10_000).rounded() / 10_000)") }
    if let tokensPerSecond { parts.append("\(Int(tokensPerSecond)) tok/s") }
    if let secondsLeft { parts.append("\(Int(secondsLeft)) s left") }
    parts += metrics.map { "\($0.name) \($0.value.figure)" }
    return parts.joined(separator: "  ")
  }
}

extension Progress {
  /// What its line of JSON holds.
  var fields: [String: Any] {
    var fields: [String: Any] = [
      "event": "progress", "label": label, "done": done, "unit": unit,
      // JSON has no infinity and no NaN.
      "metrics": Dictionary(metrics.filter(\.value.isFinite).map { ($0.name, $0.value) }) { $1 },
    ]
    fields["total"] = total
    fields["loss"] = loss.flatMap { $0.isFinite ? $0 : nil }
    fields["tokensPerSecond"] = tokensPerSecond
    fields["secondsLeft"] = secondsLeft
    return fields
  }
}
