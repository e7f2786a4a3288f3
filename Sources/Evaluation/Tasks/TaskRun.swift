import Datasets
import Foundation
import Models
import Tensors
import Vocabulary

/// A task put to a model.
package struct TaskRun {
  let model: LanguageModel
  let prompts: TaskPrompts
  let context: RunContext
  let pool: WorkerPool

  var task: EvaluationTask { prompts.task }

  package init(_ model: LanguageModel, _ prompts: TaskPrompts, _ context: RunContext) {
    self.model = model
    self.prompts = prompts
    self.context = context
    pool = WorkerPool(count: context.threads)
  }

  func report() throws -> Record {
    guard task.data.count > 0 else {
      throw DataError(
        path: task.name, problem: "the task has no rows",
        advice: "Look at the rows with count(…) and take(3).")
    }
    let items = try items()
    switch task.kind {
    case .choices: return try ChoiceReport(likelihoods(items), items).record
    case .truths: return try ChoiceReport(likelihoods(items), items).recordOfTruths
    case .continuations: return try ContinuationReport(continuations(items)).record
    case .answers: return Share(try written(items)).record("acc", count: items.count)
    }
  }

  /// What is told of a task of choices whose likelihoods are known.
  package func report(of likelihoods: [[Double]]) throws -> Record {
    ChoiceReport(likelihoods, try items()).record
  }

  private func items() throws -> [TaskPrompts.Item] {
    try task.data.rows.enumerated().map { try prompts.item($1, place: $0, of: task.name) }
  }

  // MARK: Choices

  /// The log-likelihood of each choice of each row.
  package func likelihoods() throws -> [[Double]] { try likelihoods(items()) }

  /// One or more continuations of one context: what a row of the scorer holds.
  private struct Request {
    let row: Int
    let isCut: Bool
    /// Which choices, in the order of the completions.
    let choices: [Int]
    let example: Example

    init(
      _ row: Int, _ choices: [Int], _ context: [Int32], _ continuations: [[Int32]],
      isCut: Bool = false
    ) {
      self.row = row
      self.isCut = isCut
      self.choices = choices
      example = Example(
        prompt: context, completions: continuations.map { Example.Completion($0) })
    }
  }

  /// The log-likelihood of each choice of each row, summed over its tokens.
  private func likelihoods(_ items: [TaskPrompts.Item]) throws -> [[Double]] {
    var result = items.map { [Double](repeating: 0, count: $0.choices.count) }
    var cut = 0
    // The last token is only predicted. Where positions are learned, it still takes one.
    let limit = model.dimensions.context + (model.architecture.rotary == nil ? 0 : 1)
    let requests = try items.enumerated().flatMap { row, item -> [Request] in
      let parts = try prompts.parts(item, after: prompts.shots(before: row), model: model)
      let requests = parts.flatMap { self.requests(row, $0, limit) }
      if requests.contains(where: \.isCut) { cut += 1 }
      return requests
    }
    if cut > 0 {
      let entry = Ledger.Entry(reason: "the beginning cut off to fit the context", count: cut)
      context.report(
        .ledger(
          Ledger(step: task.name, read: items.count, kept: items.count, entries: [entry])))
    }
    // Rows of a batch have equally many completions.
    let groups = Dictionary(grouping: requests) { $0.choices.count }
    var done = 0
    for group in groups.keys.sorted().compactMap({ groups[$0] }) {
      try score(group, into: &result, done: done, of: requests.count)
      done += group.count
    }
    return result
  }

  private func requests(_ row: Int, _ part: TaskPrompts.Part, _ limit: Int) -> [Request] {
    let longest = part.continuations.map(\.count).max() ?? 0
    guard part.context.count + longest > limit else {
      return [Request(row, part.choices, part.context, part.continuations)]
    }
    // Each choice loses as much of the context's beginning as it needs, so contexts differ.
    return zip(part.choices, part.continuations).map { choice, tokens in
      let room = max(1, limit - tokens.count)
      return Request(row, [choice], Array(part.context.suffix(room)), [tokens], isCut: true)
    }
  }

  private func score(
    _ requests: [Request], into result: inout [[Double]], done: Int, of total: Int
  ) throws {
    let scores = try Scorer(model, pool: pool).logProbabilities(requests.map(\.example)) {
      try tell(done + $0, of: total)
    }
    for (request, completions) in zip(requests, scores) {
      for (choice, tokens) in zip(request.choices, completions) {
        result[request.row][choice] = tokens.reduce(0) { $0 + Double($1) }
      }
    }
  }

  // MARK: Continuations

  /// The likelihood of the answer to each row, and whether greedy writing would give it.
  package func continuations() throws -> [(likelihood: Double, isGreedy: Bool)] {
    try continuations(items())
  }

  private func continuations(
    _ items: [TaskPrompts.Item]
  ) throws -> [(likelihood: Double, isGreedy: Bool)] {
    let limit = model.dimensions.context + (model.architecture.rotary == nil ? 0 : 1)
    let examples = try items.enumerated().flatMap { row, item in
      try prompts.parts(item, after: prompts.shots(before: row), model: model)
        .flatMap { requests(row, $0, limit).map(\.example) }
    }
    let scores = try TargetScores(model, examples, pool: pool) { try tell($0, of: items.count) }
    return scores.numbers.map { ($0[0], $0[1] == $0[2]) }
  }

  // MARK: Written answers

  /// Whether the greedy answer to each row is right.
  private func written(_ items: [TaskPrompts.Item]) throws -> [Bool] {
    let requests = try items.enumerated().map { row, item in
      let tokens = try prompts.tokens(
        item, after: prompts.shots(before: row), model: model
      ).context
      let room = max(1, model.dimensions.context - task.form.maximum)
      let prompt = Array(tokens.suffix(room))
      return Generator.Request(
        prompt: prompt, maximum: min(task.form.maximum, model.dimensions.context - prompt.count),
        stopTokens: model.stopTokens, stopTexts: task.form.stop, row: UInt32(row))
    }
    let longest = requests.map { $0.prompt.count + $0.maximum }.max() ?? 1
    let generator = try Generator(
      model, threads: context.threads, slots: longest * 8, together: 8, pool: pool)
    var right: [Bool] = []
    for start in stride(from: 0, to: requests.count, by: 64) {
      let part = Array(requests[start..<min(start + 64, requests.count)])
      for answer in try generator.run(part) {
        right.append(task.score.accepts(answer.text, gold: items[right.count].gold))
      }
      try tell(right.count, of: requests.count)
    }
    return right
  }

  private func tell(_ done: Int, of total: Int) throws {
    if context.isPausing() { throw Paused(place: "after \(done) of \(total) questions") }
    context.report(
      .progress(Progress(label: context.label, done: done, total: total, unit: "questions")))
  }
}

