import CBLAS
import CKernels

/// Matrix products cut into tiles of fixed size, each one single-threaded BLAS call by one task.
enum MatrixTiles {
  // Share of OpenBLAS' own two-thread rate that two tasks reach, T = 1024, (in, out) in
  // {(576, 576), (576, 192), (576, 1536), (1536, 576)}: 1024 x 96 gives 0.91-0.98 for x Wᵀ and
  // 0.8-0.93 for dy W (256 x 128: 0.8-0.9); wider blocks of columns (288) gain at most 0.03 and
  // leave too few tasks for more cores. 288 x 288 gives 0.93-0.98 for dyᵀ x. Unpacking Q4_1 costs
  // about 1 % at this T, as each piece of a weight is unpacked once.
  static let rows = 1024
  static let columns = 96
  /// How many rows a task takes where the output has so few columns that rows must be shared out.
  static let fewColumnsRows = 256
  /// Up to how many columns a product is narrow.
  ///
  /// At 16 columns, 1024 rows and 576 or 1536 numbers,
  /// BLAS reaches 0.7 of its own best rate, the kernel for narrow products 1.0 (gradients: 0.9).
  static let narrow = 32
  /// The side of a tile of a weight's gradient.
  static let gradientSide = 288
  /// How many rows of a packed weight are unpacked at a time.
  static let unpacked = 256

  /// Room to unpack a tile of a weight: whole rows for `x Wᵀ`, a block of columns for `dy W`.
  static func scratchBytes(_ weight: Dimensions) -> Int {
    4 * max(columns * weight.columns, unpacked * 256, Int(NARROW_LANES) * weight.rows)
  }

  /// Room for the columns of a tile of a narrow gradient.
  static let gradientScratchBytes = 4 * Int(NARROW_LANES) * (Int(NARROW_ROWS) + columns)

