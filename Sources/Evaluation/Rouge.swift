/// The longest common subsequence of two texts, as shares of both (Lin 2004).
public struct RougeL: Sendable, Hashable {
  public let precision: Double
  public let recall: Double

  public init(_ hypothesis: [String], reference: [String]) {
    let common = Double(Self.longestCommon(hypothesis, reference))
    precision = hypothesis.isEmpty ? 0 : common / Double(hypothesis.count)
    recall = reference.isEmpty ? 0 : common / Double(reference.count)
  }

  /// The mean of both that weighs recall `beta` times as much.
  public func score(beta: Double = 1) -> Double {
    guard precision + recall > 0 else { return 0 }
    let weight = beta * beta
    return (1 + weight) * precision * recall / (recall + weight * precision)
  }

  private static func longestCommon(_ a: [String], _ b: [String]) -> Int {
    var above = [Int](repeating: 0, count: b.count + 1)
    for word in a {
      var row = [0]
      for (place, other) in b.enumerated() {
        row.append(word == other ? above[place] + 1 : max(above[place + 1], row[place]))
      }
      above = row
    }
    return above[b.count]
  }
}
