import Datasets
import Models
import Vocabulary

extension Primitive {
  public static let evaluate = Primitive(
    "evaluate", "Measures a model on a task, or on rows: the score of each metric.",
    in: .evaluation, cost: .heavy, typing: .derived(reportType),
    outline: { call in
      if let complaint = call.tooLong("length", for: call.modelOutline("model")) {
        throw Complaints(complaint)
      }
      return nil
    },
    examples: [
      #"\#(tinyModel) |> evaluate(on: rows([(prompt: "a", response: "b")]), metrics: (loss: nll()))"#,
      #"\#(tinyModel) |> evaluate(on: rows([(q: "a", options: ["b", "c"], label: 0)]) |> task(ask: .q, choices: .options, score: exact(.label)))"#,
    ],
    Parameter<LanguageModel>.subject("model", "The model."),
    Parameter<Either<Dataset, EvaluationTask>>("on", "The task, or the rows.", use: .judged),
    Parameter<Record?>("metrics", "Of rows: named metrics, as (loss: nll(), ppl: perplexity())."),
    Parameter(
      "length", "Of rows: the longest sequence; longer ones are cut at the end.",
      default: TokenCount(1024)),
    Parameter(
      "shots", "Of a task: how many answered questions stand before each.", default: 0,
      .within(0...1000)),
    Parameter(
      "chat", "Of a task: whether questions go through the model's chat template.", default: false),
    Parameter("seed", "Of a task: another seed, other shots.", default: 0)
  ) { context, model, data, metrics, length, shots, chat, seed in
    switch data {
    case .first(let rows):
      let measures = try Measures(
        model, on: rows, metrics ?? Record(), context, length: length.count)
      return Record(measures.metrics.map { ($0.name, .float($0.score)) })
    case .second(let task):
      let prompts = TaskPrompts(task: task, shots: shots, seed: seed, isChat: chat)
      return try TaskRun(model, prompts, context).report()
    }
  }

  public static let measure = Primitive(
    "measure",
    "Measures a model as `evaluate` does and keeps what each row gave: scores with intervals.",
    in: .evaluation, cost: .heavy,
    typing: .derived { .opaque(Measures.typeName, [.record(try scores($0))]) },
    examples: [
      #"\#(tinyModel) |> measure(on: rows([(prompt: "a", response: "b")]), metrics: (loss: nll()))"#
    ],
    Parameter<LanguageModel>.subject("model", "The model."),
    Parameter<Dataset>("on", "The rows.", use: .judged),
    Parameter<Record>("metrics", "Named metrics, as (loss: nll(), ppl: perplexity())."),
    Parameter(
      "length", "The longest sequence; longer ones are cut at the end.", default: TokenCount(1024))
  ) { context, model, rows, metrics, length in
    try Measures(model, on: rows, metrics, context, length: length.count)
  }

  public static let difference = Primitive(
    "difference",
    "By how much scores differ from another model's on the same rows: a paired bootstrap.",
    in: .evaluation, cost: .light,
    examples: [
      #"difference(\#(measured(1)), from: \#(measured(2)), resamples: 50)"#
    ],
    Parameter<Measures>.subject("measures", "What `measure` found of one model."),
    Parameter<Measures>("from", "What it found of another with the same metrics and rows."),
    Parameter("resamples", "How often rows are drawn.", default: 1_000, .atLeast(10)),
    Parameter("seed", "Another seed, other draws.", default: 0, .atLeast(0))
  ) { _, measures, other, resamples, seed in
    try measures.difference(
      from: other, Bootstrap(resamples: resamples, seed: UInt64(seed)))
  }

  public static let sideBySide = Primitive(
    "side_by_side", "Scores of several models as one table, with half the width of each interval.",
    in: .evaluation, cost: .light, typing: .fixed(.data(.any)),
    examples: ["side_by_side(first: \(measured(1)), second: \(measured(2)))"],
    Parameter<Labelled<Measures>>("measures", "What `measure` found of each model, by its name.")
  ) { _, measures in
    let names = measures.entries.first?.value.metrics.map(\.name) ?? []
    let rows = names.map { name -> Record in
      var row = Record([("metric", .text(name))])
      for (label, found) in measures.entries { row[label] = .text(found.cell(name)) }
      return row
    }
    return Dataset(rows: rows)
  }

