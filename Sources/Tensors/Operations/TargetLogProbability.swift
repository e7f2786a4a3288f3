import CKernels

/// The log-probability of one target token per hidden row, without ever holding the logits.
///
/// - hidden: [N, D]
/// - unembedding: [V, D], any element type
/// - targets: int32 [N], vocabulary entries
/// - Outputs: log p(target) [N]; log Σ exp(logits) [N]; where asked, the entropy [N]; whether the
///   target is the likeliest entry, 1 or 0 [N]; room for what each stripe of the vocabulary found
///
/// log p = z[target] - log Σ exp(z), z = W h, with an online log-sum-exp over tiles of the
/// vocabulary in fixed order. 2·N·V·D floating-point operations; backward twice that, three times
/// where the unembedding is trained.
public struct TargetLogProbability: Operation {
  public let givesEntropy: Bool
  /// Whether Σ p W of each row follows the other outputs, for the gradient of a frozen vocabulary.
  let givesExpectation: Bool

  public init(givesEntropy: Bool = false) {
    self.init(givesEntropy: givesEntropy, givesExpectation: false)
  }

  init(givesEntropy: Bool, givesExpectation: Bool) {
    self.givesEntropy = givesEntropy
    self.givesExpectation = givesExpectation
  }

  static func expectationPlace(givesEntropy: Bool) -> Int { givesEntropy ? 5 : 4 }

  public var name: String { "target log-probability" }
  public var packedInputs: [Int] { [1] }

  static let fields = 5

  public func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let hidden = inputs[0].shape, weight = inputs[1].shape, targets = inputs[2]
    guard hidden.rank == 2, weight.rank == 2, hidden.width == weight.width,
      targets == Signature([hidden.extents[0]], .i32)
    else {
      throw ShapeError(
        name, found: inputs, expected: "hidden [N, D], an unembedding [V, D], i32 targets [N]")
    }
    let rows = hidden.extents[0]
    let room = Signature([rows, .fixed(VocabularyTiles.stripes * Self.fields)])
    let own = [Signature](repeating: Signature([rows]), count: givesEntropy ? 4 : 3) + [room]
    guard givesExpectation, let width = hidden.width else { return own }
    let parts = Signature([rows, .fixed(VocabularyTiles.stripes * width)])
    return own + [inputs[0], parts]
  }

  public func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    let entropy = givesEntropy ? outputs[2].map { [node.outputs[2], $0] } : nil
    let weights = outputs[0].map { [$0] }
    guard let graph = (outputs[0] ?? entropy?[1])?.graph else { return [nil, nil, nil] }
    let gradient = TargetLogProbabilityGradient(
      trainsUnembedding: node.needed[1], weighsTargets: weights != nil,
      weighsEntropy: entropy != nil)
    let made = graph.apply(
      gradient, to: node.inputs + [node.outputs[1]] + (weights ?? []) + (entropy ?? []))
    return node.needed[1] ? [made[1], made[0], nil] : [made[0], nil, nil]
  }

  public func cost(_ sizes: Sizes) -> Cost {
    let product = 2 * sizes.inputs[0].count * sizes.inputs[1].rows
    return Cost(flops: givesExpectation ? 2 * product : product, bytes: sizes.bytes)
  }

  public func scratchBytes(_ sizes: Sizes) -> Int {
    VocabularyTiles.scratchBytes(width: sizes.inputs[0].columns)
  }

  public func run(_ step: Step) {
    let tiles = VocabularyTiles(hidden: step.inputs[0], unembedding: step.inputs[1])
    let targets = step.inputs[2].integers, count = step.inputs[0].rows
    let room = step.outputs[givesEntropy ? 4 : 3].floats
    let place = Self.expectationPlace(givesEntropy: givesEntropy)
    let parts = givesExpectation ? step.outputs[place + 1].floats : nil
    step.parallel(tasks: VocabularyTiles.stripes) { stripe, scratch in
      let part = parts.map { $0 + stripe * count * tiles.width }
      part?.update(repeating: 0, count: count * tiles.width)
      withUnsafePointer(to: running(room, stripe, 0, count)) { k_softmax_rows_start(count, $0) }
      for entries in tiles.tiles(of: stripe) {
        tiles.forEachPiece(of: entries, scratch) { rows, logits, weights in
          let own = running(room, stripe, rows.lowerBound, count)
          let before = tiles.rowScratch(scratch)
          if part != nil { before.update(from: own.maximum, count: rows.count) }
          withUnsafePointer(to: own) {
            k_softmax_rows_fold_f32(
              rows.count, entries.count, Int32(entries.lowerBound), logits, entries.count,
              targets + rows.lowerBound, $0)
          }
          guard let part else { return }
          let sums = part + rows.lowerBound * tiles.width
          k_softmax_rows_weigh_f32(
            rows.count, entries.count, logits, before, own.maximum, tiles.width, sums)
          addProduct(
            transposed: false, rows.count, tiles.width, entries.count, logits, entries.count,
            weights, into: sums)
        }
      }
    }
    if let parts { expect(step, room, parts, step.outputs[place].floats) }
    finish(step, room)
  }

  /// Merges what the stripes added up into Σ p W of each row.
  private func expect(
    _ step: Step, _ room: UnsafeMutablePointer<Float>, _ parts: UnsafeMutablePointer<Float>,
    _ expectation: UnsafeMutablePointer<Float>
  ) {
    let count = step.inputs[0].rows, width = step.inputs[0].columns
    step.parallel(over: count, by: 64) { rows, _ in
      let own = running(room, 0, rows.lowerBound, count)
      k_softmax_rows_expect_f32(
        rows.count, VocabularyTiles.stripes, Self.fields * count, own.maximum, own.sum, width,
        count * width, parts + rows.lowerBound * width, expectation + rows.lowerBound * width)
    }
  }

  /// Merges the stripes in order and writes what leaves the operation.
  private func finish(_ step: Step, _ room: UnsafeMutablePointer<Float>) {
    let count = step.inputs[0].rows, targets = step.inputs[2].integers
    let all = running(room, 0, 0, count)
    withUnsafePointer(to: all) { all in
      for stripe in 1..<VocabularyTiles.stripes {
        withUnsafePointer(to: running(room, stripe, 0, count)) {
          k_softmax_rows_merge(count, $0, all)
        }
      }
      k_softmax_rows_finish_f32(
        count, all, step.outputs[0].floats, step.outputs[1].floats,
        givesEntropy ? step.outputs[2].floats : nil)
    }
    let isBest = step.outputs[givesEntropy ? 3 : 2].floats
    for row in 0..<count { isBest[row] = all.best[row] == targets[row] ? 1 : 0 }
  }

  /// What one stripe knows of the rows from `first` on.
  private func running(
    _ room: UnsafeMutablePointer<Float>, _ stripe: Int, _ first: Int, _ count: Int
  ) -> softmax_rows {
    let start = room + stripe * Self.fields * count + first
    let best = UnsafeMutableRawPointer(start + 4 * count).assumingMemoryBound(to: Int32.self)
    return softmax_rows(
      maximum: start, sum: start + count, target: start + 2 * count,
      spread: givesEntropy ? start + 3 * count : nil, best: best)
  }
}

