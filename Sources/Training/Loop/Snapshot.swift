import Formats
import Foundation
import Tensors
import Vocabulary

/// All that a run needs to go on as if it had never stopped.
///
/// The data order, dropout and the schedule follow from the number of steps done, so parameters,
/// both moments and the losses so far are enough. Written under a temporary name, then renamed.
package struct Snapshot: Sendable {
  package var parameters: [String: Weight]
  package var moments: [String: AdamW.Moments]
  package var history: [Double]

  private static let name = "snapshot.safetensors"
  private static let losses = "losses"

  package func write(to folder: Folder) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var all: [String: Weight] = [:]
    for (name, weight) in parameters { all["parameter/\(name)"] = weight }
    for (name, pair) in moments {
      all["first/\(name)"] = pair.first
      all["second/\(name)"] = pair.second
    }
    let bits = history.map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
    try SafetensorsWriter.write(
      all, to: folder.appending(path: Self.name), metadata: [Self.losses: bits])
  }

  /// nil where no run was interrupted.
  package static func read(from folder: Folder) throws -> Snapshot? {
    let url = folder.appending(path: name)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let file = try SafetensorsFile(opening: url)
    var snapshot = Snapshot(parameters: [:], moments: [:], history: [])
    for entry in file.names where entry.hasPrefix("parameter/") {
      let name = String(entry.dropFirst("parameter/".count))
      snapshot.parameters[name] = try file.copy(entry)
      guard file.names.contains("first/\(name)") else { continue }
      snapshot.moments[name] = AdamW.Moments(
        first: try file.copy("first/\(name)"), second: try file.copy("second/\(name)"))
    }
    snapshot.history = (file.metadata[losses] ?? "").split(separator: " ").compactMap {
      UInt64($0, radix: 16).map(Double.init(bitPattern:))
    }
    return snapshot
  }
}

extension SafetensorsFile {
  /// A weight in memory of its own, to be changed in place.
  fileprivate func copy(_ name: String) throws -> Weight {
    let weight = try weight(name)
    return Weight(shape: weight.shape, floats: weight.floats())
  }
}
