/// A small counter-based generator, so that a failure can be had again from its seed.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(state: UInt64) { self.state = state }

  /// The generator of one input of a series; those of neighbours have nothing in common.
  public init(series: UInt64, index: Int) {
    var first = SeededGenerator(state: series)
    var second = SeededGenerator(state: first.next() &+ UInt64(index))
    state = second.next()
  }

  /// SplitMix64 (Steele, Lea, Flood 2014, figure 17).
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 up to `bound`, which is above 0.
  mutating func pick(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[pick(elements.count)] }
}
