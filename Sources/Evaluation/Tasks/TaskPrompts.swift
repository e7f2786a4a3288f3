import Datasets
import Foundation
import Models
import Templates
import Tokenizers
import Vocabulary

/// The questions of a task as a model sees them, shots before them.
package struct TaskPrompts {
  let task: EvaluationTask
  let shots: Int
  let seed: Int
  /// Whether questions and answers are turns of a conversation, in the model's chat template.
  let isChat: Bool

  package init(task: EvaluationTask, shots: Int, seed: Int = 0, isChat: Bool = false) {
    self.task = task
    self.shots = shots
    self.seed = seed
    self.isChat = isChat
  }

  /// A question with its choices and the right answer.
  package struct Item {
    let question: String
    let choices: [String]
    /// The numbers of the right choices; none for written answers.
    let right: Set<Int>
    /// The right answer as it is written.
    let gold: String
    /// What follows each choice, where choices belong to the question.
    let ending: String?

    package init(
      question: String, choices: [String] = [], right: Set<Int> = [], gold: String,
      ending: String? = nil
    ) {
      self.question = question
      self.choices = choices
      self.right = right
      self.gold = gold
      self.ending = ending
    }

    /// The question and its answer as a shot shows them.
    fileprivate var shown: (question: String, answer: String) {
      ending.map { (question + gold, $0) } ?? (question, gold)
    }
  }

  /// What a row asks.
  func item(_ row: Record, place: Int, of set: String) throws -> Item {
    let question = try task.ask(row)
    let gold = try task.score.gold(row)
    guard let choices = try task.choices.map({ try $0(row) }) else {
      let text: String = if case .text(let text) = gold { text } else { gold.source }
      return task.kind == .continuations
        ? Item(question: question, choices: [text], right: [0], gold: text)
        : Item(question: question, gold: text)
    }
    let right = rights(gold, among: choices)
    guard let first = right.min() else {
      throw DataError(
        path: set, place: "row \(place + 1)",
        problem: "the right answer \(gold.source) is none of the \(choices.count) choices",
        advice: "exact(…) takes the number of a choice, from 0, or its text; truths(…) a list with "
          + "1 for each that is true and 0 for each that is not.")
    }
    return Item(
      question: question, choices: choices, right: right, gold: choices[first],
      ending: try task.ending.map { try $0(row) })
  }

  private func rights(_ gold: Value, among choices: [String]) -> Set<Int> {
    switch (task.kind, gold) {
    case (.truths, .list(let labels)):
      guard labels.count == choices.count else { return [] }
      return Set(labels.indices.filter { [.int(1), .bool(true)].contains(labels[$0]) })
    case (_, .int(let number)): return choices.indices.contains(number) ? [number] : []
    default: return Set(choices.firstIndex { Value.text($0) == gold }.map { [$0] } ?? [])
    }
  }

  /// The shots before a row: the first examples, or other rows that its place and the seed pick.
  func shots(before place: Int) throws -> [Item] {
    if let examples = task.examples {
      return try examples.rows.prefix(shots).enumerated().map {
        try item($1, place: $0, of: "examples of \(task.name)")
      }
    }
    let count = task.data.count
    var picked: [Int] = []
    var draw = 0
    while picked.count < min(shots, count - 1) {
      var hash = StableHash(seed: seed)
      hash.add(place)
      hash.add(draw)
      draw += 1
      let other = Int(hash.value % UInt64(count))
      if other != place, !picked.contains(other) { picked.append(other) }
    }
    return try picked.map { try item(task.data.rows[$0], place: $0, of: task.name) }
  }

  /// Choices that share what stands before them.
  struct Part {
    let choices: [Int]
    let context: [Int32]
    let continuations: [[Int32]]
  }

  /// The tokens of a question with each choice; where choices belong to the question, a part each.
  func parts(_ item: Item, after shots: [Item], model: LanguageModel) throws -> [Part] {
    guard let ending = item.ending else {
      let (context, continuations) = try tokens(item, after: shots, model: model)
      return [
        Part(
          choices: Array(continuations.indices), context: context, continuations: continuations)
      ]
    }
    return try item.choices.enumerated().map { place, choice in
      let one = Item(question: item.question + choice, choices: [ending], gold: ending)
      let (context, continuations) = try tokens(one, after: shots, model: model)
      return Part(choices: [place], context: context, continuations: continuations)
    }
  }

  /// The tokens before an answer, and those of each continuation.
  ///
  /// As the harness does it: white space at the end of the context belongs to the continuation,
  /// where there is one, and the border is where the context's own tokens end.
  func tokens(
    _ item: Item, after shots: [Item], model: LanguageModel
  ) throws -> (context: [Int32], continuations: [[Int32]]) {
    guard !isChat else {
      let context = try model.prompt(messages(item, after: shots))
      return (context, item.choices.map { model.tokenizer.encode($0) })
    }
    let text = text(item, after: shots)
    guard !item.choices.isEmpty else {
      let tokens = model.plainTokens(text)
      return (tokens.isEmpty ? model.firstToken : tokens, [])
    }
    let context = text.trimmedAtEnd
    let moved = text[context.endIndex...]
    let head = model.plainTokens(String(context))
    let continuations = item.choices.map { choice in
      let whole = model.plainTokens(context + moved + task.form.between + choice)
      return Array(whole.dropFirst(head.count))
    }
    return (head.isEmpty ? model.firstToken : head, continuations)
  }

  private func text(_ item: Item, after shots: [Item]) -> String {
    let form = task.form
    let shown = shots.map { $0.shown }
    let blocks = shown.map { $0.question + form.between + $0.answer } + [item.question]
    return (form.preface ?? "") + blocks.joined(separator: TaskForm.border)
  }

  private func messages(_ item: Item, after shots: [Item]) -> [Message] {
    let before = task.form.preface.map { [Message(role: "system", content: $0.stripped)] } ?? []
    let turns = shots.map { $0.shown }.flatMap {
      [
        Message(role: "user", content: $0.question),
        Message(role: "assistant", content: $0.answer),
      ]
    }
    return before + turns + [Message(role: "user", content: item.question)]
  }
}

extension String {
  fileprivate var trimmedAtEnd: Substring {
    lastIndex { !$0.isWhitespace }.map { self[...$0] } ?? self[..<startIndex]
  }
}

extension LanguageModel {
  /// A text as it is, with the token that begins a text where the model has one.
  fileprivate func plainTokens(_ text: String) -> [Int32] {
    var ids = tokenizer.encode(text, addSpecial: true)
    if let eos = tokenizer.special.eos, ids.last == Int32(eos) { ids.removeLast() }
    return ids
  }

  /// What stands before a continuation that nothing stands before.
  fileprivate var firstToken: [Int32] {
    (tokenizer.special.bos ?? tokenizer.special.eos).map { [Int32($0)] } ?? []
  }
}
