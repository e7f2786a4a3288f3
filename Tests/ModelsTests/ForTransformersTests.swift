import Formats
import Foundation
import Models
import Testing

/// Writes folders and log-probabilities for `Golden/check_saved.py`, which compares them with what
/// Transformers and PEFT compute from the folders.
@Suite(
  "Folders for Transformers",
  .enabled(
    if: ProcessInfo.processInfo.environment["ROUX_SAVED"] != nil,
    "ROUX_SAVED names no folder to write to"))
struct ForTransformersTests {
  @Test("Saved with their log-probabilities", arguments: Tiny.names)
  func save(_ name: String) throws {
    guard let place = ProcessInfo.processInfo.environment["ROUX_SAVED"] else { return }
    let folder = URL(filePath: place).appending(path: name)
    let ids: [Int32] = [3, 1, 4, 1, 5, 9]
    try Tiny.model(name).save(to: folder.appending(path: "base"), as: .folder())
    let base = try LanguageModel(opening: folder.appending(path: "base"))
    let worn = try wavy(base)
    try worn.save(to: folder.appending(path: "adapter"), as: .adapter)
    try worn.save(to: folder.appending(path: "merged"), as: .folder())
    func numbers(_ model: LanguageModel) throws -> JSONValue {
      .array(try scores(model, [whole(ids)])[0][0].map { .number(Double($0)) })
    }
    let facts: JSONValue = [
      "ids": .array(ids.map { .integer(Int($0)) }), "base": try numbers(base),
      "adapter": try numbers(worn), "merged": try numbers(worn),
    ]
    try Data(facts.pretty.utf8).write(to: folder.appending(path: "expected.json"))
  }
}
