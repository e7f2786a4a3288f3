import Datasets
import Foundation
import JSON
import Language
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

private let groups = Dataset(
  rows: (0..<8).map { i in
    let count = 2 + i % 3
    return Record([
      ("prompt", .text("question \(i)")),
      (
        "responses",
        .list((0..<count).map { .text(String(repeating: "x\($0) ", count: 1 + ($0 + i) % 3)) })
      ),
      ("target", .list((0..<count).map { .float(-20 - Double($0 * (i % 4))) })),
    ])
  })

@Suite("Several answers to one prompt are learnt together")
struct GroupTests {
  /// The formula itself in double precision to 1e-6.
  ///
  /// In 32 bits a log-probability of -30 is known to 2e-6, and so are shares made of differences.
  @Test(
    "SteerLM 2.0's weights, surrogate, distance and slopes",
    .enabled(if: SharedFiles.file("reference/vectors.json") != nil, "needs vectors.json"))
  func vector() throws {
    let file = try #require(SharedFiles.file("reference/vectors.json"))
    let vectors = try #require(JSONValue(file: file)["vectors"]?.list)
    let vector = try #require(vectors.first { $0["id"]?.text == "steerlm2.weights_loss" })
    func input(_ name: String) -> [Double] { vector["inputs"]?[name]?.doubles ?? [] }
    let lengths = input("lengths").map { Int($0) }
    let target = zip(input("log_p_a"), input("log_p_y")).map { Float($0 + $1) }
    let run = GivenGroup(
      policy: input("log_q_theta"), reference: input("log_q_prime"), lengths: lengths,
      target: target)
    let exactTarget = zip(input("log_p_a"), input("log_p_y")).map { $0 + $1 }
    let loss: Loss = try value("steerlm2(target: .target)")
    let found = try run.run(loss)
    let expected = try #require(vector["expected"])
    func near(_ a: Double, _ b: Double?) {
      #expect(abs(a - (b ?? .nan)) <= 1e-5 * abs(b ?? .nan) + 2e-7, "\(a), not \(b ?? .nan)")
    }
    near(found.loss, expected["surrogate_loss"]?.double)
    near(found.metrics[0], expected["distance_nemo_eps"]?.double)
    let slopes = expected["grad_log_q_theta"]?.doubles ?? []
    #expect(slopes.count == 3)
    for (a, b) in zip(found.slopes, slopes) { near(a, b) }
    // The slope of the distance itself is the same, but for the mean length.
    let distance: Loss = try value("loss(b => steerlm2_distance(b, target: .target))")
    let ownLoss = Loss(row: loss.row, function: distance.function)
    for (loss, value, slopes) in [
      (loss, "surrogate_loss", "grad_log_q_theta"),
      (ownLoss, "distance_nemo_eps", "grad_log_q_theta_no_length"),
    ] {
      let exact = try run.exactly(loss, target: exactTarget)
      let wanted = [expected[value]?.double ?? .nan] + (expected[slopes]?.doubles ?? [])
      #expect(wanted.count == 4)
      for (a, b) in zip([exact.loss] + exact.slopes, wanted) {
        #expect(abs(a - b) <= 1e-6 * abs(b), "\(a), not \(b)")
      }
    }
    let own = try run.run(ownLoss).slopes
    for (a, b) in zip(own, expected["grad_log_q_theta_no_length"]?.doubles ?? []) { near(a, b) }
  }

  @Test("At the start all answers weigh alike, and nothing is wanted where the targets say so")
  func start() throws {
    let equal = GivenGroup(
      policy: [-3, -7, -90], reference: [-3, -7, -90], lengths: [2, 3, 4],
      target: [-3, -7, -90])
    let still = try equal.run(value("steerlm2(target: .target)"))
    #expect(abs(still.loss) < 1e-6 && still.slopes.allSatisfy { abs($0) < 1e-6 })
    let far = GivenGroup(
      policy: [-300, -700, -90], reference: [-3, -7, -90], lengths: [2, 3, 4],
      target: [-900, -7, -90])
    let moved = try far.run(value("steerlm2(target: .target)"))
    #expect(moved.loss.isFinite && moved.metrics.allSatisfy(\.isFinite))
  }

