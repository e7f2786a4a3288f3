/// One line of the result: how fast something was, and what it took.
public struct BenchRow: Sendable {
  /// What a rate counts per second.
  public enum Unit: String, Sendable {
    case tokens, steps, pairs, bytes, flops, loads, lines
  }

  public let name: String
  public let unit: Unit
  /// Units per second, from the median time.
  public let rate: Double
  public let timing: Timing
  /// The model's floating-point operations per second over those of sgemm in the same minute.
  public var shareOfSgemm: Double?
  /// The bytes read per second over those that the machine reads at best in the same minute.
  public var shareOfBandwidth: Double?
  /// The most memory the process had while it ran.
  public var peakBytes: Int?
  /// The most memory the plan had promised to need, weights of files excluded.
  public var plannedBytes: Int?
  public var note = ""

  init(_ name: String, _ unit: Unit, _ amount: Double, _ timing: Timing) {
    self.name = name
    self.unit = unit
    self.timing = timing
    rate = amount / timing.median
  }
}
