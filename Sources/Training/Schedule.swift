import Foundation
import Vocabulary

/// The learning rate over a run: warm-up from zero to the peak, then a shape.
public struct Schedule: OpaqueValue, RecipeValue {
  public static let typeName = "Schedule"

  public enum Shape: Sendable {
    case constant, linear, cosine
    /// A share of the peak for each share of the run after the warm-up.
    case formula(Function)

    var canonical: String {
      switch self {
      case .constant: "constant"
      case .linear: "linear"
      case .cosine: "cosine"
      case .formula(let function): "formula \(function.canonical)"
      }
    }
  }

  public var shape: Shape
  public var peak: Double
  public var warmup: Portion?
  /// The share of the peak that a cosine ends on.
  public var floor: Double

  public init(_ shape: Shape, peak: Double, warmup: Portion? = nil, floor: Double = 0) {
    self.shape = shape
    self.peak = peak
    self.warmup = warmup
    self.floor = floor
  }

  public var canonical: String {
    "\(shape.canonical) \(peak) \(warmup?.recipeValue.canonical ?? "none") \(floor)"
  }

  public var display: Display {
    .curve(Curve(name: "learning rate", values: (0..<60).map { rate(step: $0, of: 60) }))
  }

  /// The rate of update `step`, counted from 0, of `total`.
  ///
  /// The first update of a warm-up has rate 0, as in Transformers.
  public func rate(step: Int, of total: Int) -> Double {
    let warm = warmup?.steps(of: total) ?? 0
    if step < warm { return peak * Double(step) / Double(max(1, warm)) }
    let share = Double(step - warm) / Double(max(1, total - warm))
    switch shape {
    case .constant: return peak
    case .linear: return peak * max(0, 1 - share)
    case .cosine:
      return peak * (floor + (1 - floor) * 0.5 * (1 + cos(.pi * min(1, share))))
    case .formula(let function): return peak * Schedule.value(of: function, at: min(1, share))
    }
  }

  /// What a formula gives at a share of the run; not a number where it gives none.
  static func value(of function: Function, at share: Double) -> Double {
    (try? function(.float(share))).flatMap { try? Double(recipeValue: $0) } ?? .nan
  }
}

extension Primitive {
  public static let constant = Primitive(
    "constant", "A learning rate that stays.", in: .training, examples: ["constant(1e-4)"],
    Parameter<Double>.subject("peak", "The learning rate.", .above(0)),
    Parameter<Portion?>("warmup", "How long it rises from zero first.")
  ) { _, peak, warmup in
    Schedule(.constant, peak: peak, warmup: warmup)
  }

  public static let linear = Primitive(
    "linear", "A learning rate that falls to zero in a straight line.", in: .training,
    examples: ["linear(peak: 1e-4, warmup: 3%)"],
    Parameter<Double>("peak", "The highest learning rate.", .above(0)),
    Parameter<Portion?>("warmup", "How long it rises from zero first.")
  ) { _, peak, warmup in
    Schedule(.linear, peak: peak, warmup: warmup)
  }

  public static let cosine = Primitive(
    "cosine", "A learning rate that falls along half a cosine.", in: .training,
    examples: ["cosine(peak: 1e-4, warmup: 10steps)"],
    Parameter<Double>("peak", "The highest learning rate.", .above(0)),
    Parameter<Portion?>("warmup", "How long it rises from zero first."),
    Parameter("floor", "The share of the peak that it ends on.", default: Ratio(0), .share(0...1))
  ) { _, peak, warmup, floor in
    Schedule(.cosine, peak: peak, warmup: warmup, floor: floor.share)
  }

  public static let schedule = Primitive(
    "schedule", "A learning rate of any shape: a function of how much of the run is over.",
    in: .training, examples: ["schedule(t => 1.0 - t, peak: 1e-4, warmup: 3%)"],
    Parameter<Lambda<Double>>.subject(
      "shape", "The share of the peak, from the share of the run after the warm-up, 0.0 to 1.0."),
    Parameter<Double>("peak", "The learning rate where the shape gives 1.0.", .above(0)),
    Parameter<Portion?>("warmup", "How long it rises from zero first.")
  ) { _, shape, peak, warmup in
    for percent in 0...100 {
      let value = Schedule.value(of: shape.function, at: Double(percent) / 100)
      guard value.isFinite, value >= 0 else {
        throw TrainingError(
          problem: "the schedule gives \(value) at \(percent)% of the run",
          advice: "A learning rate is a number that is not below zero.")
      }
    }
    return Schedule(.formula(shape.function), peak: peak, warmup: warmup)
  }
}
