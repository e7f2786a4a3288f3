import Formats
import Foundation
import Models
import TestSupport
import Testing
import Tensors
import Training
import Vocabulary

/// Slopes of whole losses through whole models.
@Suite("The gradient of a loss is its slope")
struct GradientTests {
  @Test(
    "Central differences agree on the largest entries",
    arguments: [("sft()", ""), ("sft()", " |> attach(lora(rank: 2))"), ("dpo()", "")])
  func slopes(_ loss: String, _ wearing: String) throws {
    let rows = loss == "dpo()" ? answerPairs : singles
    let model = try bent(tinyModel(wearing))
    let loss: Loss = try value(loss)
    let examples = try EncodedRows(rows, for: loss.roles, model: model, length: 48, step: "rows")
      .examples
    // A reference that is not the model, so that no term of the loss is at its special point.
    let base = examples.map { example in
      example.completions.map { [Float](repeating: -3, count: example.targets(of: $0)) }
    }
    let run = try Slope(model, loss, examples, base)
    let gradients = try run.gradients()
    #expect(gradients.count > 8)
    var compared = 0
    for (name, gradient) in gradients {
      let largest = gradient.indices.sorted { abs(gradient[$0]) > abs(gradient[$1]) }.prefix(2)
      for place in largest where abs(gradient[place]) > 1e-3 {
        compared += 1
        let slope = try run.slope(name, place)
        #expect(
          abs(slope - Double(gradient[place])) < 2e-2 * abs(slope) + 1e-4,
          "\(name)[\(place)]: \(gradient[place]), not \(slope)")
      }
    }
    #expect(compared > gradients.count)
  }

  /// The model with numbers far enough from zero to bend the loss.
  private func bent(_ model: LanguageModel) throws -> LanguageModel {
    model.replacing(
      model.graphWeights.filter { $0.key != "rotary" }.mapValues { weight in
        Weight(
          shape: weight.shape,
          floats: weight.floats().enumerated().map { 3 * $1 + 0.05 * Float(sin(Double($0))) })
      })
  }
}

/// A loss over all rows, at the model's weights and near them.
private struct Slope {
  let model: LanguageModel
  let loss: Loss
  let examples: [Example]
  let base: [[[Float]]]

  init(_ model: LanguageModel, _ loss: Loss, _ examples: [Example], _ base: [[[Float]]]) throws {
    self.model = model
    self.loss = loss
    self.examples = examples
    self.base = base
  }

  /// One update of plain Adam without momentum leaves the gradient in its first moment.
  func gradients() throws -> [String: [Float]] {
    let trainer = try trainer(of: model)
    _ = try trainer.step(rate: 0)
    return trainer.snapshot.moments.compactMapValues {
      if case .full(let first, _) = $0 { first.floats() } else { nil }
    }
  }

  func slope(_ name: String, _ place: Int) throws -> Double {
    let step: Float = 4e-3
    let sides = try [step, -step].map { change in
      var numbers = model.graphWeights[name]?.floats() ?? []
      numbers[place] += change
      let shape = model.graphWeights[name]?.shape ?? []
      let moved = model.replacing([name: Weight(shape: shape, floats: numbers)])
      return (try trainer(of: moved).step(rate: 0).loss, Double(numbers[place]))
    }
    return (sides[0].0 - sides[1].0) / (sides[0].1 - sides[1].1)
  }

  private func trainer(of model: LanguageModel) throws -> Trainer {
    try Trainer(
      model, loss, examples, base: base,
      settings: TrainingSettings(
        budget: Budget(Quantity(1, .steps)), batch: examples.count,
        schedule: Schedule(.constant, peak: 1), beta1: 0, clip: nil),
      pool: WorkerPool(count: 1), snapshot: nil)
  }
}
