import CKernels
import Formats
import Foundation
import Tensors
import Testing

/// Numbers of `Golden/blocks.json`, made by the program beside it.
struct GoldenBlocks: Decodable {
  struct Read: Decodable {
    let blocks: String
    let floats: String
  }
  struct Written: Decodable {
    let floats: String
    let blocks: [String: String]
  }
  let read: [String: Read]
  let written: Written

  static func load() throws -> Self {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/blocks.json")
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }
}

private func bytes(_ hexadecimal: String) throws -> [UInt8] {
  let digits = Array(hexadecimal.utf8)
  return try stride(from: 0, to: digits.count, by: 2).map {
    try #require(UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16))
  }
}

private func floats(_ hexadecimal: String) throws -> [Float] {
  try bytes(hexadecimal).withUnsafeBytes { raw in
    stride(from: 0, to: raw.count, by: 4).map {
      Float(bitPattern: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
    }
  }
}

@Suite("Blocks of numbers")
struct BlocksTests {
  @Test("every format stands for the numbers of ggml's reference, bit for bit")
  func dequantise() throws {
    let golden = try GoldenBlocks.load()
    let types = ElementType.allCases.filter { ![.f32, .i32, .nf4].contains($0) }
    #expect(golden.read.count == types.count)
    for type in types {
      let row = try #require(golden.read[type.rawValue.uppercased()] ?? golden.read[name(type)])
      let blocks = try bytes(row.blocks), expected = try floats(row.floats)
      let storage = Storage(zeroedBytes: blocks.count)
      storage.bytes.copyBytes(from: blocks)
      let weight = Weight(shape: [expected.count], type: type, storage: storage)
      #expect(weight.floats().map(\.bitPattern) == expected.map(\.bitPattern), "\(type)")
    }
  }

  private func name(_ type: ElementType) -> String {
    type.rawValue.replacing("q", with: "Q")
  }

  @Test(
    "numbers become the blocks of ggml's reference, bit for bit",
    arguments: [
      (ElementType.f16, "F16"), (.bf16, "BF16"), (.q8_0, "Q8_0"), (.q4_0, "Q4_0"), (.q4_1, "Q4_1"),
    ])
  func quantise(type: ElementType, name: String) throws {
    let golden = try GoldenBlocks.load().written
    let source = try floats(golden.floats)
    let weight = Weight(shape: [source.count / 32, 32], floats: source)
    let expected = try bytes(#require(golden.blocks[name]))
    #expect(try weight.converted(to: type).contents == expected)
  }

  @Test("all 65536 halves become the floats that Swift says, and go back")
  func allHalves() {
    let halves = (0...UInt16.max).map { $0 }
    var out = [Float](repeating: 0, count: halves.count)
    k_dequantize_f16(halves.count, halves, &out)
    var back = [UInt16](repeating: 0, count: halves.count)
    k_quantize_f16(out.count, out, &back)
    for (index, half) in halves.enumerated() {
      let expected = Float(Float16(bitPattern: half))
      if expected.isNaN {
        #expect(out[index].isNaN && Float16(bitPattern: back[index]).isNaN)
      } else {
        #expect(out[index].bitPattern == expected.bitPattern && back[index] == half)
      }
    }
  }

  @Test("floats of every size round to the half that Swift says")
  func rounding() {
    var random = FixedRandom(state: 7)
    var source = (0..<50_000).map { _ in
      Float(bitPattern: UInt32.random(in: 0 ... .max, using: &random))
    }
    source += (0..<50_000).map { _ in Float.random(in: -1...1, using: &random) }
    // Halfway between two halves, and one step to each side.
    for half in stride(from: UInt16(0), to: 0x7BFF, by: 37) {
      let middle = (Float(Float16(bitPattern: half)) + Float(Float16(bitPattern: half + 1))) / 2
      source += [middle, middle.nextUp, middle.nextDown]
    }
    var out = [UInt16](repeating: 0, count: source.count)
    k_quantize_f16(source.count, source, &out)
    let wrong = zip(source, out).filter { number, half in
      number.isNaN ? !Float16(bitPattern: half).isNaN : Float16(number).bitPattern != half
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(4))")
  }

  @Test("bf16 rounds to nearest, ties to even, and keeps NaN")
  func bfloats() throws {
    let cases: [(UInt32, UInt16)] = [
      (0x3F80_0000, 0x3F80), (0x3F80_8000, 0x3F80), (0x3F81_8000, 0x3F82),
      (0x3F80_8001, 0x3F81), (0xBF80_7FFF, 0xBF80), (0x7F7F_FFFF, 0x7F80), (0x7FC0_0000, 0x7FC0),
      (0x7F80_0001, 0x7FC0), (0xFF80_0000, 0xFF80), (0x0000_8001, 0x0001),
    ]
    let source = cases.map { Float(bitPattern: $0.0) }
    var out = [UInt16](repeating: 0, count: source.count)
    k_quantize_bf16(source.count, source, &out)
    #expect(out == cases.map(\.1))
  }

  @Test("a slice of rows is the same memory and the same numbers")
  func rows() throws {
    let weight = try ramp([6, 64]).converted(to: .q8_0)
    let slice = weight.rows(2..<5)
    #expect(slice.shape == [3, 64])
    #expect(slice.storage === weight.storage)
    #expect(slice.floats() == Array(weight.floats()[128..<320]))
  }

  @Test("what cannot be converted is refused with what can")
  func refusals() {
    #expect(
      complaint { _ = try ramp([2, 48]).converted(to: .q4_0) }?
        .contains("rows of 48 numbers do not fill whole q4_0 blocks") == true)
    #expect(
      complaint { _ = try ramp([1, 256]).converted(to: .q4_K) }?
        .contains("Possible targets are f32, f16, bf16, q8_0, q4_0, q4_1, nf4.") == true)
    let broken = Weight(shape: [32], floats: [Float](repeating: .nan, count: 32))
    #expect(broken.nonFiniteCount == 32)
    #expect(complaint { _ = try broken.converted(to: .q8_0) }?.contains("NaN") == true)
    #expect(complaint { _ = try broken.converted(to: .bf16) } == nil)
  }

  @Test("subnormal scales and huge numbers quantise without undefined results")
  func extremes() throws {
    let tiny = Weight(shape: [32], floats: (0..<32).map { Float(bitPattern: UInt32($0)) })
    let huge = Weight(
      shape: [32], floats: (0..<32).map { ($0 % 2 == 0 ? 1 : -1) * Float.greatestFiniteMagnitude })
    for type in [ElementType.q8_0, .q4_0, .q4_1] {
      #expect(try tiny.converted(to: type).floats().allSatisfy { abs($0) <= 1e-7 })
      #expect(try huge.converted(to: type).contents.count == type.blockBytes)
    }
  }
}
