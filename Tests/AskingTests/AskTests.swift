import Asking
import Datasets
import Foundation
import Language
import Models
import Store
import Syntax
import TestSupport
import Testing
import Vocabulary

/// A recipe run with a store, as often as wanted.
struct Asked {
  let folder: URL
  let library: Library

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "roux-ask-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let words: [Vocabulary.Primitive] = [
      .rows, .add, .filter, .select, .saveRows, .length, .model,
    ]
    library = Library(
      primitives: Vocabulary.Primitive.asking + words,
      types: [
        Library.TypeEntry("Model", "A model."), Library.TypeEntry("Endpoint", "An endpoint."),
      ], stored: [Dataset.self])
  }

  var store: Store { Store(folder: folder.appending(path: "store"), stored: library.stored) }

  func program(_ text: String, permissions: Permissions = .all) -> Program {
    Program(
      SourceText(name: "test.recipe", text), lexicon: Lexicon(library), directory: folder,
      permissions: permissions)
  }

  /// What saving into `out.jsonl` gives, the ledgers by step, and how the run ended.
  func run(
    _ text: String, pausing: @escaping @Sendable ([RunEvent]) -> Bool = { _ in false }
  ) throws -> (outcome: Runner.Outcome, rows: [Record], ledgers: [Ledger]) {
    let program = program(text)
    try #require(program.isSound, "\(program.diagnostics.map(\.message))")
    let events = Collected<RunEvent>()
    let runner = Runner(
      results: store,
      context: RunContext(
        directory: folder, threads: 2, report: { events.add($0) },
        isPausing: { pausing(events.all) }))
    let outcome = runner.run(program)
    let place = folder.appending(path: "out.jsonl")
    let rows = try Vocabulary.Primitive.jsonl.run(
      Record([("path", .text(place.path))]), in: RunContext(directory: folder))
    let ledgers = events.all.compactMap { event in
      if case .ledger(let ledger) = event { ledger } else { nil }
    }
    return (outcome, try Dataset(recipeValue: rows).rows, ledgers)
  }
}

extension [Ledger] {
  func entry(_ step: String, _ reason: String) -> Int {
    filter { $0.step == step }.flatMap(\.entries).filter { $0.reason == reason }
      .reduce(0) { $0 + $1.count }
  }
}

@Suite("Model calls as columns")
struct AskTests {
  private static let model = #"m = model("tiny")"# + "\n"

  private func rows(_ texts: [String]) -> String {
    "data = rows([" + texts.map { "(q: \"\($0)\")" }.joined(separator: ", ") + "])\n"
  }

  private func asking(_ texts: [String], _ column: String) -> String {
    Self.model + rows(texts) + "made = data |> add(\(column))\nsave(made, to: \"out.jsonl\")\n"
  }

