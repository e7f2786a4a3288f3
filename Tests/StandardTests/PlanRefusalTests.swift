import Foundation
import Language
import Syntax
import Testing

/// What is refused of a plan as a whole, before anything runs.
@Suite struct PlanRefusalTests {
  private func diagnostics(_ text: String) throws -> [Diagnostic] {
    let folder = try Recipes.temporaryFolder()
    try Data("{\"prompt\": \"a\", \"response\": \"b\"}\n".utf8)
      .write(to: folder.appending(path: "rows.jsonl"))
    return Program(
      SourceText(name: "t.recipe", text), lexicon: Ran.lexicon, directory: folder
    ).diagnostics
  }

  private static let rows = """
    d = rows([(prompt: "a", response: "b"), (prompt: "c", response: "d")])
    parts = d |> split(test: 50%)
    other = rows([(prompt: "e", response: "f")])

    """

  @Test(arguments: [
    ("d", "d", true), ("d", "d |> take(1)", true), ("d", "parts.test", true),
    ("parts.train", "parts.test", false), ("parts.train", "parts.train", true),
    ("parts.train |> shuffle()", "parts.test |> sort(by: .prompt)", false),
    ("parts.train |> add(n: 1)", "parts.train |> filter(length(.prompt) > 0)", true),
    ("d |> filter(.prompt == \"a\")", "d |> filter(.prompt == \"c\")", false),
    ("d |> take(1)", "d |> skip(1)", false), ("d |> take(1)", "d", true),
    ("other |> concat([d])", "parts.test", true), ("other", "d", false),
    ("other |> concat([parts.train])", "parts.test", false),
    ("d |> select(prompt: .prompt, response: .prompt)", "d |> dedup()", true),
  ])
  func rowsThatJudgeAndAreLearntAreFound(_ learnt: String, _ judging: String, _ overlap: Bool)
    throws
  {
    let judged = try diagnostics(
      Self.rows + """
        tuned = model("tiny") |> train(on: \(learnt), with: sft())
        later = tuned |> attach(lora()) |> train(on: other |> add(n: 1), with: sft())
        report = later |> evaluate(on: \(judging), metrics: (loss: nll()))
        """)
    #expect(judged.map(\.code) == (overlap ? [.rowsOverlap] : []), "\(judged.map(\.message))")
    #expect(judged.allSatisfy { $0.severity == .warning && $0.secondary.count == 1 })
    let watched = try diagnostics(
      Self.rows + """
        tuned = model("tiny") |> train(on: \(learnt), with: sft(), watch: \(judging))
        """)
    #expect(watched.map(\.code) == (overlap ? [.rowsOverlap] : []), "\(watched.map(\.message))")
    #expect(watched.allSatisfy { $0.severity == .error })
  }

  @Test func aModelThatDidNotLearnThemMayBeJudgedByAnyRows() throws {
    let found = try diagnostics(
      Self.rows + """
        start = model("tiny")
        tuned = start |> train(on: d, with: sft())
        before = start |> evaluate(on: d, metrics: (loss: nll()))
        """)
    #expect(found.isEmpty)
  }

  @Test(arguments: [
    (["out/a", "out/a"], DiagnosticCode.outputsCollide),
    (["out/a", "out/a/../a"], .outputsCollide), (["out", "out/a"], .outputsCollide),
    (["out/a/b/c", "out/a"], .outputsCollide), (["out/a", "out/ab"], nil),
    (["out/a", "out/b", "a"], nil), (["rows.jsonl"], .inputOverwritten),
    (["./rows.jsonl"], .inputOverwritten), (["."], .inputOverwritten), (["rows.jsonl.gz"], nil),
  ])
  func outputsAreKeptApart(_ paths: [String], _ expected: DiagnosticCode?) throws {
    let saves = paths.map { "save(d, to: \"\($0)\")" }.joined(separator: "\n")
    let found = try diagnostics("d = jsonl(\"rows.jsonl\")\n\(saves)")
    #expect(found.map(\.code) == [expected].compactMap(\.self), "\(found.map(\.message))")
  }

  @Test(arguments: [
    ("model(\"tiny\")", 257, true), ("model(\"tiny\")", 256, false),
    ("model(\"tiny\") |> attach(lora())", 1_000, true),
    ("new_model(llama(width: 16, layers: 1, heads: 2, context: 32), vocabulary: v)", 33, true),
    (
      "new_model(gpt2(width: 16, layers: 1, heads: 2, context: 32), vocabulary: v) |> merge()", 32,
      false
    ),
  ])
  func sequencesFitTheContext(_ model: String, _ length: Int, _ isRefused: Bool) throws {
    let found = try diagnostics(
      Self.rows + """
        v = train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260)
        m = \(model)
        t = m |> train(on: parts.train, with: sft(), length: \(length)tokens)
        """)
    #expect(found.map(\.code) == (isRefused ? [.doesNotFit] : []), "\(found.map(\.message))")
    let judged = try diagnostics(
      Self.rows + """
        v = train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260)
        t = \(model) |> train(on: other, with: sft())
        e = t |> evaluate(on: d, metrics: (loss: nll()), length: \(length)tokens)
        """)
    #expect(judged.map(\.code) == (isRefused ? [.doesNotFit] : []))
  }

  @Test func whatIsNotWrittenCollidesWithNothing() throws {
    let found = try diagnostics(
      """
      param twice: Bool = false
      d = rows([(a: 1)])
      save(d, to: "out/a.jsonl")
      if twice then save(d, to: "out/a.jsonl") else show(d)
      """)
    #expect(found.isEmpty, "\(found.map(\.message))")
  }
}
