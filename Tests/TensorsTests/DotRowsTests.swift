import CKernels
import Formats
import Foundation
import Tensors
import Testing

@Suite struct DotRowsTests {
  static let types = ElementType.allCases.filter { $0 != .i32 }

  /// A packed weight and, block by block, the numbers it stands for.
  struct Packed {
    var bytes: [UInt8] = []
    var numbers: [Double] = []

    init(_ type: ElementType, count: Int) {
      var noise = Noise(UInt64(count))
      for _ in 0..<count / type.blockLength { append(type, &noise) }
      // What blocks share is made of any bytes, too.
      while bytes.count < type.bytes(for: count) { append(raw: UInt32(bytes.count) & 0x3B3B_3B3B) }
      if numbers.isEmpty { numbers = unpacked(type, count) }
    }

    /// The numbers as a tensor reads them; the tests of the formats say that they are right.
    private func unpacked(_ type: ElementType, _ count: Int) -> [Double] {
      var numbers = [Float](repeating: 0, count: count)
      bytes.withUnsafeBytes { bytes in
        numbers.withUnsafeMutableBufferPointer { numbers in
          guard let source = bytes.baseAddress, let target = numbers.baseAddress else { return }
          type.unpack(count, from: source, into: target)
        }
      }
      return numbers.map(Double.init)
    }

    mutating func append<T>(raw value: T) { withUnsafeBytes(of: value) { bytes += $0 } }

    mutating func append(_ type: ElementType, _ noise: inout Noise) {
      let scale = Float16(noise.next()), bottom = Float16(noise.next())
      switch type {
      case .f32:
        numbers.append(Double(noise.next()))
        append(raw: Float(numbers[numbers.count - 1]))
      case .f16:
        numbers.append(Double(scale))
        append(raw: scale)
      case .bf16:
        let bits = noise.next().bitPattern & 0xFFFF_0000
        numbers.append(Double(Float(bitPattern: bits)))
        append(raw: UInt16(bits >> 16))
      case .q8_0:
        append(raw: scale)
        let quants = (0..<32).map { _ in Int8(noise.next() * 127) }
        for q in quants { append(raw: q) }
        numbers += quants.map { Double(scale) * Double($0) }
      case .q4_0, .q4_1:
        append(raw: scale)
        if type == .q4_1 { append(raw: bottom) }
        let quants = (0..<32).map { _ in UInt8(8 + noise.next() * 7.9) }
        for i in 0..<16 { append(raw: quants[i] | quants[i + 16] << 4) }
        let offset = type == .q4_1 ? Double(bottom) : -8 * Double(scale)
        numbers += quants.map { Double(scale) * Double($0) + offset }
      case .q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .nf4:
        // Any bytes are a block, as long as its scales are finite.
        bytes += (0..<type.blockBytes).map { _ in UInt8(bitPattern: Int8(noise.next() * 127)) & 0x3B
        }
      case .i32: break
      }
    }
  }

  @Test(arguments: types) func `dot products equal their plain twins`(_ type: ElementType) throws {
    for columns in lengths(of: type) {
      let out = 5, packed = Packed(type, count: out * columns)
      var noise = Noise(9)
      let x = noise.floats(8 * columns)
      let found = try products(type, packed, x, rows: 8, columns: columns, out: out)
      let expected = (0..<8 * out).map { at in
        (0..<columns).reduce(0.0) {
          $0 + Double(x[at / out * columns + $1]) * packed.numbers[at % out * columns + $1]
        }
      }
      let size = packed.numbers.map(abs).max() ?? 1
      let bound = 2e-5 * size + roundingOfRows(type) * Double(columns) * size
      #expect(distance(found, expected) < bound, "\(columns) columns")
    }
  }

  /// Rows of one block to several packs of eight, and where they may, of any length.
  private func lengths(of type: ElementType) -> [Int] {
    type.blockLength == 1
      ? [1, 31, 33, 64, 100, 576, 1551] : [1, 3, 18, 50].map { $0 * type.blockLength }
  }

  /// What a column may add to the error of a sum, of rows up to 1: where they are taken as whole numbers
  /// of 16 bits, a quarter of half a step, since up and down cancel out.
  private func roundingOfRows(_ type: ElementType) -> Double {
    switch type {
    case .q8_0, .q4_0, .q4_1: 0x1p-16 / 4
    case .f32, .f16, .bf16, .q5_0, .q5_1, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .nf4, .i32: 0
    }
  }

  @Test(arguments: types) func `a row's bits do not depend on how many rows there are`(
    _ type: ElementType
  ) throws {
    for columns in lengths(of: type) {
      let out = 11, packed = Packed(type, count: out * columns)
      var noise = Noise(3)
      let x = noise.floats(8 * columns)
      let all = try products(type, packed, x, rows: 8, columns: columns, out: out)
      for rows in 1..<8 {
        let some = try products(type, packed, x, rows: rows, columns: columns, out: out)
        #expect(some == Array(all.prefix(rows * out)), "\(rows) rows of \(columns)")
      }
      let last = try products(
        type, packed, Array(x.suffix(columns)), rows: 1, columns: columns, out: out)
      #expect(last == Array(all.suffix(out)))
    }
  }

