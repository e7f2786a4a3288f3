import Foundation
import JSON
import TestSupport
import Testing
import Training
import Vocabulary

/// The losses of reward models against numbers that PyTorch found in 64 bits (vectors.json).
@Suite(
  "Reward losses and their slopes",
  .enabled(if: SharedFiles.file("reference/vectors.json") != nil, "needs vectors.json"))
struct RewardLossTests {
  private let vectors: [JSONValue]

  init() throws {
    let file = try #require(SharedFiles.file("reference/vectors.json"))
    vectors = try #require(JSONValue(file: file)["vectors"]?.list)
  }

  private func vector(_ id: String) throws -> JSONValue {
    try #require(vectors.first { $0["id"]?.text == id }, "no vector \(id)")
  }

  private func near(_ found: [Double], _ expected: [Double]) {
    #expect(found.count == expected.count && !found.isEmpty)
    for (a, b) in zip(found, expected) {
      #expect(abs(a - b) <= 1e-6 * max(abs(b), 1e-3), "\(a), not \(b)")
    }
  }

  @Test(
    "Bradley-Terry, alone and with margin and centring",
    arguments: [
      ("bradley_terry()", "loss", ""),
      ("bradley_terry(margin: .gap, centring: 0.01)", "loss_margin_center", "_margin_center"),
    ])
  func bradleyTerry(_ loss: String, _ expected: String, _ ending: String) throws {
    let vector = try vector("rm.bradley_terry")
    let inputs = try #require(vector["inputs"])
    let given = GivenRewards(
      rewards: ["chosen", "rejected"].map { role in (inputs[role]?.doubles ?? []).map { [$0] } },
      columns: ["gap": inputs["margin"]?.doubles ?? []])
    let found = try given.run(value(loss))
    near([found.loss], [try #require(vector["expected"]?[expected]?.double)])
    for (role, name) in ["chosen", "rejected"].enumerated() {
      near(found.slopes[role].flatMap(\.self), vector["grad_\(name)\(ending)"]?.doubles ?? [])
    }
  }

  @Test("Regression on the ratings that there are")
  func regression() throws {
    let vector = try vector("rm.helpsteer2_regression")
    let names = [
      "quality", "toxicity", "humor", "creativity", "helpfulness", "correctness", "coherence",
      "complexity", "verbosity",
    ]
    let labels = (vector["inputs"]?["label"]?.list ?? []).map(\.doubles)
    var columns: [String: [Double]] = [:]
    for (place, name) in names.enumerated() {
      columns[name] = labels.map { $0[place] == -100 ? .nan : $0[place] }
    }
    let given = GivenRewards(
      names: names, rewards: [(vector["inputs"]?["pred"]?.list ?? []).map(\.doubles)],
      columns: columns)
    let list = names.map { "." + $0 }.joined(separator: ", ")
    let found = try given.run(value("regress(to: [\(list)])"))
    near([found.loss], [try #require(vector["expected"]?["loss"]?.double)])
    for (row, expected) in (vector["grad_pred"]?.list ?? []).enumerated() {
      near(found.slopes[0][row], expected.doubles)
    }
  }

  /// The vector's label is negative where the first is preferred; slopes follow from the formula.
  @Test("Preference with a strength", arguments: ["regular", "margin", "scaled"])
  func strength(_ form: String) throws {
    let rows = try #require(vector("rm.helpsteer2_preference_bt")["expected"]?["rows"]?.list)
    #expect(rows.count == 3)
    for row in rows {
      let label = try #require(row["label"]?.double)
      let answers = ["out_first", "out_second"].map { [row[$0]?.double ?? .nan] }
      let (chosen, rejected) = label < 0 ? (answers[0], answers[1]) : (answers[1], answers[0])
      let found = try GivenRewards(
        rewards: [[chosen], [rejected]], columns: ["strength": [abs(label)]]
      ).run(value("helpsteer2_preference(strength: .strength, form: \"\(form)\")"))
      near([found.loss], [try #require(row[form]?.double)])
      let lead = chosen[0] - rejected[0] - (form == "margin" ? abs(label) : 0)
      let slope = -(form == "scaled" ? abs(label) : 1) / (1 + exp(lead))
      near(found.slopes[0][0] + found.slopes[1][0], [slope, -slope])
    }
  }
}
