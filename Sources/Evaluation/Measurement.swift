import Datasets
import Models
import Tensors
import Training
import Vocabulary

/// One measuring of a model on rows; what several metrics read is found once.
struct Measurement {
  let model: LanguageModel
  let data: Dataset
  let context: RunContext
  let length: Int
  let pool: WorkerPool
  private var encodings: [Loss.Role: EncodedRows] = [:]
  private var responses: [Int: [Double]]?
  private var pairs: [Int: [[Float]]]?
  private var ratings: [Int: [[Float]]]?
  private var answers: [Int: [Int: String]] = [:]

  init(_ model: LanguageModel, on data: Dataset, _ context: RunContext, length: Int) {
    self.model = model
    self.data = data
    self.context = context
    self.length = length
    pool = WorkerPool(count: context.threads)
  }

  /// What a metric takes of each row that could be used, by the row's place.
  mutating func numbers(_ metric: Metric) throws -> [Int: [Double]] {
    switch metric.source {
    case .response: return try scoredResponses()
    case .answer(let maximum): return try compared(metric, answers(upTo: maximum))
    case .pair: return try scoredPairs().mapValues { metric.numbers(ofPair: $0, base: nil) }
    case .ratios(let base):
      let others = try scored(try encoded(.pair), under: base)
      return Dictionary(
        uniqueKeysWithValues: try scoredPairs().map { place, own in
          (place, metric.numbers(ofPair: own, base: others[place]))
        })
    case .ratings: return try rated(metric)
    case .drawn(let base, let maximum): return try drift(from: base, upTo: maximum)
    }
  }

  // MARK: Likelihoods

  private mutating func encoded(_ role: Loss.Role) throws -> EncodedRows {
    if let known = encodings[role] { return known }
    let rows = try EncodedRows(data, for: role, model: model, length: length, step: "rows")
    if rows.ledger.kept < rows.ledger.read { context.report(.ledger(rows.ledger)) }
    guard !rows.examples.isEmpty else {
      throw DataError(
        path: "evaluate",
        problem: "none of the \(data.count) rows can be scored: "
          + rows.ledger.entries.map { "\($0.count) \($0.reason)" }.joined(separator: ", "),
        advice: "Look at the rows with take(3); is `length:` long enough for the prompts?")
    }
    encodings[role] = rows
    return rows
  }

  /// Of each response: the sum of log-probabilities, how many targets were likeliest, how many
  /// there are.
  private mutating func scoredResponses() throws -> [Int: [Double]] {
    if let responses { return responses }
    let rows = try encoded(.single)
    let found = try TargetScores(model, rows.examples, pool: pool) { done in
      try tell(done, of: rows.examples.count)
    }
    responses = Dictionary(uniqueKeysWithValues: zip(rows.places, found.numbers))
    return responses ?? [:]
  }

  private mutating func scoredPairs() throws -> [Int: [[Float]]] {
    if let pairs { return pairs }
    let rows = try encoded(.pair)
    pairs = try model.head == nil ? scored(rows, under: model) : rewarded(rows)
    return pairs ?? [:]
  }

  private func scored(_ rows: EncodedRows, under model: LanguageModel) throws -> [Int: [[Float]]] {
    let scores = try Scorer(model, pool: pool).logProbabilities(rows.examples) { done in
      try tell(done, of: rows.examples.count)
    }
    return Dictionary(uniqueKeysWithValues: zip(rows.places, scores))
  }

  /// What the head says of each answer.
  private func rewarded(_ rows: EncodedRows) throws -> [Int: [[Float]]] {
    let rewards = try RewardScorer(model, pool: pool).rewards(rows.examples) { done in
      try tell(done, of: rows.examples.count)
    }
    return Dictionary(uniqueKeysWithValues: zip(rows.places, rewards))
  }

  private mutating func rated(_ metric: Metric) throws -> [Int: [Double]] {
    if ratings == nil { ratings = try rewarded(try encoded(.single)) }
    let names = model.head?.names ?? []
    return (ratings ?? [:]).reduce(into: [:]) { numbers, found in
      let (place, outputs) = found
      let pairs = zip(names, outputs[0]).compactMap { name, output -> Rating? in
        guard let label = try? Double(recipeValue: data.rows[place][name] ?? .none) else {
          return nil
        }
        return Rating(name: name, output: Double(output), label: label)
      }
      numbers[place] = metric.numbers(of: pairs)
    }
  }

  // MARK: Answers

  private mutating func answers(upTo maximum: Int) throws -> [Int: String] {
    if let known = answers[maximum] { return known }
    guard data.columns.contains(where: { $0.label == "response" }) else {
      throw DataError(
        path: "evaluate", place: "answers",
        problem: "the rows have no column `response` to compare with",
        advice: "Give each row a prompt and a response, with select(…) or add(…).")
    }
    let found = try generate(Sampling(), upTo: maximum, rows: try encoded(.single))
    answers[maximum] = found.mapValues(\.answer.text)
    return answers[maximum] ?? [:]
  }

  private func generate(_ sampling: Sampling, upTo maximum: Int, rows: EncodedRows) throws
    -> [Int: (prompt: [Int32], answer: Generator.Answer)]
  {
    let prompts = try rows.prompts(of: data, model: model)
    let requests = prompts.enumerated().map { row, prompt in
      Generator.Request(
        prompt: prompt, sampling: sampling,
        maximum: min(maximum, max(1, model.dimensions.context - prompt.count)),
        stopTokens: model.stopTokens, row: UInt32(row))
    }
    let generator = try Generator(model, for: requests, threads: context.threads, pool: pool)
    var found: [Int: (prompt: [Int32], answer: Generator.Answer)] = [:]
    for start in stride(from: 0, to: requests.count, by: 64) {
      let part = Array(requests[start..<min(start + 64, requests.count)])
      for (i, answer) in try generator.run(part).enumerated() {
        found[rows.places[start + i]] = (prompts[start + i], answer)
      }
      try tell(start + part.count, of: requests.count)
    }
    return found
  }

