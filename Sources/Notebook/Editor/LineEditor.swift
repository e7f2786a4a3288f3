// The prompt: libedit edits the text, this type draws it and decides what keys mean.

import CEditLine
import Foundation

/// Reads cells from a terminal.
///
/// The whole cell, line ends included, is one text to edit. Used by one thread; only `printAbove`
/// may be called by others.
public final class LineEditor {
  public var questions: EditorQuestions
  public var history: CellHistory
  /// Called the first time that the history cannot be written.
  public var historyFailed: (HistoryError) -> Void = { _ in }

  let channel: TerminalChannel
  let styling: Styling
  let environment: [String: String]
  private var session: OpaquePointer?
  private var decoder = KeyDecoder()
  private var painter = Painter()
  private var hasReportedHistory = false
  private let announcements = Announcements()

  // The cell being read.
  var prompt = Prompt("", continuation: "")
  var menu: CompletionMenu?
  var overlay: [String]?
  var walk: HistoryWalk?
  var undoing: [EditedText] = []
  var seen = EditedText(text: "", cursor: 0)
  var outcome: CellInput?
  /// What was last cut, over all cells.
  var cut = ""

  /// nil when the descriptors are no terminal, or one that cannot move its cursor: then a
  /// `LineReader` serves.
  public init?(
    input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO,
    environment: [String: String] = ProcessInfo.processInfo.environment, history: CellHistory,
    questions: EditorQuestions
  ) {
    guard isatty(input) == 1, isatty(output) == 1, !Styling.isDumb(environment) else { return nil }
    self.questions = questions
    self.history = history
    self.environment = environment
    channel = TerminalChannel(
      input: input, output: output, wakes: [announcements.descriptor, editline_resized()])
    styling = Styling(isTerminal: true, environment: environment)
    session = editline_create(input, output, callbacks)
    guard let session else { return nil }
    EditCommand.bindAll(in: session)
  }

  deinit { editline_destroy(session) }

  /// Reads one cell, which may start as a given text.
  ///
  /// A whole cell is in the history, on disk, when this returns.
  public func read(_ prompt: Prompt, startingWith text: String = "") -> CellInput {
    self.prompt = prompt
    seen = EditedText(text: text, cursor: text.utf8.count)
    (menu, overlay, walk, undoing, outcome) = (nil, nil, nil, [], nil)
    // What others printed comes first: the editor does not write through the same buffer.
    fflush(nil)
    channel.write(mark("A") + "\u{1B}[?2004h")
    starting = text
    let isFinished = session.map { editline_read($0) == 1 } ?? false
    channel.write(painter.leave() + "\u{1B}[?2004l")
    guard isFinished, let outcome else { return .endOfInput }
    if case .cell(let cell) = outcome {
      remember(cell)
      channel.write(mark("C"))
    }
    return outcome
  }

  /// Tells the terminal where prompts and outputs begin, so that it can jump between cells.
  private func mark(_ place: String) -> String {
    environment["TERM"] == "linux" ? "" : "\u{1B}]133;\(place)\u{1B}\\"
  }

  /// Shows lines above the prompt, also while a cell is being typed.
  ///
  /// May be called on any thread.
  public var printAbove: @Sendable (String) -> Void {
    { [announcements] in announcements.add($0) }
  }

  private func remember(_ cell: String) {
    do { try history.append(cell) } catch {
      if !hasReportedHistory { historyFailed(error) }
      hasReportedHistory = true
    }
  }

  // MARK: The text

  /// A text waits here until libedit has cleared its buffer for the next cell.
  private var starting = ""

