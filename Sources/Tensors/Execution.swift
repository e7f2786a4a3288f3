import CBLAS

/// Numbers given to an input for one step, row after row.
public enum InputData: Sendable {
  case floats([Float])
  case integers([Int32])
}

/// What runs a plan.
///
/// This machine's processor is one; another device, or several machines that add up their
/// gradients, can stand behind it later.
public protocol Executor: AnyObject {
  var plan: Plan { get }
  /// Runs one step: `inputs` by name, the length of every axis, each within the plan's bounds.
  func run(inputs: [String: InputData], lengths: [Axis: Int]) throws
  /// The numbers of an output of the plan after a step, row after row.
  func read(_ output: Tensor) -> [Float]
}

/// A plan with memory and weights, on this machine's processor.
///
/// Everything is allocated here, nothing in a step. One owner runs it, one step at a time.
public final class Execution: Executor {
  public let plan: Plan
  private let pool: WorkerPool
  private let memory: ExecutionMemory
  private let scratch: ScratchMemory
  private var lengths: [Axis: Int] = [:]
  private var steps: [Step] = []
  /// Takes the time of every operation while it is not nil.
  public var profile: Profile?

  /// Binds `weights` to the parameters of the plan by name and allocates its memory.
  public init(_ plan: Plan, weights: [String: Weight] = [:], pool: WorkerPool = WorkerPool()) throws
  {
    openblas_set_num_threads(1)
    self.plan = plan
    self.pool = pool
    memory = try ExecutionMemory(plan, weights)
    scratch = ScratchMemory(workers: pool.count, bytes: plan.layout.scratchBytesPerWorker - 64)
  }

  /// Every byte this execution holds, weights excluded.
  public var allocatedBytes: Int { memory.allocatedBytes + scratch.storage.bytes.count }

  /// How far into the arena anything was ever written: for tests of the plan.
  package var touchedArenaBytes: Int { memory.touchedArenaBytes }

  public func run(inputs: [String: InputData], lengths: [Axis: Int]) throws {
    try prepare(lengths)
    for (name, data) in inputs { try memory.write(data, to: name, lengths) }
    try memory.requireInputs()
    guard profile == nil else { return runProfiled() }
    for (node, step) in zip(plan.program.nodes, steps) { node.operation.run(step) }
  }

  private func runProfiled() {
    let clock = ContinuousClock()
    for (node, step) in zip(plan.program.nodes, steps) {
      let time = clock.measure { node.operation.run(step) }
      profile?.add(node, step, seconds: time / .seconds(1))
    }
  }

  /// Operands depend on the lengths alone: steps of equal lengths use the same ones.
  private func prepare(_ lengths: [Axis: Int]) throws {
    guard lengths != self.lengths || steps.isEmpty else { return }
    for (axis, bound) in plan.bounds {
      guard let length = lengths[axis], 0...bound ~= length else {
        throw LengthError(axis: axis, length: lengths[axis], bound: bound)
      }
    }
    self.lengths = lengths
    memory.forgetRaggedInputs()
    steps = plan.program.nodes.map { node in
      Step(
        inputs: node.inputs.map(operand), outputs: node.outputs.map(operand), accumulates: false,
        pool: pool, scratch: scratch)
    }
  }

  private func operand(_ id: Int) -> Operand {
    let signature = plan.program.values[id].signature
    let dimensions = signature.shape.dimensions(in: lengths)
    return memory.operand(plan.layout.places[id], signature, dimensions)
  }

  public func read(_ output: Tensor) -> [Float] {
    let operand = operand(plan.program.resolve(output.id))
    return Array(UnsafeBufferPointer(start: operand.floats, count: operand.count))
  }

  /// One row of an output of the plan after a step.
  public func read(_ output: Tensor, row: Int) -> [Float] {
    let operand = operand(plan.program.resolve(output.id))
    precondition(row < operand.rows, "row \(row) of \(operand.rows)")
    let start = operand.floats + row * operand.columns
    return Array(UnsafeBufferPointer(start: start, count: operand.columns))
  }

  /// The number of a scalar output.
  public func scalar(_ output: Tensor) -> Float { read(output)[0] }

  /// The gradient of a trained parameter, as added up since it was last zeroed.
  public func gradient(of parameter: String) -> Weight? { memory.weight(at: .gradient(parameter)) }

  /// A state of the graph, such as a key-value cache.
  public func state(_ name: String) -> Weight? { memory.weight(at: .state(name)) }

  /// Sets all gradients to zero.
  public func zeroGradients() {
    for name in plan.trainedParameters {
      guard let bytes = gradient(of: name)?.bytes else { continue }
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }
  }
}

/// A step whose lengths do not fit the plan.
public struct LengthError: Error, CustomStringConvertible {
  public let axis: Axis
  public let length: Int?
  public let bound: Int
  public var description: String {
    "axis `\(axis)` has \(length.map { "length \($0)" } ?? "no length"); "
      + "the plan allows 0 to \(bound): pass a length within it, or plan for a higher bound"
  }
}

/// What a caller binds or feeds does not match what the plan asks for.
public struct BindingError: Error, CustomStringConvertible {
  public let name: String
  public let found: String
  public let expected: String
  public var description: String { "`\(name)`: found \(found), expected \(expected)" }
}