  @Test("The cut of a step changes rounding only, and parts no group")
  func cuts() throws {
    let models = try [4096, 1, 60].map { tokens in
      try TrainingCall(
        tinyModel(adapter), on: groups, with: "steerlm2(target: .target)",
        [("at_once", .quantity(Quantity(Double(tokens), .tokens))), ("lr", .float(1e-3))]
      ).run()
    }
    for other in models.dropFirst() {
      for (a, b) in zip(models[0].history, other.history) { #expect(abs(a - b) < 1e-5) }
      #expect(models[0].distance(to: other) < 1e-4)
    }
    #expect(models[0].distance(to: try tinyModel(adapter)) > 1e-4)
  }

  @Test("A group brings a number for each of its answers")
  func counts() throws {
    let short = Dataset(
      rows: groups.rows.map { row in
        Record([
          ("prompt", row["prompt"] ?? .none), ("responses", row["responses"] ?? .none),
          ("target", .list([.float(1)])),
        ])
      })
    let error = #expect(throws: (any Error).self) {
      _ = try TrainingCall(
        try tinyModel(), on: short, with: "steerlm2(target: .target)", steps: 1
      ).run()
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("one for each of the 2 responses"))
  }
}

/// One group traced over log-probabilities that are given.
private struct GivenGroup {
  let policy: [Double]
  let reference: [Double]
  let lengths: [Int]
  let target: [Float]

  private var batch: Batch {
    var example = Example(
      prompt: [0],
      completions: lengths.map { .init([Int32](repeating: 0, count: $0)) },
      values: ["target": target])
    example.isGroup = true
    return Batch([example])
  }

  /// The same formula, node after node, in double precision; slopes are central differences.
  func exactly(_ loss: Loss, target: [Double]) throws -> (loss: Double, slopes: [Double]) {
    let graph = Graph()
    let formula = DoubleEvaluation(
      of: try LossTrace(loss, of: ScoredTargets(given: graph, roles: 1)).scalar().tensor)
    var floats = batch.inputs
    floats.merge(
      LossTrace.inputs(targets: [lengths.reduce(0, +)], sequences: lengths.count, prompts: 1)
    ) { $1 }
    var inputs = floats.mapValues { data -> DoubleEvaluation.Numbers in
      switch data {
      case .floats(let numbers): .doubles(numbers.map(Double.init))
      case .integers(let numbers): .integers(numbers)
      }
    }
    try #require(inputs["row.target"] != nil)
    inputs["row.target"] = .doubles(target)
    inputs[LossTrace.baseName] = .doubles(spread(reference))
    func value(_ policy: [Double], _ held: DoubleEvaluation.Outcome?) throws
      -> DoubleEvaluation.Outcome
    {
      inputs["logp"] = .doubles(spread(policy))
      return try formula.run(inputs, holding: held)
    }
    let base = try value(policy, nil)
    let slopes = try policy.indices.map { place in
      let sides = try [1e-5, -1e-5].map { step in
        var moved = policy
        moved[place] += step
        return try value(moved, base).value
      }
      return (sides[0] - sides[1]) / 2e-5
    }
    return (base.value, slopes)
  }

  func run(_ loss: Loss) throws -> (loss: Double, metrics: [Double], slopes: [Double]) {
    let batch = batch
    let graph = Graph()
    let targets = ScoredTargets(given: graph, roles: 1)
    let trace = LossTrace(loss, of: targets)
    let traced = try trace.scalar().tensor
    let metrics = try trace.metrics().map(\.value.tensor)
    let slope = try #require(graph.gradients(of: traced, for: [targets.logProbabilities])[0])
    let plan = try Plan(
      graph, outputs: [traced, slope] + metrics, bounds: BatchBounds(of: [batch]).axes)
    let execution = try Execution(plan, weights: [:], pool: WorkerPool(count: 1))
    var inputs = batch.inputs
    inputs["logp"] = .floats(spread(policy).map(Float.init))
    inputs[LossTrace.baseName] = .floats(spread(reference).map(Float.init))
    inputs.merge(
      LossTrace.inputs(
        targets: [lengths.reduce(0, +)], sequences: lengths.count, prompts: 1)
    ) { $1 }
    try execution.run(inputs: inputs, lengths: batch.lengths)
    let perToken = execution.read(slope)
    var place = 0
    let slopes = lengths.map { length in
      defer { place += length }
      return Double(perToken[place])
    }
    return (
      Double(execution.scalar(traced)), metrics.map { Double(execution.scalar($0)) }, slopes
    )
  }

  /// The log-probability of an answer on its first token.
  private func spread(_ sums: [Double]) -> [Double] {
    zip(sums, lengths).flatMap { sum, length in
      [sum] + [Double](repeating: 0, count: length - 1)
    }
  }
}
