import Formats
import Foundation
import Tensors
import Testing

/// Damage to a safetensors file, and what is said about it.
struct BrokenSafetensors: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: Data
  let expected: String

  init(_ name: String, _ bytes: Data, _ expected: String) {
    testDescription = name
    self.bytes = bytes
    self.expected = expected
  }

  private static func one(
    dtype: String = "F32", shape: String = "[2]", offsets: String = "[0,8]", data: Int = 8
  ) -> Data {
    safetensors(
      "{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}",
      data: [UInt8](repeating: 0, count: data))
  }

  static let all = [
    Self("empty", Data(), "byte 0: the length of the header needs 8 bytes, but the file ends"),
    Self("seven bytes", Data(count: 7), "the file ends after 7"),
    Self("no header", Data(count: 8), "line 1, column 1: the JSON ends"),
    Self("cut header", safetensors("{}", data: [], claimed: 90), "claims 90 bytes, but 2 follow"),
    Self("huge header", safetensors("{}", data: [], claimed: .max), "claims 18446744073709551615"),
    Self("no JSON", safetensors("{\"a\":", data: []), "column 6: the JSON ends"),
    Self("no object", safetensors("[1]", data: []), "the header is not a JSON object"),
    Self("cut data", one(data: 7), "tensor a: ends at byte 8 of the data, but there are 7"),
    Self("more data", one(data: 9), "the tensors take 8 bytes, but the data have 9"),
    Self("other size", one(shape: "[3]"), "tensor a: of shape [3] and dtype F32 does not fill 8"),
    Self("dtype", one(dtype: "F12"), "tensor a: has the unknown dtype F12"),
    Self("negative", one(shape: "[-2]"), "has no shape of whole numbers"),
    Self("fraction", one(shape: "[2.5]"), "has no shape of whole numbers"),
    Self(
      "overflow", one(shape: "[4294967296,4294967296,4294967296]"), "does not fill 8 bytes"),
    Self("backwards", one(offsets: "[8,0]"), "has no data_offsets [begin, end]"),
    Self("far away", one(offsets: "[0,9223372036854775807]"), "ends at byte 9223372036854775807"),
    Self(
      "overlap",
      safetensors(
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
          + #""b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#,
        data: [0, 0, 0, 0, 0, 0]), "tensor a: overlaps with tensor b"),
    Self(
      "same name",
      safetensors(
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
          + #""a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, data: [0, 0]),
      "has the key \"a\" twice"),
    Self("metadata", safetensors(#"{"__metadata__":{"a":1}}"#, data: []), "no text for a"),
  ]
}

@Suite("Broken files")
struct BrokenFilesTests {
  @Test("a damaged safetensors file says what is wrong", arguments: BrokenSafetensors.all)
  func safetensorsTable(broken: BrokenSafetensors) throws {
    try withFolder { folder in
      let url = folder.appending(path: "broken.safetensors")
      try broken.bytes.write(to: url)
      let found = try #require(complaint { _ = try SafetensorsFile(opening: url) })
      #expect(found.hasPrefix(url.path))
      #expect(found.contains(broken.expected), "\(found)")
    }
  }

  @Test("a missing file and a folder are errors")
  func places() throws {
    try withFolder { folder in
      let none = folder.appending(path: "none.gguf")
      #expect(complaint { _ = try MappedFile(opening: none) }?.contains("No such file") == true)
      #expect(complaint { _ = try MappedFile(opening: folder) }?.contains("is a folder") == true)
      #expect(complaint { _ = try Checkpoint(opening: none) }?.contains("does not exist") == true)
    }
  }

  @Test("not-a-number in a file is allowed and counted")
  func nonFinite() throws {
    try withFolder { folder in
      let url = folder.appending(path: "nan.safetensors")
      let weight = Weight(shape: [4], floats: [1, .nan, .infinity, 2])
      try SafetensorsWriter.write(["w": weight], to: url)
      #expect(try SafetensorsFile(opening: url).weight("w").nonFiniteCount == 2)
    }
  }

  @Test("no damage to a safetensors file ends the process")
  func safetensorsFuzz() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.safetensors")
      let weights = ["a": ramp([2, 3]), "b": try ramp([4]).converted(to: .f16)]
      try SafetensorsWriter.write(weights, to: url)
      let refused = try damage(url, times: 2000) {
        let file = try SafetensorsFile(opening: url)
        for entry in file.entries { _ = try file.weight(entry).floats() }
      }
      #expect(refused > 500)
    }
  }

  @Test("no damage to a GGUF file ends the process")
  func ggufFuzz() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.gguf")
      try GGUFTests.writeSample(to: url)
      let refused = try damage(url, times: 4000) {
        let file = try GGUFFile(opening: url)
        for weight in file.tensors.values { _ = weight.floats() }
        _ = try Checkpoint(opening: url)
      }
      #expect(refused > 1000)
    }
  }

  /// Flips bits, cuts, and plants extreme numbers; returns how often the file was refused.
  private func damage(_ url: URL, times: Int, _ open: () throws -> Void) throws -> Int {
    let original = [UInt8](try Data(contentsOf: url))
    try open()
    var random = FixedRandom(state: 42)
    var refused = 0
    for round in 0..<times {
      var bytes = original
      switch round % 4 {
      case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      case 1: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8(round / 4 % 8)
      case 2:
        let place = Int.random(in: 0..<bytes.count - 8, using: &random)
        let extreme = [0xFF, 0x7F, 0x80, 0][round / 4 % 4]
        for i in 0..<8 { bytes[place + i] = UInt8(i == 7 ? extreme : 0xFF) }
      default:
        for _ in 0..<4 {
          bytes[.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
            in: 0...255, using: &random)
        }
      }
      try Data(bytes).write(to: url)
      // Only the world's errors may come out, and each says its file.
      if let found = complaint(open) {
        refused += 1
        #expect(found.contains(url.lastPathComponent))
      }
    }
    return refused
  }
}
