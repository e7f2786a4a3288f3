import Foundation
import Tensors

/// The header of a safetensors file: 8 bytes of length, then JSON, checked against the file.
struct SafetensorsHeader {
  var metadata: [String: String] = [:]
  var entries: [SafetensorsFile.Entry] = []
  private let file: MappedFile
  private let dataStart: Int

  /// The limit of the reference implementation; real headers are far below.
  private static let longest = 100_000_000

  init(of file: MappedFile) throws {
    self.file = file
    var reader = ByteReader(file)
    let length = try reader.integer("the length of the header", as: UInt64.self)
    guard length <= UInt64(min(reader.remaining, Self.longest)) else {
      throw reader.error(
        at: 0, "the header claims \(length) bytes, but \(reader.remaining) follow",
        "Is this a safetensors file, and complete?")
    }
    dataStart = 8 + Int(length)
    let text = withExtendedLifetime(file) { [UInt8](file.storage.bytes[8..<dataStart]) }
    let header = try JSONValue(parsing: text, path: file.path)
    guard let members = header.members else { throw problem("the header is not a JSON object") }
    for (name, value) in members.members { try add(name, value) }
    entries.sort { ($0.range.lowerBound, $0.name) < ($1.range.lowerBound, $1.name) }
    try checkLayout()
  }

  private mutating func add(_ name: String, _ value: JSONValue) throws {
    if name == "__metadata__" {
      metadata = try readMetadata(value)
    } else {
      entries.append(try readEntry(name, value))
    }
  }

  private func readMetadata(_ value: JSONValue) throws -> [String: String] {
    guard let members = value.members else { throw problem("__metadata__ is not an object") }
    var metadata: [String: String] = [:]
    for (key, value) in members.members {
      guard let text = value.text else { throw problem("__metadata__ has no text for \(key)") }
      metadata[key] = text
    }
    return metadata
  }

  private func readEntry(_ name: String, _ value: JSONValue) throws -> SafetensorsFile.Entry {
    guard let typeName = value["dtype"]?.text else { throw problem("has no dtype", name) }
    guard let type = SafetensorsType(rawValue: typeName) else {
      throw problem(
        "has the unknown dtype \(typeName)", name,
        "Known are " + SafetensorsType.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    }
    guard let shape = integers(value["shape"]) else {
      throw problem("has no shape of whole numbers", name)
    }
    guard let offsets = integers(value["data_offsets"]), offsets.count == 2,
      offsets[0] <= offsets[1]
    else { throw problem("has no data_offsets [begin, end]", name) }
    let room = file.count - dataStart
    guard offsets[1] <= room else {
      throw problem(
        "ends at byte \(offsets[1]) of the data, but there are \(room)", name,
        ByteReader.truncated)
    }
    guard let count = elementCount(shape), count * type.bytes == offsets[1] - offsets[0] else {
      throw problem(
        "of shape \(shape) and dtype \(typeName) does not fill \(offsets[1] - offsets[0]) bytes",
        name)
    }
    return SafetensorsFile.Entry(
      name: name, type: type, shape: shape,
      range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private func integers(_ value: JSONValue?) -> [Int]? {
    guard let elements = value?.elements else { return nil }
    let integers = elements.compactMap(\.int).filter { $0 >= 0 }
    return integers.count == elements.count ? integers : nil
  }

  /// The data are exactly the tensors, without overlaps and holes.
  private func checkLayout() throws {
    let spans = entries.map { TensorSpan(name: $0.name, bytes: $0.range) }
    if let (one, next) = firstOverlap(spans) {
      throw problem("overlaps with tensor \(next.name)", one.name)
    }
    let used = entries.reduce(0) { $0 + $1.range.count }
    guard used == file.count - dataStart else {
      throw problem(
        "the tensors take \(used) bytes, but the data have \(file.count - dataStart)",
        nil, "The file is damaged, or something was appended to it.")
    }
  }

  private func problem(
    _ problem: String, _ tensor: String? = nil, _ advice: String? = nil
  ) -> FormatError {
    FormatError(
      path: file.path, place: tensor.map { "tensor \($0)" }, problem: problem, advice: advice)
  }
}
