extension Value {
  /// Python's `==`.
  ///
  /// Who wrote a text makes no difference.
  func equals(_ other: Value) -> Bool {
    if let whole, let otherWhole = other.whole { return whole == otherWhole }
    if let number, let otherNumber = other.number { return number == otherNumber }
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.text(let left), .text(let right)): return left.scalars == right.scalars
    case (.list(let left), .list(let right)):
      return (left.style == .tuple) == (right.style == .tuple)
        && left.items.count == right.items.count
        && zip(left.items, right.items).allSatisfy { $0.equals($1) }
    case (.map(let left), .map(let right)):
      return left.keys.count == right.keys.count
        && zip(left.keys, left.values).allSatisfy { key, value in
          Key(key).flatMap { right[$0] }.map { $0.equals(value) } ?? false
        }
    case (.namespace(let left), .namespace(let right)): return left == right
    case (.macro(let left), .macro(let right)): return left == right
    default: return false
    }
  }

  /// Python's `<`, for what has an order.
  func isLess(than other: Value) throws(Complaint) -> Bool {
    if let whole, let otherWhole = other.whole { return whole < otherWhole }
    if let number, let otherNumber = other.number { return number < otherNumber }
    switch (self, other) {
    case (.text(let left), .text(let right)):
      return left.scalars.lexicographicallyPrecedes(right.scalars) { $0.value < $1.value }
    case (.list(let left), .list(let right)):
      for (first, second) in zip(left.items, right.items) where !first.equals(second) {
        return try first.isLess(than: second)
      }
      return left.items.count < right.items.count
    default:
      throw Complaint("a \(kind) and a \(other.kind) have no order")
    }
  }

  /// Python's `in`, seen from the container.
  func contains(_ part: Value) throws(Complaint) -> Bool {
    switch self {
    case .text(let text):
      guard case .text(let word) = part else {
        throw Complaint("`in` a str looks for a str, not a \(part.kind)")
      }
      return text.place(of: word.scalars) != nil
    case .map(let map): return Key(part).flatMap { map[$0] } != nil
    case .list(let list): return list.items.contains { $0.equals(part) }
    case .undefined: return false
    case .none, .bool, .int, .float, .namespace, .macro, .loop, .method, .function:
      throw Complaint("`in` does not look into a \(kind)", advice: "expected a list, dict or str")
    }
  }
}

/// Sorts without trapping on values that have no order; stable, as Python's sort is.
func sorted(
  _ values: [Value], reverse: Bool, by key: (Value) throws(Complaint) -> Value
) throws(Complaint) -> [Value] {
  var rows: [(key: Value, value: Value)] = []
  for value in values { rows.append((try key(value), value)) }
  var width = 1
  while width < rows.count {
    var merged: [(key: Value, value: Value)] = []
    merged.reserveCapacity(rows.count)
    for start in stride(from: 0, to: rows.count, by: 2 * width) {
      let middle = min(start + width, rows.count)
      let end = min(middle + width, rows.count)
      var (left, right) = (start, middle)
      while left < middle, right < end {
        let swap =
          reverse
          ? try rows[left].key.isLess(than: rows[right].key)
          : try rows[right].key.isLess(than: rows[left].key)
        merged.append(rows[swap ? right : left])
        if swap { right += 1 } else { left += 1 }
      }
      merged += rows[left..<middle]
      merged += rows[right..<end]
    }
    rows = merged
    width *= 2
  }
  return rows.map(\.value)
}
