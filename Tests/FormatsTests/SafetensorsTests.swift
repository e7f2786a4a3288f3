import Formats
import Foundation
import Tensors
import TestSupport
import Testing

private let samples = SharedFiles.file("data/safetensors")
private let stories = SharedFiles.file("data/models/stories260K/hf/model.safetensors")

@Suite("Safetensors")
struct SafetensorsTests {
  @Test("published samples hold their numbers", .enabled(if: samples != nil))
  func published() throws {
    let folder = try #require(samples)
    func read(_ name: String) throws -> Weight {
      try SafetensorsFile(opening: folder.appending(path: name)).weight("embedding")
    }
    let integers = try read("tensor-1d-int32.safetensors")
    #expect(integers.type == .i32 && integers.floats() == [1, 2, 3])
    let doubles = try read("tensor-2d-float64.safetensors")
    #expect(doubles.shape == [2, 3] && doubles.floats() == [1, 2, 3, 24, 25, 26])
    let cube = try read("tensor-3d-float32.safetensors")
    #expect(cube.shape == [2, 2, 3])
    #expect(cube.floats() == [22, 23, 24, 11, 12, 13, 2, 3, 4, 1, 2, 3])
    let last = try read("tensor-4d-float32.safetensors")
    #expect(last.shape == [2, 3, 1, 3] && last.floats().suffix(3) == [17, 18, 19])
  }

  @Test("weights are used in place", .enabled(if: stories != nil))
  func inPlace() throws {
    let file = try SafetensorsFile(opening: #require(stories))
    #expect(file.metadata == ["format": "pt"])
    #expect(file.names.count == 47)
    let weight = try file.weight("model.layers.4.mlp.up_proj.weight")
    #expect(weight.storage === file.file.storage)
    #expect(weight.nonFiniteCount == 0)
  }

  @Test(
    "a file written again is the file of the reference, byte for byte", .enabled(if: stories != nil)
  )
  func sameBytes() throws {
    let original = try #require(stories)
    let file = try SafetensorsFile(opening: original)
    var weights: [String: Weight] = [:]
    for entry in file.entries { weights[entry.name] = try file.weight(entry) }
    try withFolder { folder in
      let copy = folder.appending(path: "copy.safetensors")
      try SafetensorsWriter.write(weights, to: copy)
      #expect(try Data(contentsOf: copy) == Data(contentsOf: original))
    }
  }

  @Test("formats of all widths, scalars and empty tensors survive a round trip, aligned")
  func roundTrip() throws {
    let weights: [String: Weight] = try [
      "half": ramp([3, 5]).converted(to: .f16), "brain": ramp([7]).converted(to: .bf16),
      "full": ramp([2, 3]), "scalar": Weight(shape: [], floats: [4]),
      "empty": Weight(shape: [0, 4], floats: []),
    ]
    try withFolder { folder in
      let url = folder.appending(path: "a.safetensors")
      try SafetensorsWriter.write(weights, to: url, metadata: ["format": "pt", "by": "roux"])
      let file = try SafetensorsFile(opening: url)
      #expect(file.metadata == ["format": "pt", "by": "roux"])
      #expect(file.names == ["empty", "full", "scalar", "brain", "half"])
      for (name, weight) in weights {
        let found = try file.weight(name)
        #expect(found.shape == weight.shape && found.type == weight.type)
        #expect(found.contents == weight.contents)
        #expect(found.byteOffset % weight.type.blockBytes == 0)
      }
    }
  }

  @Test("a tensor at an odd address is copied")
  func misaligned() throws {
    try withFolder { folder in
      let url = folder.appending(path: "odd.safetensors")
      let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   "#
      #expect((header.utf8.count + 8) % 4 != 0)
      try safetensors(header, data: [0, 0, 128, 63]).write(to: url)
      #expect(try SafetensorsFile(opening: url).weight("a").floats() == [1])
    }
  }

  @Test("integers and doubles as weights: converted, or refused with the reason")
  func unusual() throws {
    try withFolder { folder in
      let url = folder.appending(path: "a.safetensors")
      let header = """
        {"big":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},\
        "mask":{"dtype":"U8","shape":[8],"data_offsets":[8,16]},\
        "fine":{"dtype":"I64","shape":[1],"data_offsets":[16,24]}}
        """
      let data: [UInt8] =
        [0, 0, 0, 0, 1, 0, 0, 0] + [UInt8](repeating: 1, count: 8) + [5, 0, 0, 0, 0, 0, 0, 0]
      try safetensors(header, data: data).write(to: url)
      let file = try SafetensorsFile(opening: url)
      #expect(try file.weight("fine").floats() == [5])
      #expect(complaint { _ = try file.weight("big") }?.contains("beyond 32 bits") == true)
      #expect(
        complaint { _ = try file.weight("mask") }?
          .contains("tensor mask: holds U8 numbers, which no weight is made of") == true)
      #expect(file.raw(file.entries[1]) == [UInt8](repeating: 1, count: 8))
      #expect(complaint { _ = try file.weight("none") }?.contains("has no tensor none") == true)
    }
  }

  @Test("blocks have no place in safetensors")
  func blocks() throws {
    try withFolder { folder in
      let weight = try ramp([1, 32]).converted(to: .q4_0)
      let url = folder.appending(path: "a.safetensors")
      let found = complaint { try SafetensorsWriter.write(["w": weight], to: url) }
      #expect(found?.contains("tensor w: is q4_0, which safetensors cannot hold") == true)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }
  }
}