  private func compared(_ metric: Metric, _ answers: [Int: String]) throws -> [Int: [Double]] {
    var numbers: [Int: [Double]] = [:]
    for (place, answer) in answers {
      let response = try String(recipeValue: data.rows[place]["response"] ?? .none)
      numbers[place] = metric.numbers(of: answer, response: response)
    }
    return numbers
  }

  /// Over the tokens of drawn answers, their ends left out.
  private func drift(from base: LanguageModel, upTo maximum: Int) throws -> [Int: [Double]] {
    let drawn = try generate(Sampling(temperature: 1), upTo: maximum, rows: try promptsAlone())
    let places = drawn.keys.filter { drawn[$0]?.answer.tokens.isEmpty == false }.sorted()
    let examples = places.compactMap { drawn[$0] }.map { prompt, answer in
      Example(prompt: prompt, completions: [.init(answer.tokens)])
    }
    let own = try Scorer(model, pool: pool).logProbabilities(examples)
    let other = try Scorer(base, pool: pool).logProbabilities(examples)
    return Dictionary(
      uniqueKeysWithValues: zip(places, zip(own, other)).map { place, scores in
        (place, [scores.0[0].total - scores.1[0].total, Double(scores.0[0].count)])
      })
  }

  /// Rows whose answers do not matter.
  private func promptsAlone() throws -> EncodedRows {
    let rows = Dataset(
      rows: data.rows.map { row in
        Record([("prompt", row["prompt"] ?? .none), ("response", .text("…"))])
      })
    return try EncodedRows(rows, for: .single, model: model, length: length, step: "rows")
  }

  private func tell(_ done: Int, of total: Int) throws {
    if context.isPausing() { throw Paused(place: "after \(done) of \(total) rows") }
    context.report(
      .progress(Progress(label: context.label, done: done, total: total, unit: "rows")))
  }
}

/// The targets of single answers under a model, row by row.
struct TargetScores {
  private(set) var numbers: [[Double]] = []

  init(
    _ model: LanguageModel, _ examples: [Example], pool: WorkerPool,
    progress: (_ done: Int) throws -> Void
  ) throws {
    let batches = examples.grouped(tokens: 1024).map { (count: $0.count, batch: Batch($0)) }
    let graph = Graph()
    let part = BatchGraph(
      graph, model.architecture, outfit: Scope.Outfit(adapters: model.adapters), roles: 1)
    let plan = try Plan(
      graph, outputs: [part.logProbabilities, part.isBest],
      bounds: BatchBounds(of: batches.map(\.batch)).axes)
    let execution = try Execution(plan, weights: model.graphWeights, pool: pool)
    for (count, batch) in batches {
      try execution.run(inputs: batch.inputs, lengths: batch.lengths)
      let scores = batch.distribute(execution.read(part.logProbabilities), count: count)
      let best = batch.distribute(execution.read(part.isBest), count: count)
      numbers += zip(scores, best).map { [$0[0].total, $1[0].total, Double($0[0].count)] }
      try progress(numbers.count)
    }
  }
}

extension Metric {
  /// What it takes of a pair: log-probabilities per token of both answers, and a base's.
  fileprivate func numbers(ofPair own: [[Float]], base: [[Float]]?) -> [Double] {
    let means = own.map { $0.total / Double(max(1, $0.count)) }
    let ratios = zip(own, base ?? own).map { $0.total - $1.total }
    let value: Double =
      switch self {
      case .chosenLikelihood: means[0]
      case .rejectedLikelihood: means[1]
      case .likelihoodMargin: means[0] - means[1]
      case .pairAccuracy: means[0] > means[1] ? 1 : 0
      case .rewardMargin(nil): means[0] - means[1]
      case .rewardMargin: ratios[0] - ratios[1]
      case .rewardAccuracy: ratios[0] > ratios[1] ? 1 : 0
      case .negativeLogLikelihood, .perplexity, .tokenAccuracy, .exactMatch, .bleu, .characterBleu,
        .rougeL, .drift, .squaredError, .correlation:
        .nan
      }
    return [value, 1]
  }

  /// What it takes of an answer beside the response that was hoped for.
  fileprivate func numbers(of answer: String, response: String) -> [Double] {
    switch self {
    case .exactMatch: [answer.trimmed == response.trimmed ? 1 : 0, 1]
    case .bleu: Bleu(answer.wordsOf13a, reference: response.wordsOf13a).numbers
    case .characterBleu:
      [Bleu(answer.map { "\($0)" }, reference: response.map { "\($0)" }).score(), 1]
    case .rougeL: [RougeL(answer.wordsOfRouge, reference: response.wordsOfRouge).score(), 1]
    case .negativeLogLikelihood, .perplexity, .tokenAccuracy, .chosenLikelihood,
      .rejectedLikelihood, .likelihoodMargin, .pairAccuracy, .rewardMargin, .rewardAccuracy, .drift,
      .squaredError, .correlation:
      [.nan, 1]
    }
  }
}

extension [Float] {
  fileprivate var total: Double { reduce(0) { $0 + Double($1) } }
}

extension String {
  fileprivate var trimmed: Substring {
    let head = drop { $0.isWhitespace }
    return head.lastIndex { !$0.isWhitespace }.map { head[...$0] } ?? ""
  }
}
