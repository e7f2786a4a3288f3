import CBLAS
import Foundation

/// How fast OpenBLAS multiplies float32 matrices on all cores: the ceiling that shares refer to.
struct SgemmRate {
  /// `c = a b` with a: [m, k], b: [k, n].
  struct Shape: Hashable {
    let m, n, k: Int
    var flops: Double { 2 * Double(m) * Double(n) * Double(k) }
  }

  /// A large square, and the layers of SmolLM2-135M at 1024 tokens.
  static let shapes = [
    Shape(m: 2048, n: 2048, k: 2048), Shape(m: 1024, n: 1536, k: 576),
    Shape(m: 1024, n: 576, k: 1536), Shape(m: 1024, n: 576, k: 576),
  ]

  private let threads: Int
  private var a: [Float]
  private var b: [Float]
  private var c: [Float]
  /// The seconds of every product that was timed.
  private(set) var seconds: [Shape: [Double]] = [:]

  init(threads: Int) {
    self.threads = threads
    let size = 2048 * 2048
    a = (0..<size).map { Float($0 % 17) * 0.1 }
    b = (0..<size).map { Float($0 % 13) * 0.1 }
    c = [Float](repeating: 0, count: size)
  }

  /// Times every shape three times over; returns the best rate of this round in FLOP/s.
  mutating func measure() -> Double {
    openblas_set_num_threads(Int32(threads))
    // Workers of the runtime call the library themselves; and its own threads spin for a while.
    defer {
      openblas_set_num_threads(1)
      Thread.sleep(forTimeInterval: 0.3)
    }
    var best = 0.0
    for shape in Self.shapes {
      multiply(shape)
      let times = (0..<3).map { _ in Timing.time { multiply(shape) } }
      seconds[shape, default: []] += times
      best = max(best, shape.flops / Timing.median(times))
    }
    return best
  }

  private mutating func multiply(_ shape: Shape) {
    let m = blasint(shape.m), n = blasint(shape.n), k = blasint(shape.k)
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a, k, b, n, 0, &c, n)
  }

  /// The shape with the best median, and its times.
  var best: (shape: Shape, timing: Timing)? {
    seconds.map { (shape: $0.key, timing: Timing($0.value)) }
      .max { $0.shape.flops / $0.timing.median < $1.shape.flops / $1.timing.median }
  }
}
