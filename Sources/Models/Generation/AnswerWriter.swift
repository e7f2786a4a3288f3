import Formats
import Foundation
import Templates
import Vocabulary

/// Answers prompts for a stage: tells how far it is, keeps what is done, stops when asked to.
struct AnswerWriter {
  let model: LanguageModel
  let sampling: Sampling
  let maximum: Int
  let stop: [String]
  let context: RunContext

  /// Rows between two checkpoints.
  private static let portion = 64

  /// One answer, told piece by piece.
  func answer(_ messages: [Message]) throws -> String {
    let request = try request(messages, row: 0)
    let generator = try Generator(model, for: [request], threads: context.threads)
    let answers = try generator.run([request]) { _, piece in
      context.report(.piece(piece))
      return !context.isPausing()
    }
    guard let answer = answers.first, !context.isPausing() else {
      throw Paused(place: "in the middle of an answer")
    }
    return answer.text
  }

  /// The answer to each prompt; nil where the prompt leaves no room for one.
  func answers(_ prompts: [[Message]]) throws -> [String?] {
    let requests = try prompts.enumerated().map { row, messages in
      try room(for: messages).map { try request(messages, row: UInt32(row), room: $0) }
    }
    var answers = try kept()
    var ends = 0
    while answers.count < prompts.count {
      guard !context.isPausing() else {
        throw Paused(place: "at row \(answers.count) of \(prompts.count)")
      }
      let portion = answers.count..<min(answers.count + Self.portion, prompts.count)
      let written = try write(requests[portion].compactMap { $0 })
      ends += written.count { $0.end == .length }
      var rest = written.map(\.text)[...]
      answers += requests[portion].map { $0 == nil ? nil : rest.popFirst() }
      try keep(answers)
      context.report(
        .progress(
          Progress(
            label: context.label, done: answers.count, total: prompts.count, unit: "rows")))
    }
    report(answers, ends: ends)
    return answers
  }

  private func write(_ requests: [Generator.Request]) throws -> [Generator.Answer] {
    guard !requests.isEmpty else { return [] }
    return try Generator(model, for: requests, threads: context.threads).run(requests)
  }

  private func report(_ answers: [String?], ends: Int) {
    let lost = answers.count { $0 == nil }
    let entries = [
      Ledger.Entry(reason: "dropped: the prompt fills the context", count: lost),
      Ledger.Entry(reason: "cut at \(maximum) tokens", count: ends),
    ]
    context.report(
      .ledger(
        Ledger(
          step: "complete", read: answers.count, kept: answers.count - lost,
          entries: entries.filter { $0.count > 0 })))
  }

  private func room(for messages: [Message]) throws -> Int? {
    let room = model.dimensions.context - (try model.prompt(messages).count)
    return room > 0 ? room : nil
  }

  private func request(
    _ messages: [Message], row: UInt32, room: Int? = nil
  ) throws -> Generator.Request {
    guard let room = try room ?? self.room(for: messages) else {
      throw ModelError(
        model: model.name,
        problem: "has a context of \(model.dimensions.context) tokens, which the prompt fills",
        advice: "Shorten the prompt.")
    }
    return Generator.Request(
      prompt: try model.prompt(messages), sampling: sampling, maximum: min(maximum, room),
      stopTokens: model.stopTokens, stopTexts: stop, row: row)
  }
}

// What is done outlives the process.
extension AnswerWriter {
  private var checkpoint: URL? {
    context.key.isEmpty ? nil : context.scratch.appending(path: "answers-\(context.key).json")
  }

  private func keep(_ answers: [String?]) throws {
    guard let checkpoint else { return }
    try FileManager.default.createDirectory(
      at: context.scratch, withIntermediateDirectories: true)
    let list = JSONValue.array(answers.map { $0.map(JSONValue.string) ?? .null })
    try AtomicFile.write(Data(list.compact.utf8), to: checkpoint)
  }

  private func kept() throws -> [String?] {
    guard let checkpoint, FileManager.default.fileExists(atPath: checkpoint.path) else { return [] }
    return (try JSONValue(reading: checkpoint).elements ?? []).map(\.text)
  }
}