  var edited: EditedText {
    get {
      guard let session else { return EditedText(text: "", cursor: 0) }
      let length = editline_text(session, nil, 0)
      let bytes = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
        count = buffer.withMemoryRebound(to: CChar.self) {
          editline_text(session, $0.baseAddress, length)
        }
      }
      return EditedText(
        text: String(decoding: bytes, as: UTF8.self), cursor: editline_cursor(session))
    }
    set {
      guard let session else { return }
      let text = newValue.text
      editline_replace(session, text, text.utf8.count, newValue.cursor)
    }
  }

  /// Lets another program have the terminal.
  func suspended(_ body: () -> Void) {
    channel.write(painter.erase() + "\u{1B}[?2004l")
    editline_suspend(session, 1)
    body()
    editline_suspend(session, 0)
    channel.write("\u{1B}[?2004h")
  }

  func clearScreen() {
    channel.write(painter.erase() + "\u{1B}[H\u{1B}[2J")
  }

  // MARK: Keys

  /// The next scalar; paints before it waits.
  ///
  /// nil at the end of the input.
  func nextKey() -> UInt32? {
    while true {
      if let key = decoder.next(isSilent: false) { return key }
      if decoder.isUndecided {
        switch channel.wait(milliseconds: 50) {
        case .input(let bytes): decoder.feed(bytes)
        case .silence: if let key = decoder.next(isSilent: true) { return key }
        case .woken: break
        case .end: return nil
        }
        continue
      }
      switch channel.wait(milliseconds: 0) {
      case .input(let bytes): decoder.feed(bytes)
      case .end: return nil
      case .woken, .silence:
        if !waitPainted() { return nil }
      }
    }
  }

  private func waitPainted() -> Bool {
    paint()
    switch channel.wait(milliseconds: -1) {
    case .input(let bytes): decoder.feed(bytes)
    case .woken, .silence: break
    case .end: return false
    }
    return true
  }

  /// The bytes of a bracketed paste, whose start was just read.
  func pastedBytes() -> [UInt8] {
    let end = Array("\u{1B}[201~".utf8)
    while true {
      if let bytes = decoder.take(until: end) { return bytes }
      switch channel.wait(milliseconds: 2000) {
      case .input(let bytes): decoder.feed(bytes)
      case .woken: break
      case .silence, .end: return decoder.takeAll()
      }
    }
  }

  // MARK: The screen

  func paint() {
    let now = overlay == nil ? noticed() : edited
    let size = channel.size
    let lines = announcements.take()
    if !lines.isEmpty {
      channel.write(painter.erase() + lines.map { $0 + "\r\n" }.joined())
    }
    let spans = styling == .colored ? questions.highlight(now.text) : []
    let frame = FrameLayout.frame(
      text: now.text, cursor: now.cursor, prompt: prompt, spans: spans,
      below: overlay ?? below(now, size), width: size.columns, styling: styling)
    channel.write(painter.update(to: frame, width: size.columns, height: size.rows))
  }

  private func below(_ now: EditedText, _ size: (columns: Int, rows: Int)) -> [String] {
    if let menu {
      let maximum = max(2, size.rows / 2)
      return menu.lines(width: size.columns - 1, maximum: maximum, styling: styling)
    }
    guard let hint = questions.hint(now.text, now.cursor), !hint.isEmpty else { return [] }
    return [Style.dim.applied(to: hint.onOneLine.truncated(to: size.columns - 1), styling)]
  }

  /// Compares the text with what it was: a change can be undone, and closes the menu.
  func noticed() -> EditedText {
    let now = edited
    guard now.text != seen.text else { return now }
    undoing.append(seen)
    if undoing.count > 1000 { undoing.removeFirst() }
    seen = now
    menu = nil
    return now
  }

  // MARK: What libedit calls

  private var callbacks: editline_callbacks {
    editline_callbacks(
      context: Unmanaged.passUnretained(self).toOpaque(),
      read_key: { context, scalar in
        guard let key = LineEditor.from(context).key() else { return 0 }
        scalar?.pointee = key
        return 1
      },
      command: { LineEditor.from($0).run($1) },
      beep: { LineEditor.from($0).channel.write("\u{7}") })
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> LineEditor {
    guard let context else { preconditionFailure("libedit lost the context of its callbacks") }
    return Unmanaged<LineEditor>.fromOpaque(context).takeUnretainedValue()
  }

  private func key() -> UInt32? {
    if !starting.isEmpty {
      edited = EditedText(text: starting, cursor: starting.utf8.count)
      starting = ""
    }
    return nextKey()
  }

  private func run(_ number: Int32) -> Int32 {
    guard let command = EditCommand(rawValue: number) else { return Effect.refuse.rawValue }
    return perform(command).rawValue
  }
}