/// A share of right answers.
package struct Share {
  package let value: Double
  let count: Int

  package init(_ right: [Bool]) {
    count = right.count
    value = Double(right.count { $0 }) / Double(max(1, count))
  }

  /// The standard error of the mean of zeros and ones, `sqrt(p (1 - p) / (n - 1))`; 0 for one row.
  package var error: Double {
    count > 1 ? (value * (1 - value) / Double(count - 1)).squareRoot() : 0
  }

  func fields(_ name: String) -> [(String, Value)] {
    [(name, .float(value)), ("\(name)_stderr", .float(error))]
  }

  func record(_ name: String, count: Int) -> Record {
    Record(fields(name) + [("count", .int(count))])
  }
}

/// Which choices are the likeliest, plainly and for their length.
///
/// Lengths are those of the choice as it is written, without what stands before it: characters for
/// `acc_norm`, UTF-8 bytes for `acc_bytes`. Of equal ones the first counts.
package struct ChoiceReport {
  package let record: Record
  private let masses: [Double]

  /// With the share of probability that falls to true choices, as `mc2` of TruthfulQA.
  package var recordOfTruths: Record {
    let mean = masses.reduce(0, +) / Double(max(1, masses.count))
    let squares = masses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let count = Double(masses.count)
    let error = count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
    return Record(
      record.pairs + [("truth_mass", .float(mean)), ("truth_mass_stderr", .float(error))])
  }

  package init(_ likelihoods: [[Double]], _ items: [TaskPrompts.Item]) {
    func share(_ length: (String) -> Int) -> Share {
      Share(
        zip(likelihoods, items).map { scores, item in
          let scaled = zip(scores, item.choices).map { $0 / Double(max(1, length($1))) }
          return scaled.firstIndexOfLargest.map(item.right.contains) ?? false
        })
    }
    masses = zip(likelihoods, items).map { scores, item in
      let largest = scores.max() ?? 0
      let weights = scores.map { exp($0 - largest) }
      let right = weights.indices.filter(item.right.contains).reduce(0) { $0 + weights[$1] }
      return right / weights.reduce(0, +)
    }
    record = Record(
      share { _ in 1 }.fields("acc") + share(\.unicodeScalars.count).fields("acc_norm")
        + share(\.utf8.count).fields("acc_bytes") + [("count", .int(items.count))])
  }
}

/// How many answers greedy writing would give, and the perplexity of an answer.
package struct ContinuationReport {
  package let record: Record

  package init(_ found: [(likelihood: Double, isGreedy: Bool)]) {
    let mean = found.reduce(0) { $0 + $1.likelihood } / Double(max(1, found.count))
    record = Record(
      Share(found.map(\.isGreedy)).fields("acc")
        + [("perplexity", .float(exp(-mean))), ("count", .int(found.count))])
  }
}

extension [Double] {
  fileprivate var firstIndexOfLargest: Int? {
    var best: Int?
    for (index, value) in enumerated() where best.map({ value > self[$0] }) ?? true { best = index }
    return best
  }
}
