import Datasets
import Evaluation
import Foundation
import JSON
import Language
import Models
import Syntax
import TestSupport
import Testing
import Vocabulary

/// Log-likelihoods of SmolLM2 against those of lm-evaluation-harness on the same rows, with the tasks
/// of the library.
///
/// `Golden/smollm2_harness.json` names rows of the shared folder. Two of each task are compared here;
/// ROUX_HARNESS_ROWS=200 compares all of them, and what the harness tells of them, and prints the
/// account.
@Suite("SmolLM2 and lm-evaluation-harness", .enabled(if: HarnessTasks.areThere, "rows are absent"))
struct SmolLM2HarnessTests {
  @Test("The same choice is made, with the same log-likelihoods", arguments: HarnessTasks.names)
  func same(_ name: String) throws {
    let golden = try JSONValue(file: HarnessTasks.golden)
    let expected = try #require(golden["tasks"]?[name])
    let run = try HarnessTasks.run(name, expected)
    var found: [[Double]] = []
    var greedy: [Bool] = []
    var report = Record([])
    let time = try ContinuousClock().measure {
      if name == "lambada" {
        let told = try run.continuations()
        (found, greedy) = (told.map { [$0.likelihood] }, told.map(\.isGreedy))
        report = ContinuationReport(told).record
      } else {
        found = try run.likelihoods()
      }
    }
    if name != "lambada" { report = try run.report(of: found) }
    var theirs = (expected["loglikelihoods"]?.list ?? []).prefix(HarnessTasks.count).map(\.doubles)
    try #require(found.count == theirs.count)
    // The sums of long answers are known to no more than 2e-3 in float32.
    for exact in (expected["float64"]?.list ?? []).map(\.doubles) where Int(exact[0]) < theirs.count
    {
      theirs[Int(exact[0])][Int(exact[1])] = exact[2]
    }
    let worst = zip(found.joined(), theirs.joined()).map { abs($0 - $1) }.max() ?? .infinity
    let greedyOfTheirs = (expected["greedy"]?.list ?? []).map { $0.bool ?? false }
    let agreeing =
      greedy.isEmpty
      ? zip(found, theirs).count { $0.likeliest == $1.likeliest }
      : zip(greedy, greedyOfTheirs).count { $0 == $1 }
    for (row, (mine, theirs)) in zip(found, theirs).enumerated()
    where zip(mine, theirs).contains(where: { abs($0 - $1) > 2e-3 }) {
      print("\(name), row \(row): \(mine), not \(theirs)")
    }
    print(
      "\(name): \(agreeing) of \(found.count) rows alike, largest difference \(worst), "
        + "\(Double(found.count) / (time / .seconds(1))) rows/s")
    #expect(worst <= 2e-3)
    #expect(Double(agreeing) >= 0.995 * Double(found.count))
    if found.count == expected["loglikelihoods"]?.list?.count {
      try compare(report, with: Array(#require(expected["metrics"]?.object).pairs), of: name)
    }
  }

  /// What is told of all rows: `acc`, `acc_norm` and perplexity to three digits.
  private func compare(_ report: Record, with theirs: [(String, JSONValue)], of name: String) throws
  {
    for (metric, value) in theirs {
      guard case .float(let mine)? = report[metric] else {
        Issue.record("\(name): nothing is told of \(metric)")
        continue
      }
      let expected = try #require(value.double)
      print("\(name): \(metric) \(mine), theirs \(expected)")
      #expect(abs(mine - expected) < 5e-4 * max(1, expected), "\(name): \(metric)")
    }
  }
}

extension [Double] {
  fileprivate var likeliest: Int? { self.max().flatMap(firstIndex) }
}

/// The tasks of the comparison, written with the library.
private enum HarnessTasks {
  static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/smollm2_harness.json")
  static let areThere = SmolLM2.file != nil && SharedFiles.file("data/llm-eval") != nil
  static let count =
    ProcessInfo.processInfo.environment["ROUX_HARNESS_ROWS"].flatMap { Int($0) } ?? 2

  private static let tasks = [
    "arc_easy": "gauntlet()", "piqa": "gauntlet()",
    "openbook_qa": "task(ask: .query, choices: .choices, score: exact(.gold))",
    "winogrande": "gauntlet_schema()", "lambada": "lambada()", "mmlu": "mmlu(",
  ]
  /// Those that the harness was run on.
  static let names: [String] = {
    let found = try? JSONValue(file: golden)["tasks"]
    return tasks.keys.filter { found?[$0] != nil }.sorted()
  }()

  static func run(_ name: String, _ golden: JSONValue) throws -> TaskRun {
    let folder = try #require(SharedFiles.file("data"))
    func rows(_ key: String) throws -> String {
      let path = folder.appending(path: try #require(golden[key]?.text))
      return path.pathExtension == "csv" ? try letters(path) : "jsonl(\"\(path.path)\")"
    }
    var call = tasks[name] ?? ""
    if name == "mmlu" { call += "subject: \"astronomy\", examples: \(try rows("shots")))" }
    let task = try EvaluationTask(
      recipeValue: value("\(try rows("rows")) |> take(\(count)) |> \(call)"))
    let model = try LanguageModel(opening: #require(SmolLM2.file))
    return TaskRun(
      model, TaskPrompts(task: task, shots: golden["count"]?.int ?? 0),
      RunContext(directory: folder, threads: 2))
  }

  /// Questions of MMLU, whose files have no header and answers as letters.
  private static func letters(_ file: URL) throws -> String {
    let named = FileManager.default.temporaryDirectory.appending(path: file.lastPathComponent)
    let text = try String(contentsOf: file, encoding: .utf8)
    try "question,a,b,c,d,key\n\(text)".write(to: named, atomically: true, encoding: .utf8)
    return """
      (csv("\(named.path)", row: (question: Text, a: Text, b: Text, c: Text, d: Text, key: Text)) \
      |> select(question: .question, choices: [.a, .b, .c, .d], \
      answer: position(["A", "B", "C", "D"], of: .key)))
      """
  }

  private static func value(_ expression: String) throws -> Value {
    let program = Program(
      SourceText(name: "t.recipe", "it = \(expression)"), lexicon: lexicon,
      directory: FileManager.default.temporaryDirectory)
    for diagnostic in program.diagnostics {
      let text = DiagnosticRenderer(usesColor: false, width: 100)
        .render(diagnostic, in: program.source)
      Issue.record("\(text)")
    }
    let context = RunContext(directory: FileManager.default.temporaryDirectory)
    return try Runner(context: context).value(program.value(of: "it") ?? .none, of: program)
  }

  private static func source(_ name: String) -> Library.Source {
    let file = SharedFiles.root.appending(path: "stdlib/\(name)")
    return .init(name: name, text: (try? String(contentsOf: file, encoding: .utf8)) ?? "")
  }

  private static let lexicon = Lexicon(
    Library(
      primitives: [
        .jsonl, .csv, .take, .select, .task, .splitText, .joinTexts, .trim, .capitalise, .replace,
        .removeBetween, .text, .parseNumber, .round, .contains, .characters, .lower, .words,
        .length, .first, .last, .startsWith, .endsWith, .upper,
      ] + Primitive.lists + Primitive.scorings,
      types: Library.evaluationTypes, sources: [source("prompts.recipe"), source("tasks.recipe")]))
}
