// The two streams of a terminal program: results on one, diagnostics and progress on the other.

import Foundation

/// A stream that text is written to, and what can be drawn on it.
public struct OutputChannel: Sendable {
  public let descriptor: Int32
  public let isTerminal: Bool
  /// Whether the cursor can be moved back to the start of a line.
  public let isMovable: Bool
  public var styling: Styling
  public let art: LineArt
  private let fixedWidth: Int?

  /// Lines of pipes and files.
  private static let widthElsewhere = 100

  public static let results = OutputChannel(STDOUT_FILENO)
  public static let messages = OutputChannel(STDERR_FILENO)

  public init(
    _ descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.descriptor = descriptor
    isTerminal = isatty(descriptor) == 1
    let isDumb = Styling.isDumb(environment)
    isMovable = isTerminal && !isDumb
    styling = Styling(isTerminal: isTerminal, environment: environment)
    art = isTerminal && isDumb ? .ascii : .box
    fixedWidth = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 1 ? $0 : nil }
  }

  /// In cells; terminals may change theirs at any time.
  public var width: Int {
    isTerminal
      ? TerminalChannel(input: descriptor, output: descriptor).size.columns
      : fixedWidth ?? Self.widthElsewhere
  }

  public func write(_ text: String) {
    TerminalChannel(input: descriptor, output: descriptor).write(text)
  }

  public func write(_ lines: [String]) {
    if !lines.isEmpty { write(lines.joined(separator: "\n") + "\n") }
  }

  /// What draws values on this stream as it is now, beside a margin.
  public func renderer(margin: Int = 0) -> DisplayRenderer {
    DisplayRenderer(width: max(20, width - margin), art: art, styling: styling)
  }
}
