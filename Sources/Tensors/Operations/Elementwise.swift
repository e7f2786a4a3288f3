import CKernels

/// A short program over numbers that stand at the same place: `y = f(a, b, …)`, element by element.
///
/// It is interpreted over tiles that stay in cache, so a fused chain reads and writes memory once.
/// Operands of lower rank are spread over the rows or columns of the result.
public struct Elementwise: Operation {
  /// How an operand meets the result `[R, C]`.
  public enum Spread: UInt8, Hashable, Sendable {
    case full
    /// One number for all.
    case scalar
    /// `[C]`: the same for every row.
    case row
    /// `[R]`: the same for every column.
    case column
  }

  /// One instruction; slots below the number of inputs are inputs, the rest earlier results.
  public struct Instruction: Hashable, Sendable {
    let primitive: Primitive
    let operands: [Int]
  }

  let shape: Shape
  let spreads: [Spread]
  let program: [Instruction]
  /// Which private tile each slot has; an operand in full and the result have none.
  private let tiles: [Int?]
  private let tileCount: Int

  init(shape: Shape, spreads: [Spread], program: [Instruction]) {
    self.shape = shape
    self.spreads = spreads
    self.program = program
    (tiles, tileCount) = Elementwise.tiles(spreads, program)
  }

  /// Gives each slot a tile from its making to its last reading: few tiles stay in cache.
  private static func tiles(_ spreads: [Spread], _ program: [Instruction]) -> ([Int?], Int) {
    var tiles: [Int?] = []
    var count = 0
    for spread in spreads {
      tiles.append(spread == .full ? nil : count)
      count += spread == .full ? 0 : 1
    }
    var lastUse = [Int](repeating: -1, count: spreads.count + program.count)
    for (index, instruction) in program.enumerated() {
      for slot in instruction.operands { lastUse[slot] = index }
    }
    var free: [Int] = []
    for (index, instruction) in program.enumerated() {
      guard index < program.count - 1 else { return (tiles + [nil], count) }
      // Kernels may write over an operand, so a slot read for the last time gives up its tile.
      for slot in Set(instruction.operands).sorted() where slot >= spreads.count {
        if lastUse[slot] == index, let tile = tiles[slot] { free.append(tile) }
      }
      let tile = free.popLast() ?? count
      count = max(count, tile + 1)
      tiles.append(tile)
    }
    return (tiles, count)
  }

  /// How many numbers one tile holds.
  static let tile = 1024
  static let tilesPerTask = 16

  public var name: String {
    program.count == 1 ? "\(program[0].primitive)" : "fused(\(program.count))"
  }
  public var isCheap: Bool { true }
  public var overwritable: [Int] { spreads.indices.filter { spreads[$0] == .full } }

