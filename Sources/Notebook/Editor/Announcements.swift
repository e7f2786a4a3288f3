// Lines of other work that wait to be shown above the prompt.

import CEditLine
import Foundation
import Synchronization

/// Takes lines on any thread, and wakes the editor through a pipe of its own.
final class Announcements: Sendable {
  /// Readable while lines wait; -1 when there is no pipe: then they wait for the next key.
  let descriptor: Int32
  private let writer: Int32
  private let lines = Mutex<[String]>([])

  init() {
    var ends: [Int32] = [-1, -1]
    let isMade = editline_pipe(&ends) == 0
    (descriptor, writer) = isMade ? (ends[0], ends[1]) : (-1, -1)
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  func add(_ text: String) {
    lines.withLock { $0 += text.split(whereSeparator: \.isNewline).map(String.init) }
    _ = write(writer, "!", 1)
  }

  func take() -> [String] {
    lines.withLock { waiting in
      defer { waiting = [] }
      return waiting
    }
  }
}
