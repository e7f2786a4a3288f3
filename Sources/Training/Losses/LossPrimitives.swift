import Tensors
import Vocabulary

extension Typing {
  /// The dimensions of the tensor argument.
  fileprivate static let sameTensor = Typing.derived { $0.type("x") }

  /// A reduction takes the innermost dimension away.
  fileprivate static let reduced = Typing.derived { call in
    guard case .tensor(let dimensions) = call.type("x") else { return .tensor([]) }
    if case .tensor(let others) = call.type("over"), others != dimensions {
      throw Complaints(
        Complaint(
          .dimensions, at: "over",
          "`mean` goes over \(call.type("over")), but its numbers are \(call.type("x"))",
          label: "this is \(call.type("over"))",
          notes: ["Both have the same dimensions, as in mean(-b.logp, over: b.mask)."]))
    }
    return .tensor(call.type("over") == .none ? dimensions.dropLast() : [])
  }
}

/// An element-wise function of a loss.
private func elementwise(
  _ name: String, _ summary: String, isLinear: Bool = false,
  _ body: @escaping @Sendable (Tensor) -> Tensor
) -> Vocabulary.Primitive {
  Vocabulary.Primitive(
    name, summary, in: .losses, typing: .sameTensor,
    examples: ["loss(b => mean(\(name)(b.logp), over: b.mask))"],
    Parameter<TracedTensor>.subject("x", "A tensor.")
  ) { _, x in
    x.mapped(isLinear: isLinear, body)
  }
}

extension Vocabulary.Primitive {
  /// What formulas of losses are made of, beside operators.
  public static let lossFormulas: [Vocabulary.Primitive] = [
    elementwise("log_sigmoid", "log(1 / (1 + exp(-x))) without overflow.", logSigmoid),
    elementwise("sigmoid", "1 / (1 + exp(-x)).", sigmoid),
    elementwise("softplus", "log(1 + exp(x)) without overflow.", softplus),
    elementwise("log1mexp", "log(1 - exp(x)) for x < 0; x is held at -1e-7 or below.") {
      log1mexp(minimum($0, -1e-7))
    },
    elementwise("relu", "x where it is positive, else 0.", relu),
    elementwise("square", "x times x.", square),
    elementwise("exp", "e to the power x.", exp),
    elementwise("log", "The natural logarithm.", log),
    elementwise("abs", "The distance from zero.", abs),
    elementwise("tanh", "The hyperbolic tangent.", tanh),
    elementwise(
      "detach", "The same numbers, through which no gradient flows.", isLinear: true, stopGradient),
    meanOfTensor, sumOfTensor, clampTensor, smallerOfTensors, largerOfTensors, chooseTensor,
    sortedTensor,
  ]

  private static let meanOfTensor = Vocabulary.Primitive(
    "mean",
    "The mean of each sequence's tokens, of the sequences, or with `over` of all tokens of the step.",
    in: .losses, typing: .reduced, examples: ["loss(b => mean(-b.logp, over: b.mask))"],
    Parameter<TracedTensor>.subject("x", "A tensor."),
    Parameter<TracedTensor?>("over", "A mask: the mean goes over all tokens that it selects.")
  ) { _, x, mask in
    try mask.map { try x.trace.mean(x, over: $0) } ?? x.trace.mean(x)
  }

  private static let sumOfTensor = Vocabulary.Primitive(
    "sum", "The sum of each sequence's tokens, or of the sequences.", in: .losses,
    typing: .reduced, examples: ["loss(b => mean(sum(-b.logp)))"],
    Parameter<TracedTensor>.subject("x", "A tensor.")
  ) { _, x in
    x.trace.sum(x)
  }

  private static let clampTensor = Vocabulary.Primitive(
    "clamp", "x held between two bounds; outside them no gradient flows.", in: .losses,
    typing: .sameTensor,
    examples: ["loss(b => mean(clamp(-b.logp, low: 0.0, high: 10.0), over: b.mask))"],
    Parameter<TracedTensor>.subject("x", "A tensor."),
    Parameter<Double>("low", "The lower bound."),
    Parameter<Double>("high", "The upper bound.")
  ) { _, x, low, high in
    x.mapped { clamp($0, Float(low), Float(high)) }
  }
}

