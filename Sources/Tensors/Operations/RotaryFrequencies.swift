import Foundation

/// How rotary frequencies are stretched for contexts longer than those trained on.
public enum RotaryScaling: Hashable, Sendable {
  case none
  /// Positions divided by a factor (Chen et al. 2023).
  case linear(factor: Double)
  /// A base that grows with the context in use ("dynamic NTK", as in Hugging Face).
  case dynamic(factor: Double, trainedContext: Int, context: Int)
  /// Long waves stretched, short ones kept, a ramp between them (Llama 3.1).
  case llama3(factor: Double, lowFactor: Double, highFactor: Double, trainedContext: Int)
  /// A ramp over dimensions, and larger angles' amplitude (YaRN, Peng et al. 2023, section 3).
  case yarn(factor: Double, trainedContext: Int, betaFast: Double = 32, betaSlow: Double = 1)
  /// One divisor per pair: the `rope_freqs` tensor of a GGUF file.
  case divisors([Double])
}

/// The frequencies of the pairs of a head, and the amplitude of their cosines and sines.
public struct RotaryFrequencies: Hashable, Sendable {
  /// One per pair, in radians per position.
  public let values: [Double]
  public let amplitude: Double

  /// dimensions: how many numbers of a head turn, an even number; pair i has base^(-2i/dimensions).
  public init(dimensions: Int, base: Double, scaling: RotaryScaling = .none) {
    precondition(dimensions > 0 && dimensions % 2 == 0, "\(dimensions) dimensions make no pairs")
    let plain = Self.plain(dimensions, base)
    var amplitude = 1.0
    switch scaling {
    case .none: values = plain
    case .linear(let factor): values = plain.map { $0 / factor }
    case .dynamic(let factor, let trained, let context):
      values = Self.dynamic(dimensions, base, factor, trained, context)
    case .llama3(let factor, let low, let high, let trained):
      values = plain.map { Self.llama3($0, factor, low, high, Double(trained)) }
    case .yarn(let factor, let trained, let fast, let slow):
      values = Self.yarn(plain, base, factor, Double(trained), fast, slow)
      amplitude = factor > 1 ? 0.1 * log(factor) + 1 : 1
    case .divisors(let divisors):
      precondition(
        divisors.count == plain.count, "\(divisors.count) divisors, \(plain.count) pairs")
      values = zip(plain, divisors).map { $0 / $1 }
    }
    self.amplitude = amplitude
  }

  /// The frequencies as a tensor holds them.
  public var floats: [Float] { values.map(Float.init) }

  private static func plain(_ dimensions: Int, _ base: Double) -> [Double] {
    (0..<dimensions / 2).map { pow(base, -2 * Double($0) / Double(dimensions)) }
  }

  private static func dynamic(
    _ dimensions: Int, _ base: Double, _ factor: Double, _ trained: Int, _ context: Int
  ) -> [Double] {
    let length = Double(max(context, trained)) / Double(trained)
    let width = Double(dimensions)
    return plain(dimensions, base * pow(factor * length - (factor - 1), width / (width - 2)))
  }

  private static func llama3(
    _ frequency: Double, _ factor: Double, _ low: Double, _ high: Double, _ trained: Double
  ) -> Double {
    let wave = 2 * Double.pi / frequency
    if wave < trained / high { return frequency }
    if wave > trained / low { return frequency / factor }
    let share = (trained / wave - low) / (high - low)
    return (1 - share) * frequency / factor + share * frequency
  }

  private static func yarn(
    _ plain: [Double], _ base: Double, _ factor: Double, _ trained: Double, _ fast: Double,
    _ slow: Double
  ) -> [Double] {
    let dimensions = Double(2 * plain.count)
    /// The dimension whose pair turns that often within the trained context.
    func dimension(turning turns: Double) -> Double {
      dimensions * log(trained / (turns * 2 * .pi)) / (2 * log(base))
    }
    let low = max(dimension(turning: fast).rounded(.down), 0)
    var high = min(dimension(turning: slow).rounded(.up), dimensions - 1)
    if high == low { high += 0.001 }
    return plain.enumerated().map { pair, frequency in
      let ramp = min(max((Double(pair) - low) / (high - low), 0), 1)
      return frequency / factor * ramp + frequency * (1 - ramp)
    }
  }
}
