import Datasets
import Models
import Tensors
import Tokenizers
import Vocabulary

/// The gradient that a loss is trained with, beside slopes of the loss itself.
///
/// A loss depends on a model through the log-probability of each target alone, so `dL/dlogp` of each
/// token is all there is to check: the traced graph in single precision as training runs it, against
/// central differences of the same formula in double precision.
struct GradientCheck {
  let loss: Loss
  let model: LanguageModel
  private let needs: LossNeeds
  private let examples: [Example]
  private let pool: WorkerPool
  /// How far a log-probability is moved to either side, in nats.
  private static let step = 1e-5

  init(_ loss: Loss, on examples: [Example], model: LanguageModel, pool: WorkerPool) throws {
    self.loss = loss
    self.model = model
    self.pool = pool
    needs = try loss.needs()
    self.examples = try needs.completed(examples)
  }

  /// One token, looked at from both sides.
  struct Place {
    /// Which row, answer of the row and target of the answer.
    let row, answer, target: Int
    let token: Int32
    let logProbability: Double
    let traced: Double
    let slope: Double
    let error: Double
  }

  struct Outcome {
    let loss: Double
    let places: [Place]
    var largestError: Double { places.map(\.error).max() ?? 0 }
  }

  /// Looks at up to `limit` tokens, spread evenly over the rows.
  func run(limit: Int) throws -> Outcome {
    let graph = Graph()
    let targets = ScoredTargets(given: graph, roles: needs.roles)
    let value = try LossTrace(loss, of: targets).scalar().tensor
    guard let gradient = graph.gradients(of: value, for: [targets.logProbabilities])[0] else {
      throw TrainingError(
        problem: "the loss does not depend on the model: no gradient reaches b.logp",
        advice: "Name b.logp in the formula, outside of detach(…).")
    }
    let inputs = try inputs()
    let traced = try self.traced(graph, value, gradient, inputs)
    let plain = DoubleEvaluation(of: value)
    let slopes = Slopes(plain, inputs.plain, try plain.run(inputs.plain))
    let owners = inputs.batch.owners
    let stride = max(1, (owners.count + limit - 1) / max(1, limit))
    let found = try Swift.stride(from: 0, to: owners.count, by: stride).map { place in
      (place, try slopes.slope(at: place, step: Self.step, owners[place]))
    }
    let scale = found.map { max(abs($0.1), abs(traced[$0.0])) }.max() ?? 0
    let places = found.map { place, slope in
      let size = max(abs(slope), abs(traced[place]), 1e-3 * scale, .leastNormalMagnitude)
      return Place(
        row: owners[place].example, answer: owners[place].role, target: owners[place].target,
        token: owners[place].token, logProbability: slopes.logProbabilities[place],
        traced: traced[place], slope: slope, error: abs(slope - traced[place]) / size)
    }
    return Outcome(loss: slopes.base.value, places: places)
  }

  /// What both evaluations are fed.
  private struct Inputs {
    let batch: Batch
    let floats: [String: InputData]
    let plain: [String: DoubleEvaluation.Numbers]
  }

  private func inputs() throws -> Inputs {
    let batch = Batch(examples)
    let scorer = Scorer(model, pool: pool)
    var floats = batch.inputs
    let scores = batch.flatten(try scorer.logProbabilities(examples))
    floats[ScoredTargets.givenName] = scores.lowered
    if needs.readsReference { floats[LossTrace.baseName] = scores }
    let counts = batch.targetCounts.map { $0.reduce(0, +) }
    let step = LossTrace.inputs(
      targets: counts, sequences: batch.sequenceCount, prompts: examples.count)
    floats.merge(step) { $1 }
    floats.merge(LossTrace.knownInputs(needs.tables, examples)) { $1 }
    let plain = floats.mapValues { data -> DoubleEvaluation.Numbers in
      switch data {
      case .floats(let numbers): .doubles(numbers.map(Double.init))
      case .integers(let numbers): .integers(numbers)
      }
    }
    return Inputs(batch: batch, floats: floats, plain: plain)
  }

