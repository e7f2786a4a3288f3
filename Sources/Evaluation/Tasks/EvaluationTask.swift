import Datasets
import Vocabulary

/// Questions with what counts as a right answer: what lm-evaluation-harness calls a task.
///
/// With choices, the model is shown each of them and the likeliest counts; without, it writes an
/// answer that is compared, or an answer is held before it that it might have written.
public struct EvaluationTask: OpaqueValue, RecipeValue {
  public static let typeName = "Task"
  public static var recipeType: RecipeType { .opaque(typeName, []) }

  /// How the model answers; the type of a task says it, so that reports are typed.
  public enum Kind: String, Sendable {
    case choices, answers
    /// Choices of which several are true: the share of their probability counts besides.
    case truths
    /// Whether greedy writing would give the answer, and how likely it is.
    case continuations

    var type: RecipeType { .opaque(EvaluationTask.typeName, [.choice([rawValue])]) }
  }

  let name: String
  let data: Dataset
  let ask: RowExpression<String>
  let choices: RowExpression<[String]>?
  /// What stands after each choice: its likelihood is compared, and the choice belongs to the question.
  let ending: RowExpression<String>?
  let score: Scoring
  let form: TaskForm
  /// Where shots come from; nil for the other rows of the task.
  let examples: Dataset?

  var kind: Kind { Kind(score.rule, hasChoices: choices != nil) }
  public var recipeType: RecipeType { kind.type }

  public var canonical: String {
    "\(data.canonical) \(ask.function.canonical) \(choices?.function.canonical ?? "none") "
      + "\(ending.map { "ending \($0.function.canonical) " } ?? "")"
      + "\(score.canonical) \(form) \(examples?.canonical ?? "none")"
  }

  public var display: Display {
    let first = data.rows.first.flatMap { try? ask($0) } ?? ""
    return .record([
      ("task", .text(name)), ("rows", .text(String(data.count))),
      ("answers", .text(answers)),
      ("asks", .text(first)),
    ])
  }

  private var answers: String {
    switch kind {
    case .choices, .truths: "the likeliest choice"
    case .answers: "written, \(score.words)"
    case .continuations: score.words
    }
  }

  static let members = [RecordField("name", .text), RecordField("count", .int)]

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "name": .text(self.name)
    case "count": .int(data.count)
    default: nil
    }
  }
}

/// The text around questions and answers.
struct TaskForm: Sendable, Hashable {
  /// What stands before everything, once.
  var preface: String?
  /// What stands between a question and its answer.
  var between: String
  /// How long a written answer may get, in tokens, and the texts that end it.
  var maximum: Int
  var stop: [String]

  /// What stands between two shots.
  static let border = "\n\n"
}

extension EvaluationTask.Kind {
  fileprivate init(_ rule: Scoring.Rule, hasChoices: Bool) {
    self =
      switch rule {
      case .truths: .truths
      case .likeliest: .continuations
      case .exact, .number: hasChoices ? .choices : .answers
      }
  }
}

extension Primitive {
  public static let task = Primitive(
    "task", "Questions with what counts as a right answer, for `evaluate`.", in: .evaluation,
    cost: .light, typing: .derived(taskType),
    examples: [
      #"rows([(q: "1 + 1 =", a: "2")]) |> task(ask: .q, score: exact(.a))"#,
      #"rows([(q: "Sky?", options: ["blue", "red"], label: 0)]) |> task(ask: .q, choices: .options, score: exact(.label))"#,
    ],
    Parameter<Dataset>.subject("rows", "The rows, one question each."),
    Parameter<RowExpression<String>>(
      "ask", "The text of a question, up to where its answer begins."),
    Parameter<RowExpression<[String]>?>(
      "choices", "The answers to choose from; without them the model writes its own."),
    Parameter<RowExpression<String>?>(
      "ending", "What follows each choice: it is scored, and the choices are parts of the question."
    ),
    Parameter<Scoring>(
      "score", "What is right, by `exact`, `truths`, `number_match` or `likeliest`."),
    Parameter<String?>("name", "What reports call it; the name that the recipe gives it."),
    Parameter<String?>("preface", "What stands before the first question, once."),
    Parameter("between", "What stands between a question and its answer.", default: " "),
    Parameter<Dataset?>(
      "examples",
      "Rows that shots come from, first ones first; else they are other rows of the task."),
    Parameter("max", "How long a written answer may get.", default: TokenCount(256)),
    Parameter("stop", "Texts that end a written answer.", default: ["\n\n"])
  ) { context, data, ask, choices, ending, score, name, preface, between, examples, maximum, stop in
    EvaluationTask(
      name: name ?? context.label, data: data, ask: ask, choices: choices,
      ending: ending, score: score,
      form: TaskForm(preface: preface, between: between, maximum: maximum.count, stop: stop),
      examples: examples)
  }

  @Sendable private static func taskType(_ call: CallSite) throws -> RecipeType {
    let hasChoices = call.type("choices") != .none
    guard case .opaque(let value)? = call.value("score"), let scoring = value as? Scoring else {
      return (hasChoices ? EvaluationTask.Kind.choices : .answers).type
    }
    switch (scoring.rule, hasChoices) {
    case (.number, true), (.likeliest, true):
      throw Complaints(
        Complaint(
          .invalidValue, at: "score", "a choice is not \(scoring.words)",
          label: "this is for answers without choices",
          notes: ["With `choices`, say which is right: score: exact(.label)."]))
    case (.truths, false):
      throw Complaints(
        Complaint(
          .invalidValue, at: "score", "without choices none of them is true",
          label: "`truths` says which choices are", notes: ["Give the `choices`."]))
    case (.exact, _), (.number, false), (.truths, true), (.likeliest, false):
      return EvaluationTask.Kind(scoring.rule, hasChoices: hasChoices).type
    }
  }
}

extension Library {
  /// The types that evaluation brings.
  public static let evaluationTypes: [TypeEntry] = [
    TypeEntry("Metric", "What to measure of a model."),
    TypeEntry(EvaluationTask.typeName, "Questions with what counts as a right answer.", arity: 1) {
      _ in EvaluationTask.members
    },
    TypeEntry(Scoring.typeName, "What counts as a right answer."),
  ]
}
