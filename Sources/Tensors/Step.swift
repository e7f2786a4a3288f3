/// The memory of one tensor while an operation runs: the only place where pointers exist.
///
/// Rows follow each other without gaps. A vector has one column; a scalar has one number.
public struct Operand {
  public let address: UnsafeMutableRawPointer
  /// The format in memory: parameters may be in any, everything else is f32 or i32.
  public let type: ElementType
  public let dimensions: Dimensions

  public var rows: Int { dimensions.rows }
  public var columns: Int { dimensions.columns }
  public var count: Int { dimensions.count }

  /// The numbers of an f32 tensor.
  public var floats: UnsafeMutablePointer<Float> {
    assert(type == .f32, "asked for f32, the memory holds \(type.rawValue)")
    return address.assumingMemoryBound(to: Float.self)
  }

  /// The numbers of an i32 tensor.
  public var integers: UnsafeMutablePointer<Int32> {
    assert(type == .i32, "asked for i32, the memory holds \(type.rawValue)")
    return address.assumingMemoryBound(to: Int32.self)
  }
}

/// One operation at work: its operands at actual sizes, and the workers.
public struct Step {
  public let inputs: [Operand]
  public let outputs: [Operand]
  /// Whether output 0 is added to instead of written (see `Operation.canAccumulate`).
  public let accumulates: Bool
  let pool: WorkerPool
  let scratch: ScratchMemory

  /// What is written here before tasks start they all may read, where they need no memory of their own.
  var sharedScratch: UnsafeMutableRawPointer { scratch.memory(of: 0) }

  /// How many take part in `parallel`.
  var workers: Int { pool.count }

  /// The same step without the buffer at the end of its inputs, which output 0 adds to.
  func accumulating() -> Step {
    Step(
      inputs: inputs.dropLast(), outputs: outputs, accumulates: true, pool: pool, scratch: scratch)
  }

  /// Runs `body(task, scratch)` for every task number below `tasks`, on all workers.
  ///
  /// Tasks must write to places of their own: then the result does not depend on the workers.
  public func parallel(tasks: Int, _ body: (Int, UnsafeMutableRawPointer) -> Void) {
    let scratch = scratch
    pool.parallel(tasks: tasks) { task, worker in body(task, scratch.memory(of: worker)) }
  }

  /// Cuts `count` items into pieces of `size` (the last may be shorter), one task each.
  public func parallel(
    over count: Int, by size: Int, _ body: (Range<Int>, UnsafeMutableRawPointer) -> Void
  ) {
    parallel(tasks: (count + size - 1) / size) { task, scratch in
      body(task * size..<min(count, (task + 1) * size), scratch)
    }
  }

  /// The same, where pieces are read ahead: as long as workers take turns, each goes on where it stopped.
  func parallelInRuns(
    over count: Int, by size: Int, _ body: (Range<Int>, UnsafeMutableRawPointer) -> Void
  ) {
    let rounds = (count + size * workers - 1) / (size * workers)
    parallel(tasks: rounds * workers) { task, scratch in
      let place = task % workers * rounds + task / workers
      body(min(count, place * size)..<min(count, (place + 1) * size), scratch)
    }
  }
}

/// Private memory of each worker, one piece per worker, a cache line apart.
struct ScratchMemory {
  let storage: Storage
  let bytesPerWorker: Int

  init(workers: Int, bytes: Int) {
    bytesPerWorker = ScratchMemory.rounded(bytes)
    storage = Storage(zeroedBytes: bytesPerWorker * workers)
  }

  static func rounded(_ bytes: Int) -> Int { (bytes + 127) / 64 * 64 }

  func memory(of worker: Int) -> UnsafeMutableRawPointer {
    guard let base = storage.bytes.baseAddress else { preconditionFailure("no scratch memory") }
    return base + worker * bytesPerWorker
  }
}
