import Foundation
import Language
import Notebook
import Synchronization
import Testing
import Vocabulary

/// A conversation on a pseudo-terminal; the test is the user.
final class TerminalConversation: Sendable {
  private let master: Int32
  private let state = Mutex(State())

  private struct State {
    var bytes: [UInt8] = []
    var exitCode: Int32?
  }

  init(width: Int = 80) throws {
    var ends: (master: Int32, slave: Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&ends.master, &ends.slave, nil, nil, &size) == 0)
    master = ends.master
    let slave = ends.slave
    Thread { [self] in converse(on: slave) }.start()
    Thread { [self] in collect() }.start()
  }

  private func converse(on slave: Int32) {
    let environment = ["TERM": "xterm", "NO_COLOR": "1"]
    let channel = OutputChannel(slave, environment: environment)
    let folder = FileManager.default.temporaryDirectory.appending(path: "roux-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let conversation = Conversation(
      lexicon: PromptVocabulary.lexicon, context: RunContext(directory: folder, scratch: folder),
      over: .init(results: channel, messages: channel, isInteractive: true) { questions in
        let history = CellHistory(path: nil)
        let editor = LineEditor(
          input: slave, output: slave, environment: environment, history: history,
          questions: questions)
        return editor.map(CellSource.editor)
          ?? .reader(LineReader(input: slave, completeness: questions.completeness))
      })
    let code = conversation.run()
    state.withLock { $0.exitCode = code }
  }

  private func collect() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(master, &buffer, buffer.count)
      if count <= 0 { return }
      let bytes = buffer[..<count]
      state.withLock { $0.bytes += bytes }
    }
  }

  func type(_ keys: String) { _ = write(master, keys, keys.utf8.count) }

  var exitCode: Int32? { state.withLock { $0.exitCode } }

  var text: String {
    var screen = ScreenModel(width: 80, height: 24)
    screen.write(String(decoding: state.withLock { $0.bytes }, as: UTF8.self))
    return screen.rows.joined(separator: "\n")
  }

  func wait(for text: String, _ place: SourceLocation = #_sourceLocation) async {
    await wait(place) { self.text.contains(text) }
  }

  func wait(_ place: SourceLocation = #_sourceLocation, until holds: () -> Bool) async {
    for _ in 0..<1000 {
      if holds() { return }
      try? await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("waited in vain; the screen:\n\(text)", sourceLocation: place)
  }
}

@Suite("Conversations", .serialized, .ownThread)
struct ConversationTests {
  @Test("Control-C at the prompt clears the line, control-D leaves")
  func leaving() async throws {
    let terminal = try TerminalConversation()
    await terminal.wait(for: "[1] ▸")
    terminal.type("half a li\u{3}")
    await terminal.wait(for: "interrupted")
    terminal.type("6 * 7\r")
    await terminal.wait(for: "      42\n[2] ▸")
    terminal.type("\u{4}")
    await terminal.wait { terminal.exitCode == 0 }
  }

  /// In a process of its own, as the signal is for all of it: what other tests run would pause instead,
  /// or forget that a pause was asked for as it starts.
  @Test("Control-C while a stage runs pauses it, and it goes on where it was")
  func pausing() async {
    await #expect(processExitsWith: .exitCode(3)) {
      let terminal = try TerminalConversation()
      await terminal.wait(for: "[1] ▸")
      terminal.type("slow = practice(12, pause: 300)\r")
      await terminal.wait(for: "not run · 1 heavy stage · :run slow")
      terminal.type("slow\r")
      await terminal.wait(for: "/12")
      kill(getpid(), SIGINT)
      await terminal.wait(for: ":run slow goes on")
      try #require(terminal.text.contains("paused at step"))
      terminal.type(":run slow\r")
      await terminal.wait(for: "      12\n[3] ▸")
      try #require(terminal.text.contains("12/12"))
      terminal.type(":quit\r")
      await terminal.wait { terminal.exitCode == 0 }
      // Told apart from a body that ends early.
      exit(terminal.exitCode == 0 ? 3 : 1)
    }
  }

  @Test("Tab completes names with what they are, and the hint names the parameter")
  func completing() async throws {
    let terminal = try TerminalConversation()
    await terminal.wait(for: "[1] ▸")
    terminal.type("prac\t")
    await terminal.wait(for: "[1] ▸ practice")
    terminal.type("(3, pa\t")
    await terminal.wait(for: "practice  pause: Int = 0  Milliseconds of a step.")
    terminal.type("5)\r")
    await terminal.wait(for: "[2] ▸")
    terminal.type(":un\t\r")
    await terminal.wait(for: "[1] is gone")
    terminal.type("\u{4}")
    await terminal.wait { terminal.exitCode == 0 }
  }

  @Test("A second control-C within two seconds ends the program with 130")
  func ending() async {
    await #expect(processExitsWith: .exitCode(130)) {
      let scene = try Scene()
      Thread {
        for _ in 0..<2 {
          usleep(200_000)
          kill(getpid(), SIGINT)
        }
      }.start()
      Interrupts.listen()
      scene.conversation.answer("practice(2, pause: 5000)")
    }
  }

  @Test(
    "A pipe gets results and an exit code, and no more",
    arguments: [
      ("a = 2\na + 1\n", "3\n", 0), ("[1, 2]\n\n  |> length()\n", "2\n", 0),
      ("nosuch\n1\n", "1\n", 3), ("broken(1)\n2", "2\n", 1), ("check(1 > 2)\n3\n", "3\n", 4),
      ("check(1 > 2)\nbroken(1)\n", "", 1), ("// nothing\n\n", "", 0),
      ("said = recite(\"one two\")\nsaid\nsaid\n", "one two \none two \n", 0),
      ("practice(\n  2)\n:cells\n", "2\n[1]  ok  practice(⏎  2)\n", 0),
    ])
  func pipe(_ input: String, _ output: String, _ code: Int32) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "roux-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = ["in", "out", "messages"].map { folder.appending(path: $0).path }
    try Data(input.utf8).write(to: URL(filePath: paths[0]))
    let files = paths.map { open($0, O_RDWR | O_CREAT, 0o600) }
    defer { files.forEach { close($0) } }
    let conversation = Conversation(
      lexicon: PromptVocabulary.lexicon, context: RunContext(directory: folder, scratch: folder),
      over: .init(
        results: OutputChannel(files[1], environment: [:]),
        messages: OutputChannel(files[2], environment: [:]), isInteractive: false
      ) {
        .reader(
          LineReader(
            input: files[0], completeness: $0.completeness, isContinued: $0.isContinued))
      })
    #expect(conversation.run() == code)
    #expect(try String(contentsOfFile: paths[1], encoding: .utf8) == output)
    let messages = try String(contentsOfFile: paths[2], encoding: .utf8)
    let isRefused = messages.contains("error") || messages.contains("check failed")
    #expect(isRefused == (code != 0))
    #expect(!messages.contains("▸"))
  }
}
