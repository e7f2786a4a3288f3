import Foundation
import Notebook
import Testing

@Suite("The line editor on a pseudo-terminal", .serialized, .ownThread)
struct LineEditorTests {
  /// Types `keys` once there is a prompt, and expects what the editor then returns.
  private func expect(
    _ keys: String, gives inputs: [CellInput], place: SourceLocation = #_sourceLocation
  ) async throws {
    let session = try TerminalSession()
    await session.waitForPrompt(place)
    session.type(keys)
    await session.waitForInputs(inputs, place)
    session.type("\u{4}")
  }

  @Test("A typed line is a cell")
  func typedLine() async throws {
    try await expect("a = 1\r", gives: [.cell("a = 1")])
  }

  @Test("An empty line is an empty cell")
  func emptyLine() async throws {
    try await expect("\r", gives: [.cell("")])
  }

  @Test("Control-D on an empty line ends the input, elsewhere it deletes")
  func controlD() async throws {
    try await expect("\u{4}", gives: [.endOfInput])
    try await expect("abc\u{1}\u{4}\r", gives: [.cell("bc")])
  }

  @Test("Control-C drops the line and the session goes on")
  func controlC() async throws {
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("half a li\u{3}")
    await session.waitForInputs([.interrupted])
    await session.waitForPrompt()
    session.type("b\r")
    await session.waitForInputs([.interrupted, .cell("b")])
    let rows = ["[1] ▸ half a li", "interrupted", "[1] ▸ b"]
    await session.wait { session.screen.rows.prefix(3) == rows[...] }
    session.type("\u{4}")
  }

  @Test("Enter goes on with an indentation while the cell is incomplete")
  func continuation() async throws {
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("f(\r")
    await session.wait(forRow: "    ·")
    session.type("x)\r")
    await session.waitForInputs([.cell("f(\n  x)")])
    await session.waitForPrompt()
    #expect(session.screen.rows == ["[1] ▸ f(", "    ·   x)", "[1] ▸"])
    session.type("\u{4}")
  }

  @Test("Alt-Enter makes a line end where Enter would submit")
  func forcedNewline() async throws {
    try await expect("a\u{1B}\rb\r", gives: [.cell("a\nb")])
  }

  @Test("Up and Down move between the lines of a cell")
  func lines() async throws {
    try await expect("abc\u{1B}\rde\u{1B}[AX\u{1B}[BY\r", gives: [.cell("abXc\ndeY")])
  }

  @Test("Home and End stay in the line")
  func lineEnds() async throws {
    try await expect(
      "ab\u{1B}\rcd\u{1B}[H>\u{1B}[F<\u{1B}OA\u{1}(\u{5})\r", gives: [.cell("(ab)\n>cd<")])
  }

  @Test("Characters beyond ASCII are typed, moved over and erased whole")
  func unicode() async throws {
    try await expect("é日本語\r", gives: [.cell("é日本語")])
    try await expect("a👩‍👩‍👧b\u{1B}[D\u{7F}c\r", gives: [.cell("acb")])
    try await expect("e\u{301}x\u{1B}[D\u{1B}[D\u{1B}[3~\r", gives: [.cell("x")])
  }

  @Test("Unknown keys insert nothing")
  func unknownKeys() async throws {
    try await expect("a\u{1B}[24~\u{1B}[1;7Q\u{1B}OPb\r", gives: [.cell("ab")])
  }

  @Test("A paste is literal: Enter and Tab in it do nothing")
  func paste() async throws {
    try await expect(
      "\u{1B}[200~a = 1\r\n\tb = 2\n\u{1B}[201~\r", gives: [.cell("a = 1\n\tb = 2")])
  }

  @Test("A pasted session loses its prompts")
  func pastedSession() async throws {
    try await expect(
      "\u{1B}[200~[3] ▸ f(\n    ·   x)\n[4] ▸ g\u{1B}[201~\r", gives: [.cell("f(\n  x)\ng")])
  }

  @Test("Text that was cut comes back")
  func yank() async throws {
    try await expect("one two\u{17}\u{19}\u{19}\r", gives: [.cell("one twotwo")])
    try await expect("ab\u{1}\u{B}x\u{19}\r", gives: [.cell("xab")])
  }

  @Test("A change can be undone")
  func undo() async throws {
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("one")
    await session.wait(forRow: "[1] ▸ one")
    session.type(" two")
    await session.wait(forRow: "[1] ▸ one two")
    session.type("\u{1F}\r")
    await session.wait { !session.inputs.isEmpty }
    // How much one step takes back depends on how the keys arrived.
    let possible = (3..<7).map { CellInput.cell(String("one two".prefix($0))) }
    #expect(session.inputs.first.map(possible.contains) == true)
    session.type("\u{4}")
  }

  @Test("Up recalls whole cells that begin as the draft does")
  func history() async throws {
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("a(\r1)\rb\r")
    await session.waitForInputs([.cell("a(\n  1)"), .cell("b")])
    await session.waitForPrompt()
    session.type("a\u{1B}[A")
    await session.wait { session.screen.rows.suffix(2) == ["[1] ▸ a(", "    ·   1)"] }
    session.type("\r")
    await session.waitForInputs([.cell("a(\n  1)"), .cell("b"), .cell("a(\n  1)")])
    session.type("\u{1B}[A\u{1B}[A\r")
    await session.wait { session.inputs.count == 4 }
    #expect(session.inputs.last == .cell("b"))
    session.type("\u{4}")
  }

