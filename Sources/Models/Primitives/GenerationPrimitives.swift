import Datasets
import Foundation
import Templates
import Tokenizers
import Vocabulary

private enum Sampled {
  static let max = Parameter(
    "max", "The most tokens of an answer.", default: TokenCount(256),
    Rule("at least 1token") { $0.count >= 1 })
  static let temperature = Parameter(
    "temperature", "0 always takes the most probable token; 1 draws as the model says.",
    default: 0.0, .atLeast(0))
  static let topK = Parameter<Int?>(
    "top_k", "Draw among so many of the most probable tokens.",
    Rule("at least 1") { $0.map { $0 >= 1 } ?? true })
  static let topP = Parameter<Double?>(
    "top_p", "Draw among the most probable tokens that have this mass together.", share)
  static let minP = Parameter<Double?>(
    "min_p", "Draw among tokens with this share of the greatest probability.", share)
  static let penalty = Parameter(
    "repetition_penalty", "Above 1, tokens that have been seen become less probable.",
    default: 1.0, .above(0))
  static let stop = Parameter<[String]>(
    "stop", "Texts that end an answer; they are not part of it.", default: [])
  static let seed = Parameter("seed", "Another seed, other draws.", default: 0, .atLeast(0))

  private static let share = Rule<Double?>("in 0...1") { $0.map { (0...1).contains($0) } ?? true }
}

extension Vocabulary.Primitive {
  public static let generationPrimitives: [Vocabulary.Primitive] = [generate, complete]

  public static let generate = Vocabulary.Primitive(
    "generate", "The answer of a model to a prompt.", in: .generation, cost: .heavy,
    typing: .derived { call in
      try call.refuseHead("model")
      return .text
    },
    examples: [#"\#(tinyModel) |> generate("a b", max: 4tokens)"#],
    Parameter<LanguageModel>.subject("model", "The model."),
    Parameter<Either<String, [Record]>>.subject(
      "prompt", "What the user says, or messages with role and content."),
    Sampled.max, Sampled.temperature, Sampled.topK, Sampled.topP, Sampled.minP, Sampled.penalty,
    Sampled.stop, Sampled.seed
  ) { context, model, prompt, max, temperature, topK, topP, minP, penalty, stop, seed in
    let sampling = Sampling(
      temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: penalty,
      seed: UInt64(seed))
    let writer = AnswerWriter(
      model: model, sampling: sampling, maximum: max.count, stop: stop, context: context)
    return try writer.answer(try [Message](prompt))
  }

  public static let complete = Vocabulary.Primitive(
    "complete", "Rows with the model's answer to each as the column `completion`.",
    in: .generation, cost: .heavy,
    typing: .derived { call in
      try call.refuseHead("with")
      guard let fields = call.row("rows").fields else { return .data(.any) }
      let isGiven = call.type("prompt") != .none
      guard isGiven || fields.contains(where: { $0.label == "prompt" }) else {
        throw Complaints(
          Complaint(
            .missingColumns(["prompt"], found: fields.map(\.label)), at: "rows",
            "this dataset lacks a column that `complete` reads",
            notes: ["Say which it is, as in complete(with: model, prompt: .question)."]))
      }
      let kept = fields.filter { $0.label != "completion" }
      return .data(.record(kept + [RecordField("completion", .text)]))
    },
    examples: [
      #"rows([(prompt: "a"), (prompt: "b")]) |> complete(with: \#(tinyModel), max: 4tokens)"#
    ],
    Parameter<Dataset>.subject("rows", "The rows."),
    Parameter<LanguageModel>("with", "The model that answers."),
    Parameter<RowExpression<Value>?>(
      "prompt", "What the user says in a row, or its messages; the column `prompt`."),
    Sampled.max, Sampled.temperature, Sampled.topK, Sampled.topP, Sampled.minP, Sampled.penalty,
    Sampled.stop, Sampled.seed
  ) { context, data, model, prompt, max, temperature, topK, topP, minP, penalty, stop, seed in
    let sampling = Sampling(
      temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: penalty,
      seed: UInt64(seed))
    let writer = AnswerWriter(
      model: model, sampling: sampling, maximum: max.count, stop: stop, context: context)
    let prompts = try data.rows.map { row in
      let value = try prompt.map { try $0(row) } ?? row["prompt"] ?? .none
      return try [Message](Either<String, [Record]>(recipeValue: value))
    }
    return data.adding(try writer.answers(prompts))
  }
}

extension [Message] {
  /// What the user says, or a conversation.
  public init(_ prompt: Either<String, [Record]>) throws {
    switch prompt {
    case .first(let text): self = [Message(role: "user", content: text)]
    case .second(let records):
      self = try records.map { record in
        Message(
          role: try String(recipeValue: record["role"] ?? .none),
          content: try String(recipeValue: record["content"] ?? .none))
      }
    }
  }
}

extension Dataset {
  /// The rows that have an answer, with it; without one a row is left out.
  fileprivate func adding(_ answers: [String?]) -> Dataset {
    let kept = columns.filter { $0.label != "completion" }
    let made = zip(rows, answers).compactMap { row, answer -> Record? in
      guard let answer else { return nil }
      let values = kept.map { row[$0.label] ?? .none } + [.text(answer)]
      return Record(labels: kept.map(\.label) + ["completion"], values: values)
    }
    return Dataset(columns: kept + [RecordField("completion", .text)], rows: made)
  }
}
