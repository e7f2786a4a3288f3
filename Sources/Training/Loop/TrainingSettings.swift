import Tensors
import Vocabulary

/// A part of a model that can be trained alone.
public enum TrainedPart: String, RecipeChoice { case head }

/// What turns gradients into steps, by the names that people know from elsewhere.
///
/// Paging moves state between a GPU and the host: here it is accepted, and there is nothing to do.
public enum Optimizer: String, RecipeChoice {
  case adamW = "adamw"
  case adamW8bit = "adamw_8bit"
  case pagedAdamW = "paged_adamw_32bit"
  case pagedAdamW8bit = "paged_adamw_8bit"

  var moments: Moments.Format {
    switch self {
    case .adamW, .pagedAdamW: .full
    case .adamW8bit, .pagedAdamW8bit: .packed()
    }
  }
}

/// How to train, apart from the loss and the rows.
public struct TrainingSettings: Sendable {
  public var budget: Budget
  /// Rows, or pairs, per update.
  public var batch: Int
  public var schedule: Schedule
  public var optimizer: Optimizer
  public var weightDecay: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// The largest norm of all gradients together; nil for no limit.
  public var clip: Double?
  /// The longest sequence in tokens; longer ones are cut at the end.
  public var length: Int
  public var seed: UInt64
  /// How many tokens run through the model at once; a step of more runs in parts.
  public var tokensAtOnce: Int
  /// What plans may take at most; a step then keeps less and computes more.
  public var memory: Int?
  /// Whether rows come in a new random order each epoch.
  public var shuffles: Bool
  /// Whether a prompt is computed once for all its answers: false costs more and changes nothing but
  /// rounding; tests and measurements compare the two.
  public var sharesPrompts = true
  /// The part that alone is trained; nil for the last adapter, or all weights, and the head.
  public var only: TrainedPart?
  /// How often a snapshot is kept, in seconds: what a crash may cost.
  public var snapshotInterval = 60.0

  public init(
    budget: Budget, batch: Int = 32, schedule: Schedule, weightDecay: Double = 0,
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, clip: Double? = 1,
    length: Int = 1024, seed: UInt64 = 0, tokensAtOnce: Int = 1024, memory: Int? = nil,
    shuffles: Bool = true, only: TrainedPart? = nil, optimizer: Optimizer = .adamW
  ) {
    self.optimizer = optimizer
    self.budget = budget
    self.batch = batch
    self.schedule = schedule
    self.weightDecay = weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.clip = clip
    self.length = length
    self.seed = seed
    self.tokensAtOnce = tokensAtOnce
    self.memory = memory
    self.shuffles = shuffles
    self.only = only
  }
}
