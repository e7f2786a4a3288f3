import CKernels

/// Products of few rows with a weight that is read as it lies in its file (decoding).
///
/// Weights pass through once and are never written out as floats. Each sum has one fixed pattern,
/// so a row's bits do not depend on how many rows there are.
package enum DotRows {
  /// The most rows that a kernel takes; many more are better served by unpacking tiles.
  package static let most = 32

  package typealias Kernel = (
    _ rows: Int, _ columns: Int, _ outStart: Int, _ outEnd: Int, _ x: UnsafePointer<Float>,
    _ xStride: Int, _ w: UnsafeRawPointer, _ y: UnsafeMutablePointer<Float>, _ yStride: Int
  ) -> Void

  /// Rows as whole numbers, by the instructions of this processor that make most products at once.
  package static let wholeProducts = (k_byte_products() ?? k_short_products()).pointee

  /// How products with weights of a type are made.
  package enum Way {
    case floats(Kernel)
    /// Rows are rounded to 16 bits, a scale for every 32; with the sums of blocks, where they are needed.
    case whole(k_dot_whole_rows, totals: Bool)
  }

  /// Nil for weights of integers, which have no products.
  package static func way(
    for type: ElementType, by products: k_whole_products = wholeProducts
  ) -> Way? {
    switch type {
    case .f32: .floats(k_dot_rows_f32)
    case .f16: .floats(k_dot_rows_f16)
    case .bf16: .floats(k_dot_rows_bf16)
    case .q8_0: .whole(products.q8_0, totals: false)
    case .q4_0: .whole(products.q4_0, totals: false)
    case .q4_1: .whole(products.q4_1, totals: true)
    case .q5_0: .floats(k_dot_rows_q5_0)
    case .q5_1: .floats(k_dot_rows_q5_1)
    case .q2_K: .floats(k_dot_rows_q2_K)
    case .q3_K: .floats(k_dot_rows_q3_K)
    case .q4_K: .floats(k_dot_rows_q4_K)
    case .q5_K: .floats(k_dot_rows_q5_K)
    case .q6_K: .floats(k_dot_rows_q6_K)
    case .nf4: .floats(k_dot_rows_nf4)
    case .i32: nil
    }
  }

  /// Whether rows are rounded to be multiplied with weights of a type.
  package static func rounds(_ type: ElementType) -> Bool {
    if case .whole? = way(for: type) { true } else { false }
  }

  /// Room for the rows as whole numbers.  x: [T, in]
  static func scratchBytes(_ x: Dimensions) -> Int {
    k_whole_rows_bytes(min(x.rows, most), x.columns)
  }

  /// `y[i] = x W[i]ᵀ`.  x: [T, in], `most` rows at most   W[i]: [out[i], in]   y[i]: [T, out[i]]
  static func multiply(
    _ x: Operand, transposed weights: ArraySlice<Operand>, _ results: [Operand], _ step: Step
  ) {
    let packed = pack(x, for: weights, step)
    let outs = weights.reduce(0) { $0 + $1.rows }
    step.parallelInRuns(over: outs, by: share(of: outs, rows: x.rows, step)) { range, _ in
      var start = 0
      for (w, y) in zip(weights, results) {
        let own = range.clamped(to: start..<start + w.rows)
        if !own.isEmpty {
          multiply(x, packed, w, y, own.lowerBound - start..<own.upperBound - start)
        }
        start += w.rows
      }
    }
  }

  /// The rows as whole numbers, once for all weights and workers; nil where no weight asks for them.
  private static func pack(
    _ x: Operand, for weights: ArraySlice<Operand>, _ step: Step
  ) -> UnsafeMutableRawPointer? {
    var isNeeded = false, needsTotals = false
    for case .whole(_, let totals) in weights.lazy.map({ way(for: $0.type) }) {
      isNeeded = true
      needsTotals = needsTotals || totals
    }
    guard isNeeded else { return nil }
    wholeProducts.pack(
      x.rows, x.columns, needsTotals ? 1 : 0, x.floats, x.columns, step.sharedScratch)
    return step.sharedScratch
  }

  private static func multiply(
    _ x: Operand, _ packed: UnsafeMutableRawPointer?, _ w: Operand, _ y: Operand,
    _ outs: Range<Int>
  ) {
    switch way(for: w.type) {
    case .floats(let kernel):
      kernel(
        x.rows, x.columns, outs.lowerBound, outs.upperBound, x.floats, x.columns, w.address,
        y.floats, y.columns)
    case .whole(let kernel, _):
      guard let packed else { preconditionFailure("rows were not packed") }
      kernel(
        x.rows, x.columns, outs.lowerBound, outs.upperBound, packed, w.address, y.floats,
        y.columns)
    case nil: preconditionFailure("a weight of integers has no products")
    }
  }

  /// Outputs per task: whole tiles, and as many tasks for each worker.
  ///
  /// One or two rows wait for memory, which is read in longer runs where tasks are longer.
  private static func share(of outs: Int, rows: Int, _ step: Step) -> Int {
    let longest = rows <= 2 ? 192 : 96, tile = 8
    let rounds = (outs + longest * step.workers - 1) / (longest * step.workers)
    let tasks = rounds * step.workers
    return (outs + tasks * tile - 1) / (tasks * tile) * tile
  }
}
