import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// Of results that depend on results, only what is asked for runs.
@Suite struct LazyTests {
  private static let sweep = """
    d = rows([(prompt: "a", response: "b"), (prompt: "c", response: "d")])
    runs = [
      (m: model(name) |> train(on: d, with: sft()), r: model(name) |> evaluate(on: d))
      for name in ["a", "b", "c"]
    ]
    """

  @Test func ofTheItemThatIsChosenOnlyThePartThatIsAskedForRuns() {
    let journal = Journal()
    let program = read(LazyTests.sweep + "\nshow(runs[count(d) - 1].m.name)", journal)
    #expect(program.diagnostics.isEmpty)
    #expect(Runner(context: context).run(program).exitCode == 0)
    #expect(journal.all == ["train b", "b+2"])
  }

  @Test func thePlanCountsThatPartOfEveryItem() {
    let program = read(LazyTests.sweep + "\nshow(runs[count(d) - 1].m)", Journal())
    #expect(program.plan().heavy.map(\.work) == ["train", "train", "train"])
    #expect(program.plan().heavy.map(\.label) == ["runs[0].m", "runs[1].m", "runs[2].m"])
  }

  @Test func aFoldMayAskForStages() {
    let journal = Journal()
    let program = read(
      """
      d = rows([(prompt: "a", response: "b")])
      m = fold(1...3, from: model("m"), step: s => s.value |> train(on: d, with: sft()))
      show(m)
      """, journal)
    #expect(program.diagnostics.isEmpty, "\(program.diagnostics.map(\.message))")
    #expect(program.plan().heavy.count == 3)
    #expect(Runner(context: context).run(program).exitCode == 0)
    #expect(journal.all == ["train m", "train m+1", "train m+1+1", "model m+1+1+1"])
  }

  @Test func aLambdaIsLookedAtAgainWithItsArgument() {
    let program = read("f = x => length(x)\na = f(\"abc\")\nb = f(3)", Journal())
    #expect(program.value(of: "a") == .int(3))
    #expect(program.diagnostics.map(\.code) == [.typeMismatch])
    #expect(program.source[program.diagnostics[0].primary.range] == "x")
  }

  @Test func aLambdaGivesTheStagesOfItsBodyWrittenOut() {
    let start = "d = rows([(prompt: \"a\", response: \"b\")])\n"
    let direct = read(
      start + "m = model(\"m\") |> train(on: d |> filter(length(.prompt) > 0), with: sft())",
      Journal())
    let applied = read(
      start
        + "f = n => model(n) |> train(on: d |> filter(length(.prompt) > 0), with: sft())\n"
        + "m = f(\"m\")", Journal())
    #expect(direct.value(of: "m")?.canonical == applied.value(of: "m")?.canonical)
  }

  @Test func aFunctionThatIsGivenToItselfIsRefused() {
    let program = read("f = g => g(g)\nx = f(f)", Journal())
    #expect(program.diagnostics.map(\.code) == [.recursion])
  }

  private var context: RunContext { RunContext(directory: FileManager.default.temporaryDirectory) }

  private func read(_ text: String, _ journal: Journal) -> Program {
    Program(
      SourceText(name: "r.recipe", text), lexicon: TestVocabulary.lexicon(journal),
      directory: FileManager.default.temporaryDirectory)
  }
}
