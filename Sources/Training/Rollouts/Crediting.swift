/// What is known of an answer when its decisions are to be credited; a number per token each.
package struct JudgedAnswer: Sendable {
  /// How many tokens were forced.
  package var forced: Int
  /// The place of the last token that counts: the one that ends the answer, or the last of all.
  package var last: Int
  package var isFinished: Bool
  package var score: Double
  /// Log-probabilities under the policy that wrote it, and under the reference.
  package var logp, base: [Double]
  /// What the critic expected of the state before each token; zeros without a critic.
  package var values: [Double]

  package init(
    forced: Int, last: Int, isFinished: Bool, score: Double, logp: [Double], base: [Double],
    values: [Double]
  ) {
    self.forced = forced
    self.last = last
    self.isFinished = isFinished
    self.score = score
    self.logp = logp
    self.base = base
    self.values = values
  }
}

/// What losses are told of an answer.
package struct CreditedAnswer: Sendable {
  package var score: Double
  package var gain: Double
  /// Divergence from the reference, reward, advantage and return of each token.
  package var kl, rewards, advantages, returns: [Double]
  /// The decisions of the policy, and the states that the critic learns from.
  package var decisions, states: [Bool]

  package init(
    score: Double, gain: Double, kl: [Double], rewards: [Double], advantages: [Double],
    returns: [Double], decisions: [Bool], states: [Bool]
  ) {
    self.score = score
    self.gain = gain
    self.kl = kl
    self.rewards = rewards
    self.advantages = advantages
    self.returns = returns
    self.decisions = decisions
    self.states = states
  }

  /// The divergence of the whole answer, in nats.
  package var divergence: Double { kl.reduce(0, +) }
}

extension Credit {
  /// Credits the decisions of a step.
  ///
  /// - Parameters:
  ///   - samples: how many answers, side by side, belong to one prompt.
  ///   - coefficient: what a nat of divergence costs.
  package func credited(
    _ answers: [JudgedAnswer], samples: Int, coefficient: Double
  ) -> [CreditedAnswer] {
    var all = answers.map { begun($0, coefficient) }
    switch estimator {
    case .critic: creditStates(&all, answers)
    case .leaveOneOut: compare(&all, samples, coefficient, Advantages.leaveOneOut)
    case .group: compare(&all, samples, coefficient, Advantages.standardised)
    case .mean: compare(&all, all.count, coefficient, Advantages.centred)
    }
    return all
  }

  /// Score, divergence and rewards of one answer.
  ///
  /// The published code counts the divergence of every token; else that of decisions alone counts,
  /// for what was forced is no choice, and after the end nothing is. TRL gives the score to the token
  /// after the end, where there is one.
  private func begun(_ answer: JudgedAnswer, _ coefficient: Double) -> CreditedAnswer {
    let places = answer.logp.indices
    let counted = places.map { isStrict || (answer.forced...answer.last).contains($0) }
    let kl = places.map { counted[$0] ? answer.logp[$0] - answer.base[$0] : 0 }
    var rewards = kl.map { -coefficient * $0 }
    let score = score(of: answer)
    rewards[isStrict ? answer.last : min(answer.last + 1, places.count - 1)] += score
    let nothing = [Double](repeating: 0, count: places.count)
    return CreditedAnswer(
      score: score, gain: 0, kl: kl, rewards: rewards, advantages: nothing, returns: nothing,
      decisions: places.map { answer.forced <= $0 && (isStrict || $0 <= answer.last) },
      states: places.map { isStrict || $0 <= answer.last + 1 })
  }

  private func score(of answer: JudgedAnswer) -> Double {
    // The published code takes an answer that ends with its very last token for one without an end.
    let isWhole = answer.isFinished && !(isStrict && answer.last == answer.logp.count - 1)
    return isWhole ? answer.score : (unfinished ?? answer.score) - penalty
  }

  private func creditStates(_ all: inout [CreditedAnswer], _ answers: [JudgedAnswer]) {
    if whitensRewards {
      let rewards = Advantages.whitened(
        all.map(\.rewards), over: all.map(\.states), keepsMean: true, isSample: !isStrict)
      for i in all.indices { all[i].rewards = rewards[i] }
    }
    for i in all.indices {
      let values = answers[i].values
      all[i].advantages = Advantages.generalised(
        all[i].rewards, values: values, discount: discount, decay: decay)
      all[i].returns = zip(all[i].advantages, values).map { $0 + $1 }
    }
    let real = answers.map { answer in answer.logp.indices.map { isStrict || $0 <= answer.last } }
    if whitensAdvantages {
      let advantages = Advantages.whitened(
        all.map(\.advantages), over: real, keepsMean: false, isSample: !isStrict)
      for i in all.indices { all[i].advantages = advantages[i] }
    }
    for i in all.indices {
      all[i].advantages = zip(all[i].advantages, real[i]).map { $1 ? $0 : 0 }
    }
  }

  /// The same advantage for every decision of an answer: by how much it is better than others.
  private func compare(
    _ all: inout [CreditedAnswer], _ size: Int, _ coefficient: Double,
    _ gains: ([Double]) -> [Double]
  ) {
    for start in stride(from: 0, to: all.count, by: max(1, size)) {
      let group = start..<min(all.count, start + max(1, size))
      let found = gains(group.map { all[$0].score - coefficient * all[$0].divergence })
      for (place, gain) in zip(group, found) {
        all[place].gain = gain
        all[place].advantages = all[place].decisions.map { $0 ? gain : 0 }
      }
    }
  }
}
