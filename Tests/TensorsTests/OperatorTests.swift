import Foundation
import Tensors
import Testing

@Suite struct OperatorTests {
  @Test(arguments: opCases) func `value equals its plain twin`(_ op: OpCase) throws {
    guard let twin = op.twin else { return }
    let found = try op.run(op.formula).value
    let expected = twin(op.leaves.map { $0.map(Double.init) })
    #expect(agree(found.map(Double.init), expected, within: 2e-6), "\(found) is not \(expected)")
  }

  @Test(arguments: opCases) func `gradient equals finite differences`(_ op: OpCase) throws {
    let found = try op.run(op.formula).gradients
    for (leaf, numbers) in op.leaves.enumerated() {
      for place in numbers.indices.prefix(24) {
        let step: Float = 1e-2
        // Central differences at two steps, extrapolated: the error is of fourth order.
        let near = try slope(op, leaf, place, step), far = try slope(op, leaf, place, step * 2)
        let expected = (4 * near - far) / 3
        #expect(
          agree([Double(found[leaf][place])], [expected], within: 3e-3),
          "leaf \(leaf) at \(place): \(found[leaf][place]) is not \(expected)")
      }
    }
  }

  private func slope(_ op: OpCase, _ leaf: Int, _ place: Int, _ step: Float) throws -> Double {
    func loss(_ shift: Float) throws -> Double {
      var leaves = op.leaves
      leaves[leaf][place] += shift
      var run = op.run
      run.leaves = leaves
      let value = try run(op.formula).value
      let mask = FormulaRun.mask(Shape(fixed: [value.count]))
      return zip(value, mask).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    return try (loss(step) - loss(-step)) / Double(2 * step)
  }

  @Test(arguments: opCases) func `bits do not depend on workers, fusion or recomputation`(
    _ op: OpCase
  ) throws {
    var plain = op.run
    plain.options = .init(fuses: false, recomputation: Plan.Recomputation.none)
    let expected = try plain(op.formula)
    for level in Plan.Recomputation.allCases {
      for workers in [1, 2, 5] {
        var run = plain
        run.options = .init(fuses: workers != 2, recomputation: level)
        run.workers = workers
        let found = try run(op.formula)
        #expect(found.value == expected.value)
        #expect(found.gradients == expected.gradients)
      }
    }
  }
}
