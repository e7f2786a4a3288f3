/// A ragged dimension: its length is known only when a step runs.
///
/// A graph is built once with names; a plan is made for upper bounds; each step brings its lengths.
public struct Axis: Hashable, Sendable, CustomStringConvertible {
  public let name: String

  public init(_ name: String) { self.name = name }

  /// All tokens of a packed batch.
  public static let tokens = Axis("tokens")
  /// The tokens whose probability the loss asks for.
  public static let targets = Axis("targets")
  /// The completions of a batch, each a run of targets.
  public static let sequences = Axis("sequences")
  /// Runs of tokens that attention keeps apart; a child segment also sees its parent.
  public static let segments = Axis("segments")
  /// Chosen and rejected, side by side.
  public static let pairs = Axis("pairs")
  /// Rows of a key-value cache.
  public static let slots = Axis("slots")

  public var description: String { name }
}

/// The length of one dimension: a number, an axis, or the borders between the items of an axis.
public enum Extent: Hashable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
  case fixed(Int)
  case axis(Axis)
  /// One more than the axis: item `i` spans `borders[i] ..< borders[i + 1]`.
  case borders(Axis)

  public init(integerLiteral value: Int) { self = .fixed(value) }

  public static let tokens = Extent.axis(.tokens)
  public static let targets = Extent.axis(.targets)
  public static let sequences = Extent.axis(.sequences)
  public static let segments = Extent.axis(.segments)
  public static let pairs = Extent.axis(.pairs)
  public static let slots = Extent.axis(.slots)

  public var description: String {
    switch self {
    case .fixed(let count): "\(count)"
    case .axis(let axis): axis.name
    case .borders(let axis): "\(axis.name)+1"
    }
  }

  /// The axis this extent needs a length for.
  public var axis: Axis? {
    switch self {
    case .fixed: nil
    case .axis(let axis), .borders(let axis): axis
    }
  }

  func length(in lengths: [Axis: Int]) -> Int {
    switch self {
    case .fixed(let count): count
    case .axis(let axis): lengths[axis, default: 0]
    case .borders(let axis): lengths[axis, default: 0] + 1
    }
  }
}

/// The extents of a tensor: none (a scalar), one (a vector) or two (rows, columns).
public struct Shape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  public let extents: [Extent]

  public init(_ extents: [Extent]) {
    precondition(extents.count <= 2, "a tensor has at most two extents, not \(extents.count)")
    self.extents = extents
  }

  public init(arrayLiteral extents: Extent...) { self.init(extents) }

  /// A shape without ragged extents.
  public init(fixed counts: [Int]) { self.init(counts.map(Extent.fixed)) }

  public static let scalar: Shape = []

  public var rank: Int { extents.count }
  public var description: String {
    "[\(extents.map(\.description).joined(separator: ", "))]"
  }

  /// The length of the last extent where it is fixed, as the width of an activation is.
  public var width: Int? {
    if case .fixed(let count) = extents.last { count } else { nil }
  }

  /// Rows and columns once every axis has a length.
  public func dimensions(in lengths: [Axis: Int]) -> Dimensions {
    Dimensions(
      rows: rank > 0 ? extents[0].length(in: lengths) : 1,
      columns: rank > 1 ? extents[1].length(in: lengths) : 1)
  }
}

/// The actual size of a tensor in one step; a vector has one column, a scalar one number.
public struct Dimensions: Hashable, Sendable {
  public let rows: Int
  public let columns: Int

  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  public var count: Int { rows * columns }
}

/// What the shape rule of an operation sees of a tensor: its shape and element type.
public struct Signature: Hashable, Sendable, CustomStringConvertible {
  public let shape: Shape
  public let type: ElementType

  public init(_ shape: Shape, _ type: ElementType = .f32) {
    self.shape = shape
    self.type = type
  }

  public var description: String { type == .f32 ? "\(shape)" : "\(type.rawValue) \(shape)" }
}

/// Tensors that do not fit an operation: found while a graph is built, thrown when it is planned.
public struct ShapeError: Error, Hashable, Sendable, CustomStringConvertible {
  public let operation: String
  public let found: [Signature]
  public let expected: String

  public init(_ operation: String, found: [Signature], expected: String) {
    self.operation = operation
    self.found = found
    self.expected = expected
  }

  public var description: String {
    "`\(operation)` got \(found.map(\.description).joined(separator: " and ")); it needs \(expected)"
  }
}
