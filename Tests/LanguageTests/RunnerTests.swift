import Foundation
import Language
import Store
import Syntax
import Testing
import Vocabulary

@Suite struct RunnerTests {
  static let training = """
    d = rows([(prompt: "a", response: "b"), (prompt: "c", response: "d")])
    m = model("m") |> train(on: d, with: sft())
    r = m |> evaluate(on: d)
    """

  @Test func nothingRunsTwice() {
    let journal = Journal()
    let program = read(
      RunnerTests.training + "\nshow(r.ppl)\nshow(r.rows)\nshow(m)\ncheck(r.ppl < 15)", journal)
    let outcome = Runner(context: context).run(program)
    #expect(outcome.exitCode == 0)
    #expect(journal.all == ["train m", "evaluate m+2", "14.31", "2", "model m+2"])
  }

  @Test func resultsOutliveTheProcess() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let store = Store(folder: folder, stored: [TestModel.self])
    for expected in [["train m", "evaluate m+2", "14.31"], ["14.31"]] {
      let journal = Journal()
      let program = read(RunnerTests.training + "\nshow(r.ppl)", journal)
      let plan = program.plan(results: store)
      #expect(plan.heavy.count == expected.count - 1)
      #expect(Runner(results: store, context: context).run(program).exitCode == 0)
      #expect(journal.all == expected)
    }
  }

  @Test func thePlanListsStagesBeforeWhatNeedsThem() {
    let program = read(RunnerTests.training + "\nsave(r, to: \"out/r.json\")", Journal())
    let plan = program.plan()
    #expect(plan.entries.map(\.work) == ["model", "rows", "train", "evaluate", "save"])
    #expect(plan.entries.map(\.label) == ["model", "d", "m", "r", "save"])
    #expect(plan.heavy.map(\.label) == ["m", "r"])
    #expect(plan.writes == ["out/r.json"])
    #expect(plan.reads.isEmpty && !plan.usesNetwork)
    #expect(program.plan(for: ["m"]).entries.map(\.label) == ["model", "d", "m"])
  }

  @Test func independentBranchesGoOnAfterAFailure() {
    let journal = Journal()
    let program = read(
      "x = fail(1)\ny = fail(2)\nshow(x)\nshow(x + 1)\nshow(\"on\")\nshow(y)", journal)
    let outcome = Runner(context: context).run(program)
    #expect(outcome.exitCode == 1)
    #expect(journal.all == ["on"])
    #expect(outcome.diagnostics.filter { $0.code == .stageFailed }.count == 2)
    #expect(outcome.diagnostics.filter { $0.code == .skipped }.count == 3)
  }

  @Test func aPauseStopsEverything() {
    let journal = Journal()
    let program = read(
      RunnerTests.training + "\nshow(m)\nshow(\"never\")", journal, pausing: true)
    let outcome = Runner(context: context).run(program)
    #expect(outcome.exitCode == 130)
    #expect(outcome.pausedAt == "at step 3 of 9")
    #expect(journal.all.isEmpty)
  }

  @Test func aPauseAskedForBetweenStagesIsHeeded() {
    let program = read(RunnerTests.training + "\nshow(m)", Journal())
    var asked = context
    asked.isPausing = { true }
    #expect(Runner(context: asked).run(program).exitCode == 130)
  }

  @Test func aFailedCheckShowsTheValueOfEachPart() {
    let program = read(
      RunnerTests.training + "\ncheck(r.ppl < 12 and 1 < 2, \"too high\")", Journal())
    let outcome = Runner(context: context).run(program)
    #expect(outcome.exitCode == 4)
    let failure = outcome.diagnostics[0]
    #expect(failure.message == "check failed: too high")
    let parts = failure.secondary.map { "\(program.source[$0.range]) = \($0.text)" }
    // Values stand under operators and under the names of what is taken.
    #expect(
      parts.filter { !$0.hasPrefix("r = ") }.sorted() == [
        "< = false", "< = true", "and = false", "ppl = 14.31",
      ])
    #expect(parts.contains { $0.hasPrefix("r = m on d") })
    #expect(program.source[failure.primary.range] == "r.ppl < 12 and 1 < 2")
  }

  @Test func onlyTheChosenBranchRuns() {
    let journal = Journal()
    let program = read(
      RunnerTests.training
        + "\nshow(if count(d) > 1 then \"many\" else \"ppl \\((m |> evaluate(on: d)).ppl)\")",
      journal)
    #expect(Runner(context: context).run(program).exitCode == 0)
    #expect(journal.all == ["many"])
  }

  @Test func paramsAreParsedAsTheirTypeAsks() {
    let text = "param lr: Float = 1e-4\nparam name: Text = \"a\"\nparam warm: Ratio = 3%\nx = lr"
    let given = [
      GivenParameter("lr", "2"), GivenParameter("name", "two words"), GivenParameter("warm", "5%"),
    ]
    let program = read(text, Journal(), given: given)
    #expect(program.diagnostics.isEmpty)
    #expect(program.value(of: "x") == .float(2))
    #expect(program.value(of: "name") == .text("two words"))
    #expect(program.value(of: "warm")?.source == "5%")
    let wrong = read(
      text, Journal(), given: [GivenParameter("warm", "5"), GivenParameter("lrr", "1")])
    #expect(wrong.diagnostics.map(\.code) == [.invalidOption, .unknownOption])
  }

  private var context: RunContext { RunContext(directory: FileManager.default.temporaryDirectory) }

  private func read(
    _ text: String, _ journal: Journal, given: [GivenParameter] = [], pausing: Bool = false
  ) -> Program {
    let program = Program(
      SourceText(name: "r.recipe", text),
      lexicon: TestVocabulary.lexicon(journal, pausing: pausing),
      directory: FileManager.default.temporaryDirectory, given: given)
    return program
  }
}
