import CKernels
import Tensors

/// How fast this machine reads memory with all its threads: the ceiling of decoding one row, for
/// which each weight is read once a token.
struct ReadRate {
  private let pool: WorkerPool
  private let numbers: [Float]
  private let pieces = 64

  /// - Parameter bytes: far more than any cache holds.
  init(threads: Int, bytes: Int = 256 << 20) {
    pool = WorkerPool(count: threads)
    numbers = [Float](repeating: 1, count: bytes / 4)
  }

  /// Bytes per second, the best of three passes.
  func measure() -> Double {
    let times = (0..<3).map { _ in Timing.time(read) }
    return Double(numbers.count * 4) / (times.min() ?? .nan)
  }

  private func read() {
    let each = numbers.count / pieces
    numbers.withUnsafeBufferPointer { all in
      nonisolated(unsafe) let all = all
      let largest = pool.map(pieces) { piece in
        k_max_f32(each, all.baseAddress.map { $0 + piece * each })
      }
      precondition(largest.allSatisfy { $0 == 1 }, "memory was not read")
    }
  }
}
