import Foundation
import Notebook
import Testing

@Suite("The history of cells")
struct CellHistoryTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "history-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("Cells come back whole in the next session, line ends and backslashes included")
  func roundTrip() throws {
    try withFolder { folder in
      let path = folder + "/deep/history"
      var history = CellHistory(path: path)
      let cells = ["a = 1", "f(\n  \"\\n é\"\n)", "x\r\ny\\"]
      for cell in cells { try history.append(cell) }
      #expect(CellHistory(path: path).cells == cells)
      #expect(text(path)?.split(separator: "\n").count == 3)
    }
  }

  @Test("Two sessions append to one log and lose nothing")
  func sessions() throws {
    try withFolder { folder in
      let path = folder + "/history"
      var one = CellHistory(path: path)
      var two = CellHistory(path: path)
      try one.append("one")
      try two.append("two")
      try one.append("three")
      #expect(text(path) == "one\ntwo\nthree\n")
      #expect(one.cells == ["one", "three"])
      #expect(CellHistory(path: path).cells == ["one", "two", "three"])
    }
  }

  @Test("A record cut short by a crash does not swallow the next one")
  func torn() throws {
    try withFolder { folder in
      let path = folder + "/history"
      var history = CellHistory(path: path)
      try history.append("whole")
      let file = try #require(FileHandle(forWritingAtPath: path))
      try file.seekToEnd()
      try file.write(contentsOf: Data("to".utf8))
      try file.close()
      try history.append("next")
      #expect(CellHistory(path: path).cells == ["whole", "to", "next"])
    }
  }

  @Test("Blank cells and repetitions are not kept")
  func repetitions() throws {
    var history = CellHistory(path: nil)
    for cell in ["a", "a", "", "  \n", "b", "a"] { try history.append(cell) }
    #expect(history.cells == ["a", "b", "a"])
  }

  @Test("A log that cannot be written is an error that says what to do, and the cell is kept")
  func unwritable() throws {
    var history = CellHistory(path: "/dev/null/history")
    let error = #expect(throws: HistoryError.self) { try history.append("a") }
    #expect(error?.description.contains("ROUX_HISTORY") == true)
    #expect(history.cells == ["a"])
  }

  @Test("ROUX_HISTORY, then the state folder, then the home folder say where the log is")
  func places() {
    let all = ["ROUX_HISTORY": "/a/b", "XDG_STATE_HOME": "/s", "HOME": "/h"]
    #expect(CellHistory.defaultPath(environment: all) == "/a/b")
    #expect(CellHistory.defaultPath(environment: ["XDG_STATE_HOME": "/s"]) == "/s/roux/history")
    #expect(
      CellHistory.defaultPath(environment: ["XDG_STATE_HOME": "relative", "HOME": "/h"])
        == "/h/.local/state/roux/history")
    #expect(CellHistory.defaultPath(environment: ["ROUX_HISTORY": "", "HOME": "/h"]) == nil)
  }

  @Test("Submitted cells are in the log before the editor returns, and in the next session")
  func editor() async throws {
    let path = NSTemporaryDirectory() + "history-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try TerminalSession(history: path)
    await first.waitForPrompt()
    first.type("f(\r1)\r")
    await first.waitForInputs([.cell("f(\n  1)")])
    #expect(text(path) == "f(\\n  1)\n")
    first.type("\u{4}")
    let second = try TerminalSession(history: path)
    await second.waitForPrompt()
    second.type("\u{1B}[A\r")
    await second.waitForInputs([.cell("f(\n  1)")])
    second.type("\u{4}")
  }
}
