import Datasets
import Models
import Vocabulary

extension Primitive {
  public static let evaluate = Primitive(
    "evaluate", "Measures a model on rows with prompt and response.", in: .evaluation,
    cost: .heavy, typing: .derived(reportType),
    outline: { call in
      if let complaint = call.tooLong("length", for: call.model("model")) {
        throw Complaints(complaint)
      }
      return nil
    },
    examples: [
      #"\#(tinyModel) |> evaluate(on: rows([(prompt: "a", response: "b")]), metrics: (loss: nll()))"#
    ],
    Parameter<LanguageModel>.subject("model", "The model."),
    Parameter<Dataset>("on", "The rows.", use: .judged),
    Parameter<Record>("metrics", "Named metrics, as (loss: nll(), ppl: perplexity())."),
    Parameter(
      "length", "The longest sequence; longer ones are cut at the end.", default: TokenCount(1024))
  ) { context, model, rows, metrics, length in
    let kinds = try metrics.values.map(Metric.init(recipeValue:))
    let values = try Measurement(model, context, length: length.count).values(kinds, on: rows)
    return Record(Array(zip(metrics.labels, values.map(Value.float))))
  }

  @Sendable private static func reportType(_ call: CallSite) throws -> RecipeType {
    guard let fields = call.type("metrics").fields else { return .record([]) }
    for field in fields where !Metric.recipeType.accepts(field.type) {
      throw Complaints(
        Complaint(
          .wrongType(found: field.type, expected: Metric.recipeType), at: "metrics",
          "`\(field.label)` is not a metric", label: "`\(field.label)` is \(field.type)",
          notes: ["Metrics are made by nll(), perplexity(), token_accuracy(), exact_match()."]))
    }
    if let columns = call.row("on").fields?.map(\.label), !columns.contains("messages") {
      let missing = ["prompt", "response"].filter { !columns.contains($0) }
      guard missing.isEmpty else {
        throw Complaints(
          Complaint(
            .missingColumns(missing, found: columns), at: "on",
            "this dataset lacks columns that `evaluate` reads",
            label: "has: " + columns.joined(separator: ", ")))
      }
    }
    return .record(fields.map { RecordField($0.label, .float) })
  }
}
