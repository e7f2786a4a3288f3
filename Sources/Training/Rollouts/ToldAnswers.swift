import Models
import Tensors

/// What a graph is fed of judged answers: the inputs that `RolloutPart` names.
package struct ToldAnswers {
  /// For each example, for each of its answers, a number per token.
  private let logp, base, values: [[[Float]]]
  private let credited: [CreditedAnswer]
  private let samples: Int
  private let longest: Int

  /// - Parameters:
  ///   - logp, base, values: what answers were drawn under, what the reference gives, and what the
  ///     critic expected.
  ///   - samples: how many answers, side by side, belong to one example.
  package init(
    logp: [[[Float]]], base: [[[Float]]], values: [[[Float]]], credited: [CreditedAnswer],
    samples: Int, longest: Int
  ) {
    self.logp = logp
    self.base = base
    self.values = values
    self.credited = credited
    self.samples = samples
    self.longest = longest
  }

  /// The inputs of a batch of these examples.
  package func inputs(_ members: [Int], _ batch: Batch) -> [String: InputData] {
    func tokens(_ body: (CreditedAnswer) -> [Double]) -> InputData {
      batch.flatten(members.map { answers(to: $0).map { body($0).map(Float.init) } })
    }
    func sequences(_ body: (CreditedAnswer) -> Double) -> InputData {
      .floats(members.flatMap { answers(to: $0).map { Float(body($0)) } })
    }
    let all: [(RolloutPart, InputData)] = [
      (.oldLogp, batch.flatten(members.map { logp[$0] })),
      (.oldValue, batch.flatten(members.map { values[$0] })),
      (.advantage, tokens(\.advantages)), (.returns, tokens(\.returns)),
      (.mask, tokens { $0.decisions.map { $0 ? 1 : 0 } }),
      (.valueMask, tokens { $0.states.map { $0 ? 1 : 0 } }),
      (.score, sequences(\.score)), (.gain, sequences(\.gain)),
      (.longest, .floats([Float(longest)])),
    ]
    var inputs = Dictionary(uniqueKeysWithValues: all.map { (LossTrace.inputName($0), $1) })
    inputs[LossTrace.baseName] = batch.flatten(members.map { base[$0] })
    return inputs
  }

  /// How many tokens the masks select in a whole update.
  package func totals(_ members: [Int]) -> [String: InputData] {
    func total(_ mask: (CreditedAnswer) -> [Bool]) -> InputData {
      let count = members.reduce(0) { sum, member in
        answers(to: member).reduce(sum) { $0 + mask($1).count(where: \.self) }
      }
      return .floats([Float(max(1, count))])
    }
    return [
      LossTrace.totalName(.mask): total(\.decisions),
      LossTrace.totalName(.valueMask): total(\.states),
    ]
  }

  private func answers(to example: Int) -> ArraySlice<CreditedAnswer> {
    credited[example * samples..<(example + 1) * samples]
  }
}

/// What is told of each step of rollouts, whatever the loss.
enum Figures {
  static let divergence = "kl"
  static let coefficient = "kl_coefficient"
  static let names = ["reward", divergence, coefficient, "length", "finished", "forced"]

  /// Means over the answers of a step, in the order of the names.
  static func of(
    _ answers: [WrittenAnswer], _ credited: [CreditedAnswer], _ coefficient: Double
  ) -> [(name: String, value: Double)] {
    func mean(_ numbers: [Double]) -> Double {
      numbers.reduce(0, +) / Double(max(1, numbers.count))
    }
    let values = [
      mean(credited.map(\.score)), mean(credited.map(\.divergence)), coefficient,
      mean(answers.map { Double($0.last + 1) }), mean(answers.map { $0.isFinished ? 1 : 0 }),
      mean(answers.map { Double($0.forced) }),
    ]
    return Array(zip(names, values))
  }
}
