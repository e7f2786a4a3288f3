// Ctrl-C: the first asks stages to pause with a checkpoint, a second within two seconds ends.

import Dispatch
import Foundation
import Synchronization

/// Listens for Ctrl-C as long as it lives.
final class Interrupt {
  let request = Request()
  private let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())

  init() {
    signal(SIGINT, SIG_IGN)
    source.setEventHandler { [request] in request.interrupted() }
    source.resume()
  }

  deinit { source.cancel() }

  /// Whether somebody asked for a pause.
  final class Request: Sendable {
    private let last = Mutex<Date?>(nil)

    var isAsked: Bool { last.withLock { $0 != nil } }

    func interrupted() {
      let isSecond = last.withLock { last in
        let isSoon = last.map { Date().timeIntervalSince($0) < 2 } ?? false
        last = Date()
        return isSoon
      }
      if isSecond { exit(ExitStatus.paused.rawValue) }
      Console.complain("pausing after this step; Ctrl-C again ends at once")
    }
  }
}
