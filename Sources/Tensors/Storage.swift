/// A piece of memory that tensors live in: allocated here, or a file mapped by `Formats`.
///
/// Written by its maker, read-only once shared, changed afterwards only by the one owner of a run
/// (the executor on its arena, the optimizer on its parameters) while nobody else reads it. That
/// rule is what makes the class safe to send between tasks; it is the only such promise here.
public final class Storage: @unchecked Sendable {
  public let bytes: UnsafeMutableRawBufferPointer
  private let release: () -> Void

  /// Memory of `count` zero bytes, aligned for vectors and pages.
  public convenience init(zeroedBytes count: Int) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 64), alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    self.init(bytes: memory) { memory.deallocate() }
  }

  /// Memory that somebody else made; `release` runs when the last tensor lets go of it.
  public init(bytes: UnsafeMutableRawBufferPointer, release: @escaping () -> Void) {
    self.bytes = bytes
    self.release = release
  }

  deinit { release() }
}
