import CKernels
import Foundation

/// AdamW: decay apart from the gradient, before the step (Loshchilov & Hutter 2019, algorithm 2).
///
/// Holds both moments of every parameter it has seen. A step takes the gradients from their
/// buffers and leaves zeros there.
public struct AdamW: Sendable {
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Float
  /// How many updates were made.
  public private(set) var steps: Int
  /// The running means of the gradient and of its square, by parameter.
  public private(set) var moments: [String: Moments]

  private let format: Moments.Format

  /// `steps` and `moments` are those of an interrupted run that goes on.
  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Float = 1e-8,
    format: Moments.Format = .full, steps: Int = 0, moments: [String: Moments] = [:]
  ) {
    self.format = format
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.steps = steps
    self.moments = moments
  }

  /// One parameter in an update, both f32 and of one shape.
  public struct Update: Sendable {
    public let name: String
    public let parameter: Weight
    public let gradient: Weight
    /// The part of the parameter that is taken away per unit of learning rate.
    public let decay: Float

    public init(name: String, parameter: Weight, gradient: Weight, decay: Float) {
      precondition(parameter.count == gradient.count, "`\(name)`: \(gradient.shape) is no gradient")
      self.name = name
      self.parameter = parameter
      self.gradient = gradient
      self.decay = decay
    }
  }

  /// Changes the parameters in place.
  ///
  /// Gradients are multiplied by `scale` first (see `clipping`).
  public mutating func update(
    _ updates: [Update], rate: Float, scale: Float = 1, pool: WorkerPool
  ) {
    steps += 1
    for update in updates {
      let moments = moments[update.name] ?? Moments(like: update.parameter, format)
      self.moments[update.name] = moments
      switch moments {
      case .full(let first, let second):
        self.update(update, first, second, rate: rate, scale: scale, pool: pool)
      case .packed(let first, let second):
        self.update(update, first, second, rate: rate, scale: scale, pool: pool)
      }
    }
  }

  /// Whole blocks of packed moments.
  private static let piece = 1 << 14

  private var corrections: (first: Double, second: Double) {
    (1 - pow(beta1, Double(steps)), 1 - pow(beta2, Double(steps)))
  }

  private func update(
    _ update: Update, _ first: Weight, _ second: Weight, rate: Float, scale: Float,
    pool: WorkerPool
  ) {
    let (p, g) = (update.parameter.floats, update.gradient.floats)
    let (m, v) = (first.floats, second.floats)
    let corrections = corrections
    pool.parallel(over: update.parameter.count, by: Self.piece) { range in
      let start = range.lowerBound
      k_adamw_f32(
        range.count, rate, update.decay, beta1, beta2, epsilon, corrections.first,
        corrections.second, scale, g + start, p + start, m + start, v + start)
    }
  }

  private func update(
    _ update: Update, _ first: PackedMoment, _ second: PackedMoment, rate: Float, scale: Float,
    pool: WorkerPool
  ) {
    let (p, g) = (update.parameter.floats, update.gradient.floats)
    let (m, v) = (first.bytes, second.bytes)
    let (mScales, vScales) = (first.scales.floats, second.scales.floats)
    let shared = packed(rate: rate, decay: update.decay, scale: scale)
    pool.parallel(over: update.parameter.count, by: Self.piece) { range in
      let start = range.lowerBound, block = start / PackedMoment.block
      withUnsafePointer(to: shared) {
        k_adamw_packed(
          range.count, $0, g + start, p + start, m + start, mScales + block, v + start,
          vScales + block)
      }
    }
  }

  private func packed(rate: Float, decay: Float, scale: Float) -> adamw_packed {
    let (first, root) = (corrections.first, corrections.second.squareRoot())
    return adamw_packed(
      scale: scale, keep1: Float(beta1), take1: Float(1 - beta1), keep2: Float(beta2),
      take2: Float(1 - beta2), step: Float(-Double(rate) * root / first),
      epsilon: Float(Double(epsilon) * root), shrink: 1 - rate * decay)
  }
}

/// Clipping by the norm of all gradients together (Pascanu, Mikolov & Bengio 2013).
public enum GradientNorm {
  private static let piece = 1 << 14

  /// The root of the sum of all squares, added up in 64 bits and in one order.
  public static func of(_ gradients: [Weight], pool: WorkerPool) -> Double {
    gradients.reduce(0) { $0 + sumOfSquares($1, pool) }.squareRoot()
  }

  /// What to multiply gradients by so that their norm does not exceed `limit`.
  public static func scale(norm: Double, limit: Double) -> Float {
    Float(min(1, limit / (norm + 1e-6)))
  }

  private static func sumOfSquares(_ gradient: Weight, _ pool: WorkerPool) -> Double {
    let floats = gradient.floats
    var sums = [Double](repeating: 0, count: (gradient.count + piece - 1) / piece)
    sums.withUnsafeMutableBufferPointer { sums in
      pool.parallel(over: gradient.count, by: piece) { range in
        sums[range.lowerBound / piece] = k_sum_squares_f32(range.count, floats + range.lowerBound)
      }
    }
    return sums.reduce(0, +)
  }
}

extension WorkerPool {
  /// Cuts `count` items into pieces of `size`, one task each.
  func parallel(over count: Int, by size: Int, _ body: (Range<Int>) -> Void) {
    parallel(tasks: (count + size - 1) / size) { task, _ in
      body(task * size..<min(count, (task + 1) * size))
    }
  }
}

extension Weight {
  /// The numbers of an f32 weight, at the kernel edge.
  var floats: UnsafeMutablePointer<Float> {
    precondition(type == .f32, "asked for f32, the weight holds \(type.rawValue)")
    guard let base = bytes.baseAddress else { preconditionFailure("a weight without memory") }
    return base.assumingMemoryBound(to: Float.self)
  }

  /// The numbers of an f32 weight, row after row.
  public var numbers: [Float] { Array(UnsafeBufferPointer(start: floats, count: count)) }
}
