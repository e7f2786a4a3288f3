import CKernels

/// `exp(scale · x − largest)` of each number, where the largest becomes exactly 1.
public func relativeExponentials(of x: [Float], scale: Float) -> [Float] {
  guard !x.isEmpty else { return [] }
  let largest = x.withUnsafeBufferPointer { k_max_f32($0.count, $0.baseAddress) } * scale
  return [Float](unsafeUninitializedCapacity: x.count) { weights, count in
    for i in x.indices { weights[i] = x[i] * scale - largest }
    if let start = weights.baseAddress { k_exp_f32(x.count, start, start) }
    count = x.count
  }
}

/// The place of the largest number, the first of equal ones, and how far the next largest is below
/// it; nil for none.
public func largest(of x: [Float]) -> (place: Int, margin: Float)? {
  x.withUnsafeBufferPointer { numbers in
    let top = k_max_f32(numbers.count, numbers.baseAddress)
    guard let start = numbers.baseAddress, let place = numbers.firstIndex(of: top) else {
      return nil
    }
    let before = k_max_f32(place, start)
    let after = k_max_f32(numbers.count - place - 1, start + place + 1)
    return (place, top - max(before, after))
  }
}

/// The sum of all numbers, added up as doubles.
public func sum(of x: [Float]) -> Double {
  x.withUnsafeBufferPointer { k_sum_f32($0.count, $0.baseAddress) }
}
