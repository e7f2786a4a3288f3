import Foundation
import JSON
import Models
import TestSupport
import Testing
import Training
import Vocabulary

/// The losses of the library against numbers that PyTorch found in 64 bits (vectors.json).
@Suite(
  "Preference losses and their slopes",
  .enabled(if: SharedFiles.file("reference/vectors.json") != nil, "needs vectors.json"))
struct PreferenceLossTests {
  private let vectors: [JSONValue]

  init() throws {
    let file = try #require(SharedFiles.file("reference/vectors.json"))
    vectors = try #require(JSONValue(file: file)["vectors"]?.list)
  }

  private func vector(_ id: String) throws -> JSONValue {
    try #require(vectors.first { $0["id"]?.text == id }, "no vector \(id)")
  }

  private func near(_ found: Double, _ expected: Double, _ what: String) {
    #expect(
      abs(found - expected) <= 1e-6 * max(abs(expected), 1e-3), "\(what): \(found), not \(expected)"
    )
  }

  @Test(
    "Losses of sums",
    arguments: [
      ("dpo.sigmoid", "dpo()"), ("dpo.cdpo_label_smoothing", "dpo(label_smoothing: 0.1)"),
      ("dpo.robust", "robust_dpo()"), ("dpo.ipo_sum", "ipo_of_sums()"), ("dpo.ipo_avg", "ipo()"),
      ("dpo.hinge", "hinge()"), ("dpo.apo_zero", "apo_zero()"), ("dpo.nca_pair", "nca()"),
      ("cpo.sigmoid", "cpo(nll: 0.0)"),
    ])
  func sums(_ id: String, _ loss: String) throws {
    let vector = try vector(id)
    let inputs = try #require(vector["inputs"])
    func answers(_ role: String, _ of: String) -> [[Double]] {
      let sums = inputs["\(of)_\(role)"]?.doubles ?? []
      let lengths = inputs["len_\(role)"]?.doubles ?? sums.map { _ in 1 }
      return zip(sums, lengths).map { sum, length in
        [Double](repeating: sum / length, count: Int(length))
      }
    }
    func rows(_ of: String) -> [[[Double]]] {
      zip(answers("chosen", of), answers("rejected", of)).map { [$0, $1] }
    }
    let loss: Loss = try value(loss)
    let found = try GivenScores(policy: rows("policy"), reference: rows("ref")).run(loss)
    near(found.loss, try #require(vector["expected"]?["loss_mean"]?.double), id)
    let examples = try #require(vector["expected"]?["per_example"]?.list)
    for (row, expected) in examples.enumerated() {
      for (role, name) in ["chosen", "rejected"].enumerated() {
        let slope = try #require(expected["d_loss_d_policy_\(name)"]?.double)
        for token in found.slopes[row][role] {
          near(token * Double(examples.count), slope, "\(id) row \(row) \(name)")
        }
      }
    }
    for row in examples.indices {
      let one = GivenScores(policy: [rows("policy")[row]], reference: [rows("ref")[row]])
      near(
        try one.run(loss).loss, try #require(examples[row]["loss"]?.double), "\(id) row \(row)")
    }
  }

  @Test(
    "Losses of means per token",
    arguments: [
      ("orpo", "orpo()"), ("simpo", "simpo()"), ("asft.full", "asft()"),
      ("asft.align_only", "asft(sft: 0.0)"), ("asft.lambda_0.1", "asft(weight: 0.1)"),
      ("asft.tempered_beta", "tempered_asft()"),
    ])
  func means(_ id: String, _ loss: String) throws {
    let vector = try vector(id)
    let inputs = try #require(vector["inputs"])
    let examples = try #require(vector["expected"]?["per_example"]?.list)
    let loss: Loss = try value(loss)
    for (row, expected) in examples.enumerated() {
      let answers = try ["chosen", "rejected"].enumerated().map { role, name in
        let mean = try #require(inputs["avg_\(name)"]?.doubles[row])
        // Uneven tokens of that mean, 3 of one answer and 5 of the other.
        return (0..<3 + 2 * role).map { mean + 0.125 * Double($0 - 1 - role) }
      }
      let found = try GivenScores(policy: [answers], reference: [answers]).run(loss)
      near(found.loss, try #require(expected["loss"]?.double), "\(id) row \(row)")
      for (role, name) in ["chosen", "rejected"].enumerated() {
        let slope = try #require(expected["d_avg_\(name)"]?.double)
        for token in found.slopes[0][role] {
          near(token * Double(answers[role].count), slope, "\(id) row \(row) \(name)")
        }
      }
    }
  }

  @Test("KTO with its estimate of the drift") func kto() throws {
    let vector = try vector("kto")
    let inputs = try #require(vector["inputs"]), expected = try #require(vector["expected"])
    func rows(_ of: String) -> [[[Double]]] {
      let sums = ["chosen", "rejected"].flatMap { inputs["\(of)_\($0)"]?.doubles ?? [] }
      return zip(sums, inputs["\(of)_kl"]?.doubles ?? []).map { [[$0], [$1]] }
    }
    let given = GivenScores(
      policy: rows("policy"), reference: rows("ref"),
      values: (0..<4).map { ["desirable": $0 < 2 ? 1 : 0] })
    let found = try given.run(value("kto()"))
    near(found.loss, try #require(expected["loss_mean"]?.double), "loss")
    near(found.metrics["kl"] ?? .nan, try #require(expected["kl"]?.double), "kl")
    let slopes = ["chosen", "rejected"].flatMap { vector["grad_policy_\($0)"]?.doubles ?? [] }
    #expect(slopes.count == 4)
    for (row, slope) in slopes.enumerated() {
      near(found.slopes[row][0][0], slope, "row \(row)")
      #expect(found.slopes[row][1] == [0], "the estimate is a constant")
    }
  }

  @Test("ASFT token by token") func tokens() throws {
    let vector = try vector("asft.token_level")
    let inputs = try #require(vector["inputs"]), expected = try #require(vector["expected"])
    let answers = ["chosen", "rejected"].map { inputs["\($0)_token_logps"]?.doubles ?? [] }
    let found = try GivenScores(policy: [answers], reference: [answers]).run(value("asft()"))
    near(found.loss, try #require(expected["loss"]?.double), "loss")
    for (role, name) in ["chosen", "rejected"].enumerated() {
      for (a, b) in zip(found.slopes[0][role], expected["grad_\(name)_tokens"]?.doubles ?? []) {
        near(a, b, name)
      }
    }
  }

  /// Nearer to 0 than -1e-7 a likelihood is held there: see `log1mexp`.
  @Test("log(1 - exp(x)) without cancellation") func log1mexp() throws {
    let rows = try #require(vector("asft.edge.log1mexp")["expected"]?["rows"]?.list)
    let loss: Loss = try value("asft(sft: -1.0)")
    var compared = 0
    for row in rows {
      guard let l = row["l"]?.double, l < -1e-7 else { continue }
      compared += 1
      let found = try GivenScores(policy: [[[-1], [l]]], reference: [[[-1], [l]]]).run(loss)
      // -(sft + weight) a vanishes; what is left is -log1mexp(r).
      let expected = try #require(row["log1mexp"]?.double)
      #expect(abs(found.loss + expected) <= 1e-6 * abs(expected), "\(l): \(found.loss)")
      let slope = try #require(row["p_over_1mp"]?.double)
      #expect(
        abs(found.slopes[0][1][0] - slope) <= 1e-6 * slope, "\(l): \(found.slopes), not \(slope)")
    }
    #expect(compared == 5)
  }
}