  private func traced(_ graph: Graph, _ value: Tensor, _ gradient: Tensor, _ inputs: Inputs) throws
    -> [Double]
  {
    let plan = try Plan(
      graph, outputs: [value, gradient], bounds: BatchBounds(of: [inputs.batch]).axes)
    let execution = try Execution(plan, pool: pool)
    try execution.run(inputs: inputs.floats, lengths: inputs.batch.lengths)
    return execution.read(gradient).map(Double.init)
  }
}

/// Slopes of a formula along one log-probability at a time.
private struct Slopes {
  private let formula: DoubleEvaluation
  private let inputs: [String: DoubleEvaluation.Numbers]
  let base: DoubleEvaluation.Outcome
  let logProbabilities: [Double]

  init(
    _ formula: DoubleEvaluation, _ inputs: [String: DoubleEvaluation.Numbers],
    _ base: DoubleEvaluation.Outcome
  ) {
    self.formula = formula
    self.inputs = inputs
    self.base = base
    if case .doubles(let numbers)? = inputs[ScoredTargets.givenName] {
      logProbabilities = numbers
    } else {
      logProbabilities = []
    }
  }

  /// The central difference; an error where the slopes to both sides do not meet.
  func slope(at place: Int, step: Double, _ owner: Batch.Owner) throws -> Double {
    let wide = try sides(place, step)
    let narrow = try sides(place, step / 10)
    // The slopes of a smooth function meet as fast as the step shrinks; at a kink they stay apart.
    let (gap, closer) = (abs(wide.right - wide.left), abs(narrow.right - narrow.left))
    // Below this, what is left of a difference of losses is rounding.
    let noise = 1e-7 * max(1, abs(base.value))
    let size = max(abs(narrow.left), abs(narrow.right))
    if gap > max(1e-4 * size, noise), closer > 0.5 * gap {
      throw TrainingError(
        problem: "the loss is not differentiable at row \(owner.example + 1), "
          + "token \(owner.target + 1) of answer \(owner.role + 1): its slope is "
          + "\(wide.left.rounded4) to one side and \(wide.right.rounded4) to the other",
        advice: "Training takes one of both. relu, abs, clamp, min and max bend where their "
          + "operands meet; a model that wears an adapter is seldom just there.")
    }
    return (wide.left + wide.right) / 2
  }

  private func sides(_ place: Int, _ step: Double) throws -> (left: Double, right: Double) {
    let right = try value(place, moved: step) - base.value
    let left = base.value - (try value(place, moved: -step))
    return (left / step, right / step)
  }

  private func value(_ place: Int, moved change: Double) throws -> Double {
    var numbers = logProbabilities
    numbers[place] += change
    var inputs = inputs
    inputs[ScoredTargets.givenName] = .doubles(numbers)
    return try formula.run(inputs, holding: base).value
  }
}

extension InputData {
  /// The numbers, each made smaller by up to half: a policy that has moved away from its reference,
  /// so that no term of a loss stands just where both are equal.
  fileprivate var lowered: InputData {
    guard case .floats(let numbers) = self else { return self }
    return .floats(
      numbers.enumerated().map { place, number in
        var hash = StableHash(seed: 0)
        hash.add(place)
        return number - Float(hash.value >> 40) * 0x1p-25
      })
  }
}

extension Double {
  fileprivate var rounded4: Double { (self * 1e4).rounded() / 1e4 }
}

extension Batch {
  /// Whose a target is: the example, the role of the completion, the place in it.
  struct Owner {
    let example, role, target: Int
    let token: Int32
  }

  /// The owners of all targets, role after role.
  fileprivate var owners: [Owner] {
    let examples = groupSizes.enumerated().flatMap { Array(repeating: $0, count: $1) }
    return roles.enumerated().flatMap { role, sequences in
      zip(examples, sequences).flatMap { example, targets in
        targets.enumerated().map {
          Owner(example: example, role: role, target: $0, token: $1.token)
        }
      }
    }
  }
}

