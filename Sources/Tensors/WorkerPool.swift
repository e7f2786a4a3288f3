import CKernels
import Foundation
import Synchronization

/// Threads of our own that share out numbered tasks.
///
/// Workers take the next number; nothing else depends on their count. The caller works too, and a
/// worker that wakes too late for a job is not waited for.
public final class WorkerPool: Sendable {
  /// How many take part, the caller included.
  public let count: Int
  private let board = JobBoard()

  /// A pool of `count` workers; nil asks the machine how many cores it has.
  public init(count: Int? = nil) {
    self.count = max(1, count ?? ProcessInfo.processInfo.activeProcessorCount)
    for worker in 1..<max(1, self.count) {
      let board = board
      Thread.detachNewThread { board.work(as: worker) }
    }
  }

  deinit { board.close() }

  /// Runs `body(task, worker)` for every task number below `tasks` and returns when all are done.
  public func parallel(tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
    guard count > 1, tasks > 1 else {
      for task in 0..<max(0, tasks) { body(task, 0) }
      return
    }
    for first in stride(from: 0, to: tasks, by: Ticket.most) {
      let number = min(Ticket.most, tasks - first)
      withoutActuallyEscaping({ body(first + $0, $1) }) { escaping in
        board.post(escaping, tasks: number)
      }
    }
  }
}

extension WorkerPool {
  /// What `body` makes of every number below `count`, in order.
  public func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { results, initialized in
      let start = results.baseAddress
      parallel(tasks: count) { task, _ in start.map { ($0 + task).initialize(to: body(task)) } }
      initialized = count
    }
  }
}

/// A job number, its count of tasks and the next task, in one word: taking a task is one addition.
private struct Ticket {
  static let most = 1 << 19
  let word: UInt64

  init(word: UInt64) { self.word = word }
  init(job: UInt64, tasks: Int) { word = (job & 0xFF_FFFF) << 40 | UInt64(tasks) << 20 }

  var job: UInt64 { word >> 40 }
  var tasks: Int { Int(word >> 20 & 0xF_FFFF) }
  var next: Int { Int(word & 0xF_FFFF) }
}

/// Where the current job hangs.
///
/// Jobs are posted by one thread at a time.
private final class JobBoard: Sendable {
  typealias Job = (Int, Int) -> Void

  private let ticket = Atomic<UInt64>(0)
  private let done = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let closed = Atomic<Bool>(false)
  private let bell = NSCondition()
  // Written before a ticket is published, read only by holders of one of its tasks.
  nonisolated(unsafe) private var job: UnsafePointer<Job>?

  func post(_ body: @escaping Job, tasks: Int) {
    withUnsafePointer(to: body) { pointer in
      job = pointer
      done.store(0, ordering: .relaxed)
      let previous = Ticket(word: ticket.load(ordering: .relaxed))
      let posted = Ticket(job: previous.job &+ 1, tasks: tasks)
      ticket.store(posted.word, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { ring() }
      takeTasks(as: 0)
      var waited = 0
      while done.load(ordering: .acquiring) < tasks { pause(&waited) }
      job = nil
    }
  }

  func work(as worker: Int) {
    var seen = Ticket(word: 0).job
    while waitForJob(after: &seen) { takeTasks(as: worker) }
  }

  func close() {
    closed.store(true, ordering: .sequentiallyConsistent)
    ring()
  }

  private func takeTasks(as worker: Int) {
    while true {
      let taken = Ticket(word: ticket.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue)
      guard taken.next < taken.tasks else { return }
      perform(taken.next, worker)
      done.wrappingAdd(1, ordering: .releasing)
    }
  }

  /// Apart from its caller, so that the job is let go of before it counts as done.
  @inline(never) private func perform(_ task: Int, _ worker: Int) {
    job?.pointee(task, worker)
  }

  private func waitForJob(after seen: inout UInt64) -> Bool {
    for _ in 0..<2000 {
      if arrived(&seen) { return true }
      k_spin_hint()
    }
    bell.lock()
    defer { bell.unlock() }
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
    while !closed.load(ordering: .sequentiallyConsistent) {
      if arrived(&seen) { return true }
      bell.wait()
    }
    return false
  }

  private func arrived(_ seen: inout UInt64) -> Bool {
    let job = Ticket(word: ticket.load(ordering: .sequentiallyConsistent)).job
    defer { seen = job }
    return job != seen
  }

  private func ring() {
    bell.lock()
    bell.broadcast()
    bell.unlock()
  }

  private func pause(_ waited: inout Int) {
    waited += 1
    if waited < 2000 { k_spin_hint() } else { Thread.sleep(forTimeInterval: 0.00002) }
  }
}
