import Models
import Tensors
import Vocabulary

// What losses say of several answers to one prompt.

extension LossTrace {
  /// Where the answers to each prompt begin. int32 [prompts + 1]
  private var groups: Tensor { graph.input(Batch.groupBorders, .i32, [.borders(.prompts)]) }

  /// Shares that the answers to each prompt have of one, by the exponentials of numbers.
  ///
  /// The largest is taken off first: log-probabilities differ by hundreds.
  func softmax(_ x: TracedTensor) throws -> TracedTensor {
    try mapped(x, "softmax", to: .sequences) { x, groups in
      let least = segmentMax(stopGradient(x), borders: groups)
      let powers = exp(x - segmentSpread(least, borders: groups, over: .sequences))
      let sums = segmentSum(powers, borders: groups)
      return powers / segmentSpread(sums, borders: groups, over: .sequences)
    }
  }

  func promptSum(_ x: TracedTensor) throws -> TracedTensor {
    try mapped(x, "prompt_sum", to: .prompts) { segmentSum($0, borders: $1) }
  }

  func promptMean(_ x: TracedTensor) throws -> TracedTensor {
    try mapped(x, "prompt_mean", to: .prompts) { segmentMean($0, borders: $1) }
  }

  /// The answers to a prompt are never parted, so no cut of a step changes what they have together.
  private func mapped(
    _ x: TracedTensor, _ word: String, to level: TracedTensor.Level,
    _ body: (Tensor, Tensor) -> Tensor
  ) throws -> TracedTensor {
    guard x.level == .sequences else {
      throw TraceError(
        problem: "`\(word)` got \(x.recipeType)",
        advice: "It goes over the answers to each prompt: reduce tokens first, with sum(…).")
    }
    return TracedTensor(body(x.tensor, groups), level, x.cut, self)
  }
}

extension Vocabulary.Primitive {
  /// Words for several answers to one prompt, inside losses.
  public static let groupFormulas: [Vocabulary.Primitive] = [
    ofAnswers(
      "softmax", "Shares of one that the answers to each prompt have, by exp of their numbers.",
      ["sequence"]
    ) { try $0.trace.softmax($0) },
    ofAnswers("prompt_sum", "The sum over the answers to each prompt.", ["prompt"]) {
      try $0.trace.promptSum($0)
    },
    ofAnswers("prompt_mean", "The mean over the answers to each prompt.", ["prompt"]) {
      try $0.trace.promptMean($0)
    },
  ]

  private static func ofAnswers(
    _ name: String, _ summary: String, _ dimensions: [String],
    _ body: @escaping @Sendable (TracedTensor) throws -> TracedTensor
  ) -> Vocabulary.Primitive {
    Vocabulary.Primitive(
      name, summary, in: .losses, typing: .fixed(.tensor(dimensions)),
      examples: ["loss(b => mean(\(name)(sum(b.logp))))"],
      Parameter<TracedTensor>.subject("x", "A tensor with a number per answer.")
    ) { _, x in
      try body(x)
    }
  }
}