  private static func measured(_ seed: Int) -> String {
    #"measure(\#(tinyModel.replacingSeed(seed)), on: rows([(prompt: "a", response: "b")]), "#
      + "metrics: (loss: nll()))"
  }

  @Sendable private static func reportType(_ call: CallSite) throws -> RecipeType {
    if case .opaque(EvaluationTask.typeName, let kind) = call.type("on") {
      guard call.type("metrics") == .none else {
        throw Complaints(
          Complaint(
            .invalidValue, at: "metrics", "a task says itself what is measured",
            label: "leave this out", notes: ["`metrics` belong to rows."]))
      }
      return .record(reportFields(kind))
    }
    guard call.type("metrics") != .none else {
      throw Complaints(
        Complaint(
          .missingArgument("metrics"), "`evaluate` needs `metrics` where it gets rows",
          label: "what to measure?",
          notes: ["For example metrics: (loss: nll(), ppl: perplexity())."]))
    }
    return .record(try scores(call))
  }

  private static func reportFields(_ kind: [RecipeType]) -> [RecordField] {
    guard case .choice(let names)? = kind.first,
      let kind = names.first.flatMap(EvaluationTask.Kind.init)
    else { return [] }
    func shares(_ names: [String]) -> [RecordField] {
      names.flatMap { [RecordField($0, .float), RecordField("\($0)_stderr", .float)] }
    }
    let count = RecordField("count", .int)
    return switch kind {
    case .choices: shares(["acc", "acc_norm", "acc_bytes"]) + [count]
    case .answers: shares(["acc"]) + [count]
    case .truths: shares(["acc", "acc_norm", "acc_bytes"]) + [count] + shares(["truth_mass"])
    case .continuations: shares(["acc"]) + [RecordField("perplexity", .float), count]
    }
  }

  /// The scores that come out, if the rows have what the metrics read.
  @Sendable private static func scores(_ call: CallSite) throws -> [RecordField] {
    guard let fields = call.type("metrics").fields else { return [] }
    for field in fields where !Metric.recipeType.accepts(field.type) {
      throw Complaints(
        Complaint(
          .wrongType(found: field.type, expected: Metric.recipeType), at: "metrics",
          "`\(field.label)` is not a metric", label: "`\(field.label)` is \(field.type)",
          notes: ["Metrics are made by nll(), perplexity(), token_accuracy(), exact_match()."]))
    }
    try checkSubject(call)
    try checkColumns(call)
    return fields.map { RecordField($0.label, .float) }
  }

  /// A reward model has rewards alone, and a language model none.
  private static func checkSubject(_ call: CallSite) throws {
    guard case .record(let record)? = call.value("metrics") else { return }
    let outputs = call.model("model").outputs
    for case (let name, .opaque(let metric as Metric)) in record.pairs {
      switch (metric.subject, outputs) {
      case (.language, _?): try call.refuseHead("model")
      case (.reward, nil):
        throw Complaints(
          Complaint(
            .doesNotFit, at: "metrics", "`\(name)` reads what a reward head gives",
            label: "the model wears none",
            notes: ["Train one: model |> attach(reward_head()) |> train(…)."]))
      case (_, let outputs?):
        if let problem = metric.problem(with: outputs) {
          throw Complaints(
            Complaint(
              .doesNotFit, at: "metrics", "`\(name)` \(problem)",
              label: "the head gives " + outputs.joined(separator: ", ")))
        }
      case (.language, nil), (.either, nil): break
      }
    }
  }

  private static func checkColumns(_ call: CallSite) throws {
    guard let columns = call.row("on").fields?.map(\.label) else { return }
    var wanted = ["prompt"]
    if case .record(let record)? = call.value("metrics") {
      for case .opaque(let metric as Metric) in record.values {
        wanted += metric.columns.filter { !wanted.contains($0) }
      }
    }
    let isConversation = columns.contains("messages") && !wanted.contains("chosen")
    let missing = wanted.filter { !columns.contains($0) }
    guard missing.isEmpty || isConversation else {
      throw Complaints(
        Complaint(
          .missingColumns(missing, found: columns), at: "on",
          "this dataset lacks columns that its metrics read",
          label: "has: " + columns.joined(separator: ", ")))
    }
  }
}

extension String {
  /// The example model with other weights.
  fileprivate func replacingSeed(_ seed: Int) -> String { dropLast() + ", seed: \(seed))" }
}
