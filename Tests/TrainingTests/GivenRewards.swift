import Models
import Tensors
import Training
import Vocabulary

/// A loss traced over rewards that are given, without a model: what it is, and its slope for each.
struct GivenRewards {
  var names = [RewardHead.scalarName]
  /// For each role (chosen or only, rejected), for each row, the outputs of the head.
  var rewards: [[[Double]]]
  /// Numbers of the rows by column; not a number where a row has none.
  var columns: [String: [Double]] = [:]

  struct Result {
    let loss: Double
    /// As `rewards` lies.
    let slopes: [[[Double]]]
  }

  func run(_ loss: Loss) throws -> Result {
    let graph = Graph()
    let outputs = RewardOutputs(given: graph, names: names)
    let targets = ScoredTargets(given: graph, roles: rewards.count)
    let traced = try LossTrace(loss, of: targets, rewards: outputs).scalar().tensor
    let leaves = rewards.indices.map(outputs.ofRole)
    let slopes = graph.gradients(of: traced, for: leaves)
    let plan = try Plan(
      graph, outputs: [traced] + slopes.compactMap { $0 },
      bounds: BatchBounds(of: [Batch(examples)]).axes)
    let execution = try Execution(plan, weights: [:], pool: WorkerPool(count: 1))
    try execution.run(inputs: inputs, lengths: Batch(examples).lengths)
    return Result(
      loss: Double(execution.scalar(traced)),
      slopes: slopes.map { slope in
        let numbers = slope.map { execution.read($0).map(Double.init) } ?? []
        return stride(from: 0, to: numbers.count, by: names.count).map {
          Array(numbers[$0..<$0 + names.count])
        }
      })
  }

  private var inputs: [String: InputData] {
    var inputs = Batch(examples).inputs
    inputs.merge(LossTrace.knownInputs([names], examples)) { $1 }
    inputs.merge(
      LossTrace.inputs(targets: rewards.map(\.count), sequences: rewards[0].count)
    ) { $1 }
    for (role, rows) in rewards.enumerated() {
      inputs["rewards.\(role)"] = .floats(rows.joined().map(Float.init))
    }
    return inputs
  }

  private var examples: [Example] {
    rewards[0].indices.map { row in
      Example(
        prompt: [0], completions: rewards.map { _ in .init([0]) },
        values: columns.mapValues { [Float($0[row])] })
    }
  }
}
