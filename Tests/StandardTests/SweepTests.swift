import Foundation
import Language
import Standard
import Store
import Syntax
import Testing
import Vocabulary

/// Sweeps: what is shared runs once, trials are stages, draws stay what they are.
@Suite struct SweepTests {
  /// A recipe that trains a very small model; sweeps import it.
  private static let base = """
    param lr: Float = 1e-2 where lr > 0.0
    param length: Budget = 2steps

    words = ["ant", "bee", "cat", "dog"]
    data = rows([(prompt: "say \\(word)", response: word) for word in words])
    start = new_model(
      llama(width: 16, layers: 1, heads: 2),
      vocabulary: train_vocabulary(data, of: .prompt, size: 264),
    )
    tuned = start |> train(on: data, with: sft(), budget: length, batch: 4, lr: lr)
    report = tuned |> evaluate(on: data, metrics: (loss: nll()))
    unused = tuned |> evaluate(on: data, metrics: (exact: exact_match(max: 4tokens)))
    """

  private func ran(
    _ text: String, store: Store? = nil, in folder: URL? = nil
  ) throws -> (runner: Runner, program: Program) {
    let folder = try folder ?? Recipes.temporaryFolder()
    try Data(SweepTests.base.utf8).write(to: folder.appending(path: "base.recipe"))
    let source = SourceText(name: "sweep.recipe", "import \"base.recipe\" as base\n" + text)
    let program = Program(source, lexicon: Ran.lexicon, directory: folder)
    let said = DiagnosticRenderer(usesColor: false).render(program.diagnostics, in: source)
    try #require(program.diagnostics.isEmpty, "\(said)")
    let runner = Runner(
      results: store,
      context: RunContext(
        directory: folder, scratch: folder.appending(path: "scratch"), threads: 2))
    let outcome = runner.run(program)
    try #require(outcome.exitCode == 0, "\(outcome.diagnostics.map(\.message))")
    return (runner, program)
  }

  private static let grid = """
    grid = [
      (lr: lr, steps: steps, run: base(lr: lr, length: steps))
      for lr in [1e-3, 1e-2, 3e-2]
      for steps in [1steps, 2steps, 3steps]
      if not (lr == 1e-3 and steps == 1steps)
    ]

    """

  @Test func sharedStagesOfAGridRunOnce() throws {
    let (runner, program) = try ran(
      SweepTests.grid
        + """
        winner = grid |> best(by: g => g.run.report.loss, order: "lowest")
        check(winner.run.report.loss < 100.0)
        check((grid |> table(lr: .lr, loss: .run.report.loss) |> count()) == 8)
        """)
    // Rows, vocabulary and model once; then training and evaluation of eight runs; ranking; table
    // and count.
    #expect(runner.stagesRun == 3 + 2 * 8 + 1 + 2)
    let heavy = program.plan().heavy
    #expect(heavy.filter { $0.work == "train" }.count == 8)
    #expect(heavy.contains { $0.label == "grid[4].tuned" })
    #expect(!heavy.contains { $0.label.hasSuffix("unused") })
  }

  @Test func theWinnerIsTheOneOfTheLowestScore() throws {
    let (runner, program) = try ran(
      SweepTests.grid + "winner = grid |> best(by: g => g.run.report.loss)\n"
        + "losses = [g.run.report.loss for g in grid]\nlowest = min(losses)\n"
        + "found = winner.run.report.loss")
    func value(_ name: String) throws -> Value {
      try runner.value(program.value(of: name) ?? .none, of: program)
    }
    #expect(try value("found") == value("lowest"))
  }

  @Test func aSearchRunsEachTrialAndKnowsTheBest() throws {
    let (runner, program) = try ran(
      """
      found = search(
        over: (lr: log_uniform(1e-3, to: 1e-1), steps: one_of([1steps, 2steps])),
        run: p => base(lr: p.lr, length: p.steps).report.loss,
        trials: 4,
        seed: 3,
      )
      lowest = min([trial.score for trial in found.trials])
      check(found.best.score == lowest)
      check(found.best.params.lr > 1e-3)
      """)
    #expect(program.plan().heavy.filter { $0.work == "train" }.count <= 4)
    #expect(runner.stagesRun <= 3 + 2 * 4 + 2)
    let trials = try runner.value(program.value(of: "found") ?? .none, of: program)
    guard case .record(let record) = trials, case .list(let list)? = record["trials"] else {
      Issue.record("no trials")
      return
    }
    #expect(list.count == 4)
  }

