import Foundation

/// Times of the same thing done several times, in seconds.
public struct Timing: Sendable {
  public let seconds: [Double]

  public var median: Double { Timing.median(seconds) }
  /// The median absolute deviation from the median.
  public var deviation: Double { Timing.median(seconds.map { abs($0 - median) }) }

  /// Does `body` once to warm up, then `runs` times under the clock.
  ///
  /// What `body` gives is freed after the clock has stopped.
  init<T>(runs: Int, _ body: () throws -> T) rethrows {
    _ = try body()
    var seconds: [Double] = []
    for _ in 0..<runs {
      var result: T?
      seconds.append(try Timing.time { result = try body() })
      withExtendedLifetime(result) {}
    }
    self.seconds = seconds
  }

  init(_ seconds: [Double]) { self.seconds = seconds }

  static func time(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body) / .seconds(1)
  }

  static func median(_ numbers: [Double]) -> Double {
    guard !numbers.isEmpty else { return .nan }
    let sorted = numbers.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
