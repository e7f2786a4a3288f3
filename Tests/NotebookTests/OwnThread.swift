import Dispatch
import Testing

/// Runs the tests of a suite on a thread of their own.
///
/// A test that plays the user has to act while a stage runs. Among heavy tests it may wait half a
/// minute for a thread of the common pool, and the stage is long over by then.
struct OwnThread: SuiteTrait, TestScoping {
  private final class Executor: TaskExecutor {
    private let queue = DispatchQueue(label: "the user of a prompt")

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Executor(), operation: body)
  }
}

extension Trait where Self == OwnThread {
  static var ownThread: Self { Self() }
}
