import Datasets
import Evaluation
import Foundation
import JSON
import Language
import Models
import Syntax
import Tensors
import TestSupport
import Testing
import Vocabulary

/// Tasks as lm-evaluation-harness defines them.
@Suite("Tasks")
struct TaskTests {
  @Test("Choices are compared plainly, by characters and by bytes")
  func choices() throws {
    // reference/vectors.json, eval.multiple_choice, computed with lm-evaluation-harness's rules.
    let item = TaskPrompts.Item(
      question: "", choices: ["a long answer text", "short", "café crème"], right: [0], gold: "")
    let report = ChoiceReport([[-12.0, -10.5, -11.0]], [item]).record
    #expect(report["acc"] == .float(0))
    #expect(report["acc_norm"] == .float(1))
    #expect(report["acc_bytes"] == .float(1))
    #expect(report["count"] == .int(1))
  }

  @Test("The mass of true choices is their share of all probability")
  func truths() throws {
    // reference/vectors.json, eval.truthfulqa_mc.
    let item = TaskPrompts.Item(
      question: "", choices: ["a", "b", "c", "d"], right: [0, 1], gold: "")
    let record = ChoiceReport([[-5, -6, -4, -7]], [item]).recordOfTruths
    #expect(record["acc"] == .float(0))
    #expect(record["truth_mass"] == .float(0.32402713683194273))
  }

  @Test("Of equal likelihoods the first choice counts")
  func ties() {
    let item = TaskPrompts.Item(question: "", choices: ["ab", "cd"], right: [1], gold: "")
    #expect(ChoiceReport([[-3, -3]], [item]).record["acc"] == .float(0))
  }

  @Test("The standard error is that of a mean of zeros and ones")
  func standardError() {
    // reference/vectors.json, stats.accuracy_stderr.
    let share = Share(Array(repeating: true, count: 7) + Array(repeating: false, count: 3))
    #expect(abs(share.value - 0.7) < 1e-12)
    #expect(abs(share.error - 0.15275252316519466) < 1e-12)
    #expect(Share([true]).error == 0)
  }

  @Test(
    "Numbers are found as GSM8K's filters find them",
    arguments: [
      ("She makes $18 every day.", nil, "18"), ("16 - 3 = 13, so 13.", nil, "13"),
      ("It is $1,234.50!", nil, "1234.50"), ("minus -5", nil, "-5"), ("none", nil, nil),
      ("#### 72\n\n#### 9", "####", "72"), ("the answer is 72", "####", nil),
      ("#### 1,000.", "####", "1000"), ("16-3", nil, "-3"), ("a. b, c", nil, nil),
    ] as [(String, String?, String?)])
  func numbers(_ text: String, _ mark: String?, _ expected: String?) {
    #expect(AnswerNumber(in: text, after: mark)?.text == expected)
  }

  @Test("A gold answer is the number after its mark, or its last one")
  func gold() {
    #expect(AnswerNumber(gold: "9 * 2 = 18\n#### 18")?.text == "18")
    #expect(AnswerNumber(gold: "18")?.text == "18")
    #expect(AnswerNumber(gold: "eighteen") == nil)
  }

  @Test("Likelihoods, shares and answers are those of lm-evaluation-harness", arguments: [0, 2])
  func harness(_ shots: Int) throws {
    let golden = try JSONValue(file: HarnessRows.file)
    let rows = HarnessRows(golden)
    for run in golden["runs"]?.list ?? [] where run["shots"]?.int == shots {
      if run["kind"]?.text == "choices" {
        try compareChoices(run, rows)
      } else {
        try compareAnswers(run, rows)
      }
    }
  }

  private func compareChoices(_ run: JSONValue, _ rows: HarnessRows) throws {
    let shots = try #require(run["shots"]?.int)
    let task = try rows.task(hasChoices: true)
    let taskRun = TaskRun(
      try rows.model(), TaskPrompts(task: task, shots: shots), HarnessRows.context)
    let found = try taskRun.likelihoods()
    let expected = (run["loglikelihoods"]?.list ?? []).map(\.doubles)
    #expect(expected.count == rows.count)
    for (row, (mine, theirs)) in zip(found, expected).enumerated() {
      #expect(mine.count == theirs.count)
      for (a, b) in zip(mine, theirs) {
        #expect(abs(a - b) < 1e-3 + 1e-4 * abs(b), "row \(row): \(mine), not \(theirs)")
      }
    }
    let report = try rows.evaluate(task, shots: shots)
    for metric in ["acc", "acc_norm", "acc_bytes"] {
      #expect(
        report[metric]?.source == run["metrics"]?[metric]?.double.map { Value.float($0).source })
    }
  }

  private func compareAnswers(_ run: JSONValue, _ rows: HarnessRows) throws {
    let shots = try #require(run["shots"]?.int)
    let task = try rows.task(hasChoices: false, answers: run["answers"]?.list?.compactMap(\.text))
    #expect(try rows.evaluate(task, shots: shots)["acc"] == .float(1))
  }
}

/// The rows that the harness was run on, as a task for the tiny model.
private struct HarnessRows {
  static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden/harness.json")
  static let context = RunContext(directory: FileManager.default.temporaryDirectory, threads: 2)

  private let golden: JSONValue
  init(_ golden: JSONValue) { self.golden = golden }

  var count: Int { golden["rows"]?.list?.count ?? 0 }

  func model() throws -> LanguageModel {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try LanguageModel(opening: root.appending(path: "stdlib/tiny"))
  }

  private func dataset(_ part: String, answers: [String]? = nil) -> Dataset {
    let rows = (golden[part]?.list ?? []).enumerated().map { place, row in
      let options = row["options"]?.list?.compactMap(\.text) ?? []
      let label = row["label"]?.int ?? 0
      return Record([
        ("question", .text(row["question"]?.text ?? "")),
        ("options", .list(options.map { .text($0) })), ("label", .int(label)),
        ("answer", .text(answers?[place] ?? options[label])),
      ])
    }
    return Dataset(rows: rows)
  }

  func task(hasChoices: Bool, answers: [String]? = nil) throws -> EvaluationTask {
    func column(_ name: String) -> Value {
      .function(
        Function(canonical: name, columns: [name]) { row in
          guard case .record(let record) = row else { return .none }
          return record[name] ?? .none
        })
    }
    let exact = try #require(Primitive.scorings.first { $0.name == "exact" })
    let score = try exact.run(
      Record([("gold", column(hasChoices ? "label" : "answer"))]), in: HarnessRows.context)
    var arguments: [(String, Value)] = [
      ("rows", dataset("rows", answers: answers).recipeValue), ("ask", column("question")),
      ("score", score), ("examples", dataset("examples").recipeValue),
      ("max", .quantity(Quantity(12, .tokens))),
    ]
    if hasChoices { arguments.append(("choices", column("options"))) }
    return try EvaluationTask(
      recipeValue: Primitive.task.run(Record(arguments), in: HarnessRows.context))
  }

  func evaluate(_ task: EvaluationTask, shots: Int) throws -> Record {
    try Record(
      recipeValue: Primitive.evaluate.run(
        Record([
          ("model", try model().recipeValue), ("on", task.recipeValue), ("shots", .int(shots)),
        ]), in: HarnessRows.context))
  }
}
