import Datasets
import Models
import Vocabulary

/// A learning rate: a number, or a schedule.
public typealias LearningRate = Either<Double, Schedule>

extension Primitive {
  public static let train = Primitive(
    "train", "Trains a model on rows: its last adapter if it wears one, else all its weights.",
    in: .training, cost: .heavy, typing: .derived(trainType),
    outline: { call in
      let model = call.modelOutline("model")
      if let complaint = call.tooLong("length", for: model) { throw Complaints(complaint) }
      return model
    }, preview: TrainingPreview.of,
    examples: [
      #"\#(tinyModel) |> train(on: rows([(prompt: "a", response: "b")]), with: sft(), budget: 2steps)"#
    ],
    Parameter<LanguageModel>.subject("model", "The model to start from."),
    Parameter<Dataset>("on", "The rows to learn from.", use: .learnt),
    Parameter<Loss>("with", "The loss; it states the columns that it reads."),
    Parameter<Budget>(
      "budget", "How long: epochs, steps, tokens or time.", default: oneEpoch,
      Rule("above 0") { $0.quantity.base > 0 }),
    Parameter("batch", "Rows, or pairs, per update.", default: 32, .within(1...65_536)),
    Parameter<LearningRate>(
      "lr", "The learning rate, or a schedule of it.", default: .first(2e-4),
      Rule("above 0") { schedule($0).peak > 0 }),
    Parameter<Dataset?>(
      "watch", "Held-out rows whose loss is shown while training.", use: .watched),
    Parameter(
      "length", "The longest sequence; longer ones are cut at the end.", default: TokenCount(1024)),
    Parameter("weight_decay", "Decoupled weight decay of AdamW.", default: 0.0, .atLeast(0)),
    Parameter<Double?>(
      "clip", "The largest norm of all gradients together.", default: 1.0,
      Rule("above 0") { $0.map { $0 > 0 } ?? true }),
    Parameter("beta1", "Decay of the mean of gradients in AdamW.", default: 0.9, decayRate),
    Parameter("beta2", "Decay of the mean of squares in AdamW.", default: 0.999, decayRate),
    Parameter(
      "optimizer",
      "\"adamw_8bit\" keeps both means in a quarter of the memory; paging does nothing.",
      default: Optimizer.adamW),
    Parameter<LanguageModel?>(
      "reference",
      "What losses such as dpo compare with; without one, the model as it is before training."),
    Parameter<TrainedPart?>("only", "\"head\" trains the reward head alone and leaves all else."),
    Parameter("shuffle", "Whether rows come in a new order each epoch.", default: true),
    Parameter("seed", "Another seed, another order and another dropout.", default: 0),
    Parameter(
      "at_once", "Tokens that run through the model at once; results stay the same to rounding.",
      default: TokenCount(1024), role: .execution),
    Parameter<MemorySize?>(
      "memory", "What a step may take; less memory means more computing.", role: .execution)
  ) {
    context, model, rows, loss, budget, batch, rate, held, length, decay, clip, beta1, beta2,
    optimizer, reference, only, shuffles, seed, atOnce, memory in
    let settings = TrainingSettings(
      budget: budget, batch: batch, schedule: schedule(rate), weightDecay: decay, beta1: beta1,
      beta2: beta2, clip: clip, length: length.count,
      seed: context.seed ^ UInt64(bitPattern: Int64(seed)), tokensAtOnce: atOnce.count,
      memory: memory?.bytes, shuffles: shuffles, only: only,
      optimizer: optimizer)
    if let rollout = loss.rollout {
      return try RolloutRun(model, loss, rollout, settings, context, reference: reference)
        .run(on: rows, watching: held)
    }
    return try TrainingRun(model, loss, settings, context, reference: reference)
      .run(on: rows, watching: held)
  }