  @Test func drawsDependOnSeedLabelAndNumberAlone() throws {
    func draws(_ call: String) throws -> [Record] {
      let (runner, program) = try ran("d = draws(\(call))")
      guard
        case .list(let list) = try runner.value(program.value(of: "d") ?? .none, of: program)
      else { return [] }
      return list.compactMap { if case .record(let record) = $0 { record } else { nil } }
    }
    let few = try draws("(lr: uniform(0.0, to: 1.0)), count: 3")
    let many = try draws("(rank: one_of([1, 2, 3]), lr: uniform(0.0, to: 1.0)), count: 50")
    let other = try draws("(lr: uniform(0.0, to: 1.0)), count: 3, seed: 1")
    #expect(few.map { $0["lr"] } == many.prefix(3).map { $0["lr"] })
    #expect(few.map { $0["lr"] } != other.map { $0["lr"] })
    let ranks = many.compactMap { $0["rank"]?.source }
    #expect(Set(ranks) == ["1", "2", "3"])
    let mean = many.compactMap { try? Double(recipeValue: $0["lr"] ?? .none) }.reduce(0, +) / 50
    #expect(abs(mean - 0.5) < 0.15)
  }

  @Test func halvingGivesTheBetterRunsMore() throws {
    let (runner, program) = try ran(
      """
      found = halving(
        over: (lr: log_uniform(1e-3, to: 1e-1)),
        run: p => base(lr: p.lr, length: p.budget).report.loss,
        trials: 9,
        budget: 2steps,
        rate: 3,
      )
      check(found.best.params.budget == 18steps)
      """)
    // The plan knows the rungs of 9, 3 and 1 runs before anything has run.
    #expect(program.plan().heavy.filter { $0.work == "train" }.count == 13)
    let value = try runner.value(program.value(of: "found") ?? .none, of: program)
    guard case .record(let found) = value, case .list(let trials)? = found["trials"] else {
      Issue.record("no trials")
      return
    }
    let runs = trials.compactMap { Trial($0) }
    #expect(runs.map(\.budget) == Array(repeating: 2, count: 9) + [6, 6, 6, 18])
    // Who goes on is who was best in the rung before.
    let first = runs[..<9].sorted { $0.score < $1.score }.prefix(3).map(\.rate)
    #expect(Set(runs[9..<12].map(\.rate)) == Set(first))
    let second = runs[9..<12].min { $0.score < $1.score }?.rate
    #expect(runs[12].rate == second)
  }

  private struct Trial {
    let rate, budget, score: Double

    init?(_ value: Value) {
      guard case .record(let trial) = value, case .record(let params)? = trial["params"],
        let rate = try? Double(recipeValue: params["lr"] ?? .none),
        case .quantity(let budget)? = params["budget"],
        let score = try? Double(recipeValue: trial["score"] ?? .none)
      else { return nil }
      (self.rate, self.budget, self.score) = (rate, budget.base, score)
    }
  }

  @Test func aTrialThatRanBeforeIsNotRunAgain() throws {
    let folder = try Recipes.temporaryFolder()
    let store = Store(folder: folder.appending(path: "store"), stored: Ran.lexicon.library.stored)
    let text = """
      found = search(over: (lr: one_of([1e-2])), run: p => base(lr: p.lr).report.loss, trials: 3)
      check(found.best.score < 100.0)
      """
    let first = try ran(text, store: store, in: folder)
    // Three equal draws are one run.
    #expect(first.program.plan().heavy.filter { $0.work == "train" }.count == 1)
    let again = try ran(
      text + "\ncheck(base(lr: 1e-2).report.loss < 100.0)", store: store, in: folder)
    #expect(again.program.plan(results: store).heavy.isEmpty)
  }

  @Test(arguments: [
    ("best([], by: g => g.x)", "the list is empty"),
    ("search(over: (lr: uniform(2.0, to: 1.0)), run: p => p.lr)", "from the lower to the higher"),
    ("search(over: (lr: uniform(0.0, to: 1.0)), run: p => p.rate)", "has no `rate`"),
    ("search(over: (lr: uniform(0.0, to: 1.0)), run: p => p.lr, trials: 0)", "cannot be 0"),
    (
      "search(over: (lr: uniform(-1.0, to: -1.0)), run: p => base(lr: p.lr).report.loss)",
      "cannot be -1"
    ),
    ("halving(over: (x: uniform(0.0, to: 1.0)), run: p => p.x, rate: 1)", "cannot be 1"),
    ("best([(x: 1.0)], by: g => g.y)", "has no `y`"),
  ])
  func whatIsWrongIsSaidBeforeTheRun(_ call: String, _ words: String) throws {
    let folder = try Recipes.temporaryFolder()
    try Data(SweepTests.base.utf8).write(to: folder.appending(path: "base.recipe"))
    let source = SourceText(name: "s.recipe", "import \"base.recipe\" as base\nx = \(call)")
    let program = Program(source, lexicon: Ran.lexicon, directory: folder)
    let said = DiagnosticRenderer(usesColor: false).render(program.diagnostics, in: source)
    #expect(!program.isSound)
    #expect(said.contains(words), "\(said)")
  }
}
