/// One kind of node: its shape rule, its gradient, what it costs, and the kernel that does it.
///
/// An operation is a small value: two nodes with equal operations and equal inputs are the same
/// computation, and a plan does it once. Pointers exist only inside `run`.
public protocol Operation: Sendable, Hashable {
  /// The name that errors and profiles show.
  var name: String { get }

  /// The shape rule: what comes out, or what is wrong with what goes in.
  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature]

  /// The gradient rule, in graph terms: one gradient per input, nil where there is none.
  ///
  /// `outputs` holds the gradient of each output, nil for an output that the loss does not use.
  func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?]

  /// Work and memory traffic at actual sizes.
  func cost(_ sizes: Sizes) -> Cost

  /// Whether doing it again is cheaper than keeping its result for the backward pass.
  var isCheap: Bool { get }

  /// Whether equal inputs always give equal results, and nothing else happens.
  var isPure: Bool { get }

  /// Inputs whose memory output 0 may take over when nobody else needs them any more.
  ///
  /// Only for kernels that read element `i` of that input before they write element `i`.
  var overwritable: [Int] { get }

  /// The input whose memory output 0 *is*: a view, or a state that the operation writes into.
  var alias: Int? { get }

  /// Whether `run` honours `step.accumulates`, adding to output 0 instead of writing it.
  var canAccumulate: Bool { get }

  /// Inputs that may be weights of any element type; all others hold f32, or i32 where so declared.
  var packedInputs: [Int] { get }

  /// Bytes of private memory each worker needs while the operation runs.
  func scratchBytes(_ sizes: Sizes) -> Int

  /// Does the work: fills every output.
  func run(_ step: Step)
}

extension Operation {
  public func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    node.inputs.map { _ in nil }
  }
  public func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: sizes.outputs.reduce(0) { $0 + $1.count }, bytes: sizes.bytes)
  }
  public var isCheap: Bool { false }
  public var isPure: Bool { true }
  public var overwritable: [Int] { [] }
  public var alias: Int? { nil }
  public var canAccumulate: Bool { false }
  public var packedInputs: [Int] { [] }
  public func scratchBytes(_ sizes: Sizes) -> Int { 0 }
}

/// A node seen from a gradient rule: the tensors that went in and came out.
public struct Application: Sendable {
  public let inputs: [Tensor]
  public let outputs: [Tensor]
  /// Which inputs lead to a trainable parameter; gradients of the others need not be made.
  public let needed: [Bool]
}

/// The actual sizes of what goes into a node and comes out of it.
public struct Sizes: Sendable {
  public let inputs: [Dimensions]
  public let outputs: [Dimensions]

  public init(inputs: [Dimensions], outputs: [Dimensions]) {
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Every number once, four bytes each.
  public var bytes: Int { (inputs + outputs).reduce(0) { $0 + $1.count * 4 } }
}

/// What running something takes.
public struct Cost: Hashable, Sendable {
  public var flops: Int
  public var bytes: Int

  public init(flops: Int, bytes: Int) {
    self.flops = flops
    self.bytes = bytes
  }

  public static func + (a: Cost, b: Cost) -> Cost {
    Cost(flops: a.flops + b.flops, bytes: a.bytes + b.bytes)
  }
}
