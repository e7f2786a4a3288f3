import Foundation
import Tensors

/// A GGUF file, version 2 or 3: metadata read, tensors left where they are.
public struct GGUFFile: Sendable {
  public let file: MappedFile
  public let version: Int
  public let metadata: [String: GGUFValue]
  /// The keys of the metadata in the order of the file.
  public let keys: [String]
  /// By name in the file.
  ///
  /// Shapes are written slowest dimension first, `[out, in]`.
  public let tensors: [String: Weight]
  /// The names of the tensors in the order of the file.
  public let names: [String]

  public init(opening url: URL) throws {
    let file = try MappedFile(opening: url)
    let reader = try GGUFReader(file)
    self.file = file
    version = reader.version
    metadata = reader.metadata
    keys = reader.keys
    names = reader.entries.map(\.name)
    tensors = try reader.weights(in: file)
  }
}

/// Walks through a GGUF file from its magic to its tensor list, and checks what it passes.
private struct GGUFReader {
  struct Entry {
    let name: String
    let shape: [Int]
    let type: ElementType
    /// In bytes from the start of the data.
    let offset: Int
    let count: Int
  }

  var version = 0
  var keys: [String] = []
  var metadata: [String: GGUFValue] = [:]
  var entries: [Entry] = []
  private var reader: GGUFMetadataReader
  private var dataStart = 0

  init(_ file: MappedFile) throws {
    reader = GGUFMetadataReader(bytes: ByteReader(file))
    try readPreamble()
    let tensorCount = try reader.bytes.count(ofSize: 24, "the number of tensors")
    let keyCount = try reader.bytes.count(ofSize: 13, "the number of metadata keys")
    for _ in 0..<keyCount { try readPair() }
    try refuseSplitFiles()
    let alignment = try readAlignment()
    for index in 0..<tensorCount { entries.append(try readEntry(index, alignment)) }
    let end = reader.bytes.offset
    dataStart = (end + alignment - 1) / alignment * alignment
  }

  private mutating func readPreamble() throws {
    let magic = try reader.bytes.integer("the magic number", as: UInt32.self)
    guard magic == 0x4655_4747 else {
      throw reader.bytes.error(
        at: 0, "starts with \(String(magic, radix: 16)), not with \"GGUF\"",
        "Is this a GGUF file? Older GGML files must be converted with llama.cpp.")
    }
    let found = try reader.bytes.integer("the version", as: UInt32.self)
    if found.byteSwapped == 2 || found.byteSwapped == 3 {
      throw reader.bytes.error(
        at: 4, "is a big-endian file", "Convert it with gguf's gguf_convert_endian.py.")
    }
    guard found == 2 || found == 3 else {
      throw reader.bytes.error(
        at: 4, "is GGUF version \(found), but 2 and 3 are known",
        found < 2
          ? "Convert the model again with a current llama.cpp."
          : "Is the file damaged? Fetch it again.")
    }
    version = Int(found)
  }

  private mutating func readPair() throws {
    let start = reader.bytes.offset
    let key = try reader.string("a metadata key")
    let type = try reader.type(of: key)
    guard metadata.updateValue(try reader.value(type, of: key), forKey: key) == nil else {
      throw reader.bytes.error(at: start, "has the metadata key \(key) twice")
    }
    keys.append(key)
  }

  private func refuseSplitFiles() throws {
    guard let parts = metadata["split.count"]?.int, parts > 1 else { return }
    throw FormatError(
      path: reader.bytes.path, problem: "is one of \(parts) parts of a model",
      advice: "Join them first: llama-gguf-split --merge FIRST_PART OUTPUT")
  }

  private func readAlignment() throws -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard let alignment = value.int, (1...65536).contains(alignment),
      alignment.nonzeroBitCount == 1
    else {
      throw FormatError(
        path: reader.bytes.path, place: "general.alignment",
        problem: "is \(value), but a power of two is expected")
    }
    return alignment
  }

  private mutating func readEntry(_ index: Int, _ alignment: Int) throws -> Entry {
    let start = reader.bytes.offset
    let name = try reader.string("the name of tensor \(index)")
    let rank = try reader.bytes.integer("the rank of \(name)", as: UInt32.self)
    guard rank <= 8 else {
      throw reader.bytes.error(at: start, "tensor \(name) has \(rank) dimensions")
    }
    let extents: [UInt64] = try reader.bytes.integers(Int(rank), "the shape of \(name)")
    // Files list the fastest dimension first.
    let shape = extents.reversed().map { Int(clamping: $0) }
    let type = try elementType(of: name)
    let place = reader.bytes.offset
    let offset = try reader.bytes.integer("the offset of \(name)", as: UInt64.self)
    guard offset % UInt64(alignment) == 0 else {
      throw reader.bytes.error(
        at: place,
        "tensor \(name) starts at byte \(offset) of the data, no multiple of \(alignment)",
        "Convert the model again with a current llama.cpp.")
    }
    guard offset <= UInt64(reader.bytes.count) else {
      throw reader.bytes.error(
        at: place,
        "tensor \(name) starts at byte \(offset) of the data, but the file has \(reader.bytes.count)",
        ByteReader.truncated)
    }
    guard let count = elementCount(shape), (shape.last ?? 1) % type.blockLength == 0 else {
      throw reader.bytes.error(
        at: start, "tensor \(name) of type \(type.rawValue) has the impossible shape \(shape)")
    }
    return Entry(
      name: name, shape: shape, type: type, offset: Int(offset), count: type.bytes(for: count))
  }

  private mutating func elementType(of name: String) throws -> ElementType {
    let start = reader.bytes.offset
    let number = try reader.bytes.integer("the type of \(name)", as: UInt32.self)
    guard let type = ElementType(ggmlNumber: number) else {
      let other = ElementType.unreadGGMLTypes[number].map { "\($0) (\(number))" } ?? "\(number)"
      throw reader.bytes.error(
        at: start, "tensor \(name) has the type \(other), which is not read",
        "Take a file with one of " + ElementType.allCases.map(\.rawValue).joined(separator: ", ")
          + ".")
    }
    return type
  }

  /// The tensors over the mapping, once all of them are known to lie in it and apart.
  func weights(in file: MappedFile) throws -> [String: Weight] {
    var weights: [String: Weight] = [:]
    for entry in entries {
      let start = dataStart + entry.offset
      guard start <= file.count, entry.count <= file.count - start else {
        throw FormatError(
          path: file.path, place: "tensor \(entry.name)",
          problem: "needs \(entry.count) bytes from byte \(start), but the file ends at "
            + "\(file.count)", advice: ByteReader.truncated)
      }
      let weight = Weight(
        mapped: file.storage, at: start, shape: entry.shape, type: entry.type)
      guard weights.updateValue(weight, forKey: entry.name) == nil else {
        throw FormatError(path: file.path, problem: "has the tensor \(entry.name) twice")
      }
    }
    let spans = entries.map {
      TensorSpan(name: $0.name, bytes: $0.offset..<$0.offset + $0.count)
    }
    if let (one, next) = firstOverlap(spans) {
      throw FormatError(
        path: file.path, place: "tensor \(one.name)",
        problem: "overlaps with tensor \(next.name)")
    }
    return weights
  }
}
