import Datasets
import Foundation
import Language
import Models
import Syntax
import TestSupport
import Testing
import Vocabulary

/// What models write and judge by the functions of the library, with models of random weights: what
/// they say is noise, but its form and its provenance are not.
@Suite struct GenerationTests {
  private static let models = #"""
    words = train_vocabulary(rows([(text: "an instruction for an assistant, and the answer")]), of: .text, size: 280)
    m = new_model(llama(width: 16, layers: 1, heads: 2, context: 4_096), vocabulary: words)
    judge = new_model(llama(width: 16, layers: 1, heads: 2, context: 4_096), vocabulary: words, seed: 3)
    seeds = rows([
      (prompt: "Name a tree.", response: "Oak."), (prompt: "Add one and two.", response: "3"),
      (prompt: "Who wrote Faust?", response: "Goethe."), (prompt: "Say hello.", response: "Hello."),
    ]) |> identify()

    """#

  /// The rows that an expression gives.
  private func rows(_ expression: String) throws -> [Record] {
    let folder = try Recipes.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let ran = Ran(Self.models + "save(\(expression), to: \"out.jsonl\")\n", in: folder)
    try #require(ran.exitCode == 0 && ran.diagnostics.isEmpty, "\(ran.said)")
    let data = try Vocabulary.Primitive.jsonl.run(
      Record([("path", .text("out.jsonl"))]), in: RunContext(directory: folder))
    return try Dataset(recipeValue: data).rows
  }

  private static let provenance = [
    "prompt", "response", "system", "operation", "seeds", "failure", "scheme", "generator",
    "sampling",
  ]

  @Test func laminiAsksAfterExamplesAndTopics() throws {
    let made = try rows("lamini(seeds, m, count: 6, longest: 40tokens, max: 8tokens)")
    #expect(made.count == 6 && made.allSatisfy { $0.labels == Self.provenance })
    let operations = try made.map { try String(recipeValue: $0["operation"] ?? .none) }
    #expect(operations.count { $0 == "by examples" } == 3)
    #expect(operations.count { $0.hasPrefix("by topic ") } == 3)
    #expect(try made.allSatisfy { try [String](recipeValue: $0["seeds"] ?? .none).count == 3 })
    #expect(made.allSatisfy { $0["scheme"] == .text("lamini") })
  }

  @Test func evolInstructTriesFailuresAgain() throws {
    let made = try rows(
      "evol_instruct(seeds, m, judge: judge, rounds: 2, longest: 40tokens, max: 8tokens)")
    #expect(made.count == 8 && made.allSatisfy { $0.labels == Self.provenance })
    let operations = try made.map { try String(recipeValue: $0["operation"] ?? .none) }
    #expect(operations.count { $0.hasPrefix("round 1: ") } == 4)
    #expect(operations.count { $0.hasPrefix("round 2: ") } == 4)
    let known = [
      "", "no gain", "refusal", "answer without content", "no instruction",
      "speaks of its rewriting",
    ]
    #expect(try made.allSatisfy { known.contains(try String(recipeValue: $0["failure"] ?? .none)) })
  }

  @Test func orcaKeepsTheKnownAnswerBesideTheExplainedOne() throws {
    let made = try rows("orca(seeds, m, max: 8tokens)")
    #expect(made.map { $0["target"] ?? .none }.contains(.text("Goethe.")))
    #expect(made.count == 4 && made.allSatisfy { $0["scheme"] == .text("orca") })
  }

  @Test func aJudgeRatesEachRowOrLeavesItUndecided() throws {
    let made = try rows(
      #"seeds |> concat([rows([(id: "x", prompt: "\#(String(repeating: "long ", count: 2_000))", response: "a")])]) |> judged(by: judge, max: 60tokens)"#
    )
    #expect(made.count == 5)
    for row in made {
      let rating = try Int(recipeValue: row["rating"] ?? .none)
      let status = rating == 0 ? "undecided" : rating >= 4 ? "accepted" : "rejected"
      #expect(row["status"] == .text(status) && (0...5).contains(rating))
    }
    #expect(made.last?["status"] == .text("undecided"))
  }

  @Test func aWinCountsOnlyInBothOrders() throws {
    let pairs = (0..<6).map {
      "(prompt: \"p\($0)\", first: \"a\($0)\", second: \"\($0 == 5 ? "a5" : "b")\")"
    }
    let here = try rows(
      "rows([\(pairs.joined(separator: ", "))]) |> compared(by: judge, max: 60tokens)")
    let there = try rows(
      "rows([\(pairs.joined(separator: ", "))]) |> rename(first: .second, second: .first) |> compared(by: judge, max: 60tokens)"
    )
    let scores = try here.map { try Double(recipeValue: $0["score"] ?? .none) }
    let swapped = try there.map { try Double(recipeValue: $0["score"] ?? .none) }
    #expect(zip(scores, swapped).allSatisfy { $0 + $1 == 1 })
    // Equal answers tie whatever the judge thinks of places.
    #expect(scores[5] == 0.5)
  }

  @Test func mtBenchMarksBothTurns() throws {
    let made = try rows(
      #"rows([(category: "math", turns: ["1 + 1?", "And 2?"], reference: ["2", "4"]), (category: "writing", turns: ["a", "b"], reference: [])]) |> mt_bench(m, by: judge, max: 6tokens)"#
    )
    for row in made {
      let marks = try ["mark_1", "mark_2"].map { try Int(recipeValue: row[$0] ?? .none) }
      #expect(marks.allSatisfy { (1...10).contains($0) })
      #expect(row["mark"] == .float(Double(marks[0] + marks[1]) / 2))
    }
  }

  /// The whole of `recipes/openbezoar.recipe` on real rows, as small as can be.
  @Test(.enabled(if: SharedFiles.folder != nil, "needs the shared rows"))
  func openBezoarRunsFromEndToEnd() throws {
    let folder = try Recipes.temporaryFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let saved = Ran(Self.models + "save(m, to: \"student\")", in: folder)
    try #require(saved.exitCode == 0, "\(saved.said)")
    let recipe = Recipes.root.appending(path: "recipes/openbezoar.recipe")
    let given = [
      "base": "student", "teacher_model": "student", "judge_model": "student",
      "dolly": try #require(SharedFiles.file("data/dolly-hhrlhf/dolly_hhrlhf_train_small.jsonl"))
        .path,
      "hh": try #require(SharedFiles.file("data/hh-rlhf/helpful-base")).path, "seeds": "12",
      // Noise is rated at random.
      "threshold": "1", "pairs": "4", "held": "4", "duels": "2", "answer": "8tokens",
      "longest": "1024tokens", "to": "out", "qlora": "false",
      // To such a judge all instructions of Evol-Instruct are the same, so that none passes.
      "order": "lamini orca",
    ]
    let ran = Ran(
      try String(contentsOf: recipe, encoding: .utf8), named: "openbezoar.recipe", in: folder,
      given: given.map { GivenParameter($0.key, $0.value) })
    #expect(ran.exitCode == 0, "\(ran.said)")
    let table = try String(contentsOf: folder.appending(path: "out/results.csv"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",").first ?? "" }
    #expect(table == ["checkpoint", "start", "lamini", "orca", "hh-sft", "dpo"])
  }
}
