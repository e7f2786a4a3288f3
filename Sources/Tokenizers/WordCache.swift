import Synchronization

/// The ids of words met before.
///
/// Natural text repeats few words, so most words are never merged twice.
struct WordCache: Sendable {
  private struct Entry: Sendable {
    var hash: UInt64
    var start: UInt32
    var ids: UInt32
    var length: UInt16
    var count: UInt16
  }

  /// Longer words seldom repeat.
  static let longestWord = 64
  private static let slotCount = 1 << 15

  private var entries = [Entry?](repeating: nil, count: slotCount)
  private var text: [UInt8] = []
  private var ids: [Int32] = []
  private var filled = 0

  /// Appends the ids of a known word to `output`.
  @inline(__always)
  func append(
    _ word: UnsafeBufferPointer<UInt8>, hash: UInt64, to output: inout [Int32]
  ) -> Bool {
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while let entry = entries[slot] {
      if entry.hash == hash, matches(entry, word) {
        let start = Int(entry.ids)
        for index in start..<start + Int(entry.count) { output.append(ids[index]) }
        return true
      }
      slot = (slot + 1) & (Self.slotCount - 1)
    }
    return false
  }

  mutating func insert(_ word: UnsafeBufferPointer<UInt8>, hash: UInt64, _ new: ArraySlice<Int32>) {
    if filled * 2 >= Self.slotCount { self = WordCache() }
    var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
    while entries[slot] != nil { slot = (slot + 1) & (Self.slotCount - 1) }
    entries[slot] = Entry(
      hash: hash, start: UInt32(text.count), ids: UInt32(ids.count), length: UInt16(word.count),
      count: UInt16(new.count))
    text.append(contentsOf: word)
    ids.append(contentsOf: new)
    filled += 1
  }

  @inline(__always)
  private func matches(_ entry: Entry, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
    guard Int(entry.length) == word.count else { return false }
    let start = Int(entry.start)
    return text.withUnsafeBufferPointer { text in
      for index in 0..<word.count where text[start + index] != word[index] { return false }
      return true
    }
  }
}

/// What encoding needs to write to: arrays that keep their memory from word to word.
struct Workspace: Sendable {
  var cache = WordCache()
  var symbols = SymbolList()
  var lattice = Lattice()
}

/// Workspaces between calls of `encode`.
///
/// A call takes one away and brings it back, so calls from several threads never wait for each
/// other's encoding.
final class WorkspaceShelf: Sendable {
  private let idle = Mutex<[Workspace]>([])

  func take() -> Workspace { idle.withLock { $0.popLast() } ?? Workspace() }

  func putBack(_ workspace: consuming Workspace) {
    let returned = workspace
    idle.withLock { if $0.count < 16 { $0.append(returned) } }
  }
}
