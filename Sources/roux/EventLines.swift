// What running stages tell, as lines of JSON.

import Foundation
import Notebook
import Vocabulary

extension RunEvent {
  /// The event as one line of JSON.
  var json: String {
    let object: [String: Any] =
      switch self {
      case .progress(let progress): progress.fields
      case .ledger(let ledger):
        [
          "event": "ledger", "step": ledger.step, "read": ledger.read, "kept": ledger.kept,
          "entries": ledger.entries.map {
            ["reason": $0.reason, "count": $0.count] as [String: Any]
          },
        ]
      case .message(let text): ["event": "message", "text": text]
      case .display(let display): ["event": "display", "text": display.text]
      case .saved(let path): ["event": "saved", "path": path]
      case .piece(let text): ["event": "piece", "text": text]
      }
    let data = try? JSONSerialization.data(
      withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}

extension Vocabulary.Progress {
  /// What its line of JSON holds.
  var fields: [String: Any] {
    var fields: [String: Any] = [
      "event": "progress", "label": label, "done": done, "unit": unit,
      // JSON has no infinity and no NaN.
      "metrics": Dictionary(
        (figures + metrics).filter(\.value.isFinite).map { ($0.name, $0.value) }
      ) { $1 },
    ]
    fields["total"] = total
    fields["loss"] = loss.flatMap { $0.isFinite ? $0 : nil }
    fields["tokensPerSecond"] = tokensPerSecond
    fields["secondsLeft"] = secondsLeft
    return fields
  }
}

extension Display {
  fileprivate var text: String {
    DisplayRenderer(width: 100).lines(self).joined(separator: "\n")
  }
}
