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
    meanOfTensor, sumOfTensor, clampTensor,
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

extension Library {
  /// The types that losses are written with.
  public static let lossTypes: [TypeEntry] = [
    TypeEntry("Loss", "What training minimises; it states the columns that it reads.", arity: 1),
    TypeEntry(TracedBatch.typeName, "The rows of a step inside a loss.") { _ in
      TracedBatch.members
    },
  ]
}