  @Test("Each row gets the answer to its question, as if it had been asked alone")
  func columns() throws {
    let asked = try Asked()
    let many = try asked.run(
      asking(["double abc", "drop dog", "x"], #"a: ask(m, .q, max: 9tokens)"#))
    #expect(many.outcome.exitCode == 0)
    let alone = try Asked().run(asking(["drop dog"], #"a: ask(m, .q, max: 9tokens)"#))
    #expect(many.rows.count == 3 && many.rows[1]["a"] == alone.rows[0]["a"])
    // The tiny model has learnt this task.
    #expect(many.rows[0]["a"] == .text("aabbcc"))
    #expect(many.ledgers.contains { $0.step == "ask" && $0.read == 3 && $0.kept == 3 })
  }

  @Test("Samples make a list, drawn by the question and not by its place")
  func samples() throws {
    let column = #"a: ask(m, "Say \(.q)", samples: 3, temperature: 1.5, max: 6tokens)"#
    let one = try Asked().run(asking(["x", "y"], column))
    let two = try Asked().run(asking(["z", "y", "x"], column))
    guard case .list(let answers)? = one.rows[0]["a"] else { return #expect(Bool(false)) }
    #expect(answers.count == 3 && Set(answers.map(\.canonical)).count > 1)
    #expect(one.rows[0]["a"] == two.rows[2]["a"] && one.rows[1]["a"] == two.rows[1]["a"])
  }

  @Test("The same question in two rows is drawn twice, and without draws asked once")
  func repetitions() throws {
    let drawn = try Asked().run(
      asking(
        Array(repeating: "copy abcdef", count: 6), #"a: ask(m, .q, temperature: 3.0, max: 8tokens)"#
      ))
    #expect(Set(drawn.rows.map { $0["a"]?.canonical ?? "" }).count > 1)
    let fixed = try Asked().run(asking(["x", "x"], #"a: ask(m, .q, max: 8tokens)"#))
    #expect(fixed.rows[0]["a"] == fixed.rows[1]["a"])
    #expect(fixed.ledgers.first { $0.step == "ask" }?.read == 1)
  }

  @Test("A question that mentions no column is drawn anew for each row")
  func constantQuestions() throws {
    let drawn = try Asked().run(
      asking(["a", "b", "c", "d"], #"a: ask(m, "copy abcdef", temperature: 3.0, max: 8tokens)"#))
    #expect(Set(drawn.rows.map { $0["a"]?.canonical ?? "" }).count > 1)
  }

  @Test("A question may depend on an answer, on a condition, and stand in a filter")
  func nested() throws {
    let asked = try Asked()
    let text =
      Self.model + rows(["copy abc", "copy dog", "no"])
        + #"""
        made = data
          |> add(twice: if .q == "no" then "-" else ask(m, "drop \(ask(m, .q, max: 6tokens))", max: 6tokens))
          |> filter(ask(m, .q, max: 6tokens) != "dog")
        save(made, to: "out.jsonl")
        """#
    let (outcome, rows, _) = try asked.run(text)
    #expect(outcome.exitCode == 0)
    #expect(rows.map { $0["q"] ?? .none } == [.text("copy abc"), .text("no")])
    #expect(rows[0]["twice"] == .text("bc") && rows[1]["twice"] == .text("-"))
  }

  @Test("A column of records can be read field by field before anything runs")
  func records() throws {
    let asked = try Asked()
    let text =
      Self.model + rows(["a", "b"])
        + #"""
        type Score = Int where it in 1...5
        made = data
          |> add(grade: ask(m, .q, as: (score: Score, reason: Text), temperature: 1.5, max: 40tokens))
          |> filter(.grade.score >= 1 and length(.grade.reason) >= 0)
        save(made, to: "out.jsonl")
        """#
    #expect(try asked.run(text).rows.count == 2)
    let wrong = asked.program(text.replacing(".grade.score >= 1", with: ".grade.scor >= 1"))
    #expect(wrong.diagnostics.contains { $0.message.contains("scor") })
    let type = asked.program(text.replacing("reason: Text", with: "reason: Data"))
    #expect(!type.isSound)
  }

  @Test("A column of model calls is heavy: planned, kept, and not run twice")
  func heavy() throws {
    let asked = try Asked()
    let text = asking(["x"], #"a: ask(m, .q, max: 4tokens)"#)
    #expect(asked.program(text).plan(results: asked.store).heavy.map(\.work) == ["add"])
    _ = try asked.run(text)
    #expect(asked.program(text).plan(results: asked.store).heavy.isEmpty)
  }

  @Test("A run that was paused asks only for what is missing, and ends the same")
  func pauses() throws {
    let asked = try Asked()
    let texts = (0..<70).map { "reverse \($0)" }
    let text = asking(texts, #"a: ask(m, .q, temperature: 1.0, max: 3tokens)"#)
    let first = try? asked.run(text) { events in
      events.contains { if case .progress(let one) = $0 { one.done > 10 } else { false } }
    }
    // Nothing was saved yet, so reading what was saved failed.
    #expect(first == nil)
    let second = try asked.run(text)
    let before = second.ledgers.entry("ask", "answered before")
    #expect(before > 10 && before < 70)
    let whole = try Asked().run(text)
    #expect(second.rows.map(\.canonicalText) == whole.rows.map(\.canonicalText))
    // One row more asks one question more: what was answered counts for other stages too.
    let more = try asked.run(
      asking(texts + ["reverse me"], #"a: ask(m, .q, temperature: 1.0, max: 3tokens)"#))
    #expect(more.ledgers.entry("ask", "answered before") == 70)
  }

  @Test("Answers that were cut or are empty are counted")
  func ledger() throws {
    let (_, rows, ledgers) = try Asked().run(
      asking(["double abcdef", "x"], #"a: ask(m, .q, max: 2tokens)"#))
    #expect(rows.count == 2 && ledgers.entry("ask", "cut at 2 tokens") >= 1)
  }

  @Test("A question that fills the context leaves its row out, or gives none")
  func lacking() throws {
    let long = String(repeating: "reverse ", count: 3_000)
    let dropped = try Asked().run(asking(["x", long], #"a: ask(m, .q, max: 2tokens)"#))
    #expect(dropped.rows.count == 1)
    #expect(dropped.ledgers.contains { $0.step == "add" && $0.read == 2 && $0.kept == 1 })
    let none = try Asked().run(
      asking(["x", long], #"a: ask(m, .q, max: 2tokens, lacking: "none") ?? "nothing""#))
    #expect(none.rows.map { $0["a"] ?? .none }.last == .text("nothing"))
    // The tiny model has no template that would make a prompt of nothing.
    let empty = try Asked().run(asking(["x", ""], #"a: ask(m, .q, max: 2tokens)"#))
    #expect(empty.ledgers.entry("add", "dropped: the question is empty") == 1)
  }
}

extension Record {
  var canonicalText: String { Value.record(self).canonical }
}
