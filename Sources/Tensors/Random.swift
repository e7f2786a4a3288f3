import CKernels
import Foundation

/// Random numbers as a function: of a seed, of what they are for, and of a counter.
///
/// No state, so the same number comes out on any thread, in any order, after any interruption.
/// Philox 4x32-10 (Salmon et al. 2011).
public struct Random: Sendable, Hashable {
  /// What numbers are drawn for; each purpose has numbers of its own.
  public struct Purpose: Sendable, Hashable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let initialization = Purpose(rawValue: 1)
    public static let dropout = Purpose(rawValue: 2)
    public static let shuffling = Purpose(rawValue: 3)
    public static let sampling = Purpose(rawValue: 4)
    public static let noise = Purpose(rawValue: 5)
    public static let rollouts = Purpose(rawValue: 6)
  }

  public let seed: UInt64
  public let purpose: Purpose
  /// Tells apart what shares seed and purpose: a step, a row, a parameter.
  public let stream: UInt32

  public init(seed: UInt64, purpose: Purpose, stream: UInt32 = 0) {
    self.seed = seed
    self.purpose = purpose
    self.stream = stream
  }

  /// The `key` input of `dropout` for one step of a run.
  ///
  /// - Parameter rowsBefore: how many rows of the step ran before, so that a step may run in parts
  ///   and drops the same numbers.
  public static func key(seed: UInt64, step: Int, rowsBefore: Int = 0) -> InputData {
    let words = [seed, seed >> 32, UInt64(step), UInt64(rowsBefore)]
    return .integers(words.map { Int32(truncatingIfNeeded: $0) })
  }

  /// Four random words for a counter.
  public func words(_ counter: UInt64) -> SIMD4<UInt32> {
    let key = [UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]
    let place = [
      UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), stream,
      purpose.rawValue,
    ]
    var output: [UInt32] = [0, 0, 0, 0]
    k_philox(key, place, &output)
    return SIMD4(output)
  }

  /// A number in `0 ..< 1` with 53 random bits.
  public func uniform(_ counter: UInt64) -> Double {
    let words = words(counter)
    return Double(UInt64(words[0]) << 21 ^ UInt64(words[1]) >> 11) * 0x1p-53
  }

  /// A number from the standard normal distribution (Box & Muller 1958).
  public func normal(_ counter: UInt64) -> Double {
    let words = words(counter)
    let u = (Double(words[0]) + 0.5) * 0x1p-32, v = Double(words[1]) * 0x1p-32
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }

  /// An integer in `0 ..< bound`, every one equally likely.
  public func integer(below bound: Int, _ counter: UInt64) -> Int {
    precondition(bound > 0, "there is no integer below \(bound)")
    let words = words(counter)
    let wide = UInt64(words[0]) << 32 | UInt64(words[1])
    return Int(wide.multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The numbers `0 ..< count` in random order (Fisher & Yates).
  public func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1, UInt64(last)))
    }
    return order
  }

  /// A float32 weight with numbers between `-bound` and `bound`.
  public func uniformWeight(shape: [Int], bound: Double) -> Weight {
    weight(shape) { Float((2 * uniform($0) - 1) * bound) }
  }

  /// A float32 weight with normally distributed numbers.
  public func normalWeight(shape: [Int], deviation: Double) -> Weight {
    weight(shape) { Float(normal($0) * deviation) }
  }

  private func weight(_ shape: [Int], _ number: (UInt64) -> Float) -> Weight {
    Weight(shape: shape, floats: (0..<shape.reduce(1, *)).map { number(UInt64($0)) })
  }
}
