import Foundation
import Tensors
import Testing

/// Hidden rows against a vocabulary, and weights for the results.
struct ScoringCase: Sendable, CustomTestStringConvertible {
  let rows: Int
  let width: Int
  let vocabulary: Int
  var workers = 1
  var trains = true
  var entropy = true
  var type = ElementType.f32

  var testDescription: String { "\(rows) rows, width \(width), vocabulary \(vocabulary)" }

  struct Numbers {
    var hidden: [Float]
    var weight: [Float]
    var targets: [Int32]
    /// Gradients of log-probability and entropy.
    var weights: [Float]
    var entropyWeights: [Float]
  }

  struct Outcome: Equatable {
    var logp: [Float]
    var entropy: [Float]
    var isBest: [Float]
    var dhidden: [Float]
    var dweight: [Float]
  }

  var numbers: Numbers {
    var noise = Noise(UInt64(rows * 7 + vocabulary))
    return Numbers(
      hidden: noise.floats(rows * width, times: 2), weight: noise.floats(vocabulary * width),
      targets: (0..<rows).map { Int32(($0 * 7919 + 3) % vocabulary) },
      weights: noise.floats(rows).enumerated().map { $0 % 3 == 1 ? 0 : $1 },
      entropyWeights: noise.floats(rows).enumerated().map { $0 % 2 == 1 ? 0 : $1 })
  }

  func callAsFunction(_ numbers: Numbers) throws -> Outcome {
    let graph = Graph()
    let hidden = graph.parameter("hidden", shape: [rows, width], trainable: true)
    let weight = graph.parameter("weight", shape: [vocabulary, width], trainable: trains)
    let targets = graph.input("targets", .i32, [.fixed(rows)])
    let weights = graph.input("w", .f32, [.fixed(rows)])
    let scores = targetLogProbability(hidden, weight, targets: targets, entropy: entropy)
    var loss = sum(scores.logProbability * weights)
    if let entropy = scores.entropy {
      loss = loss + sum(entropy * graph.input("u", .f32, [.fixed(rows)]))
    }
    let outputs = [scores.logProbability, scores.isBest] + (scores.entropy.map { [$0] } ?? [])
    let effects = graph.gradients(of: loss)
    let plan = try Plan(graph, outputs: outputs, effects: effects, bounds: [:])
    let bound = [
      "hidden": Weight(shape: [rows, width], floats: numbers.hidden), "weight": packed(numbers),
    ]
    let execution = try Execution(plan, weights: bound, pool: WorkerPool(count: workers))
    var inputs: [String: InputData] = [
      "targets": .integers(numbers.targets), "w": .floats(numbers.weights),
    ]
    if entropy { inputs["u"] = .floats(numbers.entropyWeights) }
    try execution.run(inputs: inputs, lengths: [:])
    return Outcome(
      logp: execution.read(outputs[0]), entropy: entropy ? execution.read(outputs[2]) : [],
      isBest: execution.read(outputs[1]),
      dhidden: execution.gradient(of: "hidden")?.numbers ?? [],
      dweight: execution.gradient(of: "weight")?.numbers ?? [])
  }

  /// The weight in its type: f32, or bf16 by cutting the lower half of each number.
  private func packed(_ numbers: Numbers) -> Weight {
    guard type == .bf16 else { return Weight(shape: [vocabulary, width], floats: numbers.weight) }
    let storage = Storage(zeroedBytes: numbers.weight.count * 2)
    for (index, value) in numbers.weight.enumerated() {
      storage.bytes.storeBytes(
        of: UInt16(value.bitPattern >> 16), toByteOffset: index * 2, as: UInt16.self)
    }
    return Weight(shape: [vocabulary, width], type: .bf16, storage: storage)
  }

  struct Twin {
    var logp: [Double] = []
    var entropy: [Double] = []
    var isBest: [Double] = []
    var dhidden: [Double]
    var dweight: [Double]
  }

