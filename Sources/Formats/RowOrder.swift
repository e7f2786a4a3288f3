import Tensors

/// An order of rows in which GGUF differs from Hugging Face.
///
/// Rows are whole blocks, so a matrix changes its order without being dequantised.
public enum RowOrder: Sendable, Hashable {
  /// Queries and keys of Llama: the two halves of a head, which rotate together, interleaved.
  case interleavedHalves(heads: Int)
  /// The fused matrix of GPT-NeoX: all queries, all keys, all values, instead of head by head.
  case partsBeforeHeads(heads: Int)

  var heads: Int {
    switch self {
    case .interleavedHalves(let heads), .partsBeforeHeads(let heads): heads
    }
  }

  /// How many rows belong to one head at the least; rows are a multiple of heads times this.
  var rowsPerHead: Int {
    switch self {
    case .interleavedHalves: 2
    case .partsBeforeHeads: 3
    }
  }

  /// Row `p` of GGUF is row `indices[p]` of Hugging Face.
  public func indices(rows: Int) -> [Int] {
    precondition(rows % (heads * rowsPerHead) == 0, "\(rows) rows for \(heads) heads")
    let width = rows / heads
    switch self {
    case .interleavedHalves:
      return (0..<rows).map { $0 / width * width + $0 % 2 * (width / 2) + $0 % width / 2 }
    case .partsBeforeHeads:
      let part = width / 3
      return (0..<rows).map { row in
        let (kind, rest) = row.quotientAndRemainder(dividingBy: heads * part)
        return rest / part * width + kind * part + rest % part
      }
    }
  }
}

extension Weight {
  /// A copy whose rows are in GGUF's order, from one in Hugging Face's.
  public func rowsToGGUF(_ order: RowOrder) -> Weight {
    takingRows(order.indices(rows: shape[0]))
  }

  /// A copy whose rows are in Hugging Face's order, from one in GGUF's.
  public func rowsFromGGUF(_ order: RowOrder) -> Weight {
    var sources = [Int](repeating: 0, count: shape[0])
    for (row, index) in order.indices(rows: shape[0]).enumerated() { sources[index] = row }
    return takingRows(sources)
  }

  /// Row `r` of the result is row `sources[r]` of this.
  private func takingRows(_ sources: [Int]) -> Weight {
    let rowBytes = byteCount / shape[0]
    let copy = Storage(zeroedBytes: byteCount)
    let source = UnsafeRawBufferPointer(bytes)
    for (row, from) in sources.enumerated() {
      let part = source[from * rowBytes..<(from + 1) * rowBytes]
      UnsafeMutableRawBufferPointer(rebasing: copy.bytes[row * rowBytes..<(row + 1) * rowBytes])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
    }
    withExtendedLifetime(storage) {}
    return Weight(shape: shape, type: type, storage: copy)
  }
}
