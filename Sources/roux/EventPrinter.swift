// What running stages tell, as lines of text or of JSON.

import Foundation
import Synchronization
import Vocabulary

/// Prints events as they come; progress at most every tenth of the work or every half minute.
final class EventPrinter: Sendable {
  let isJSON: Bool
  private let told = Mutex<[String: (tenth: Int, time: Date)]>([:])

  init(isJSON: Bool) { self.isJSON = isJSON }

  func print(_ event: RunEvent) {
    if isJSON { return Console.say(event.json) }
    switch event {
    case .display(let display): Console.say(display.plainText)
    case .piece(let text): FileHandle.standardOutput.write(Data(text.utf8))
    case .message(let text): Console.complain(text)
    case .saved(let path): Console.complain("saved \(path)")
    case .ledger(let ledger): Console.complain(ledger.line)
    case .progress(let progress):
      if isDue(progress) { Console.complain(progress.line) }
    }
  }

  private func isDue(_ progress: RunProgress) -> Bool {
    let tenth = progress.total.map { $0 > 0 ? progress.done * 10 / $0 : 0 } ?? 0
    let now = Date()
    return told.withLock { told in
      if let last = told[progress.label], last.tenth == tenth,
        now.timeIntervalSince(last.time) < 30
      {
        return false
      }
      told[progress.label] = (tenth, now)
      return true
    }
  }
}

extension Ledger {
  var line: String {
    let reasons = entries.map { "\($0.reason) \($0.count)" }.joined(separator: ", ")
    return "\(step): \(kept) of \(read) rows kept" + (reasons.isEmpty ? "" : " (\(reasons))")
  }
}

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
      case .display(let display): ["event": "display", "text": display.plainText]
      case .saved(let path): ["event": "saved", "path": path]
      case .piece(let text): ["event": "piece", "text": text]
      }
    let data = try? JSONSerialization.data(
      withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }
}
