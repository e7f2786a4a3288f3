import Datasets
import Models
import Tensors
import Training
import Vocabulary

extension Vocabulary.Primitive {
  public static let score = Vocabulary.Primitive(
    "score",
    "Rows with what a model says of their answers: the outputs of a reward model, or the "
      + "log-probability of each answer as `logp`; for pairs under `chosen_…` and `rejected_…`.",
    in: .evaluation, cost: .heavy, typing: .derived(ScoredRows.scoredType),
    examples: [
      #"rows([(prompt: "a", response: "b")]) |> score(with: \#(tinyModel))"#,
      #"rows([(prompt: "a", chosen: "b", rejected: "c")])"#
        + #" |> score(with: \#(tinyModel) |> attach(reward_head()))"#,
    ],
    Parameter<Dataset>.subject("rows", "Rows with prompt and response, or chosen and rejected."),
    Parameter<LanguageModel>("with", "The model."),
    Parameter(
      "length", "The longest sequence; longer ones are cut at the end.", default: TokenCount(1024))
  ) { context, data, model, length in
    try ScoredRows(model, context, length: length.count).scored(data)
  }
}

/// Answers of rows scored by a model, batch by batch.
struct ScoredRows {
  let model: LanguageModel
  let context: RunContext
  let length: Int
  let pool: WorkerPool

  init(_ model: LanguageModel, _ context: RunContext, length: Int) {
    self.model = model
    self.context = context
    self.length = length
    pool = WorkerPool(count: context.threads)
  }

  func scored(_ data: Dataset) throws -> Dataset {
    let role = Self.role(of: data.columns)
    let rows = try EncodedRows(data, for: role, model: model, length: length, step: "score")
    context.report(.ledger(rows.ledger))
    let scores = try scores(rows.examples)
    let labels = Self.labels(role, model.head?.names)
    let added = labels.map { RecordField($0, .float) }
    let kept = data.columns.filter { !labels.contains($0.label) }
    let columns = kept + added
    return Dataset(
      columns: columns,
      rows: zip(rows.places, scores).map { place, numbers in
        Record(
          labels: columns.map(\.label),
          values: kept.map { data.rows[place][$0.label] ?? .none } + numbers.map(Value.float))
      })
  }

  /// For each example the numbers of its first answer, then those of its second.
  private func scores(_ examples: [Example]) throws -> [[Double]] {
    func tell(_ done: Int) throws {
      if context.isPausing() { throw Paused(place: "after \(done) of \(examples.count) rows") }
      context.report(
        .progress(
          Progress(label: context.label, done: done, total: examples.count, unit: "rows")))
    }
    guard model.head == nil else {
      return try RewardScorer(model, pool: pool).rewards(examples, progress: tell)
        .map { $0.joined().map(Double.init) }
    }
    return try Scorer(model, pool: pool).logProbabilities(examples, progress: tell)
      .map { $0.map { tokens in tokens.reduce(0) { $0 + Double($1) } } }
  }

  private static func role(of columns: [RecordField]) -> Loss.Role {
    let labels = columns.map(\.label)
    return labels.contains("chosen") && labels.contains("rejected") ? .pair : .single
  }

  private static func labels(_ role: Loss.Role, _ outputs: [String]?) -> [String] {
    let names = outputs ?? ["logp"]
    switch role {
    case .single: return names
    case .group: return []
    case .pair: return ["chosen", "rejected"].flatMap { side in names.map { "\(side)_\($0)" } }
    }
  }

  /// The rows with the columns that scoring adds, if they have what it reads.
  @Sendable static func scoredType(_ call: CallSite) throws -> RecipeType {
    guard let fields = call.row("rows").fields else { return .data(.any) }
    let role = role(of: fields)
    let labels = fields.map(\.label)
    let missing = role == .pair ? ["prompt"] : ["prompt", "response"]
    let absent = labels.contains("messages") ? [] : missing.filter { !labels.contains($0) }
    guard absent.isEmpty else {
      throw Complaints(
        Complaint(
          .missingColumns(absent, found: labels), at: "rows",
          "this dataset lacks columns that `score` reads",
          notes: ["It reads prompt and response, or prompt, chosen and rejected."]))
    }
    let added = Self.labels(role, call.model("with").outputs)
    return .data(
      .record(
        fields.filter { !added.contains($0.label) } + added.map { RecordField($0, .float) }))
  }
}
