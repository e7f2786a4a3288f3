// Pieces of a vocabulary as bytes, both ways: id to bytes by offset, bytes to id by one hash table.

/// A hash of a few bytes: eight at a time, multiplied and folded.
@inline(__always)
func hashBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
  var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: bytes.count)
  var index = 0
  let raw = UnsafeRawBufferPointer(bytes)
  while index + 8 <= bytes.count {
    hash =
      (hash ^ raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* 0xD6E8_FEB8_6659_FD93
    hash ^= hash >> 32
    index += 8
  }
  var tail: UInt64 = 0
  while index < bytes.count {
    tail = tail << 8 | UInt64(bytes[index])
    index += 1
  }
  hash = (hash ^ tail) &* 0xD6E8_FEB8_6659_FD93
  return hash ^ (hash >> 29)
}

struct PieceTable: Sendable {
  static let absent: Int32 = -1
  static let highestID = 1 << 24

  private var pool: [UInt8] = []
  private var starts: [UInt32] = []
  /// `UInt32.max` marks an id that has no piece.
  private var lengths: [UInt32] = []
  private var slots: [Int32]
  private var mask: Int
  private var filled = 0

  init(capacity: Int) {
    let size = Self.tableSize(for: capacity)
    slots = [Int32](repeating: Self.absent, count: size)
    mask = size - 1
    starts.reserveCapacity(capacity)
    lengths.reserveCapacity(capacity)
    pool.reserveCapacity(capacity * 8)
  }

  /// One more than the largest id.
  var count: Int { lengths.count }

  /// Where two ids have the same piece, the first stays the one that is found.
  mutating func insert(_ piece: some Collection<UInt8>, id: Int) {
    while lengths.count <= id {
      starts.append(0)
      lengths.append(.max)
    }
    starts[id] = UInt32(pool.count)
    lengths[id] = UInt32(piece.count)
    pool.append(contentsOf: piece)
    filled += 1
    if filled * 2 > slots.count { grow() } else { place(id) }
  }

  func contains(_ id: Int) -> Bool { id >= 0 && id < lengths.count && lengths[id] != .max }

  func bytes(of id: Int) -> ArraySlice<UInt8>? {
    guard contains(id) else { return nil }
    let start = Int(starts[id])
    return pool[start..<start + Int(lengths[id])]
  }

  func text(of id: Int) -> String? { bytes(of: id).map { String(decoding: $0, as: UTF8.self) } }

  /// The id of a piece, or `absent`.
  func find(_ piece: UnsafeBufferPointer<UInt8>) -> Int32 {
    pool.withUnsafeBufferPointer { pool in
      var slot = Int(truncatingIfNeeded: hashBytes(piece)) & mask
      while slots[slot] != Self.absent {
        let id = slots[slot]
        if equal(pool, Int(id), piece) { return id }
        slot = (slot + 1) & mask
      }
      return Self.absent
    }
  }

  func find(_ piece: [UInt8]) -> Int32 { piece.withUnsafeBufferPointer { find($0) } }
  func find(_ piece: ArraySlice<UInt8>) -> Int32 { piece.withUnsafeBufferPointer { find($0) } }

  func find(_ piece: String) -> Int32 {
    var piece = piece
    return piece.withUTF8 { find($0) }
  }
}

extension PieceTable {
  private static func tableSize(for capacity: Int) -> Int {
    var size = 64
    while size < capacity * 2 + 2 { size *= 2 }
    return size
  }

  @inline(__always)
  private func equal(
    _ pool: UnsafeBufferPointer<UInt8>, _ id: Int, _ piece: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard Int(lengths[id]) == piece.count else { return false }
    let start = Int(starts[id])
    for index in 0..<piece.count where pool[start + index] != piece[index] { return false }
    return true
  }

  private mutating func place(_ id: Int) {
    let start = Int(starts[id])
    let end = start + Int(lengths[id])
    let free = pool[start..<end].withUnsafeBufferPointer { piece in
      var slot = Int(truncatingIfNeeded: hashBytes(piece)) & mask
      while slots[slot] != Self.absent {
        let other = Int(slots[slot])
        if pool.withUnsafeBufferPointer({ equal($0, other, piece) }) { return -1 }
        slot = (slot + 1) & mask
      }
      return slot
    }
    if free >= 0 { slots[free] = Int32(id) }
  }

  private mutating func grow() {
    slots = [Int32](repeating: Self.absent, count: slots.count * 2)
    mask = slots.count - 1
    for id in lengths.indices where lengths[id] != .max { place(id) }
  }
}
