// A line editor on a pseudo-terminal, in a thread of its own.

import Foundation
import Notebook
import Synchronization
import Testing

/// Types keys into an editor and watches its screen.
///
/// The editor lives in its own thread.
final class TerminalSession: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var inputs: [CellInput] = []
    var printAbove: (@Sendable (String) -> Void)?
  }

  static let prompt = Prompt("[1] ▸ ", continuation: "    · ")

  let master: Int32
  let width: Int
  let height: Int
  private let state = Mutex(State())

  /// Reads cells until the end of the input.
  ///
  /// Cells that end in `\` or hold an open `(` go on.
  init(
    width: Int = 60, height: Int = 12, environment: [String: String] = ["TERM": "xterm"],
    history path: String? = nil, startingWith text: String = ""
  ) throws {
    var ends: (master: Int32, slave: Int32) = (-1, -1)
    var size = winsize(
      ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&ends.master, &ends.slave, nil, nil, &size) == 0)
    (master, self.width, self.height) = (ends.master, width, height)
    let slave = ends.slave
    let thread = Thread { [self] in edit(on: slave, environment, path, text) }
    thread.start()
    let reader = Thread { [self] in collect() }
    reader.start()
  }

  private func edit(
    on slave: Int32, _ environment: [String: String], _ path: String?, _ text: String
  ) {
    guard
      let editor = LineEditor(
        input: slave, output: slave, environment: environment, history: CellHistory(path: path),
        questions: Self.questions)
    else { return record(.endOfInput) }
    state.withLock { $0.printAbove = editor.printAbove }
    while true {
      let input = editor.read(Self.prompt, startingWith: text)
      record(input)
      if input == .endOfInput { return }
    }
  }

  private func record(_ input: CellInput) { state.withLock { $0.inputs.append(input) } }

  private func collect() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(master, &buffer, buffer.count)
      if count <= 0 { return }
      let bytes = buffer[..<count]
      state.withLock { $0.bytes += bytes }
    }
  }

  static var questions: EditorQuestions {
    EditorQuestions(
      completeness: { text in
        if text.hasSuffix("\\") { return .incomplete(indent: 0) }
        let open = text.filter { $0 == "(" }.count - text.filter { $0 == ")" }.count
        return open > 0 ? .incomplete(indent: 2) : .complete
      },
      completions: { text, cursor in
        let word = String(text.split(separator: " ").last ?? "")
        let start = cursor - word.utf8.count
        return ["train", "transfer", "tokens", "model"].filter { $0.hasPrefix(word) }
          .map { Completion(replacing: start..<cursor, with: $0, description: "the \($0) one") }
      },
      highlight: { text in
        text.hasPrefix("if") ? [HighlightSpan(0..<2, .keyword)] : []
      },
      hint: { text, _ in text.hasPrefix("train(") ? "train(on: Data)" : nil })
  }

  // MARK: What tests do

  func type(_ keys: String) { _ = write(master, keys, keys.utf8.count) }

  func printAbove(_ text: String) { state.withLock { $0.printAbove }?(text) }

  func resize(width: Int, height: Int) {
    var size = winsize(
      ws_row: UInt16(height), ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  var output: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }

  var screen: ScreenModel {
    var screen = ScreenModel(width: width, height: height)
    screen.write(output)
    return screen
  }

  /// Lets the screen be seen anew, as after a change of the window.
  func forgetOutput() { state.withLock { $0.bytes = [] } }

  var inputs: [CellInput] { state.withLock { $0.inputs } }

  /// Waits until a condition holds; five seconds at most.
  @discardableResult
  func wait(_ place: SourceLocation = #_sourceLocation, until holds: () -> Bool) async -> Bool {
    for _ in 0..<500 {
      if holds() { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("waited in vain; the screen: \(screen.rows)", sourceLocation: place)
    return false
  }

  func wait(forRow text: String, _ place: SourceLocation = #_sourceLocation) async {
    await wait(place) { screen.rows.last == text || screen.rows.contains(text) }
  }

  /// Waits for an empty prompt at the end of the screen.
  func waitForPrompt(_ place: SourceLocation = #_sourceLocation) async {
    await wait(place) { screen.rows.last == "[1] ▸" && screen.column == 6 }
  }

  func waitForInputs(_ expected: [CellInput], _ place: SourceLocation = #_sourceLocation) async {
    await wait(place) { inputs.count >= expected.count }
    #expect(inputs == expected, sourceLocation: place)
  }
}
