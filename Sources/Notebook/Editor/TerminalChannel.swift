// The two descriptors of a terminal: its keys, its screen, its size.

import Foundation

struct TerminalChannel {
  enum Event: Equatable {
    case input([UInt8])
    /// The window changed, or someone asked for attention.
    case woken
    case silence
    case end
  }

  let input: Int32
  let output: Int32
  /// Descriptors that are readable when something besides keys wants attention.
  private let wakes: [Int32]

  init(input: Int32, output: Int32, wakes: [Int32] = []) {
    self.input = input
    self.output = output
    self.wakes = wakes
  }

  var size: (columns: Int, rows: Int) {
    var window = winsize()
    let isKnown = ioctl(output, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 1
    return isKnown ? (Int(window.ws_col), max(1, Int(window.ws_row))) : (80, 24)
  }

  func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(output, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR, errno != EAGAIN { return }
      bytes = bytes.dropFirst(max(0, count))
    }
  }

  /// Waits for keys, at most `milliseconds`; -1 waits as long as it takes.
  func wait(milliseconds: Int32) -> Event {
    var ready = ([input] + wakes).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    let count = poll(&ready, nfds_t(ready.count), milliseconds)
    if count < 0 { return errno == EINTR ? .woken : .end }
    if count == 0 { return .silence }
    var drained = [UInt8](repeating: 0, count: 64)
    for woken in ready.dropFirst() where woken.revents != 0 {
      _ = Foundation.read(woken.fd, &drained, drained.count)
    }
    return ready[0].revents != 0 ? readInput() : .woken
  }

  private func readInput() -> Event {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Foundation.read(input, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return .woken }
    return count > 0 ? .input(Array(bytes[..<count])) : .end
  }
}
