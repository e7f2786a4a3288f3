/// Two numbers to two numbers, in one open-addressing table.
///
/// Merges are looked up here once or twice per merge, which a Swift dictionary makes the greater
/// part of encoding.
struct PairTable: Sendable {
  struct Entry: Sendable {
    var rank: UInt32
    var id: Int32
  }

  static let absent = UInt32.max

  private struct Slot: Sendable {
    var key: UInt64
    var entry: Entry
  }

  // No pair of ids has all bits set: ids are not negative.
  private static let empty = UInt64.max

  private var slots: [Slot]
  private var mask: Int
  private(set) var count = 0

  init(capacity: Int) {
    var size = 64
    while size < capacity * 2 { size *= 2 }
    slots = [Slot](repeating: Self.vacant, count: size)
    mask = size - 1
  }

  /// The first entry of a pair stays; merges name each pair once, the earliest being the strongest.
  mutating func insert(_ left: Int32, _ right: Int32, rank: UInt32, id: Int32) {
    if (count + 1) * 2 > slots.count { grow() }
    place(Slot(key: Self.key(left, right), entry: Entry(rank: rank, id: id)))
  }

  /// The entry of a pair; its rank is `absent` where the pair is not in the table.
  @inline(__always)
  func find(_ left: Int32, _ right: Int32) -> Entry {
    slots.withUnsafeBufferPointer { slots in
      let key = Self.key(left, right)
      var index = Self.hash(key) & mask
      while true {
        let slot = slots[index]
        if slot.key == key || slot.key == Self.empty { return slot.entry }
        index = (index + 1) & mask
      }
    }
  }

  /// Every pair with its entry, in no particular order.
  var all: [(left: Int32, right: Int32, entry: Entry)] {
    slots.compactMap { slot in
      guard slot.key != Self.empty else { return nil }
      let left = Int32(truncatingIfNeeded: slot.key >> 32)
      return (left, Int32(truncatingIfNeeded: slot.key), slot.entry)
    }
  }
}

extension PairTable {
  private static let vacant = Slot(key: empty, entry: Entry(rank: absent, id: -1))

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private static func hash(_ key: UInt64) -> Int {
    let mixed = key &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed ^ (mixed >> 32))
  }

  private mutating func place(_ slot: Slot) {
    var index = Self.hash(slot.key) & mask
    while slots[index].key != Self.empty {
      if slots[index].key == slot.key { return }
      index = (index + 1) & mask
    }
    slots[index] = slot
    count += 1
  }

  private mutating func grow() {
    let old = slots
    slots = [Slot](repeating: Self.vacant, count: old.count * 2)
    mask = slots.count - 1
    count = 0
    for slot in old where slot.key != Self.empty { place(slot) }
  }
}
