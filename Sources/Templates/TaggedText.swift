/// Who wrote a stretch of a text.
enum Origin: Hashable, Sendable {
  /// The content of the message with this index.
  case content(Int)
  /// Another part of that message that its author wrote: reasoning, tool calls.
  case field(Int)
  /// Neither the template nor an author: roles, names, tools.
  case outside
  /// What one pass through a `{% generation %}` block wrote.
  case generation(Int)
  /// The point, of no width, at which a loop over messages goes to the next message.
  case boundary
}

/// A part of a text, in scalars, and who wrote it.
///
/// May be empty: an empty content has a place too.
struct Stretch: Hashable, Sendable {
  var lower: Int
  var upper: Int
  var origin: Origin
}

/// A text that knows where its parts come from.
///
/// What no stretch covers, the template wrote.
///
/// It is made of scalars because templates count, slice and strip by scalar, as Python does. Its
/// stretches are in order of `lower`, those of equal `lower` in the order they were written.
struct TaggedText: Sendable {
  var scalars: [Unicode.Scalar] = []
  var stretches: [Stretch] = []

  init() {}

  init(_ text: String, origin: Origin? = nil) {
    self.init(Array(text.unicodeScalars), origin: origin)
  }

  init(_ scalars: [Unicode.Scalar], origin: Origin? = nil) {
    self.scalars = scalars
    if let origin { stretches = [Stretch(lower: 0, upper: scalars.count, origin: origin)] }
  }

  var count: Int { scalars.count }
  var isEmpty: Bool { scalars.isEmpty }

  var string: String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  mutating func append(_ other: TaggedText) {
    let shift = scalars.count
    scalars += other.scalars
    for stretch in other.stretches {
      mark(stretch.origin, from: stretch.lower + shift, to: stretch.upper + shift)
    }
  }

  mutating func append(_ text: String) {
    scalars += text.unicodeScalars
  }

  /// Adds a stretch at the end of the list, in one piece with the last one where they touch.
  mutating func mark(_ origin: Origin, from lower: Int, to upper: Int) {
    if let last = stretches.last, last.origin == origin, last.upper == lower, origin != .boundary {
      stretches[stretches.count - 1].upper = upper
    } else {
      stretches.append(Stretch(lower: lower, upper: upper, origin: origin))
    }
  }

  /// The part in `range`.
  ///
  /// A stretch cut down to nothing stays only in an empty result: a content trimmed to nothing was
  /// still written here, while a neighbour merely touched was not.
  func slice(_ range: Range<Int>) -> TaggedText {
    var result = TaggedText(Array(scalars[range]))
    for stretch in stretches {
      guard stretch.lower <= range.upperBound, stretch.upper >= range.lowerBound else { continue }
      let lower = max(stretch.lower, range.lowerBound)
      let upper = min(stretch.upper, range.upperBound)
      guard lower < upper || stretch.lower == stretch.upper || range.isEmpty else { continue }
      result.mark(
        stretch.origin, from: lower - range.lowerBound, to: upper - range.lowerBound)
    }
    return result
  }

  /// The text with each scalar replaced by others; their origin is that of the scalar.
  func mapped(_ transform: (Int, Unicode.Scalar) -> String?) -> TaggedText {
    var result = TaggedText()
    result.scalars.reserveCapacity(count)
    var places: [Int] = []
    places.reserveCapacity(count + 1)
    for (place, scalar) in scalars.enumerated() {
      places.append(result.count)
      if let replacement = transform(place, scalar) {
        result.append(replacement)
      } else {
        result.scalars.append(scalar)
      }
    }
    places.append(result.count)
    result.stretches = stretches.map {
      Stretch(lower: places[$0.lower], upper: places[$0.upper], origin: $0.origin)
    }
    return result
  }

  static func + (left: TaggedText, right: TaggedText) -> TaggedText {
    var result = left
    result.append(right)
    return result
  }
}
