/// Texts found by their longest match at a position: added tokens, user-defined symbols.
struct ByteTrie: Sendable {
  private var edges = PairTable(capacity: 64)
  private var values: [Int32] = [-1]
  private var begins = [Bool](repeating: false, count: 256)

  var isEmpty: Bool { values.count == 1 }

  mutating func insert(_ text: some Collection<UInt8>, value: Int32) {
    guard let first = text.first else { return }
    begins[Int(first)] = true
    var node: Int32 = 0
    for byte in text {
      var child = edges.find(node, Int32(byte)).id
      if child < 0 {
        child = Int32(values.count)
        values.append(-1)
        edges.insert(node, Int32(byte), rank: 0, id: child)
      }
      node = child
    }
    if values[Int(node)] < 0 { values[Int(node)] = value }
  }

  @inline(__always)
  func canBegin(with byte: UInt8) -> Bool { begins[Int(byte)] }

  /// The longest text that stands at `position`, as its value and its length.
  func longest(
    in text: UnsafeBufferPointer<UInt8>, at position: Int
  ) -> (value: Int32, length: Int)? {
    guard begins[Int(text[position])] else { return nil }
    var found: (value: Int32, length: Int)?
    forEachPrefix(in: text, at: position) { found = ($0, $1) }
    return found
  }

  /// Every text that stands at `position`, the shortest first.
  @inline(__always)
  func forEachPrefix(
    in text: UnsafeBufferPointer<UInt8>, at position: Int, _ visit: (Int32, Int) -> Void
  ) {
    var node: Int32 = 0
    var index = position
    while index < text.count {
      node = edges.find(node, Int32(text[index])).id
      if node < 0 { return }
      index += 1
      let value = values[Int(node)]
      if value >= 0 { visit(value, index - position) }
    }
  }
}
