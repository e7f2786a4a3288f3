import CKernels

/// Products of few rows with a weight that is read as it lies in its file (decoding).
///
/// Weights pass through once and are never written out as floats. Each sum has one fixed pattern,
/// so a row's bits do not depend on how many rows there are.
package enum DotRows {
  /// The most rows that a kernel takes; many more are better served by unpacking tiles.
  package static let most = 32

  /// Outputs per task, which share one pack of rows.
  ///
  /// Of a small weight fewer, so that no worker waits long for another.
  private static func task(of outputs: Int) -> Int { outputs < 8 * 192 ? 96 : 192 }

  package typealias Kernel = (
    _ rows: Int, _ columns: Int, _ outStart: Int, _ outEnd: Int, _ x: UnsafePointer<Float>,
    _ xStride: Int, _ w: UnsafeRawPointer, _ y: UnsafeMutablePointer<Float>, _ yStride: Int
  ) -> Void

  /// Whether rows are rounded to 16 bits, a scale for every 32, to be multiplied with weights of a type.
  static func rounds(_ type: ElementType) -> Bool {
    switch type {
    case .q8_0, .q4_0, .q4_1: true
    case .f32, .f16, .bf16, .i32, .q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .nf4: false
    }
  }

  /// The kernel for weights of a type, nil where there is none.
  package static func kernel(for type: ElementType) -> Kernel? {
    switch type {
    case .f32: k_dot_rows_f32
    case .f16: k_dot_rows_f16
    case .bf16: k_dot_rows_bf16
    case .q8_0: k_dot_rows_q8_0
    case .q4_0: k_dot_rows_q4_0
    case .q4_1: k_dot_rows_q4_1
    case .q5_0: k_dot_rows_q5_0
    case .q5_1: k_dot_rows_q5_1
    case .q2_K: k_dot_rows_q2_K
    case .q3_K: k_dot_rows_q3_K
    case .q4_K: k_dot_rows_q4_K
    case .q5_K: k_dot_rows_q5_K
    case .q6_K: k_dot_rows_q6_K
    case .nf4: k_dot_rows_nf4
    case .i32: nil
    }
  }

  /// `y = x Wᵀ`.  x: [T, in], `most` rows at most   W: [out, in]   y: [T, out]
  static func multiply(_ x: Operand, transposed w: Operand, _ y: Operand, _ step: Step) {
    guard let kernel = kernel(for: w.type) else {
      preconditionFailure("a weight of integers has no products")
    }
    let input = x.floats, output = y.floats
    step.parallel(over: w.rows, by: task(of: w.rows)) { range, _ in
      kernel(
        x.rows, x.columns, range.lowerBound, range.upperBound, input, x.columns, w.address, output,
        y.columns)
    }
  }
}