  /// A decay of 1 would keep the moments at zero for ever.
  private static let decayRate = Rule<Double>("at least 0 and below 1") { (0..<1).contains($0) }
  private static let oneEpoch = Budget(Quantity(1, .epochs))

  private static func schedule(_ rate: LearningRate) -> Schedule {
    switch rate {
    case .first(let number): Schedule(.constant, peak: number)
    case .second(let schedule): schedule
    }
  }

  /// The model's own type, if the rows have what the loss reads and the model gives it.
  @Sendable private static func trainType(_ call: CallSite) throws -> RecipeType {
    let model = call.model("model")
    if call.value("only") == TrainedPart.head.recipeValue, model.outputs == nil {
      throw Complaints(
        Complaint(
          .doesNotFit, at: "only", "the model wears no reward head to train",
          notes: ["Give it one before: model |> attach(reward_head())."]))
    }
    var complaints = columnComplaints(call, at: ["on", "watch"], for: call.type("with"))
    if complaints.isEmpty { complaints = try needs(of: call, outputs: model.outputs) }
    guard complaints.isEmpty else { throw Complaints(complaints) }
    return model.type
  }

  /// What rows lack of what a loss reads, or have as another type.
  static func columnComplaints(
    _ call: CallSite, at names: [String], for loss: RecipeType
  ) -> [Complaint] {
    guard case .opaque(Loss.typeName, let arguments) = loss, let wanted = arguments.first?.fields
    else { return [] }
    return names.compactMap { name in
      guard let found = call.row(name).fields else { return nil }
      return missing(wanted, in: found, at: name) ?? wrongType(wanted, in: found, at: name)
    }
  }

  /// What is wrong between the loss, the head, the reference and the columns of numbers.
  private static func needs(of call: CallSite, outputs: [String]?) throws -> [Complaint] {
    guard case .opaque(let loss as Loss)? = call.value("with") else { return [] }
    do {
      let needs = try loss.needs(outputs: outputs)
      if loss.rollout == nil, !needs.readsReference, call.isWritten("reference"),
        call.value("reference") != Value.none
      {
        return [
          Complaint(
            .doesNotFit, at: "reference",
            "a reference is given, but the loss does not compare with one",
            label: "never looked at",
            notes: ["Leave `reference:` out, or take a loss that does, such as dpo()."])
        ]
      }
      return ["on", "watch"].flatMap { name in
        call.row(name).fields.map { needs.complaints(about: $0, at: name) } ?? []
      }
    } catch let error as TraceError {
      return [Complaint(.doesNotFit, at: "with", error.problem, notes: [error.advice])]
    }
  }

  private static func missing(
    _ wanted: [RecordField], in found: [RecordField], at parameter: String
  ) -> Complaint? {
    let labels = found.map(\.label)
    let absent = wanted.map(\.label).filter { !labels.contains($0) }
    let isConversation = labels.contains("messages") && wanted.contains { $0.label == "response" }
    guard !absent.isEmpty, !isConversation else { return nil }
    return Complaint(
      .missingColumns(absent, found: labels), at: parameter,
      "this dataset lacks columns that the loss reads",
      label: "has: " + labels.joined(separator: ", "),
      notes: ["The loss reads: " + wanted.map(\.label).joined(separator: ", ") + "."])
  }

  private static func wrongType(
    _ wanted: [RecordField], in found: [RecordField], at parameter: String
  ) -> Complaint? {
    for field in wanted {
      guard let type = found.first(where: { $0.label == field.label })?.type else { continue }
      let isPrompt = field.label == "prompt" && RecipeType.messages.accepts(type)
      guard !field.type.accepts(type), !isPrompt else { continue }
      return Complaint(
        .wrongType(found: type, expected: field.type), at: parameter,
        "column `\(field.label)` is \(type), but the loss reads \(field.type)",
        label: "`\(field.label)` is \(type)",
        notes: ["Make it with add(\(field.label): …), or leave rows out with filter(…)."])
    }
    return nil
  }
}