  func twin(_ numbers: Numbers) -> Twin {
    let h = numbers.hidden.map(Double.init), w = numbers.weight.map(Double.init)
    var twin = Twin(dhidden: h.map { _ in 0 }, dweight: w.map { _ in 0 })
    for row in 0..<rows {
      let z = (0..<vocabulary).map { v in
        (0..<width).reduce(0) { $0 + h[row * width + $1] * w[v * width + $1] }
      }
      let top = z.max() ?? 0, target = Int(numbers.targets[row])
      let lse = top + log(z.reduce(0) { $0 + exp($1 - top) })
      let h0 = -z.reduce(0) { $0 + exp($1 - lse) * ($1 - lse) }
      twin.logp.append(z[target] - lse)
      twin.entropy.append(h0)
      twin.isBest.append(z.firstIndex(of: top) == target ? 1 : 0)
      let weight = Double(numbers.weights[row])
      let wanted = entropy ? Double(numbers.entropyWeights[row]) : 0
      for v in 0..<vocabulary {
        let p = exp(z[v] - lse)
        let dz = weight * ((v == target ? 1 : 0) - p) - wanted * p * (z[v] - lse + h0)
        for d in 0..<width {
          twin.dhidden[row * width + d] += dz * w[v * width + d]
          twin.dweight[v * width + d] += dz * h[row * width + d]
        }
      }
    }
    return twin
  }
}

@Suite struct TargetLogProbabilityTests {
  static let cases = [
    ScoringCase(rows: 1, width: 3, vocabulary: 1), ScoringCase(rows: 1, width: 8, vocabulary: 2),
    ScoringCase(rows: 5, width: 4, vocabulary: 255),
    ScoringCase(rows: 7, width: 16, vocabulary: 257),
    ScoringCase(rows: 3, width: 5, vocabulary: 2600),
    ScoringCase(rows: 513, width: 4, vocabulary: 300),
  ]

  @Test(arguments: cases) func `values and gradients equal their plain twins`(
    _ scoring: ScoringCase
  ) throws {
    let numbers = scoring.numbers
    let found = try scoring(numbers), expected = scoring.twin(numbers)
    #expect(distance(found.logp, expected.logp) < 1e-5)
    #expect(distance(found.entropy, expected.entropy) < 2e-5)
    #expect(distance(found.isBest, expected.isBest) == 0)
    #expect(distance(found.dhidden, expected.dhidden) < 2e-5)
    #expect(distance(found.dweight, expected.dweight) < 1e-4)
  }

  @Test(arguments: cases) func `bits do not depend on the number of workers`(
    _ scoring: ScoringCase
  ) throws {
    let expected = try scoring(scoring.numbers)
    for workers in [2, 5] {
      var other = scoring
      other.workers = workers
      #expect(try other(scoring.numbers) == expected)
    }
  }

  @Test func `a frozen unembedding leaves the same gradient of the hidden rows`() throws {
    var scoring = ScoringCase(rows: 9, width: 6, vocabulary: 700)
    let trained = try scoring(scoring.numbers)
    scoring.trains = false
    let frozen = try scoring(scoring.numbers)
    #expect(frozen.dhidden == trained.dhidden)
    #expect(frozen.dweight.isEmpty)
  }

  @Test func `a packed unembedding equals its unpacked numbers`() throws {
    var scoring = ScoringCase(rows: 9, width: 32, vocabulary: 700, trains: false)
    var numbers = scoring.numbers
    numbers.weight = numbers.weight.map { Float(bitPattern: $0.bitPattern & 0xFFFF_0000) }
    let plain = try scoring(numbers)
    scoring.type = .bf16
    #expect(try scoring(numbers) == plain)
  }

  @Test func `rows without weight have a gradient of exactly zero`() throws {
    let scoring = ScoringCase(rows: 7, width: 16, vocabulary: 257, entropy: false)
    let found = try scoring(scoring.numbers)
    for row in stride(from: 1, to: 7, by: 3) {
      #expect(found.dhidden[row * 16..<(row + 1) * 16].allSatisfy { $0 == 0 })
    }
    #expect(found.dhidden[0] != 0)
  }

  @Test func `logits far apart neither overflow nor make NaN`() throws {
    let scoring = ScoringCase(rows: 6, width: 3, vocabulary: 600)
    var numbers = scoring.numbers
    numbers.hidden = numbers.hidden.map { $0 * 300 }
    let found = try scoring(numbers), expected = scoring.twin(numbers)
    #expect(distance(found.logp, expected.logp) < 1e-2)
    #expect(distance(found.entropy, expected.entropy) < 1e-3)
    #expect(distance(found.dhidden, expected.dhidden) < 1e-3)
  }

  @Test func `the largest of equal logits is the first`() throws {
    let scoring = ScoringCase(rows: 2, width: 1, vocabulary: 600, entropy: false)
    var numbers = scoring.numbers
    numbers.hidden = [1, 1]
    numbers.weight = [Float](repeating: 0.5, count: 600)
    numbers.targets = [0, 599]
    #expect(try scoring(numbers).isBest == [1, 0])
  }

