import Foundation
import Language
import Syntax
import Testing
import Vocabulary

@Suite struct SessionTests {
  let journal = Journal()

  @Test func aRedefinitionReachesItsDependents() throws {
    let session = session()
    _ = session.submit(
      "data = rows([(prompt: \"a\", response: \"b\"), (prompt: \"c\", response: \"\")])")
    _ = session.submit("m = model(\"m\") |> train(on: data, with: sft())")
    #expect(try session.value(of: "m")?.shown == "model m+2")
    let result = session.submit("data = data |> filter(length(.response) > 0)")
    #expect(result.isSound)
    #expect(result.redefines == [1])
    #expect(result.changed.map(\.number) == [2])
    #expect(result.changed[0].isStale)
    #expect(session.cells[1].isStale)
    #expect(try session.value(of: "m")?.shown == "model m+1")
    #expect(!session.cells[1].isStale)
    #expect(journal.all == ["train m", "train m"])
  }

  @Test func undoMakesResultsFreshAgain() throws {
    let session = session()
    _ = session.submit("d = rows([(prompt: \"a\", response: \"b\")])")
    _ = session.submit("m = model(\"m\") |> train(on: d, with: sft())")
    _ = try session.value(of: "m")
    _ = session.submit("d = rows([(prompt: \"z\", response: \"b\")])")
    #expect(session.cells[1].isStale)
    #expect(session.undo())
    #expect(!session.cells[1].isStale)
    _ = try session.value(of: "m")
    #expect(journal.all == ["train m"])
    #expect(session.redo())
    #expect(session.cells.count == 3)
    #expect(!session.redo())
  }

  @Test func aBreakShowsAtTheCellThatBreaks() {
    let session = session()
    _ = session.submit("d = rows([(q: \"a\")])")
    _ = session.submit("e = d |> filter(length(.q) > 0)")
    let result = session.submit("d = rows([(p: \"a\")])")
    #expect(result.isSound)
    #expect(result.changed.map(\.number) == [2])
    #expect(result.changed[0].diagnostics.map(\.message) == ["there is no column `q`"])
  }

  @Test func aWrongCellIsNotTakenIn() {
    let session = session()
    let result = session.submit("x = y")
    #expect(result.number == nil)
    #expect(result.diagnostics.map(\.code) == [.unknownName])
    #expect(session.cells.isEmpty)
    #expect(session.submit("x = 1").number == 1)
  }

  @Test func aCellThatStartsWithAPipeGoesOnFromTheLastValue() throws {
    let session = session()
    _ = session.submit("d = rows([(q: \"a\"), (q: \"bb\")])")
    let result = session.submit("|> filter(length(.q) > 1)")
    #expect(try session.value(of: result)?.shown == "(q: \"bb\")")
    let count = session.submit("|> count()")
    #expect(try session.value(of: count) == .int(1))
    #expect(session.submit("1 + 1").value == .int(2))
  }

  @Test func aNameMeansItsLatestDefinitionThatDoesNotDependOnTheCell() {
    let session = session()
    _ = session.submit("a = 1")
    _ = session.submit("b = a + 1")
    _ = session.submit("a = b + 10")
    #expect(session.submit("(a, b)").isSound == false)
    #expect(session.submit("(a: a, b: b)").value?.source == "(a: 12, b: 2)")
    _ = session.replace(1, with: "a = 5")
    #expect(session.submit("(a: a, b: b)").value?.source == "(a: 16, b: 6)")
  }

  @Test func whatIsSavedChecksAndGivesTheSame() throws {
    let session = session()
    _ = session.submit("unused = 3")
    _ = session.submit("d = rows([(q: \"a\"), (q: \"bb\")])  // two rows")
    _ = session.submit("d = d |> filter(length(.q) > 1)")
    _ = session.submit("|> count()")
    _ = session.submit("n = 1 + 1")
    let text = try session.recipe(for: ["d", "n"])
    #expect(text.contains("d_2 = rows("))
    #expect(text.contains("// two rows"))
    #expect(!text.contains("unused"))
    let program = Program(
      SourceText(name: "s", text), lexicon: session.lexicon, directory: session.directory)
    #expect(program.diagnostics.isEmpty)
    #expect(
      program.value(of: "d")?.canonical
        == session.plan(for: ["d"]).entries.last.map { "stage:\($0.stage.key)" })
    #expect(try session.recipe().contains("unused"))
  }

  @Test func effectsRunWhenAsked() {
    let session = session()
    let result = session.submit("show(1 + 1)")
    #expect(result.hasEffects && journal.all.isEmpty)
    #expect(session.run(1)?.exitCode == 0)
    #expect(journal.all == ["2"])
  }

  // MARK: Help as you type

  @Test func completionKnowsWhatFits() {
    let session = session()
    _ = session.submit("d = rows([(question: \"a\", score: 1)])")
    _ = session.submit("parts = d |> split(test: 50%)")
    #expect(texts(session, "lor|") == ["lora"])
    #expect(texts(session, "x = lora(|").prefix(2) == ["rank: ", "targets: "])
    #expect(texts(session, "lora(rank: 8, |").first == "targets: ")
    #expect(texts(session, "lora(targets: \"|") == ["attention", "all-linear"])
    #expect(texts(session, "d |> filter(.|") == ["question", "score"])
    #expect(texts(session, "y = d |> filter(.score > 1) |> select(a: .qu|") == ["question"])
    #expect(texts(session, "parts.|") == ["train", "test"])
    #expect(texts(session, "parts.tr|") == ["train"])
    #expect(texts(session, "pa|").contains("parts"))
    let files = SessionTests.files
    #expect(
      texts(Session(lexicon: session.lexicon, context: files), "open(\"num|") == ["numbers.txt"])
  }

  @Test func theHintNamesTheParameterBeingTyped() {
    let session = session()
    let hint = session.signatureHint(at: 20, in: "x = lora(rank: 8, targets: \"a")
    #expect(hint?.name == "lora")
    #expect(hint?.parameters.count == 2)
    let labelled = session.signatureHint(at: 28, in: "x = lora(rank: 8, targets: \"a")
    #expect(labelled?.current == 1)
    #expect(session.signatureHint(at: 3, in: "1 + 2") == nil)
  }

  @Test func helpSpeaksOfPrimitivesAndLibraryAlike() {
    let session = session()
    #expect(session.help(for: "dpo")?.summary == "Direct preference optimisation.")
    #expect(
      session.help(for: "dpo")?.signatures.first?.hasPrefix("dpo(beta: Float = 0.1) -> Loss<")
        == true)
    #expect(session.help(for: "length")?.signatures.count == 2)
    _ = session.submit("/// Twice.\ndef twice(_ x: Int) = 2 * x")
    #expect(session.help(for: "twice")?.summary == "Twice.")
    #expect(session.help(for: "nothing") == nil)
  }

  static let files = RunContext(directory: ProgramTests.folder.appending(path: "files"))

  private func session() -> Session {
    Session(
      lexicon: TestVocabulary.lexicon(journal),
      context: RunContext(directory: FileManager.default.temporaryDirectory))
  }

  /// The texts offered at the `|`, which is the last character.
  private func texts(_ session: Session, _ text: String) -> [String] {
    let cell = String(text.dropLast())
    return session.completions(at: cell.utf8.count, in: cell).map(\.text)
  }
}
