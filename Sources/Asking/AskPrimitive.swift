import Datasets
import Models
import Templates
import Vocabulary

/// What becomes of a row whose question has no answer.
enum Lacking: String, RecipeChoice {
  case drop, none
}

/// What is asked: what the user says, or the messages of a conversation.
///
/// Messages are no rows here: `.column` in them is a column of the rows around the call.
struct Prompt: RecipeValue {
  let value: Value
  static var recipeType: RecipeType { .either([.text, .list(.any)]) }
  init(recipeValue: Value) { value = recipeValue }
  var recipeValue: Value { value }

  var messages: [Message] {
    get throws { try [Message](Either<String, [Record]>(recipeValue: value)) }
  }
}

private enum Asked {
  static let teacher = Parameter<Either<LanguageModel, Endpoint>>.subject(
    "teacher", "The model, or the address of one by `endpoint`.")
  static let prompt = Parameter<Prompt>.subject(
    "prompt", "What the user says, or messages with role and content.")
  static let system = Parameter("system", "What the model is told before.", default: "")
  static let samples = Parameter(
    "samples", "How many answers; several make a list.", default: 1, .atLeast(1))
  static let max = Parameter(
    "max", "The most tokens of an answer.", default: TokenCount(256),
    Rule("at least 1token") { $0.count >= 1 })
  static let temperature = Parameter(
    "temperature", "0 always takes the most probable token; 1 draws as the model says.",
    default: 0.0, .atLeast(0))
  static let topP = Parameter<Double?>(
    "top_p", "Draw among the most probable tokens that have this mass together.",
    Rule("in 0...1") { $0.map { (0...1).contains($0) } ?? true })
  static let stop = Parameter<[String]>(
    "stop", "Texts that end an answer; they are not part of it.", default: [])
  static let seed = Parameter("seed", "Another seed, other draws.", default: 0, .atLeast(0))
  static let shape = Parameter<RowType?>(
    "as", "A record type that each answer is of, as in (score: Int, reason: Text).")
  static let lacking = Parameter(
    "lacking", "Where there is no answer: \"drop\" the row, or give \"none\".",
    default: Lacking.drop)
}

extension Vocabulary.Primitive {
  public static let asking: [Primitive] = [ask, endpoint, secret]

  public static let ask = Vocabulary.Primitive(
    batched: "ask",
    "The answer of a model; in a row expression, to a question of each row, all in one batch.",
    in: .generation, typing: .derived(answerType),
    examples: [
      #"rows([(q: "a b")]) |> add(a: ask(\#(tinyModel), "Say \(.q)", max: 4tokens))"#,
      #"rows([(q: "a")]) |> add(a: ask(\#(tinyModel), .q, as: (score: Int, why: Text)))"#,
    ],
    Asked.teacher, Asked.prompt, Asked.system, Asked.samples, Asked.max, Asked.temperature,
    Asked.topP, Asked.stop, Asked.seed, Asked.shape, Asked.lacking
  ) { context, calls in
    try Asking(context).outcomes(of: calls)
  }

  /// A text or record, none if it may lack, a list of them for several samples.
  @Sendable private static func answerType(_ call: CallSite) throws -> RecipeType {
    try call.refuseHead("teacher")
    var type = RecipeType.text
    if case .type(let written)? = call.value("as") {
      do {
        type = try RecordShape(written).type.type
      } catch let error as ShapeError {
        let lines = error.description.split(separator: "\n  ").map(String.init)
        throw Complaints(
          Complaint(.invalidValue, at: "as", lines[0], notes: Array(lines.dropFirst())))
      }
    }
    if call.value("lacking") == .text(Lacking.none.rawValue) { type = .optional(type) }
    switch call.value("samples") {
    case .int(1): return type
    case .int: return .list(type)
    default: return .any
    }
  }
}

extension Question {
  /// What the arguments of a call ask.
  init(_ arguments: Record) throws {
    let system = try Asked.system.value(from: arguments)
    let said = try Asked.prompt.value(from: arguments).messages
    messages = (system.isEmpty ? [] : [Message(role: "system", content: system)]) + said
    samples = try Asked.samples.value(from: arguments)
    sampling = Sampling(
      temperature: try Asked.temperature.value(from: arguments),
      topP: try Asked.topP.value(from: arguments),
      seed: UInt64(try Asked.seed.value(from: arguments)))
    maximum = try Asked.max.value(from: arguments).count
    stop = try Asked.stop.value(from: arguments)
    shape = try Asked.shape.value(from: arguments).map { try RecordShape($0.written) }
    mayLack = try Asked.lacking.value(from: arguments) == .none
  }
}

extension BatchedCall {
  var teacher: Either<LanguageModel, Endpoint> {
    get throws { try Asked.teacher.value(from: arguments) }
  }
}