  /// Rows in pieces of `rows`, the last one longer rather than very short.
  private static func pieces(of count: Int, by rows: Int) -> [Range<Int>] {
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

  /// One product of a sum: `x Wᵀ` or `x W`.
  struct Term {
    let left: Operand
    let weight: Operand
    let isTransposed: Bool
  }

  /// `y = x Wᵀ`.
  static func multiply(_ x: Operand, transposed w: Operand, _ y: Operand, _ step: Step) {
    addUp([Term(left: x, weight: w, isTransposed: true)], y, step)
  }

  /// `dx = dy W`.
  static func multiply(_ dy: Operand, _ w: Operand, _ dx: Operand, _ step: Step) {
    addUp([Term(left: dy, weight: w, isTransposed: false)], dx, step)
  }

  /// A product with so few columns that packing the other side would cost as much as multiplying:
  /// the narrow side of a low-rank correction.
  private static func multiplyNarrow(_ term: Term, _ y: Operand, _ step: Step, adding: Bool) {
    let x = term.left, w = term.weight, lanes = Int(NARROW_LANES)
    step.parallel(over: y.rows, by: fewColumnsRows) { rows, scratch in
      for first in stride(from: 0, to: y.columns, by: lanes) {
        k_narrow_product_f32(
          rows.count, x.columns, min(lanes, y.columns - first),
          x.floats + rows.lowerBound * x.columns, x.columns,
          w.floats + first * (term.isTransposed ? w.columns : 1),
          term.isTransposed ? 1 : w.columns, term.isTransposed ? w.columns : 1, adding ? 1 : 0,
          y.floats + rows.lowerBound * y.columns + first, y.columns,
          scratch.assumingMemoryBound(to: Float.self))
      }
    }
  }

  /// A task owns a block of output columns, so that each piece of a weight is unpacked once; where
  /// there are few columns it owns some rows as well.
  static func addUp(_ terms: [Term], _ y: Operand, _ step: Step) {
    guard y.rows > 0 else { return }
    if y.columns <= narrow, terms.allSatisfy({ $0.weight.type == .f32 }) {
      for (index, term) in terms.enumerated() {
        multiplyNarrow(term, y, step, adding: index > 0)
      }
      return
    }
    let width = terms.reduce(columns) {
      $1.isTransposed ? $0 : max($0, $1.weight.type.stretch)
    }
    let pieces = pieces(of: y.rows, by: y.columns > 2 * width ? rows : fewColumnsRows)
    let blocks = (y.columns + width - 1) / width
    step.parallel(tasks: y.columns > 2 * width ? blocks : blocks * pieces.count) { task, scratch in
      let start = task % blocks * width
      let block = start..<min(start + width, y.columns)
      let own = y.columns > 2 * width ? pieces : [pieces[task / blocks]]
      for (index, term) in terms.enumerated() {
        if term.isTransposed {
          multiplyTransposed(term, own, block, y, scratch, adding: index > 0)
        } else {
          multiply(term, own, block, y, scratch, adding: index > 0)
        }
      }
    }
  }

  private static func multiplyTransposed(
    _ term: Term, _ pieces: [Range<Int>], _ block: Range<Int>, _ y: Operand,
    _ scratch: UnsafeMutableRawPointer, adding: Bool
  ) {
    let x = term.left
    let tile = term.weight.rowsAsFloats(block, scratch)
    for piece in pieces {
      let start = piece.lowerBound
      product(
        CblasNoTrans, CblasTrans, piece.count, block.count, x.columns,
        x.floats + start * x.columns, x.columns, tile, x.columns,
        y.floats + start * y.columns + block.lowerBound, y.columns, adding: adding)
    }
  }

  /// Adds up over blocks of the weight's rows in order.
  private static func multiply(
    _ term: Term, _ pieces: [Range<Int>], _ block: Range<Int>, _ dx: Operand,
    _ scratch: UnsafeMutableRawPointer, adding: Bool
  ) {
    let dy = term.left, w = term.weight
    let depth = w.type == .f32 ? w.rows : unpacked
    for first in stride(from: 0, to: w.rows, by: depth) {
      let range = first..<min(first + depth, w.rows)
      let tile = w.tileAsFloats(range, block, scratch)
      for piece in pieces {
        let start = piece.lowerBound
        product(
          CblasNoTrans, CblasNoTrans, piece.count, block.count, range.count,
          dy.floats + start * dy.columns + first, dy.columns, tile.start, tile.stride,
          dx.floats + start * dx.columns + block.lowerBound, dx.columns,
          adding: adding || first > 0)
      }
    }
  }

  /// `dW = dyᵀ x`: a task owns a tile of dW.
  static func multiply(transposed dy: Operand, _ x: Operand, _ dw: Operand, _ step: Step) {
    if dw.columns <= narrow {
      return multiplyNarrow(dy, x, dw.floats, (stride: dw.columns, step: 1), step)
    }
    if dw.rows <= narrow {
      return multiplyNarrow(x, dy, dw.floats, (stride: 1, step: dw.columns), step)
    }
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

  /// `wideᵀ narrow`: a task owns some columns of the wide side.
  ///
  /// place: how far apart the results of two columns of the wide side lie, and of the narrow one.
  private static func multiplyNarrow(
    _ wide: Operand, _ narrow: Operand, _ result: UnsafeMutablePointer<Float>,
    _ place: (stride: Int, step: Int), _ step: Step
  ) {
    let lanes = Int(NARROW_LANES)
    step.parallel(over: wide.columns, by: columns) { block, scratch in
      for first in stride(from: 0, to: narrow.columns, by: lanes) {
        k_narrow_outer_f32(
          wide.rows, block.count, min(lanes, narrow.columns - first),
          wide.floats + block.lowerBound, wide.columns, narrow.floats + first, narrow.columns,
          step.accumulates ? 1 : 0,
          result + block.lowerBound * place.stride + first * place.step, place.stride, place.step,
          scratch.assumingMemoryBound(to: Float.self))
      }
    }
  }
}