extension Vocabulary.Primitive {
  private static let smallerOfTensors = ofTwo(
    "min", "The smaller of two tensors, number by number.", minimum)
  private static let largerOfTensors = ofTwo(
    "max", "The larger of two tensors, number by number.", maximum)

  /// A function of the numbers of two tensors that stand at the same place.
  private static func ofTwo(
    _ name: String, _ summary: String, _ body: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> Vocabulary.Primitive {
    Vocabulary.Primitive(
      name, summary, in: .losses, typing: .sameTensor,
      examples: ["loss(b => mean(\(name)(sum(-b.logp), 10.0)))"],
      Parameter<TracedTensor>.subject("x", "A tensor."),
      Parameter<TensorOrNumber>.subject("y", "A tensor of the same kind, or a number.")
    ) { _, x, y in
      try TracedTensor.zipped(name, [x, y.traced(like: x)]) { body($0[0], $0[1]) }
    }
  }

  private static let chooseTensor = Vocabulary.Primitive(
    "choose", "`yes` where a condition on tensors holds, else `no`, number by number.",
    in: .losses, typing: .derived { $0.type("condition") },
    examples: ["loss(b => mean(choose(b.logp < -5.0, yes: 5.0, no: -b.logp), over: b.mask))"],
    Parameter<TracedTensor>.subject("condition", "A comparison of tensors, or zeros and ones."),
    Parameter<TensorOrNumber>("yes", "What stands where it holds."),
    Parameter<TensorOrNumber>("no", "What stands elsewhere.")
  ) { _, condition, yes, no in
    let parts = [condition, try yes.traced(like: condition), try no.traced(like: condition)]
    return try TracedTensor.zipped("choose", parts) { Tensors.select($0[0], $0[1], $0[2]) }
  }

  private static let sortedTensor = Vocabulary.Primitive(
    "sorted", "The numbers of all rows of a step in rising order.", in: .losses,
    typing: .sameTensor, examples: ["loss(b => mean(square(sorted(sum(b.logp)) + 10.0)))"],
    Parameter<TracedTensor>.subject("x", "A tensor with one number per row.")
  ) { _, x in
    guard x.level == .sequences else {
      throw TraceError(
        problem: "`sorted` got \(x.recipeType)",
        advice: "It puts rows in order: reduce tokens first, with sum(…) or mean(…).")
    }
    return TracedTensor(Tensors.sorted(x.tensor), .sequences, .whole, x.trace)
  }
}

/// What may stand beside a tensor in a formula.
private struct TensorOrNumber: RecipeValue {
  let recipeValue: Value
  static var recipeType: RecipeType { .anyTensor }

  init(recipeValue value: Value) throws { recipeValue = value }

  func traced(like other: TracedTensor) throws -> TracedTensor {
    try other.trace.tensor(of: recipeValue, like: other)
  }
}

extension Library {
  /// The types that losses are written with.
  public static let lossTypes: [TypeEntry] = [
    TypeEntry("Loss", "What training minimises; it states the columns that it reads.", arity: 1),
    TypeEntry(TracedBatch.typeName, "The rows of a step inside a loss.") { _ in
      TracedBatch.members
    },
    TypeEntry(
      RolloutSettings.typeName, "How a policy writes the answers that a loss judges.", arity: 1),
    TypeEntry(Rollouts.typeName, "Answers that a policy wrote, with what each token earned.") { _ in
      Rollouts.members
    },
    TypeEntry(
      TracedRow.typeName, "The numbers of the rows of a step inside a loss.",
      openMember: .tensor(["sequence"])),
    TypeEntry(TracedAnswer.typeName, "One answer of each row inside a loss.") { _ in
      TracedAnswer.members
    },
  ]
}
