import Tensors

/// Where a named tensor lies in a file.
struct TensorSpan {
  let name: String
  let bytes: Range<Int>
}

/// The number of elements of a shape from a file; nil where it does not fit in 62 bits.
func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for extent in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: extent)
    if overflow || extent < 0 || product > Int.max / 16 { return nil }
    count = product
  }
  return count
}

/// The first two tensors that share bytes, if any do.
func firstOverlap(_ spans: [TensorSpan]) -> (TensorSpan, TensorSpan)? {
  let sorted = spans.filter { !$0.bytes.isEmpty }.sorted {
    $0.bytes.lowerBound < $1.bytes.lowerBound
  }
  for (one, next) in zip(sorted, sorted.dropFirst())
  where one.bytes.upperBound > next.bytes.lowerBound {
    return (one, next)
  }
  return nil
}

extension Weight {
  /// A weight in mapped memory, or a copy of it where the file has put it at an address that its
  /// numbers cannot be read from in place.
  init(mapped storage: Storage, at offset: Int, shape: [Int], type: ElementType) {
    let width = type.blockLength == 1 ? type.blockBytes : 2
    guard offset % width != 0 else {
      self.init(shape: shape, type: type, storage: storage, byteOffset: offset)
      return
    }
    let count = type.bytes(for: shape.reduce(1, *))
    let copy = Storage(zeroedBytes: count)
    copy.bytes.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: storage.bytes[offset..<offset + count]))
    withExtendedLifetime(storage) {}
    self.init(shape: shape, type: type, storage: copy)
  }
}
