/// A hash that is the same on every machine and in every run: for orders and splits.
///
/// FNV-1a over the bytes, then the finaliser of SplitMix64 (Steele, Lea, Flood 2014), so that
/// neighbouring inputs give unrelated outputs.
public struct StableHash: Sendable {
  private var state: UInt64

  public init(seed: Int) {
    state = 0xCBF2_9CE4_8422_2325 ^ UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15
  }

  public mutating func add(_ text: String) {
    var hash = state
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    state = hash
  }

  public mutating func add(_ number: Int) {
    var hash = state
    for shift in stride(from: 0, to: 64, by: 8) {
      hash = (hash ^ UInt64(truncatingIfNeeded: number >> shift) & 0xFF) &* 0x0000_0100_0000_01B3
    }
    state = hash
  }

  public var value: UInt64 {
    var z = state &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension StableHash {
  static func of(_ number: Int, seed: Int) -> UInt64 {
    var hash = StableHash(seed: seed)
    hash.add(number)
    return hash.value
  }

  static func of(_ text: String, seed: Int) -> UInt64 {
    var hash = StableHash(seed: seed)
    hash.add(text)
    return hash.value
  }
}