  @Test("Down comes back to the draft")
  func draft() async throws {
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("ab\ra\u{1B}[A\u{1B}[Bx\r")
    await session.waitForInputs([.cell("ab"), .cell("ax")])
    session.type("\u{4}")
  }

  @Test("Control-R finds a cell by a part of it")
  func search() async throws {
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("first\rsecond\rthird\r")
    await session.wait { session.inputs.count == 3 }
    session.type("\u{12}eco")
    await session.wait { session.screen.rows.contains { $0.hasPrefix("search: eco▏ 1 of 1") } }
    session.type("\r\r")
    await session.wait { session.inputs.count == 4 }
    #expect(session.inputs.last == .cell("second"))
    session.type("draft\u{12}fir\u{3}\r")
    await session.wait { session.inputs.count == 5 }
    #expect(session.inputs.last == .cell("draft"))
    session.type("\u{4}")
  }

  @Test("Tab inserts the only candidate, or what all share, and then lists them")
  func completion() async throws {
    try await expect("mo\t\r", gives: [.cell("model")])
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("x tr\t")
    await session.wait { session.screen.rows == ["[1] ▸ x tra"] }
    session.type("\t")
    let menu = ["  train     the train one", "  transfer  the transfer one"]
    await session.wait { session.screen.rows == ["[1] ▸ x tra"] + menu }
    session.type("i")
    await session.wait { session.screen.rows == ["[1] ▸ x trai"] }
    session.type("\t\r")
    await session.waitForInputs([.cell("x train")])
    session.type("\u{4}")
  }

  @Test("The hint stands below while its text is typed, and goes with Enter")
  func hint() async throws {
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("train(")
    await session.wait { session.screen.rows == ["[1] ▸ train(", "train(on: Data)"] }
    #expect(session.screen.row == 0 && session.screen.column == 12)
    session.type(")\r")
    await session.waitForPrompt()
    #expect(session.screen.rows == ["[1] ▸ train()", "[1] ▸"])
    session.type("\u{4}")
  }

  @Test("Keywords are coloured, and not with NO_COLOR", arguments: [true, false])
  func colours(refused: Bool) async throws {
    let environment = ["TERM": "xterm", "NO_COLOR": refused ? "1" : ""]
    let session = try TerminalSession(environment: environment)
    await session.waitForPrompt()
    session.type("if x")
    await session.wait(forRow: "[1] ▸ if x")
    #expect(session.output.contains("\u{1B}[0;35mif\u{1B}[0m x") == !refused)
    session.type("\u{3}\u{4}")
  }

  @Test("A long line is broken at the width, wide characters stay whole")
  func narrow() async throws {
    let session = try TerminalSession(width: 12, height: 8)
    await session.waitForPrompt()
    session.type("abcde日本語xyz")
    await session.wait { session.screen.rows == ["[1] ▸ abcde", "日本語xyz"] }
    #expect(session.screen.row == 1 && session.screen.column == 9)
    session.type("\u{1}\u{1B}[C")
    await session.wait { session.screen.row == 0 && session.screen.column == 7 }
    session.type("\u{3}\u{4}")
  }

  @Test("A cell higher than the screen shows the rows around the cursor")
  func tall() async throws {
    let session = try TerminalSession(width: 20, height: 4)
    await session.waitForPrompt()
    session.type((1...6).map(String.init).joined(separator: "\u{1B}\r"))
    await session.wait { session.screen.rows == ["    · 3", "    · 4", "    · 5", "    · 6"] }
    session.type("\r")
    await session.waitForInputs([.cell("1\n2\n3\n4\n5\n6")])
    session.type("\u{4}")
  }

  @Test("After a change of the window the cell is laid out anew")
  func resize() async throws {
    let session = try TerminalSession(width: 20, height: 8)
    await session.waitForPrompt()
    session.type("abcdefghijkl")
    await session.wait { session.screen.rows == ["[1] ▸ abcdefghijkl"] }
    session.forgetOutput()
    session.resize(width: 12, height: 8)
    session.type("m")
    await session.wait { session.screen.rows == ["[1] ▸ abcdef", "ghijklm"] }
    #expect(session.output.contains("\u{1B}[J"))
    session.type("\r")
    await session.waitForInputs([.cell("abcdefghijklm")])
    session.type("\u{4}")
  }

  @Test("Text from elsewhere can be edited: a cell may start with it")
  func starting() async throws {
    let session = try TerminalSession(startingWith: "old")
    await session.wait(forRow: "[1] ▸ old")
    session.type("er\r")
    await session.waitForInputs([.cell("older")])
    session.type("\u{3}\u{4}")
  }

  @Test("Lines of other work stand above the prompt and leave the text alone")
  func announcements() async throws {
    let session = try TerminalSession()
    await session.waitForPrompt()
    session.type("abc")
    await session.wait(forRow: "[1] ▸ abc")
    session.printAbove("step 3")
    await session.wait { session.screen.rows == ["step 3", "[1] ▸ abc"] }
    session.type("d\r")
    await session.waitForInputs([.cell("abcd")])
    session.type("\u{4}")
  }

  @Test("A dumb terminal gets no editor")
  func dumb() async throws {
    let session = try TerminalSession(environment: ["TERM": "dumb"])
    await session.waitForInputs([.endOfInput])
  }
}