/// Gradients of `TargetLogProbability`, with logits made again tile by tile.
///
/// dz = w (1[v = target] - p) - u p (log p + H), w and u the gradients of log-probability and
/// entropy; dh = dz W, dW = dzᵀ h. Rows without weight contribute exactly nothing.
///
/// - Inputs: hidden, unembedding, targets, logsumexp, then w, then entropy and u, where given
/// - Outputs: dW [V, D] if trained; dhidden [N, D]; the part of each stripe [N, stripes * D]
struct TargetLogProbabilityGradient: Operation {
  let trainsUnembedding: Bool
  let weighsTargets: Bool
  let weighsEntropy: Bool

  var name: String { "target log-probability, gradient" }
  var canAccumulate: Bool { trainsUnembedding }
  var packedInputs: [Int] { [1] }

  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    let extents = inputs[0].shape.extents
    let width = inputs[0].shape.width ?? 0
    let parts = Signature([extents[0], .fixed(VocabularyTiles.stripes * width)])
    return (trainsUnembedding ? [inputs[1]] : []) + [inputs[0], parts]
  }

  func cost(_ sizes: Sizes) -> Cost {
    let product = 2 * sizes.inputs[0].count * sizes.inputs[1].rows
    return Cost(flops: (trainsUnembedding ? 3 : 2) * product, bytes: sizes.bytes)
  }

  func scratchBytes(_ sizes: Sizes) -> Int {
    VocabularyTiles.scratchBytes(width: sizes.inputs[0].columns)
  }

  func run(_ step: Step) {
    let rows = RowWeights(
      targets: step.inputs[2].integers, logSumExp: step.inputs[3].floats,
      weights: weighsTargets ? step.inputs[4].floats : nil,
      entropy: weighsEntropy ? step.inputs[weighsTargets ? 5 : 4].floats : nil,
      entropyWeights: weighsEntropy ? step.inputs[weighsTargets ? 6 : 5].floats : nil)
    let size = step.inputs[0].count
    let parts = step.outputs[trainsUnembedding ? 2 : 1].floats
    let dW = trainsUnembedding ? step.outputs[0].floats : nil
    let tiles = VocabularyTiles(hidden: step.inputs[0], unembedding: step.inputs[1])
    step.parallel(tasks: VocabularyTiles.stripes) { stripe, scratch in
      let part = parts + stripe * size
      part.update(repeating: 0, count: size)
      for entries in tiles.tiles(of: stripe) {
        let dWTile = dW.map { $0 + entries.lowerBound * tiles.width }
        if !step.accumulates {
          dWTile?.update(repeating: 0, count: entries.count * tiles.width)
        }
        tiles.addGradients(of: entries, scratch, rows, part, dWTile)
      }
    }
    addParts(parts, size, step.outputs[trainsUnembedding ? 1 : 0].floats, step)
  }

  private func addParts(
    _ parts: UnsafeMutablePointer<Float>, _ size: Int, _ sum: UnsafeMutablePointer<Float>,
    _ step: Step
  ) {
    step.parallel(over: size, by: 1 << 14) { range, _ in
      let start = range.lowerBound
      k_copy_f32(range.count, parts + start, sum + start)
      for stripe in 1..<VocabularyTiles.stripes {
        k_add_f32(range.count, sum + start, parts + stripe * size + start, sum + start)
      }
    }
  }
}

