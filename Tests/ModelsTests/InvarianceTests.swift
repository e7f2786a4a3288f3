import Formats
import Foundation
import Models
import Tensors
import Testing
import Tokenizers

/// What must not change a result.
@Suite("Packing, sharing, caching and threads change nothing")
struct InvarianceTests {
  private static let texts: [[Int32]] = [
    [3, 1, 4, 1, 5, 9], [2, 7, 1], [8, 2, 8, 1, 8, 2, 8], [5, 10],
  ]

  @Test("Packed sequences score as they score alone", arguments: Tiny.names)
  func packedScores(_ name: String) throws {
    let model = try Tiny.model(name)
    let together = try scores(model, Self.texts.map(whole))
    for (text, packed) in zip(Self.texts, together) {
      let alone = try scores(model, [whole(text)])[0][0]
      #expect(alone.count == text.count - 1)
      #expect(distance(packed[0], alone) < 1e-6)
    }
  }

  @Test("The gradient of a packed batch is that of its sequences", arguments: Tiny.names)
  func packedGradients(_ name: String) throws {
    let model = try Tiny.model(name)
    let packed = try LossRun(model, Batch(Self.texts.map(whole)))
    var sum: [String: [Float]] = [:]
    let targets = Self.texts.reduce(0) { $0 + $1.count - 1 }
    for text in Self.texts {
      let share = Float(text.count - 1) / Float(targets)
      for (name, gradient) in try LossRun(model, Batch([whole(text)])).gradients {
        let before = sum[name] ?? gradient.map { _ in 0 }
        sum[name] = zip(before, gradient).map { $0 + share * $1 }
      }
    }
    #expect(Set(sum.keys) == Set(packed.gradients.keys))
    for (name, gradient) in packed.gradients {
      #expect(distance(gradient, sum[name] ?? []) < 2e-6, "\(name)")
    }
  }

  @Test("A prompt that completions share counts as one before each", arguments: Tiny.names)
  func sharedPrompts(_ name: String) throws {
    let model = try Tiny.model(name)
    let examples = [
      Example(prompt: [3, 1, 4], completions: [.init([1, 5]), .init([9, 2, 6])]),
      Example(prompt: [7], completions: [.init([1, 8, 2]), .init([10])]),
      Example(prompt: [], completions: [.init([4, 4]), .init([1, 2, 3])]),
    ]
    let shared = try LossRun(model, Batch(examples))
    let repeated = try LossRun(model, Batch(examples, sharesPrompts: false))
    #expect(shared.logProbabilities.count == 12)
    #expect(distance(shared.logProbabilities, repeated.logProbabilities) < 2e-6)
    for (name, gradient) in repeated.gradients {
      #expect(distance(shared.gradients[name] ?? [], gradient) < 2e-6, "\(name)")
    }
  }

  @Test("Tokens of a cached run are those of runs over the whole text", arguments: Tiny.names)
  func cached(_ name: String) throws {
    let model = try Tiny.model(name)
    let answer = try continuations(model, [[3, 1]], maximum: 5)[0]
    var text: [Int32] = [3, 1]
    for token in answer.tokens {
      let row = try logits(model, text)[text.count - 1]
      #expect(Int32(row.firstIndex(of: row.max() ?? 0) ?? 0) == token)
      text.append(token)
    }
    #expect(text.count == 7)
  }

  @Test("As many rows together as one likes give the same tokens", arguments: Tiny.names)
  func batchSizes(_ name: String) throws {
    let model = try Tiny.model(name)
    let prompts: [[Int32]] = [
      [3, 1], [4], [1, 5, 9], [2, 6], [5], [3, 5], [8, 9, 7], [9], [3], [4], [7, 7], [2], [6],
      [1], [3, 1], [8], [5, 2], [9, 9],
    ]
    let sampling = Sampling(temperature: 1, topP: 0.95, seed: 11)
    let runs = try [(1, 2), (3, 2), (8, 2), (17, 2), (1, 1), (8, 1)].map { together, threads in
      try continuations(
        model, prompts, maximum: 4, together: together, sampling: sampling, threads: threads
      ).map(\.tokens)
    }
    #expect(runs[1...].allSatisfy { $0 == runs[0] })
    #expect(Set(runs[0]).count > 3)
    let other = Sampling(temperature: 1, topP: 0.95, seed: 12)
    #expect(
      try continuations(model, prompts, maximum: 4, sampling: other).map(\.tokens) != runs[0])
  }

  @Test("One thread and two give the same bits", arguments: Tiny.names)
  func threads(_ name: String) throws {
    let model = try Tiny.model(name)
    let batch = Batch(Self.texts.map(whole))
    let one = try LossRun(model, batch, threads: 1)
    let two = try LossRun(model, batch, threads: 2)
    #expect(one.loss == two.loss)
    #expect(one.gradients == two.gradients)
  }

  @Test("A fresh adapter changes nothing at all", arguments: Tiny.names)
  func freshAdapter(_ name: String) throws {
    let model = try Tiny.model(name)
    let dressed = try model.attaching(LoRASettings(rank: 2, alpha: 4), seed: 1)
    #expect(dressed.adapters[0].factors.count == model.architecture.modules.count)
    let examples = Self.texts.map(whole)
    #expect(try scores(model, examples) == scores(dressed, examples))
  }

  @Test("A merged adapter scores as an attached one", arguments: Tiny.names)
  func merged(_ name: String) throws {
    let model = try wavy(Tiny.model(name))
    let examples = Self.texts.map(whole)
    let attached = try scores(model, examples).joined().joined()
    let merged = try scores(try model.merged(), examples).joined().joined()
    let base = try scores(model, examples, adapters: 0).joined().joined()
    // Of log-probabilities around -5: each merged weight is rounded once, and its products again.
    #expect(distance(Array(attached), Array(merged)) < 2e-5)
    #expect(distance(Array(attached), Array(base)) > 1e-3)
  }

  @Test("Training an adapter gives gradients to its factors alone", arguments: Tiny.names)
  func adapterGradients(_ name: String) throws {
    let model = try wavy(Tiny.model(name))
    let run = try LossRun(model, Batch(Self.texts.map(whole)), trainsBase: false)
    #expect(run.gradients.count == 2 * model.architecture.modules.count)
    #expect(run.gradients.keys.allSatisfy { $0.hasPrefix("adapter.0.") && run.norm($0) > 0 })
  }
}

/// The model with an adapter that does something.
func wavy(_ model: LanguageModel, rank: Int = 2) throws -> LanguageModel {
  var model = try model.attaching(LoRASettings(rank: rank, alpha: 3), seed: 5)
  let names = model.adapters[0].factors.keys
  for name in names {
    guard let outputs = model.adapters[0].factors[name]?.b.shape[0] else { continue }
    model.adapters[0].factors[name]?.b = Weight(
      shape: [outputs, rank],
      floats: (0..<outputs * rank).map { 0.2 * Float(sin(Double($0 + name.count))) })
  }
  return model
}
