import Foundation

/// A piece of memory that tensors live in: allocated here, or a file mapped by `Formats`.
///
/// Written by its maker, read-only once shared, changed afterwards only by the one owner of a run
/// (the executor on its arena, the optimizer on its parameters) while nobody else reads it. That
/// rule is what makes the class safe to send between tasks; it is the only such promise here.
public final class Storage: @unchecked Sendable {
  public let bytes: UnsafeMutableRawBufferPointer
  private let release: () -> Void

  /// Memory of `count` zero bytes, aligned for vectors.
  ///
  /// Large pieces come from the system as zeros: pages that no step reaches take no memory.
  public convenience init(zeroedBytes count: Int) {
    let room = max(count, 64)
    guard let memory = calloc(1, room + 63) else {
      preconditionFailure("the system has no \(room) bytes of memory left")
    }
    let start = memory.alignedUp(toMultipleOf: 64)
    self.init(bytes: UnsafeMutableRawBufferPointer(start: start, count: room)) { free(memory) }
  }

  /// Memory that somebody else made; `release` runs when the last tensor lets go of it.
  public init(bytes: UnsafeMutableRawBufferPointer, release: @escaping () -> Void) {
    self.bytes = bytes
    self.release = release
  }

  deinit { release() }
}