  @Test(arguments: types) func `a number that is none spoils its own row alone`(
    _ type: ElementType
  ) throws {
    let columns = type.blockLength == 1 ? 96 : 3 * type.blockLength, out = 7
    let packed = Packed(type, count: out * columns)
    var noise = Noise(5)
    var x = noise.floats(8 * columns)
    let whole = try products(type, packed, x, rows: 8, columns: columns, out: out)
    for bad in [Float.nan, .infinity, -.infinity] {
      x[3 * columns + 40] = bad
      let found = try products(type, packed, x, rows: 8, columns: columns, out: out)
      for row in 0..<8 {
        let own = row * out..<(row + 1) * out
        if row == 3 {
          #expect(found[own].allSatisfy { !$0.isFinite }, "\(bad)")
        } else {
          #expect(found[own] == whole[own])
        }
      }
    }
  }

  @Test(
    .enabled(if: k_byte_products() != nil, "this processor has no products of bytes that add up"),
    arguments: [ElementType.q8_0, .q4_0, .q4_1])
  func `products of bytes have the bits of those of 16 bits`(_ type: ElementType) throws {
    let bytes = try #require(k_byte_products()).pointee, shorts = k_short_products().pointee
    for columns in [32, 96, 576, 12320] {
      let out = 11, rows = 23, extremes: [Float] = [-1, 1, 0, -0.5]
      var packed = Packed(type, count: out * columns)
      // A first output of the least and largest weights, and a first row of such numbers.
      for at in 0..<type.bytes(for: columns) where at % type.blockBytes >= type.blockBytes - 16 {
        packed.bytes[at] = at % 2 == 0 ? 0x80 : 0x7F
      }
      var noise = Noise(7)
      let x = (0..<columns).map { extremes[$0 / 3 % 4] } + noise.floats((rows - 1) * columns)
      let found = try [bytes, shorts].map {
        try products(type, packed, x, rows: rows, columns: columns, out: out, by: $0)
      }
      #expect(found[0] == found[1], "\(columns) columns")
    }
  }

  private func products(
    _ type: ElementType, _ packed: Packed, _ x: [Float], rows: Int, columns: Int, out: Int,
    by products: k_whole_products = DotRows.wholeProducts
  ) throws -> [Float] {
    let way = try #require(DotRows.way(for: type, by: products))
    let rowMemory = Storage(zeroedBytes: k_whole_rows_bytes(rows, columns))
    let start = try #require(rowMemory.bytes.baseAddress)
    var y = [Float](repeating: .nan, count: rows * out)
    packed.bytes.withUnsafeBytes { bytes in
      x.withUnsafeBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
          guard let w = bytes.baseAddress, let x = x.baseAddress, let y = y.baseAddress else {
            return
          }
          // In two stretches, as two tasks would.
          switch way {
          case .floats(let kernel):
            kernel(rows, columns, 0, 2, x, columns, w, y, out)
            kernel(rows, columns, 2, out, x, columns, w, y, out)
          case .whole(let kernel, let totals):
            products.pack(rows, columns, totals ? 1 : 0, x, columns, start)
            kernel(rows, columns, 0, 2, start, w, y, out)
            kernel(rows, columns, 2, out, start, w, y, out)
          }
        }
      }
    }
    return y
  }
}

@Suite struct LinearRowsTests {
  private func product(_ rows: Int, of x: [Float], _ w: Weight, rounded: Bool) throws -> [Float] {
    let graph = Graph()
    let input = graph.input("x", .f32, [.fixed(rows), .fixed(w.shape[1])])
    let weight = graph.parameter("w", shape: w.shape, trainable: false)
    let y = linear(input, weight, roundsRows: rounded)
    let execution = try Execution(Plan(graph, outputs: [y], bounds: [:]), weights: ["w": w])
    try execution.run(
      inputs: ["x": .floats(Array(x.prefix(rows * w.shape[1])))], lengths: [:])
    return execution.read(y)
  }

  @Test(arguments: [ElementType.f32, .q8_0, .q4_1])
  func `a row's bits do not depend on its neighbours in generation`(_ type: ElementType) throws {
    var noise = Noise(4)
    let x = noise.floats(32 * 96), w = try weight(type, &noise)
    let all = try product(32, of: x, w, rounded: true)
    for rows in [1, 3, 8, 9, 17] {
      #expect(try product(rows, of: x, w, rounded: true) == Array(all.prefix(rows * 130)))
    }
  }

  @Test(arguments: [ElementType.q8_0, .q4_1])
  func `rows are rounded in generation alone`(_ type: ElementType) throws {
    var noise = Noise(8)
    let x = noise.floats(8 * 96), w = try weight(type, &noise)
    let plain = Weight(shape: w.shape, floats: w.floats())
    let exact = try product(8, of: x, plain, rounded: true)
    #expect(distance(try product(8, of: x, w, rounded: false), exact) < 1e-5)
    let rounded = distance(try product(8, of: x, w, rounded: true), exact)
    #expect(rounded > 0 && rounded < 2e-3)
  }

  private func weight(_ type: ElementType, _ noise: inout Noise) throws -> Weight {
    try Weight(shape: [130, 96], floats: noise.floats(130 * 96)).converted(to: type)
  }
}
