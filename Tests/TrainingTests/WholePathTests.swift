import Foundation
import JSON
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vocabulary

/// From logits to losses and back (vectors.json, `e2e.pref_from_logits`).
@Suite(.enabled(if: SharedFiles.file("reference/vectors.json") != nil, "needs vectors.json"))
struct WholePathTests {
  private let vector: JSONValue
  private let example: Example

  init() throws {
    let file = try #require(SharedFiles.file("reference/vectors.json"))
    let all = try JSONValue(file: file)["vectors"]?.list ?? []
    vector = try #require(all.first { $0["id"]?.text == "e2e.pref_from_logits" })
    let ids = ["chosen", "rejected"].map { [vector] in vector["inputs"]?["ids_\($0)"]?.ids ?? [] }
    example = Example(
      prompt: Array(ids[0].prefix(2)), completions: ids.map { .init(Array($0.dropFirst(2))) })
  }

  @Test(
    "Logits to slopes of logits",
    arguments: [
      ("dpo", "dpo(beta: 0.5)"), ("asft", "asft()"), ("orpo", "orpo()"), ("simpo", "simpo()"),
    ])
  func path(_ name: String, _ loss: String) throws {
    let expected = try #require(vector["expected"]?[name])
    let found = try run(value(loss))
    let loss = try #require(expected["loss"]?.double)
    #expect(abs(found.loss - loss) < 1e-6 * loss, "\(found.loss), not \(loss)")
    let slopes = numbers(expected["grad_logits_chosen"]) + numbers(expected["grad_logits_rejected"])
    #expect(slopes.count == found.slopes.count && slopes.count == 27)
    for (a, b) in zip(found.slopes, slopes) {
      #expect(b == 0 ? a == 0 : abs(Double(a) - b) < 1e-6 * max(abs(b), 0.1), "\(a), not \(b)")
    }
  }

  /// Logits are hidden states under an unembedding that changes nothing.
  private func run(_ loss: Loss) throws -> (loss: Double, slopes: [Float]) {
    let batch = Batch([example], sharesPrompts: false)
    let graph = Graph()
    let hidden = graph.input("logits", .f32, [.fixed(batch.ids.count), 3])
    let scores = targetLogProbability(
      gather(hidden, rows: graph.input("target.rows", .i32, [.targets])),
      graph.parameter("identity", shape: [3, 3], trainable: false),
      targets: graph.input("target.tokens", .i32, [.targets]))
    let targets = ScoredTargets(graph, logProbabilities: scores.logProbability, roles: 2)
    let traced = try LossTrace(loss, of: targets).scalar().tensor
    let slope = try #require(graph.gradients(of: traced, for: [hidden])[0])
    let plan = try Plan(
      graph, outputs: [traced, slope], bounds: BatchBounds(of: [batch]).axes)
    let execution = try Execution(
      plan,
      weights: [
        "identity": Weight(shape: [3, 3], floats: [1, 0, 0, 0, 1, 0, 0, 0, 1])
      ], pool: WorkerPool(count: 1))
    var inputs = batch.inputs
    inputs["logits"] = .floats(logits("").map(Float.init))
    inputs[LossTrace.baseName] = .floats(referenceScores)
    inputs.merge(LossTrace.inputs(targets: [2, 3], sequences: 1)) { $1 }
    try execution.run(inputs: inputs, lengths: batch.lengths)
    return (Double(execution.scalar(traced)), execution.read(slope))
  }

  private func logits(_ of: String) -> [Double] {
    ["chosen", "rejected"].flatMap { numbers(vector["inputs"]?["\(of)logits_\($0)"]) }
  }

  /// The reference's log-probabilities, in 64 bits.
  private var referenceScores: [Float] {
    let rows = logits("ref_")
    let firsts = [1, 5]
    return zip(firsts, example.completions).flatMap { first, completion in
      completion.tokens.enumerated().map { place, token in
        let row = rows[3 * (first + place)..<3 * (first + place) + 3]
        let total = log(row.reduce(0) { $0 + exp($1) })
        return Float(row[row.startIndex + Int(token)] - total)
      }
    }
  }

  private func numbers(_ rows: JSONValue?) -> [Double] { (rows?.list ?? []).flatMap(\.doubles) }
}
