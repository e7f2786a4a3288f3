import Formats
import Models
import Tensors
import Vocabulary

/// The numbers that a run learns, and the optimizer that changes them in place.
struct Learner {
  private(set) var parameters: [String: Weight]
  private var optimizer: AdamW
  private let settings: TrainingSettings
  private let pool: WorkerPool

  /// Trained parameters get memory of their own: those of files lie on pages that are not ours.
  ///
  /// - Parameters:
  ///   - weights: what they start from, by parameter name.
  ///   - snapshot: where an interrupted run stood, after so many `updates`.
  init(
    _ plan: Plan, weights: [String: Weight], settings: TrainingSettings, pool: WorkerPool,
    snapshot: Snapshot?, updates: Int
  ) throws {
    var fresh: [String: Weight] = [:]
    for name in plan.trainedParameters {
      guard let weight = weights[name] else { continue }
      fresh[name] = Weight(shape: weight.shape, floats: weight.floats())
    }
    try snapshot?.check(against: fresh)
    parameters = snapshot?.parameters ?? fresh
    optimizer = AdamW(
      beta1: settings.beta1, beta2: settings.beta2, epsilon: Float(settings.epsilon),
      format: settings.optimizer.moments, steps: updates, moments: snapshot?.moments ?? [:])
    self.settings = settings
    self.pool = pool
  }

  var moments: [String: Moments] { optimizer.moments }

  /// What the trained parameters take beside their gradients: numbers, and both moments of each.
  var bytes: Int {
    parameters.values.reduce(0) {
      $0 + 4 * $1.count + Moments.bytes(count: $1.count, settings.optimizer.moments)
    }
  }

  /// Takes the gradients of a step; gives their norm before clipping.
  mutating func update(
    from execution: Execution, loss: Double, rate: Double, step: Int
  ) throws -> Double {
    let updates = parameters.keys.sorted().compactMap { name -> AdamW.Update? in
      guard let parameter = parameters[name], let gradient = execution.gradient(of: name) else {
        return nil
      }
      return AdamW.Update(
        name: name, parameter: parameter, gradient: gradient, decay: Float(settings.weightDecay))
    }
    let norm = GradientNorm.of(updates.map(\.gradient), pool: pool)
    guard loss.isFinite, norm.isFinite else {
      throw TrainingError(
        problem: "step \(step + 1) has loss \(loss) and gradient norm \(norm)",
        advice: "Lower the learning rate, or clip the gradients (clip: 1.0).")
    }
    let scale = settings.clip.map { GradientNorm.scale(norm: norm, limit: $0) } ?? 1
    optimizer.update(updates, rate: Float(rate), scale: scale, pool: pool)
    return norm
  }
}
