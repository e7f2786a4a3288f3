import Foundation
import Vocabulary

/// A function of one number.
private func function(
  _ name: String, _ summary: String, example: String,
  _ body: @escaping @Sendable (Double) -> Double
) -> Primitive {
  Primitive(
    name, summary, in: .text, examples: [example], Parameter<Double>.subject("x", "A number.")
  ) { _, x in
    body(x)
  }
}

extension Primitive {
  public static let exponential = function("exp", "e to the power x.", example: "exp(0.0)") {
    exp($0)
  }
  public static let logarithm = function("log", "The natural logarithm.", example: "log(1.0)") {
    log($0)
  }
  public static let squareRoot = function("sqrt", "The square root.", example: "sqrt(4.0)") {
    $0.squareRoot()
  }
  public static let absolute = function("abs", "The distance from zero.", example: "abs(-1.0)") {
    abs($0)
  }

  public static let cosineOfNumber = function("cos", "The cosine.", example: "cos(0.0)") { cos($0) }
  public static let roundDown = function(
    "round_down", "The largest whole number that is not above, as a Float.",
    example: "round_down(2.7)"
  ) { $0.rounded(.down) }

  public static let round = Primitive(
    "round", "The nearest whole number; halves go away from zero.", in: .text,
    examples: ["round(2.5)"],
    Parameter<Double>.subject("x", "A number.")
  ) { _, x in
    guard let whole = Int(exactly: x.rounded()) else { throw NotWhole(number: x) }
    return whole
  }

  public static let modulo = Primitive(
    "mod", "The remainder of a division, never negative for a positive divisor.", in: .text,
    examples: ["mod(7, by: 3)"],
    Parameter<Int>.subject("x", "The number."),
    Parameter<Int>("by", "The divisor.", .above(0))
  ) { _, x, divisor in
    let rest = x % divisor
    return rest < 0 ? rest + divisor : rest
  }

  public static let quotient = Primitive(
    "div", "The whole part of a division, rounded down.", in: .text, examples: ["div(7, by: 3)"],
    Parameter<Int>.subject("x", "The number."),
    Parameter<Int>("by", "The divisor.", .above(0))
  ) { _, x, divisor in
    let (whole, rest) = x.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? whole - 1 : whole
  }

  public static let smallest = Primitive(
    "min", "The smallest of some numbers.", in: .text, examples: ["min([3.0, 1.0])"],
    Parameter<[Double]>.subject("numbers", "The numbers.")
  ) { _, numbers in
    numbers.min()
  }

  public static let largest = Primitive(
    "max", "The largest of some numbers.", in: .text, examples: ["max([3.0, 1.0])"],
    Parameter<[Double]>.subject("numbers", "The numbers.")
  ) { _, numbers in
    numbers.max()
  }

  public static let total = Primitive(
    "sum", "The sum of some numbers.", in: .text, examples: ["sum([1.0, 2.0])"],
    Parameter<[Double]>.subject("numbers", "The numbers.")
  ) { _, numbers in
    numbers.reduce(0, +)
  }

  public static let average = Primitive(
    "mean", "The mean of some numbers.", in: .text, examples: ["mean([1.0, 2.0])"],
    Parameter<[Double]>.subject("numbers", "The numbers.")
  ) { _, numbers in
    numbers.isEmpty ? nil : numbers.reduce(0, +) / Double(numbers.count)
  }

  /// A random whole number that depends on its place alone, for rows made in a recipe.
  public static let pick = Primitive(
    "pick", "A random whole number from 0 up to a limit, fixed by what stands in `at`.", in: .text,
    examples: ["pick(10, at: [3, 1])", #"pick(10, at: ["a text"])"#],
    Parameter<Int>.subject("below", "The limit; it is not picked itself.", .above(0)),
    Parameter<[Either<Int, String>]>("at", "Where: equal numbers and texts, equal pick."),
    Parameter("seed", "Another seed, other picks.", default: 0)
  ) { _, limit, places, seed in
    var hash = StableHash(seed: seed)
    for place in places {
      switch place {
      case .first(let number): hash.add(number)
      case .second(let text): hash.add(text)
      }
    }
    return Int(hash.value % UInt64(limit))
  }
}

/// A number too large, or not a number, where a whole one is needed.
private struct NotWhole: Error, CustomStringConvertible {
  let number: Double
  var description: String { "\(number) has no whole number near it" }
}

/// A function of its own, because inside `Primitive` the name is taken.
func raised(_ x: Double, to exponent: Double) -> Double { pow(x, exponent) }
