import Foundation
import Tensors

/// The weights of a folder whose safetensors are in several files, and how to split them.
enum SafetensorsShards {
  static let indexName = "model.safetensors.index.json"

  /// The files that an index lists, opened, with the tensors that it expects in each.
  static func open(index url: URL) throws -> [SafetensorsFile] {
    let path = url.path(percentEncoded: false)
    let expected = try map(of: url)
    let folder = url.deletingLastPathComponent()
    return try expected.keys.sorted().map { shard in
      let place = folder.appending(path: shard)
      guard FileManager.default.fileExists(atPath: place.path(percentEncoded: false)) else {
        throw FormatError(
          path: path, problem: "needs \(shard), which is not in the folder",
          advice: "The model has \(expected.count) files; fetch all of them.")
      }
      let file = try SafetensorsFile(opening: place)
      let found = Set(file.names)
      if let lost = expected[shard]?.first(where: { !found.contains($0) }) {
        throw FormatError(
          path: path, place: "tensor \(lost)", problem: "is listed in \(shard), but not there",
          advice: "Are the index and the files of the same model?")
      }
      return file
    }
  }

  /// From the name of a file to the sorted names of its tensors.
  private static func map(of url: URL) throws -> [String: [String]] {
    let path = url.path(percentEncoded: false)
    guard let members = try JSONValue(reading: url)["weight_map"]?.members else {
      throw FormatError(path: path, problem: "has no weight_map of tensor names to files")
    }
    var files: [String: [String]] = [:]
    for (name, value) in members.members {
      guard let file = value.text, !file.contains("/"), file.hasSuffix(".safetensors") else {
        throw FormatError(
          path: path, place: "tensor \(name)",
          problem: "is mapped to \(value.compact), which is no safetensors file of this folder")
      }
      files[file, default: []].append(name)
    }
    return files.mapValues { $0.sorted() }
  }

  /// Writes weights in files of at most `limit` bytes of numbers, and the index if several.
  static func write(_ weights: [String: Weight], to folder: URL, limit: Int) throws {
    let groups = split(weights, limit: limit)
    guard groups.count > 1 else {
      try SafetensorsWriter.write(weights, to: folder.appending(path: "model.safetensors"))
      return
    }
    var files: [(String, JSONValue)] = []
    for (index, group) in groups.enumerated() {
      let name = "model-\(padded(index + 1))-of-\(padded(groups.count)).safetensors"
      files += group.map { ($0, .string(name)) }
      let part = weights.filter { group.contains($0.key) }
      try SafetensorsWriter.write(part, to: folder.appending(path: name))
    }
    let index: JSONValue = [
      "metadata": ["total_size": .integer(weights.values.reduce(0) { $0 + $1.byteCount })],
      "weight_map": .object(JSONObject(files.sorted { $0.0 < $1.0 })),
    ]
    try AtomicFile.write(Data(index.pretty.utf8), to: folder.appending(path: indexName))
  }

  /// Sorted names in groups; a group is closed before it would pass the limit.
  private static func split(_ weights: [String: Weight], limit: Int) -> [Set<String>] {
    var groups: [Set<String>] = [[]]
    var size = 0
    for (name, weight) in weights.sorted(by: { $0.key < $1.key }) {
      if size > 0, size + weight.byteCount > limit {
        groups.append([])
        size = 0
      }
      groups[groups.count - 1].insert(name)
      size += weight.byteCount
    }
    return groups
  }

  private static func padded(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 5 - String(number).count)) + String(number)
  }
}