  public func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] {
    guard inputs.allSatisfy({ $0.type == .f32 }) else {
      throw ShapeError(name, found: inputs, expected: "f32 numbers (convert integers first)")
    }
    return [Signature(shape)]
  }

  public func cost(_ sizes: Sizes) -> Cost {
    Cost(flops: sizes.outputs[0].count * program.count, bytes: sizes.bytes)
  }

  public func gradients(of node: Application, from outputs: [Tensor?]) -> [Tensor?] {
    guard let dy = outputs[0] else { return node.inputs.map { _ in nil } }
    let all = Tensors.gradients(
      of: program[0].primitive, node.inputs, node.outputs[0], dy)
    return zip(node.inputs.indices, all).map { index, gradient in
      guard node.needed[index], let gradient else { return nil }
      return collected(gradient, over: spreads[index])
    }
  }

  /// An operand that was spread gets the sum of what its copies got.
  private func collected(_ gradient: Tensor, over spread: Spread) -> Tensor {
    switch spread {
    case .full: gradient.shape == shape ? gradient : expand(gradient, to: shape)
    case .scalar: gradient.shape == .scalar ? gradient : sum(gradient)
    case .row: sumRows(gradient)
    case .column: sumColumns(gradient)
    }
  }

  public func scratchBytes(_ sizes: Sizes) -> Int {
    pointerBytes + tileCount * Self.tile * MemoryLayout<Float>.stride
  }

  /// Room for one pointer per slot, in whole cache lines.
  private var pointerBytes: Int { (tiles.count * 8 + 63) / 64 * 64 }

  public func run(_ step: Step) {
    let count = step.outputs[0].count
    step.parallel(over: count, by: Self.tile * Self.tilesPerTask) { range, scratch in
      let interpreter = Interpreter(self, step, scratch)
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.tile) {
        interpreter.run(start..<min(start + Self.tile, range.upperBound))
      }
    }
  }

  /// Runs the program over one tile after another.
  private struct Interpreter {
    let operation: Elementwise
    let inputs: [Operand]
    let output: UnsafeMutablePointer<Float>
    let columns: Int
    /// Where each slot's tile is, in scratch memory: nothing is allocated per task.
    let slots: UnsafeMutablePointer<UnsafeMutablePointer<Float>>

    init(_ operation: Elementwise, _ step: Step, _ scratch: UnsafeMutableRawPointer) {
      self.operation = operation
      inputs = step.inputs
      output = step.outputs[0].floats
      columns = step.outputs[0].columns
      slots = scratch.assumingMemoryBound(to: UnsafeMutablePointer<Float>.self)
      let memory = (scratch + operation.pointerBytes).assumingMemoryBound(to: Float.self)
      for (slot, tile) in operation.tiles.enumerated() {
        slots[slot] = memory + (tile ?? 0) * Elementwise.tile
      }
      for (slot, spread) in operation.spreads.enumerated() where spread == .scalar {
        k_fill_f32(Elementwise.tile, inputs[slot].floats[0], slots[slot])
      }
    }

    func run(_ range: Range<Int>) {
      let inputCount = operation.spreads.count
      for slot in 0..<inputCount { load(slot, range) }
      slots[operation.tiles.count - 1] = output + range.lowerBound
      for (index, instruction) in operation.program.enumerated() {
        let operands = instruction.operands
        let a = slots[operands[0]]
        let b = operands.count > 1 ? slots[operands[1]] : a
        let c = operands.count > 2 ? slots[operands[2]] : a
        instruction.primitive.run(range.count, a, b, c, slots[inputCount + index])
      }
    }

    private func load(_ slot: Int, _ range: Range<Int>) {
      let source = inputs[slot].floats, start = range.lowerBound
      switch operation.spreads[slot] {
      case .full: slots[slot] = source + start
      case .scalar: break
      case .row: k_spread_row_f32(range.count, start, columns, source, slots[slot])
      case .column: k_spread_column_f32(range.count, start, columns, source, slots[slot])
      }
    }
  }
}

// MARK: Building

extension Elementwise {
  /// The shape that operands have together: that of the highest rank, which the others must fit.
  static func domain(
    _ name: @autoclosure () -> String, _ operands: [Tensor]
  ) throws(ShapeError) -> Shape {
    let widest = operands.map(\.shape).max { $0.rank < $1.rank } ?? .scalar
    for operand in operands where spread(operand.shape, in: widest) == nil {
      throw ShapeError(
        name(), found: operands.map(\.signature),
        expected: "equal shapes, or a scalar, row or column of \(widest)")
    }
    return widest
  }

  static func spread(_ shape: Shape, in domain: Shape) -> Spread? {
    if shape == domain { return .full }
    if shape.rank == 0 { return .scalar }
    guard shape.rank == 1, domain.rank == 2 else { return nil }
    if shape.extents[0] == domain.extents[1] { return .row }
    return shape.extents[0] == domain.extents[0] ? .column : nil
  }
}

/// An element-wise operation that is refused when planned: it carries what did not fit.
private struct Misfit: Operation {
  let error: ShapeError
  var name: String { error.operation }
  func results(for inputs: [Signature]) throws(ShapeError) -> [Signature] { throw error }
  func run(_ step: Step) {}
}

func elementwise(_ primitive: Primitive, _ operands: [Tensor], shape: Shape? = nil) -> Tensor {
  let graph = operands[0].graph
  do throws(ShapeError) {
    let domain = if let shape { shape } else { try Elementwise.domain("\(primitive)", operands) }
    let spreads = operands.map { Elementwise.spread($0.shape, in: domain) ?? .full }
    let program = [
      Elementwise.Instruction(primitive: primitive, operands: Array(operands.indices))
    ]
    let operation = Elementwise(shape: domain, spreads: spreads, program: program)
    return graph.apply(operation, to: operands)[0]
  } catch {
    return graph.apply(Misfit(error: error), to: operands)[0]
  }
}

func unary(_ primitive: Primitive, _ x: Tensor) -> Tensor { elementwise(primitive, [x]) }

/// `x` at every place of a larger shape.
func expand(_ x: Tensor, to shape: Shape) -> Tensor {
  x.shape == shape ? x : elementwise(.copy, [x], shape: shape)
}