// MARK: - The word

extension Vocabulary.Primitive {
  public static let gradientCheck = Vocabulary.Primitive(
    "gradient_check", "Compares the gradient that a loss trains by with slopes of its formula.",
    in: .losses, cost: .heavy, typing: .derived(checkedType),
    examples: [
      #"gradient_check(sft(), on: rows([(prompt: "a", response: "b")]))"#
    ],
    Parameter<Loss>.subject("loss", "The loss; it states the columns that it reads."),
    Parameter<Dataset>("on", "Rows to check it on; a few will do."),
    Parameter<LanguageModel?>(
      "model", "The model that gives the log-probabilities; the tiny one when left out."),
    Parameter(
      "tolerance", "The largest relative error that passes.", default: 1e-3, .above(0)),
    Parameter(
      "tokens", "How many tokens are looked at, at most.", default: 256, .within(1...100_000)),
    Parameter("length", "The longest sequence.", default: TokenCount(1024))
  ) { context, loss, rows, model, tolerance, tokens, length in
    guard loss.rollout == nil else {
      throw TrainingError(
        problem: "the loss is over answers that a policy writes, of which rows have none",
        advice: "Check losses over rows; where log-probabilities have slopes is the same.")
    }
    let model = try model ?? LanguageModel.tiny()
    let needs = try loss.needs()
    let encoded = try EncodedRows(
      rows, for: loss.roles, columns: needs.columns, optional: needs.optional, model: model,
      length: length.count, step: "rows")
    context.report(.ledger(encoded.ledger))
    guard !encoded.examples.isEmpty else {
      throw TrainingError(
        problem: "none of the \(rows.count) rows can be used: "
          + encoded.ledger.entries.map { "\($0.count) \($0.reason)" }.joined(separator: ", "),
        advice: "Look at the rows with take(3).")
    }
    let outcome = try GradientCheck(
      loss, on: encoded.examples, model: model, pool: WorkerPool(count: context.threads)
    ).run(limit: tokens)
    return report(outcome, tolerance: tolerance, rows: encoded.places, model)
  }

  /// The report, if the rows have what the loss reads.
  @Sendable private static func checkedType(_ call: CallSite) throws -> RecipeType {
    let complaints = columnComplaints(call, at: ["on"], for: call.type("loss"))
    guard complaints.isEmpty else { throw Complaints(complaints) }
    return reportType
  }

  private static let worstFields: [RecordField] = [
    RecordField("row", .int), RecordField("answer", .int), RecordField("token", .int),
    RecordField("text", .text), RecordField("logp", .float), RecordField("traced", .float),
    RecordField("slope", .float), RecordField("error", .float),
  ]

  private static let reportType = RecipeType.record([
    RecordField("passed", .bool), RecordField("error", .float), RecordField("loss", .float),
    RecordField("tokens", .int), RecordField("worst", .list(.record(worstFields))),
  ])

  private static func report(
    _ outcome: GradientCheck.Outcome, tolerance: Double, rows: [Int], _ model: LanguageModel
  ) -> Record {
    let worst = outcome.places.sorted { $0.error > $1.error }.prefix(5).map { place in
      Value.record(
        Record([
          ("row", .int(rows[place.row] + 1)), ("answer", .int(place.answer + 1)),
          ("token", .int(place.target + 1)), ("text", .text(model.tokenizer.decode([place.token]))),
          ("logp", .float(place.logProbability)), ("traced", .float(place.traced)),
          ("slope", .float(place.slope)), ("error", .float(place.error)),
        ]))
    }
    return Record([
      ("passed", .bool(outcome.largestError <= tolerance)), ("error", .float(outcome.largestError)),
      ("loss", .float(outcome.loss)), ("tokens", .int(outcome.places.count)),
      ("worst", .list(Array(worst))),
    ])
  }
}
