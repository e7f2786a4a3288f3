import Formats
import Foundation
import Models
import Tensors
import Vocabulary

/// The log-probabilities under the reference, kept beside the snapshot: a run that goes on does not
/// score its rows again.
struct ReferenceFile {
  private let url: URL
  private let key: String

  private static let values = "values"

  /// nil for a run without a key, whose folder may be anybody's.
  init?(_ name: String, of context: RunContext) {
    guard !context.key.isEmpty else { return nil }
    url = context.scratch.appending(path: "\(name).safetensors")
    key = context.key
  }

  func write(_ values: [[[Float]]]) throws {
    let all = values.flatMap { $0.joined() }
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try SafetensorsWriter.write(
      [Self.values: Weight(shape: [all.count], floats: all)], to: url, metadata: ["key": key])
  }

  /// What was found for these examples; nil where the file is absent, damaged or another stage's,
  /// for scoring once more is no loss but of time.
  func read(for examples: [Example]) -> [[[Float]]]? {
    guard FileManager.default.fileExists(atPath: url.path),
      let file = try? SafetensorsFile(opening: url), file.metadata["key"] == key,
      let all = try? file.weight(Self.values).floats(),
      all.count == examples.reduce(0, { $0 + $1.targetCount })
    else { return nil }
    var place = 0
    return examples.map { example in
      example.targetCounts.map { count in
        defer { place += count }
        return Array(all[place..<place + count])
      }
    }
  }
}
