// What running stages tell, as it comes.

import Foundation
import Synchronization
import Vocabulary

/// Draws what running stages tell: a line that moves on a terminal, lines of a log elsewhere.
///
/// A class for its memory of the lines that are on the screen; any thread may use it.
public final class EventPrinter: Sendable {
  /// The runtime's progress, for files that also see Foundation's `Progress`.
  typealias StageProgress = Vocabulary.Progress

  private let results: OutputChannel
  private let messages: OutputChannel
  private let margin: Int
  private let showsFullLedgers: Bool
  private let screen = Mutex(ScreenState())

  /// What is on the screen, as far as the next line depends on it.
  private struct ScreenState {
    var track: ProgressTrack?
    /// Whether generated text ended without a line end.
    var isInsideLine = false
    /// The generated text that has flowed over the screen since anything was last shown.
    var flowed = ""
  }

  /// - Parameter margin: blanks before what is shown, as the prompt has them.
  public init(
    results: OutputChannel = .results, messages: OutputChannel = .messages, margin: Int = 0,
    showsFullLedgers: Bool = true
  ) {
    self.results = results
    self.messages = messages
    self.margin = margin
    self.showsFullLedgers = showsFullLedgers
  }

  public func print(_ event: RunEvent) {
    screen.withLock { screen in
      switch event {
      case .progress(let progress): update(progress, &screen)
      case .display(let display): show(display, &screen)
      case .piece(let text):
        // Text goes on where it stopped; only its beginning makes room for itself.
        if !screen.isInsideLine {
          endTrack(&screen)
          clear(&screen)
        }
        results.write(text)
        screen.flowed += text
        screen.isInsideLine = !(text.last?.isNewline ?? true)
      case .message(let text): note(text, &screen)
      case .saved(let path): note("saved \(path)", &screen)
      case .ledger(let ledger):
        // At the prompt the counts stand beside types already; what went, and why, does not.
        if showsFullLedgers || !ledger.entries.isEmpty { note(ledger.line, &screen) }
      }
    }
  }

  /// Ends what is still open on the screen, as when a run is over.
  public func finish() {
    screen.withLock { screen in
      endTrack(&screen)
      endLine(&screen)
    }
  }

  // MARK: Lines

  /// Text that has just flowed is not shown a second time.
  private func show(_ display: Display, _ screen: inout ScreenState) {
    defer { screen.flowed = "" }
    if case .text(let text) = display, !text.isEmpty, text == screen.flowed {
      return endLine(&screen)
    }
    write(results.renderer(margin: margin).lines(display), &screen)
  }

  private func write(_ lines: [String], _ screen: inout ScreenState) {
    clear(&screen)
    results.write(lines.map { String(repeating: " ", count: margin) + $0 })
  }

  private func note(_ text: String, _ screen: inout ScreenState) {
    clear(&screen)
    let room = messages.isTerminal ? max(20, messages.width - margin) : .max
    let lines = FoldedText(width: room, maximumLines: 8).lines(of: text)
    messages.write(
      lines.map {
        String(repeating: " ", count: margin) + Style.dim.applied(to: $0, messages.styling)
      })
  }

  /// Makes room for other lines: a moving line is drawn again below them.
  private func clear(_ screen: inout ScreenState) {
    endLine(&screen)
    if messages.isMovable, screen.track?.isShown == true {
      messages.write("\r\u{1B}[K")
      screen.track?.isShown = false
    }
  }

  private func endLine(_ screen: inout ScreenState) {
    if screen.isInsideLine { results.write("\n") }
    screen.isInsideLine = false
  }

  // MARK: Progress

  private func update(_ progress: StageProgress, _ screen: inout ScreenState) {
    let now = Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    if screen.track?.label != progress.label {
      endTrack(&screen)
      endLine(&screen)
      screen.track = ProgressTrack(progress, messages, margin: messages.isMovable ? margin : 0)
    }
    if let text = screen.track?.update(progress, at: now) { messages.write(text) }
  }

  private func endTrack(_ screen: inout ScreenState) {
    let now = Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    if let text = screen.track?.end(at: now) { messages.write(text) }
    screen.track = nil
  }
}

/// The progress of one stage, as it was told so far.
private struct ProgressTrack {
  let label: String
  var isShown = false
  private var report: ProgressReport
  private var state: ProgressState
  /// What was written last, so that a log does not end with the same line twice.
  private var written: Int?

  private static let remembered = 512

  init(_ first: EventPrinter.StageProgress, _ channel: OutputChannel, margin: Int) {
    label = first.label
    state = ProgressState(
      name: first.label, done: first.done, total: first.total, doneBefore: first.done)
    state.unit = first.unit
    let line = ProgressLine(
      width: channel.width - 1 - margin, art: channel.art, styling: channel.styling,
      showsMetrics: !channel.isMovable)
    report = ProgressReport(line, on: channel.isMovable ? .terminal : .log, margin: margin)
  }

  mutating func update(_ progress: EventPrinter.StageProgress, at time: Double) -> String? {
    state.done = progress.done
    state.total = progress.total
    state.tokensPerSecond = progress.tokensPerSecond
    state.secondsLeft = progress.secondsLeft
    state.figures = progress.figures
    state.metrics = progress.metrics
    if let loss = progress.loss {
      state.losses.append(loss)
      if state.losses.count > Self.remembered { state.losses.removeFirst() }
    }
    guard let text = report.update(state, at: time) else { return nil }
    isShown = true
    written = state.done
    return text
  }

  mutating func end(at time: Double) -> String? {
    guard isShown || written != state.done else { return nil }
    let isRepeated = written == state.done && !report.isMoving
    return isRepeated ? nil : report.finish(state, at: time)
  }
}

extension Ledger {
  /// How many rows a step kept, and why others went.
  public var line: String {
    let reasons = entries.map { "\($0.reason) \(ReadableNumber.count($0.count))" }
    let counts = "\(ReadableNumber.count(kept)) of \(ReadableNumber.count(read)) rows kept"
    return "\(step): \(counts)" + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))")
  }
}
