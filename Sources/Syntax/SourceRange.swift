/// A half-open range of byte offsets into one source text.
public struct SourceRange: Hashable, Sendable {
  // Half the room of whole words: a tree is full of ranges.
  private let first: Int32
  private let past: Int32

  public init(_ start: Int, _ end: Int) {
    precondition(start <= end, "a range may not end (\(end)) before it starts (\(start))")
    first = Int32(start)
    past = Int32(end)
  }

  public var start: Int { Int(first) }
  public var end: Int { Int(past) }

  public var count: Int { end - start }
  public var isEmpty: Bool { start == end }

  /// Whether the byte at `offset` lies inside.
  public func contains(_ offset: Int) -> Bool { start <= offset && offset < end }

  public func contains(_ other: SourceRange) -> Bool { start <= other.start && other.end <= end }

  /// The smallest range that covers both.
  public func union(_ other: SourceRange) -> SourceRange {
    SourceRange(min(start, other.start), max(end, other.end))
  }
}

extension SourceRange: CustomStringConvertible {
  public var description: String { "\(start)..<\(end)" }
}
