import Formats
import Tensors
import Testing

/// Weights in the formats of files: used in place, with the results of their f32 twins.
@Suite struct PackedWeightTests {
  /// 130 rows of 64 numbers that every format here holds exactly.
  private static let numbers = (0..<130 * 64).map { Float($0 * 31 % 127 - 63) }
  private static let shape = [130, 64]

  private static func packed(_ type: ElementType) -> Weight {
    var bytes: [UInt8] = []
    switch type {
    case .f16: for x in numbers { bytes += little(Float16(x).bitPattern) }
    case .bf16: for x in numbers { bytes += little(UInt16(x.bitPattern >> 16)) }
    default:
      // q8_0 with scale 1: a half, then 32 signed bytes.
      for start in stride(from: 0, to: numbers.count, by: 32) {
        bytes += little(Float16(1).bitPattern)
        bytes += numbers[start..<start + 32].map { UInt8(bitPattern: Int8($0)) }
      }
    }
    let storage = Storage(zeroedBytes: bytes.count)
    bytes.withUnsafeBytes { storage.bytes.copyMemory(from: $0) }
    return Weight(shape: shape, type: type, storage: storage)
  }

  private static func little(_ word: UInt16) -> [UInt8] { [UInt8(word & 255), UInt8(word >> 8)] }

  /// A table, a product and its gradient through one weight; `x` is trained, the weight is not.
  private func run(_ weight: Weight) throws -> (loss: Float, y: [Float], gradient: [Float]) {
    let graph = Graph()
    let table = graph.parameter("w", shape: Self.shape, trainable: false)
    let x = graph.parameter("x", shape: [3, 64], trainable: true)
    let ids = graph.input("ids", .i32, [3])
    let y = linear(x + embedding(ids, table: table), table)
    let loss = sum(tanh(y * 0.001))
    let effects = graph.gradients(of: loss)
    let plan = try Plan(graph, outputs: [y, loss], effects: effects, bounds: [:])
    let start = (0..<192).map { Float($0 % 7) / 8 }
    let weights = ["w": weight, "x": Weight(shape: [3, 64], floats: start)]
    let execution = try Execution(plan, weights: weights, pool: WorkerPool(count: 2))
    try execution.run(inputs: ["ids": .integers([129, 0, 129])], lengths: [:])
    let gradient = try #require(execution.gradient(of: "x"))
    return (execution.scalar(loss), execution.read(y), gradient.numbers)
  }

  @Test(arguments: [ElementType.f16, .bf16, .q8_0])
  func `products, tables and gradients are those of f32`(_ type: ElementType) throws {
    let expected = try run(Weight(shape: Self.shape, floats: Self.numbers))
    let found = try run(Self.packed(type))
    #expect(found.y == expected.y)
    #expect(found.loss == expected.loss)
    #expect(
      agree(found.gradient.map(Double.init), expected.gradient.map(Double.init), within: 1e-6))
  }

  /// `x Wᵀ` and the gradient of x for some rows of x.
  private func products(_ weight: Weight, rows: Int) throws -> [Float] {
    let graph = Graph(), width = weight.shape[1]
    let w = graph.parameter("w", shape: weight.shape, trainable: false)
    let x = graph.parameter("x", shape: [rows, width], trainable: true)
    let y = linear(x, w)
    let plan = try Plan(graph, outputs: [y], effects: graph.gradients(of: sum(y * y)), bounds: [:])
    var noise = Noise(7)
    let start = Weight(shape: [rows, width], floats: noise.floats(rows * width, times: 0.1))
    let execution = try Execution(
      plan, weights: ["w": weight, "x": start], pool: WorkerPool(count: 2))
    try execution.run(inputs: [:], lengths: [:])
    return execution.read(y) + (try #require(execution.gradient(of: "x"))).numbers
  }

  @Test(arguments: [3, 300]) func `NF4 gives what its numbers give in full`(_ rows: Int) throws {
    // More than a group of 256 blocks, and rows that end inside a tile.
    var noise = Noise(5)
    let numbers = noise.floats(100 * 320)
    let packed = try Weight(shape: [100, 320], floats: numbers).converted(to: .nf4)
    #expect(packed.byteCount == 12 + 500 * 33)
    let found = try products(packed, rows: rows)
    let expected = try products(Weight(shape: [100, 320], floats: packed.floats()), rows: rows)
    #expect(agree(found.map(Double.init), expected.map(Double.init), within: 1e-5))
  }

  @Test func `a kernel that needs f32 refuses packed numbers by name`() throws {
    let graph = Graph()
    let w = graph.parameter("w", shape: Self.shape, trainable: false)
    let plan = try Plan(graph, outputs: [exp(w)], bounds: [:])
    let error = #expect(throws: BindingError.self) {
      try Execution(plan, weights: ["w": Self.packed(.f16)])
    }
    #expect(error?.description.contains("`w`: found f16 numbers") == true)
  }

  @Test func `small vectors are converted when bound`() throws {
    let graph = Graph()
    let gain = graph.parameter("gain", shape: [2], trainable: false)
    let storage = Storage(zeroedBytes: 4)
    storage.bytes.storeBytes(of: 0x4080_3f80, as: UInt32.self)
    let weight = Weight(shape: [2], type: .bf16, storage: storage)
    let doubled = gain * 2
    let plan = try Plan(graph, outputs: [doubled], bounds: [:])
    let execution = try Execution(plan, weights: ["gain": weight])
    try execution.run(inputs: [:], lengths: [:])
    #expect(execution.read(doubled) == [2, 8])
  }
}
