import CKernels

/// `exp(scale · x − largest)` of each number, where the largest becomes exactly 1.
public func relativeExponentials(of x: [Float], scale: Float) -> [Float] {
  let largest = (x.max() ?? 0) * scale
  return [Float](unsafeUninitializedCapacity: x.count) { weights, count in
    for i in x.indices { weights[i] = x[i] * scale - largest }
    if let start = weights.baseAddress { k_exp_f32(x.count, start, start) }
    count = x.count
  }
}