  // MARK: Published vectors: logits arise from an identity as unembedding.

  private func score(
    logits: [Double], targets: [Int], weights: [Double], vocabulary: Int
  ) throws -> ScoringCase.Outcome {
    var scoring = ScoringCase(rows: targets.count, width: vocabulary, vocabulary: vocabulary)
    scoring.entropy = false
    var numbers = scoring.numbers
    numbers.hidden = logits.map(Float.init)
    numbers.weight = (0..<vocabulary * vocabulary).map { $0 % (vocabulary + 1) == 0 ? 1 : 0 }
    numbers.targets = targets.map(Int32.init)
    numbers.weights = weights.map(Float.init)
    return try scoring(numbers)
  }

  @Test(.enabled(if: Vector.isAvailable)) func `cross-entropy skips what is no target`() throws {
    let vector = try Vector("sft.ce.shift_mask")
    let logits = Vector.numbers(vector.inputs["logits"])
    let labels = Vector.numbers(vector.inputs["labels"]).map { Int($0) }
    // Position t predicts label t + 1; label -100 is no target.
    let kept = (0..<3).filter { labels[$0 + 1] >= 0 }
    let found = try score(
      logits: kept.flatMap { logits[$0 * 4..<$0 * 4 + 4] }, targets: kept.map { labels[$0 + 1] },
      weights: kept.map { _ in -1 / Double(kept.count) }, vocabulary: 4)
    let loss = -found.logp.reduce(0, +) / Float(kept.count)
    #expect(distance([loss], Vector.numbers(vector.expected["loss_mean"])) < 1e-6)
    let gradient = Vector.numbers(vector.all["grad_logits_of_mean"])
    #expect(distance(found.dhidden, kept.flatMap { gradient[$0 * 4..<$0 * 4 + 4] }) < 1e-6)
  }

  @Test(.enabled(if: Vector.isAvailable)) func `sequence log-probabilities agree`() throws {
    let vector = try Vector("seq.logps")
    let ids = Vector.numbers(vector.inputs["input_ids"]).map { Int($0) }
    let found = try score(
      logits: Array(Vector.numbers(vector.inputs["logits"]).prefix(9)),
      targets: Array(ids.dropFirst()), weights: [0, 1, 1], vocabulary: 3)
    let expected = Vector.numbers(vector.expected["per_token_logps_all"])
    #expect(distance(found.logp, expected) < 1e-6)
    let total = Vector.numbers(vector.expected["completion_sum"])
    #expect(distance([found.logp[1] + found.logp[2]], total) < 1e-6)
  }

  @Test(.enabled(if: Vector.isAvailable)) func `a preference loss reaches the logits`() throws {
    let vector = try Vector("e2e.pref_from_logits")
    func scored(_ name: String, _ side: String, weights: [Double]) throws -> ScoringCase.Outcome {
      let ids = Vector.numbers(vector.inputs["ids_\(side)"]).map { Int($0) }
      let logits = Vector.numbers(vector.inputs["\(name)_\(side)"]).dropLast(3)
      return try score(
        logits: Array(logits), targets: Array(ids.dropFirst()), weights: weights, vocabulary: 3)
    }
    func total(_ name: String, _ side: String) throws -> Double {
      let mask = Vector.numbers(vector.inputs["mask_\(side)"]).dropFirst()
      let found = try scored(name, side, weights: mask.map { _ in 0 })
      return zip(found.logp, mask).reduce(0) { $0 + Double($1.0) * $1.1 }
    }
    let margin =
      try total("logits", "chosen") - total("ref_logits", "chosen")
      - total("logits", "rejected") + total("ref_logits", "rejected")
    // DPO: loss = -log σ(β margin), d loss / d margin = -β σ(-β margin).
    let slope = -0.5 / (1 + exp(0.5 * margin))
    let dpo = try #require(vector.expected["dpo"] as? [String: Any])
    #expect(distance([Float(log(1 + exp(-0.5 * margin)))], Vector.numbers(dpo["loss"])) < 1e-5)
    for (side, sign) in [("chosen", 1.0), ("rejected", -1.0)] {
      let mask = Vector.numbers(vector.inputs["mask_\(side)"]).dropFirst()
      let found = try scored("logits", side, weights: mask.map { $0 * sign * slope })
      let expected = Vector.numbers(dpo["grad_logits_\(side)"])
      #expect(distance(found.dhidden + [0, 0, 0], expected) < 1e-5, "\(side)")
    }
  }
}
