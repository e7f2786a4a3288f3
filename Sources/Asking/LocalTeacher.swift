import Models
import Templates
import Vocabulary

/// A model in this process.
struct LocalTeacher: Teacher {
  let model: LanguageModel
  let context: RunContext

  /// Rows between two looks at whether to pause; what they answer is kept before the next begin.
  private static let portion = Generator.mostTogether

  func answer(_ wishes: [Wish], kept: AnswerFile, told: (Wish, Reply) throws -> Void) throws {
    var ready: [(wish: Wish, request: Generator.Request)] = []
    var constraints: [String: TokenConstraint] = [:]
    for wish in wishes {
      let prompt = try model.prompt(wish.question.messages)
      guard !prompt.isEmpty else {
        try told(wish, .refusal("the question is empty"))
        continue
      }
      let room = model.dimensions.context - prompt.count
      let constraint = try constraint(wish.question.shape, &constraints)
      guard room >= max(1, min(constraint?.leastTokens ?? 1, wish.question.maximum)) else {
        try told(
          wish, .refusal("the question fills the context of \(model.dimensions.context) tokens"))
        continue
      }
      ready.append((wish, request(wish, prompt, room, constraint)))
    }
    guard !ready.isEmpty else { return }
    let generator = try Generator(
      model, for: ready.map(\.request), threads: context.threads)
    for start in stride(from: 0, to: ready.count, by: Self.portion) {
      guard !context.isPausing() else {
        throw Paused(place: "at answer \(start) of \(ready.count)")
      }
      let part = ready[start..<min(start + Self.portion, ready.count)]
      let answers = try generator.run(part.map(\.request))
      for (one, answer) in zip(part, answers) {
        try told(one.wish, .answer(Answer(answer, to: one.request)))
      }
    }
  }

  private func request(
    _ wish: Wish, _ prompt: [Int32], _ room: Int, _ constraint: TokenConstraint?
  ) -> Generator.Request {
    Generator.Request(
      prompt: prompt, sampling: wish.question.sampling,
      maximum: min(wish.question.maximum, room), stopTokens: model.stopTokens,
      stopTexts: wish.question.stop, row: wish.draw, constraint: constraint)
  }

  private func constraint(_ shape: RecordShape?, _ known: inout [String: TokenConstraint]) throws
    -> TokenConstraint?
  {
    guard let shape else { return nil }
    let name = Value.type(shape.type).canonical
    if let made = known[name] { return made }
    let made = try TokenConstraint(shape, model.tokenizer)
    known[name] = made
    return made
  }
}

extension Answer {
  /// Records are taken from their bytes, which no decoder has changed.
  fileprivate init(_ answer: Generator.Answer, to request: Generator.Request) {
    let isCut =
      request.constraint == nil
      ? answer.end == .length : answer.tokens.count >= request.maximum
    self.init(
      text: request.constraint?.text(answer.tokens) ?? answer.text,
      notes: isCut ? ["cut at \(request.maximum) tokens"] : [],
      read: request.prompt.count, written: answer.tokens.count)
  }
}
