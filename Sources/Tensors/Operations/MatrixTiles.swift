import CBLAS

/// Matrix products cut into tiles of fixed size, each one single-threaded BLAS call by one task.
enum MatrixTiles {
  static let rows = 256
  static let columns = 128
  /// How many rows of a packed weight are unpacked at a time.
  static let unpacked = 256

  /// Room to unpack a tile of a weight: whole rows for `x Wᵀ`, a block of columns for `dy W`.
  static func scratchBytes(_ weight: Dimensions) -> Int {
    4 * max(columns * weight.columns, unpacked * 256)
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
      for start in stride(from: 0, to: x.rows, by: rows) {
        product(
          CblasNoTrans, CblasTrans, min(rows, x.rows - start), block.count, x.columns,
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
        for start in stride(from: 0, to: dy.rows, by: rows) {
          product(
            CblasNoTrans, CblasNoTrans, min(rows, dy.rows - start), block.count, range.count,
            dy.floats + start * dy.columns + first, dy.columns, tile.start, tile.stride,
            dx.floats + start * dx.columns + block.lowerBound, dx.columns, adding: first > 0)
        }
      }
    }
  }

  /// `dW = dyᵀ x`: a task owns a tile of dW.
  static func multiply(transposed dy: Operand, _ x: Operand, _ dw: Operand, _ step: Step) {
    let across = (dw.columns + rows - 1) / rows, down = (dw.rows + rows - 1) / rows
    step.parallel(tasks: across * down) { task, _ in
      let top = task / across * rows, left = task % across * rows
      product(
        CblasTrans, CblasNoTrans, min(rows, dw.rows - top), min(rows, dw.columns - left), x.rows,
        dy.floats + top, dy.columns, x.floats + left, x.columns,
        dw.floats + top * dw.columns + left, dw.columns, adding: step.accumulates)
    }
  }
}
