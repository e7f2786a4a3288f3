import CBLAS

/// Matrix products cut into tiles of fixed size, each one single-threaded BLAS call by one task.
enum MatrixTiles {
  // Share of OpenBLAS' own two-thread rate that two tasks reach, T = 1024, (in, out) in
  // {(576, 576), (576, 192), (576, 1536), (1536, 576)}: 1024 x 96 gives 0.91-0.98 for x Wᵀ and
  // 0.8-0.93 for dy W (256 x 128: 0.8-0.9); wider blocks of columns (288) gain at most 0.03 and
  // leave too few tasks for more cores. 288 x 288 gives 0.93-0.98 for dyᵀ x. Unpacking Q4_1 costs
  // about 1 % at this T, as each piece of a weight is unpacked once.
  static let rows = 1024
  static let columns = 96
  /// The side of a tile of a weight's gradient.
  static let gradientSide = 288
  /// How many rows of a packed weight are unpacked at a time.
  static let unpacked = 256

  /// Room to unpack a tile of a weight: whole rows for `x Wᵀ`, a block of columns for `dy W`.
  static func scratchBytes(_ weight: Dimensions) -> Int {
    4 * max(columns * weight.columns, unpacked * 256)
  }

  /// Rows in pieces of `rows`, the last one longer rather than very short.
  private static func pieces(of count: Int) -> [Range<Int>] {
    let number = max(1, (count + rows / 2) / rows)
    return (0..<number).map { $0 * rows..<($0 == number - 1 ? count : ($0 + 1) * rows) }
  }

  private static func product(
    _ transposeA: CBLAS_TRANSPOSE, _ transposeB: CBLAS_TRANSPOSE, _ m: Int, _ n: Int, _ k: Int,
    _ a: UnsafePointer<Float>, _ strideA: Int, _ b: UnsafePointer<Float>, _ strideB: Int,
    _ c: UnsafeMutablePointer<Float>, _ strideC: Int, adding: Bool = false
  ) {
    cblas_sgemm(
      CblasRowMajor, transposeA, transposeB, blasint(m), blasint(n), blasint(k), 1, a,
      blasint(strideA), b, blasint(strideB), adding ? 1 : 0, c, blasint(strideC))
  }

  /// `y = x Wᵀ`: a task owns a block of output columns, so each piece of W is unpacked once.
  static func multiply(_ x: Operand, transposed w: Operand, _ y: Operand, _ step: Step) {
    guard x.rows > 0 else { return }
    step.parallel(over: w.rows, by: columns) { block, scratch in
      let tile = w.rowsAsFloats(block, scratch)
      for piece in pieces(of: x.rows) {
        let start = piece.lowerBound
        product(
          CblasNoTrans, CblasTrans, piece.count, block.count, x.columns,
          x.floats + start * x.columns, x.columns, tile, x.columns,
          y.floats + start * y.columns + block.lowerBound, y.columns)
      }
    }
  }

  /// `dx = dy W`: a task owns a block of input columns and adds up over blocks of W's rows in order.
  static func multiply(_ dy: Operand, _ w: Operand, _ dx: Operand, _ step: Step) {
    guard dy.rows > 0 else { return }
    let width = max(columns, w.type.blockLength)
    step.parallel(over: w.columns, by: width) { block, scratch in
      let depth = w.type == .f32 ? w.rows : unpacked
      for first in stride(from: 0, to: w.rows, by: depth) {
        let range = first..<min(first + depth, w.rows)
        let tile = w.tileAsFloats(range, block, scratch)
        for piece in pieces(of: dy.rows) {
          let start = piece.lowerBound
          product(
            CblasNoTrans, CblasNoTrans, piece.count, block.count, range.count,
            dy.floats + start * dy.columns + first, dy.columns, tile.start, tile.stride,
            dx.floats + start * dx.columns + block.lowerBound, dx.columns, adding: first > 0)
        }
      }
    }
  }

  /// `dW = dyᵀ x`: a task owns a tile of dW.
  static func multiply(transposed dy: Operand, _ x: Operand, _ dw: Operand, _ step: Step) {
    let side = gradientSide
    let across = (dw.columns + side - 1) / side, down = (dw.rows + side - 1) / side
    step.parallel(tasks: across * down) { task, _ in
      let top = task / across * side, left = task % across * side
      product(
        CblasTrans, CblasNoTrans, min(side, dw.rows - top), min(side, dw.columns - left), x.rows,
        dy.floats + top, dy.columns, x.floats + left, x.columns,
        dw.floats + top * dw.columns + left, dw.columns, adding: step.accumulates)
    }
  }
}