/// What the gradient of the logits of a row is made from; all [N].
struct RowWeights {
  let targets: UnsafePointer<Int32>
  let logSumExp: UnsafePointer<Float>
  let weights: UnsafePointer<Float>?
  let entropy: UnsafePointer<Float>?
  let entropyWeights: UnsafePointer<Float>?

  /// Whether any of these rows has a weight.
  func matter(_ rows: Range<Int>) -> Bool {
    rows.contains { weights?[$0] ?? 0 != 0 || entropyWeights?[$0] ?? 0 != 0 }
  }
}

extension VocabularyTiles {
  /// Adds dz W to `dhidden` [N, D] and, where given, dzᵀ h to `dWeights` [entries.count, D].
  fileprivate func addGradients(
    of entries: Range<Int>, _ scratch: UnsafeMutableRawPointer, _ row: RowWeights,
    _ dhidden: UnsafeMutablePointer<Float>, _ dWeights: UnsafeMutablePointer<Float>?
  ) {
    let columns = entries.count
    forEachPiece(of: entries, scratch, isNeeded: row.matter) { rows, dz, weights in
      let first = rows.lowerBound
      k_target_logp_backward_f32(
        rows.count, columns, Int32(entries.lowerBound), dz, columns, row.targets + first,
        row.logSumExp + first, row.weights.map { $0 + first }, row.entropy.map { $0 + first },
        row.entropyWeights.map { $0 + first })
      addProduct(
        transposed: false, rows.count, width, columns, dz, columns, weights,
        into: dhidden + first * width)
      guard let dWeights else { return }
      addProduct(
        transposed: true, columns, width, rows.count, dz, columns, hidden.floats + first * width,
        into: dWeights)
    }
  }
}

/// The log-probability of one target per row of `hidden`, and what else the same pass can tell.
public struct TargetScores: Sendable {
  /// The log-probability of each target [N].
  public let logProbability: Tensor
  /// -Σ p log p of each row [N], where asked for.
  public let entropy: Tensor?
  /// 1 where no entry is likelier than the target, else 0 [N]; has no gradient.
  public let isBest: Tensor
}

/// Scores one target token per hidden row against a vocabulary; logits are never materialised.
///
/// - hidden: [N, D]
/// - unembedding: [V, D], any element type
/// - targets: int32 [N]
public func targetLogProbability(
  _ hidden: Tensor, _ unembedding: Tensor, targets: Tensor, entropy: Bool = false
) -> TargetScores {
  let operation = TargetLogProbability(givesEntropy: entropy)
  let made = hidden.graph.apply(operation, to: [hidden, unembedding, targets])
  return TargetScores(
    logProbability: made[0], entropy: entropy ? made[2] : nil, isBest: made[entropy ? 3 : 2])
}
