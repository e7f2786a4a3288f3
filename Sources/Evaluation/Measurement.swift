import Datasets
import Models
import Tensors
import Training
import Vocabulary

/// One evaluation of a model on rows with prompt and response.
struct Measurement {
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

  /// The value of each metric, in their order.
  func values(_ metrics: [Metric], on data: Dataset) throws -> [Double] {
    let rows = try EncodedRows(data, for: .single, model: model, length: length, step: "rows")
    if rows.ledger.kept < rows.ledger.read { context.report(.ledger(rows.ledger)) }
    guard !rows.examples.isEmpty else {
      throw DataError(
        path: "evaluate",
        problem: "none of the \(data.count) rows can be scored: "
          + rows.ledger.entries.map { "\($0.count) \($0.reason)" }.joined(separator: ", "),
        advice: "Look at the rows with take(3); is `length:` long enough for the prompts?")
    }
    let sums = try metrics.contains(where: \.isScored) ? sums(rows.examples) : TargetSums()
    return try metrics.map { metric in
      if let value = sums.value(metric) { return value }
      switch metric {
      case .exactMatch(let maximum): return try exactMatch(data, rows, maximum)
      case .negativeLogLikelihood, .perplexity, .tokenAccuracy: return .nan
      }
    }
  }

  private func sums(_ examples: [Example]) throws -> TargetSums {
    let batches = examples.grouped(tokens: 1024).map { (count: $0.count, batch: Batch($0)) }
    let graph = Graph()
    let part = BatchGraph(
      graph, model.architecture, outfit: Scope.Outfit(adapters: model.adapters), roles: 1)
    let plan = try Plan(
      graph, outputs: [part.logProbabilities, part.isBest],
      bounds: BatchBounds(of: batches.map(\.batch)).axes)
    let execution = try Execution(plan, weights: model.graphWeights, pool: pool)
    var sums = TargetSums()
    var done = 0
    for (count, batch) in batches {
      try execution.run(inputs: batch.inputs, lengths: batch.lengths)
      let logProbabilities = execution.read(part.logProbabilities)
      sums.targets += logProbabilities.count
      sums.logProbability += logProbabilities.reduce(0) { $0 + Double($1) }
      sums.best += execution.read(part.isBest).reduce(0) { $0 + Double($1) }
      done += count
      try tell(done, of: examples.count)
    }
    return sums
  }

  private func exactMatch(_ data: Dataset, _ rows: EncodedRows, _ maximum: Int) throws -> Double {
    guard data.columns.contains(where: { $0.label == "response" }) else {
      throw DataError(
        path: "evaluate", place: "exact_match",
        problem: "the rows have no column `response` to compare with",
        advice: "Give each row a prompt and a response, with select(…) or add(…).")
    }
    let prompts = try rows.prompts(of: data, model: model)
    let longest = (prompts.map(\.count).max() ?? 0) + maximum
    let generator = try Generator(
      model, threads: context.threads, slots: longest * 8, together: 8, pool: pool)
    let requests = prompts.enumerated().map { row, prompt in
      Generator.Request(
        prompt: prompt, maximum: min(maximum, max(1, model.dimensions.context - prompt.count)),
        stopTokens: model.stopTokens, row: UInt32(row))
    }
    var right = 0
    for start in stride(from: 0, to: requests.count, by: 64) {
      let part = Array(requests[start..<min(start + 64, requests.count)])
      for (i, answer) in try generator.run(part).enumerated() {
        let row = data.rows[rows.places[start + i]]
        right += answer.text.trimmed == (try rows.response(row)).trimmed ? 1 : 0
      }
      try tell(start + part.count, of: requests.count)
    }
    return Double(right) / Double(max(1, requests.count))
  }

  private func tell(_ done: Int, of total: Int) throws {
    if context.isPausing() { throw Paused(place: "after \(done) of \(total) rows") }
    context.report(
      .progress(Progress(label: context.label, done: done, total: total, unit: "rows")))
  }
}

extension String {
  fileprivate var trimmed: Substring {
    let head = drop { $0.isWhitespace }
    return head.lastIndex { !$0.isWhitespace }.map { head[...$0] } ?? ""
  }
}
