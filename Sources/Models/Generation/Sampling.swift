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

  /// A token, and how likely it was.
  public struct Draw: Sendable, Hashable {
    public var token: Int32
    /// How far the second largest logit is below the largest.
    public var margin: Float
    /// The logarithm of the token's probability at this temperature (1 for the greedy choice),
    /// before top-k, top-p and min-p; nil unless asked for.
    public var logProbability: Float?
  }

  /// The token that follows.
  ///
  /// - Parameters:
  ///   - row: tells the draws of one text from those of another, whatever else runs beside it.
  ///   - position: how many tokens came before.
  public func draw(
    _ logits: [Float], seen: Set<Int32>, row: UInt32, position: Int, tellsProbability: Bool = false
  ) -> Draw {
    let adjusted = penalised(logits, seen)
    guard let top = largest(of: adjusted) else {
      return Draw(token: 0, margin: 0, logProbability: tellsProbability ? -.infinity : nil)
    }
    var draw = Draw(token: Int32(top.place), margin: top.margin, logProbability: nil)
    guard temperature > 0 || tellsProbability else { return draw }
    let scale = Float(temperature > 0 ? 1 / temperature : 1)
    let weights = relativeExponentials(of: adjusted, scale: scale)
    let total = sum(of: weights)
    if temperature > 0 {
      let random = Random(seed: seed, purpose: .sampling, stream: row).uniform(UInt64(position))
      draw.token = Int32(
        isFiltered
          ? choose(random, among: kept(weights, total: total))
          : choose(random, amongAll: weights, total: total))
    }
    if tellsProbability {
      let below = (adjusted[Int(draw.token)] - adjusted[top.place]) * scale
      draw.logProbability = Float(Double(below) - log(total))
    }
    return draw
  }

  /// The probability of each token after all filters, for tests and displays.
  public func probabilities(_ logits: [Float], seen: Set<Int32> = []) -> [Double] {
    let scale = temperature > 0 ? 1 / temperature : 1
    let weights = relativeExponentials(of: penalised(logits, seen), scale: Float(scale))
    let kept =
      isFiltered
      ? kept(weights, total: sum(of: weights))
      : weights.indices.map { Candidate(token: $0, weights[$0]) }
    let total = kept.reduce(0) { $0 + $1.weight }
    var result = [Double](repeating: 0, count: logits.count)
    for candidate in kept { result[candidate.token] = candidate.weight / total }
    return result
  }

  private var isFiltered: Bool { topK != nil || topP != nil || minP != nil }

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
}

// Drawing: weights are probabilities up to one factor, the greatest is 1.
extension Sampling {
  private struct Candidate {
    let token: Int
    let weight: Double

    init(token: Int, _ weight: Float) {
      self.token = token
      self.weight = Double(weight)
    }
  }

  private func choose(_ random: Double, amongAll weights: [Float], total: Double) -> Int {
    var mass = random * total
    for token in weights.indices {
      mass -= Double(weights[token])
      if mass < 0 { return token }
    }
    return weights.indices.last ?? 0
  }

  private func choose(_ random: Double, among kept: [Candidate]) -> Int {
    var mass = random * kept.reduce(0) { $0 + $1.weight }
    for candidate in kept {
      mass -= candidate.weight
      if mass < 0 { return candidate.token }
    }
    return kept.last?.token ?? 0
  }

  /// The tokens that pass all filters, in the order of their weights where that matters.
  private func kept(_ weights: [Float], total: Double) -> [Candidate] {
    let ranked =
      topK == nil && topP == nil
      ? weights.indices.map { Candidate(token: $0, weights[$0]) } : ranked(weights, total: total)
    guard let minP else { return ranked }
    return ranked.filter { $0.weight >= minP }
  }

  /// The first by rank that top-k and top-p leave.
  ///
  /// Few tokens of a vocabulary carry nearly all weight, so only those above a cut are sorted; the
  /// cut falls until enough are there.
  private func ranked(_ weights: [Float], total: Double) -> [Candidate] {
    for cut: Float in [1e-2, 1e-4, 1e-6] {
      if let enough = prefix(of: sorted(weights, from: cut), total: total, isAll: false) {
        return enough
      }
    }
    return prefix(of: sorted(weights, from: 0), total: total, isAll: true) ?? []
  }

  private func sorted(_ weights: [Float], from cut: Float) -> [Candidate] {
    weights.indices.lazy.filter { weights[$0] >= cut }
      .map { Candidate(token: $0, weights[$0]) }
      .sorted { ($1.weight, $0.token) < ($0.weight, $1.token) }
  }

  /// What the filters leave of the most probable tokens; nil where more tokens have to be looked at.
  private func prefix(of ranked: [Candidate], total: Double, isAll: Bool) -> [Candidate]? {
    guard isAll || ranked.count >= (topK ?? 0) else { return nil }
    let first = topK.map { ranked.prefix($0) } ?? ranked[...]
    guard let topP, topP < 1 else { return topK != nil || isAll ? Array(first) : nil }
    let whole = topK == nil ? total : first.reduce(0) { $0 + $1.weight }
    var mass = 0.0
    let end = first.firstIndex { candidate in
      mass += candidate.weight / whole
      return mass >= topP
    }
    if end == nil && topK == nil && !isAll { return nil }
    return Array(first.prefix((end ?? first.count - 1) + 1))
  }
}
