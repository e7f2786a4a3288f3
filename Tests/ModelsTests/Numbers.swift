import Formats
import Models
import Tensors

/// The logits of a run of tokens, row after row, through the graph that generation uses.
func logits(_ model: LanguageModel, _ ids: [Int32], threads: Int = 1) throws -> [[Float]] {
  let graph = Graph()
  let scope = Scope(graph, Scope.Outfit(adapters: model.adapters))
  let input = ModelInput(graph, model.architecture)
  let d = model.dimensions
  let logits = linear(
    model.architecture.hidden(input, scope),
    scope.parameter(d.unembedding, [d.vocabulary, d.width]))
  let layout = AttentionLayout(runs: [AttentionLayout.Run(tokens: 0..<ids.count)]).integers
  let lengths: [Axis: Int] = [.tokens: ids.count, .layout: layout.count]
  let plan = try Plan(graph, outputs: [logits], bounds: lengths)
  let execution = try Execution(
    plan, weights: model.graphWeights, pool: WorkerPool(count: threads))
  try execution.run(
    inputs: [
      "ids": .integers(ids), "positions": .integers(ids.indices.map(Int32.init)),
      "layout": .integers(layout),
    ], lengths: lengths)
  let flat = execution.read(logits)
  return ids.indices.map { Array(flat[$0 * d.vocabulary..<($0 + 1) * d.vocabulary]) }
}

/// The loss of a batch, minus the mean log-probability of all targets, with its gradients.
struct LossRun {
  let loss: Double
  let logProbabilities: [Float]
  let gradients: [String: [Float]]

  /// - Parameter trainsBase: false trains the last adapter alone.
  init(_ model: LanguageModel, _ batch: Batch, trainsBase: Bool = true, threads: Int = 1) throws {
    let graph = Graph()
    let outfit = Scope.Outfit(
      trainsBase: trainsBase, adapters: model.adapters,
      trainedAdapter: trainsBase ? nil : model.adapters.count - 1)
    let batchGraph = BatchGraph(
      graph, model.architecture, outfit: outfit, roles: batch.roles.count)
    let loss = mean(batchGraph.logProbabilities) * -1
    let effects = graph.gradients(of: loss)
    let plan = try Plan(
      graph, outputs: [loss, batchGraph.logProbabilities], effects: effects,
      bounds: BatchBounds(of: [batch]).axes)
    let weights = model.graphWeights.mapValues { $0.type == .f32 ? $0 : $0.inFloats }
    let execution = try Execution(plan, weights: weights, pool: WorkerPool(count: threads))
    try execution.run(inputs: batch.inputs, lengths: batch.lengths)
    self.loss = Double(execution.scalar(loss))
    logProbabilities = execution.read(batchGraph.logProbabilities)
    var gradients: [String: [Float]] = [:]
    for name in plan.trainedParameters {
      gradients[name] = execution.gradient(of: name)?.floats()
    }
    self.gradients = gradients
  }

  func norm(_ name: String) -> Double { length(gradients[name] ?? []) }
  var norm: Double { gradients.keys.reduce(0) { $0 + norm($1) * norm($1) }.squareRoot() }
}

private func length(_ numbers: [Float]) -> Double {
  numbers.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
}

extension Weight {
  var inFloats: Weight { Weight(shape: shape, floats: floats()) }
}

/// The largest difference between two lists of numbers; infinite when one is longer.
func distance(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { worst, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

func distance(_ a: some Collection<Float>, _ b: [Double]) -> Float {
  distance(a, b.map { Float($0) })
}

/// `|a - b| / |b|`.
func relative(_ a: Double, _ b: Double) -> Double { abs(a - b) / abs(b) }

/// One example of a whole sequence, every token but the first a target.
func whole(_ ids: [Int32]) -> Example { Example(prompt: [], completions: [.init(ids)]) }

func scores(
  _ model: LanguageModel, _ examples: [Example], threads: Int = 2, adapters: Int? = nil
) throws -> [[[Float]]] {
  try Scorer(model, adapters: adapters, pool: WorkerPool(count: threads)).logProbabilities(examples)
}

/// Tokens that follow each prompt, with a cache, all of them side by side.
func continuations(
  _ model: LanguageModel, _ prompts: [[Int32]], maximum: Int, together: Int = 8,
  sampling: Sampling = Sampling(), threads: Int = 2, stop: Set<Int32> = []
) throws -> [Generator.Answer] {
  let longest = prompts.map(\.count).max() ?? 1
  let generator = try Generator(
    model, threads: threads, slots: together * (longest + maximum), together: together)
  return try generator.run(
    prompts.enumerated().map {
      Generator.Request(
        prompt: $1, sampling: sampling, maximum: maximum, stopTokens: stop, row: UInt32($0))
    })
}
