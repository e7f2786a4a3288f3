import Foundation
import Tensors

/// How the next token is chosen.
///
/// The order is that of Transformers: repetition penalty, temperature, top-k, top-p, min-p.
public struct Sampling: Sendable, Hashable {
  /// 0 takes the most probable token; the lowest id wins a tie.
  public var temperature: Double
  /// How many of the most probable tokens stay; nil for all.
  public var topK: Int?
  /// The mass of the smallest set of most probable tokens that stays; nil for all.
  public var topP: Double?
  /// The share of the greatest probability that a token must reach; nil for none.
  public var minP: Double?
  /// Divides positive and multiplies negative logits of tokens seen before (CTRL, arXiv 1909.05858).
  public var repetitionPenalty: Double
  public var seed: UInt64

  public init(
    temperature: Double = 0, topK: Int? = nil, topP: Double? = nil, minP: Double? = nil,
    repetitionPenalty: Double = 1, seed: UInt64 = 0
  ) {
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.seed = seed
  }

  /// The token that follows.
  ///
  /// - Parameters:
  ///   - row: tells the draws of one text from those of another, whatever else runs beside it.
  ///   - position: how many tokens came before.
  public func next(_ logits: [Float], seen: Set<Int32>, row: UInt32, position: Int) -> Int32 {
    let adjusted = penalised(logits, seen)
    guard temperature > 0 else { return Int32(Self.largest(adjusted)) }
    let kept = candidates(adjusted)
    let random = Random(seed: seed, purpose: .sampling, stream: row)
    var mass = random.uniform(UInt64(position)) * kept.reduce(0) { $0 + $1.probability }
    for candidate in kept {
      mass -= candidate.probability
      if mass < 0 { return Int32(candidate.token) }
    }
    return Int32(kept.last?.token ?? 0)
  }

  /// The probability of each token after all filters, for tests and displays.
  public func probabilities(_ logits: [Float], seen: Set<Int32> = []) -> [Double] {
    var result = [Double](repeating: 0, count: logits.count)
    let kept = candidates(penalised(logits, seen))
    let total = kept.reduce(0) { $0 + $1.probability }
    for candidate in kept { result[candidate.token] = candidate.probability / total }
    return result
  }

  private struct Candidate {
    let token: Int
    let probability: Double
  }

  private func penalised(_ logits: [Float], _ seen: Set<Int32>) -> [Float] {
    guard repetitionPenalty != 1 else { return logits }
    let penalty = Float(repetitionPenalty)
    var logits = logits
    for token in seen {
      let value = logits[Int(token)]
      logits[Int(token)] = value > 0 ? value / penalty : value * penalty
    }
    return logits
  }

  private static func largest(_ logits: [Float]) -> Int {
    var best = 0
    for (token, value) in logits.enumerated() where value > logits[best] { best = token }
    return best
  }

  /// Tokens that may be drawn with their probabilities, the most probable first where it matters.
  private func candidates(_ logits: [Float]) -> [Candidate] {
    let scale = temperature > 0 ? 1 / temperature : 1
    let top = Double(logits[Self.largest(logits)]) * scale
    var kept = logits.enumerated().map {
      Candidate(token: $0, probability: exp(Double($1) * scale - top))
    }
    guard topK != nil || topP != nil || minP != nil else { return kept }
    if let minP {
      // The greatest is 1 here, and filters by rank below keep it.
      kept = filteredByRank(kept).filter { $0.probability >= minP }
      return kept
    }
    return filteredByRank(kept)
  }

  private func filteredByRank(_ all: [Candidate]) -> [Candidate] {
    guard topK != nil || topP != nil else { return all }
    var kept = all.sorted { ($1.probability, $0.token) < ($0.probability, $1.token) }
    if let topK, topK < kept.count { kept.removeLast(kept.count - topK) }
    guard let topP, topP < 1 else { return kept }
    let total = kept.reduce(0) { $0 + $1.probability }
    var mass = 0.0
    let end = kept.firstIndex { candidate in
      mass += candidate.probability / total
      return mass >= topP
    }
    return Array(kept.prefix((end ?? kept.count - 1) + 1))
  }
}
