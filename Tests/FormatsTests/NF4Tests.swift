import CKernels
import Formats
import Foundation
import Tensors
import TestSupport
import Testing

/// Numbers of `Golden/nf4.json`, made with bitsandbytes by the program beside it.
private struct GoldenNF4: Decodable {
  /// Bytes in hexadecimal, or hashes of them.
  struct Parts: Decodable {
    let shape: [Int]
    let numbers, codes, scales, shared, offset, floats: String
  }
  let cases: [String: Parts]
  let smollm2: [String: Parts]

  static func load() throws -> Self {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/nf4.json")
    return try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }
}

/// An NF4 weight taken apart as bitsandbytes keeps it.
private struct Parts {
  var codes: [UInt8] = []
  var scales: [UInt8] = []
  var shared: [UInt8] = []
  var offset: [UInt8]
  let floats: [UInt8]

  init(_ weight: Weight) {
    let bytes = Array(weight.bytes)
    var place = 4
    offset = Array(bytes[..<place])
    for block in 0..<weight.count / 64 {
      if block % 256 == 0 {
        shared += bytes[place..<place + 4]
        place += 4
      }
      scales.append(bytes[place])
      codes += bytes[place + 1..<place + 33]
      place += 33
    }
    floats = weight.floats().withUnsafeBytes { Array($0) }
  }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// Σ (b[i] + 1) factor^(n - 1 - i), as the program of the golden numbers has it.
private func hash(_ bytes: [UInt8]) -> String {
  let sum = bytes.reduce(UInt64(0)) { $0 &* 0x9E37_79B9_7F4A_7C15 &+ UInt64($1) &+ 1 }
  let text = String(sum, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}

private func compare(
  _ weight: Weight, _ expected: GoldenNF4.Parts, _ name: String, _ text: ([UInt8]) -> String
) throws {
  let found = Parts(try weight.converted(to: .nf4))
  #expect(text(found.codes) == expected.codes, "codes of \(name)")
  #expect(text(found.scales) == expected.scales, "scales of \(name)")
  #expect(text(found.shared) == expected.shared, "second level of \(name)")
  #expect(text(found.offset) == expected.offset, "offset of \(name)")
  #expect(text(found.floats) == expected.floats, "numbers of \(name)")
}

@Suite struct NF4Tests {
  @Test func `hard cases are those of bitsandbytes, bit for bit`() throws {
    let golden = try GoldenNF4.load()
    #expect(golden.cases.count == 6)
    for (name, expected) in golden.cases {
      let digits = Array(expected.numbers.utf8)
      let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
      let floats = stride(from: 0, to: bytes.count, by: 4).map { place in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * $1) })
      }
      try compare(Weight(shape: expected.shape, floats: floats), expected, name, hexadecimal)
    }
  }

  @Test(.enabled(if: SmolLM2.file != nil, "the model is absent"))
  func `twelve matrices of SmolLM2 are those of bitsandbytes, bit for bit`() throws {
    let golden = try GoldenNF4.load().smollm2
    let checkpoint = try Checkpoint(opening: #require(SmolLM2.file))
    #expect(golden.count == 12)
    for (name, expected) in golden {
      let weight = try checkpoint.weight(name, shape: expected.shape)
      let numbers = weight.floats().withUnsafeBytes { Array($0) }
      #expect(hash(numbers) == expected.numbers, "\(name) before it is quantised")
      try compare(weight, expected, name, hash)
    }
  }

  @Test func `rows that fill no blocks, and numbers without an end, are refused`() throws {
    #expect(throws: ConversionError.self) {
      try Weight(shape: [2, 96], floats: [Float](repeating: 1, count: 192)).converted(to: .nf4)
    }
    #expect(throws: ConversionError.self) {
      try Weight(shape: [1, 64], floats: [Float](repeating: .nan, count: 64)).converted(to: .nf4)
    }
  }
}

/// The published test vectors, which were computed in 64 bits.
@Suite(.enabled(if: SharedFiles.file("reference/vectors.json") != nil, "vectors.json is absent"))
struct NF4VectorTests {
  private func vector(_ id: String) throws -> JSONValue {
    let file = try JSONValue(reading: #require(SharedFiles.file("reference/vectors.json")))
    return try #require(file["vectors"]?.elements?.first { $0["id"]?.text == id })
  }

  private func numbers(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.elements).compactMap(\.double)
  }

  @Test func `a short block goes there and back`() throws {
    let vector = try vector("nf4.block_roundtrip")
    let x = try numbers(vector["inputs"]?["x"]).map { Float($0) }
    let weight = try Weight(shape: [1, 64], floats: x + [Float](repeating: 0, count: 56))
      .converted(to: .nf4)
    let parts = Parts(weight)
    #expect(parts.codes[..<4].map(Double.init) == (try numbers(vector["expected"]?["packed"])))
    let found = weight.floats()[..<8], expected = try numbers(vector["expected"]?["dequant"])
    for (a, b) in zip(found, expected) { #expect(abs(Double(a) - b) <= 1e-7) }
  }

  @Test func `levels and thresholds`() throws {
    let vector = try vector("nf4.codebook")
    let levels = try numbers(vector["expected"]?["code"]).map { Float($0) }
    let thresholds = try numbers(vector["expected"]?["thresholds"]).map { Float($0) }
    // A threshold itself belongs to the level below it, the next number to the one above.
    let edges = [1] + thresholds + thresholds.map(\.nextUp)
    let x = edges + [Float](repeating: 0, count: 64 - edges.count)
    let found = try Weight(shape: [1, 64], floats: x).converted(to: .nf4).floats()
    #expect(Array(found[1...15]) == Array(levels[..<15]))
    #expect(Array(found[16...30]) == Array(levels[1...]))
  }

  @Test func `scales are quantised a second time`() throws {
    let vector = try vector("nf4.double_quant")
    let scales = try numbers(vector["inputs"]?["absmax"]).map { Float($0) }
    let x = scales.flatMap { [$0] + [Float](repeating: 0, count: 63) }
    let weight = try Weight(shape: [5, 64], floats: x).converted(to: .nf4)
    let expected = vector["expected"], parts = Parts(weight)
    #expect(parts.scales.map(Double.init) == (try numbers(expected?["codes"])))
    let found = weight.floats(), wanted = try numbers(expected?["dequant"])
    for (row, number) in wanted.enumerated() {
      #expect(abs(Double(found[64 * row]) - number) <= 2e-7)
    }
  }

  @Test(arguments: [("signed", Int32(1)), ("unsigned", 0)])
  func `the dynamic maps are those of the rule`(_ name: String, _ hasSign: Int32) throws {
    let expected = try numbers(try vector("bnb.dynamic_map.\(name)")["expected"]?["code"])
    let map = UnsafeBufferPointer(start: k_dynamic_map(hasSign), count: 256)
    for (found, wanted) in zip(map, expected) { #expect(abs(Double(found) - wanted) <= 5e-8) }
  }
}
