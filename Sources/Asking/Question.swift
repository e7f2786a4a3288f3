import Datasets
import Models
import Templates
import Vocabulary

/// What a model is asked, and how it may answer.
struct Question: Sendable {
  let messages: [Message]
  /// How many answers are wanted.
  let samples: Int
  let sampling: Sampling
  let maximum: Int
  let stop: [String]
  /// What each answer has to be; nil for any text.
  let shape: RecordShape?
  /// Whether what has no answer is `none` instead of leaving the row out.
  let mayLack: Bool

  /// Whether asking again may give another answer.
  var isDrawn: Bool { sampling.temperature > 0 }
}

/// One answer that is wanted.
struct Wish: Sendable {
  /// What tells it from others, for caches: the question, its repetition, the number of the sample.
  let id: String
  let question: Question

  init(_ call: BatchedCall, _ question: Question, sample: Int) {
    // Without draws all answers to a question are the same one.
    let draw = question.isDrawn ? "\(call.repetition).\(sample)" : "0.0"
    id = "\(call.key).\(draw)"
    self.question = question
  }

  /// The number that keys the draws: that of the question itself, wherever its row stands.
  var draw: UInt32 {
    var hash = StableHash(seed: 0)
    hash.add(id)
    return UInt32(truncatingIfNeeded: hash.value)
  }
}

/// What a model said.
struct Answer: Sendable {
  /// A text, or the JSON of a record.
  var text: String
  /// What a ledger counts, such as `cut at 256 tokens`.
  var notes: [String] = []
  /// Tokens of question and answer, where a price is put on them.
  var read = 0
  var written = 0

  /// The answer as the recipe gets it; nil where it is not of the shape.
  func value(_ shape: RecordShape?) -> Value? {
    guard let shape else { return .text(text) }
    return shape.record(text).map(Value.record)
  }
}

/// What came of a wish.
enum Reply: Sendable {
  case answer(Answer)
  /// Why there is no answer and asking again would give none.
  case refusal(String)
}

/// Who answers: a model here, or one behind an address.
protocol Teacher {
  /// Answers wishes in any order; each reply is told as soon as it is there.
  func answer(_ wishes: [Wish], kept: AnswerFile, told: (Wish, Reply) throws -> Void) throws
}
