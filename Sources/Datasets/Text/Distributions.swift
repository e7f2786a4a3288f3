import Foundation
import Vocabulary

/// The regularised incomplete beta function `I_x(a, b)`: the share of a Beta distribution below `x`.
///
/// By the continued fraction of Abramowitz & Stegun 26.5.8, evaluated as Lentz (1976) and Thompson &
/// Barnett (1986) do; right to about fourteen digits.
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges fast below the mean; above it, the other tail is taken.
  guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
  let front =
    exp(
      lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
  return front * continuedFraction(x, a, b)
}

private func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func apart(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / apart(1 - (a + b) * x / (a + 1))
  var result = d
  for step in 1...1_000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    var change = 1.0
    for term in [even, odd] {
      d = 1 / apart(1 + term * d)
      c = apart(1 + term / c)
      change = c * d
      result *= change
    }
    if abs(change - 1) < 1e-15 { break }
  }
  return result
}

extension Primitive {
  public static let betaCDF = Primitive(
    "beta_cdf", "The share of a Beta distribution below x.", in: .text,
    examples: ["beta_cdf(0.5, alpha: 2.0, beta: 2.0)"],
    Parameter<Double>.subject("x", "A number; 0 lies below all, 1 above."),
    Parameter<Double>("alpha", "The first shape.", .above(0)),
    Parameter<Double>("beta", "The second shape.", .above(0))
  ) { _, x, alpha, beta in
    incompleteBeta(x, alpha, beta)
  }
}
