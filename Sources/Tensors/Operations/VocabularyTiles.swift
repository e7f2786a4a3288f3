import CBLAS
import CKernels

/// How the product of hidden rows with a vocabulary is cut up; no tile of logits is ever kept.
///
/// The vocabulary is cut into `stripes`, one task each, whatever the number of workers; a stripe
/// goes through its tiles in order, and for each tile through all rows, so that a packed weight is
/// unpacked once. What stripes found is then merged in order. Measured on two cores with OpenBLAS
/// at D = 576: tiles of 512 rows by 256 entries reach 0.95 of the library's own two threads.
struct VocabularyTiles {
  static let stripes = 8
  static let entries = 256
  static let rows = 512

  let hidden: Operand
  let unembedding: Operand

  static func scratchBytes(width: Int) -> Int {
    4 * (entries * width + rows * entries + rows)
  }

  /// Room for one number per row of a piece, behind the logits.
  func rowScratch(_ scratch: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Float> {
    scratch.assumingMemoryBound(to: Float.self) + Self.entries * (width + Self.rows)
  }

  var width: Int { hidden.columns }

  /// The vocabulary entries of each tile of a stripe.
  func tiles(of stripe: Int) -> some Sequence<Range<Int>> {
    let count = (unembedding.rows + Self.entries - 1) / Self.entries
    let tiles = stripe * count / Self.stripes..<(stripe + 1) * count / Self.stripes
    return tiles.lazy.map {
      $0 * Self.entries..<min(($0 + 1) * Self.entries, unembedding.rows)
    }
  }

  /// Calls `body` with the logits of each piece of rows against one tile of the vocabulary.
  ///
  /// logits: [rows.count, entries.count]   weights: [entries.count, D]
  func forEachPiece(
    of entries: Range<Int>, _ scratch: UnsafeMutableRawPointer,
    isNeeded: (Range<Int>) -> Bool = { _ in true },
    _ body: (
      _ rows: Range<Int>, _ logits: UnsafeMutablePointer<Float>, _ weights: UnsafePointer<Float>
    ) -> Void
  ) {
    let weights = unembedding.rowsAsFloats(entries, scratch)
    let logits = scratch.assumingMemoryBound(to: Float.self) + Self.entries * width
    for start in stride(from: 0, to: hidden.rows, by: Self.rows) {
      let rows = start..<min(start + Self.rows, hidden.rows)
      guard isNeeded(rows) else { continue }
      cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, blasint(rows.count), blasint(entries.count),
        blasint(width), 1, hidden.floats + start * width, blasint(width), weights, blasint(width),
        0, logits, blasint(entries.count))
      body(rows, logits, weights)
    }
  }
}

/// c += a b, or aᵀ b where `transposed`.  c: [m, n], b: [k, n], rows of a `strideA` apart
func addProduct(
  transposed: Bool, _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Float>, _ strideA: Int,
  _ b: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>
) {
  cblas_sgemm(
    CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, blasint(m), blasint(n),
    blasint(k), 1, a, blasint(strideA), b, blasint(n), 1, c, blasint(n))
}
