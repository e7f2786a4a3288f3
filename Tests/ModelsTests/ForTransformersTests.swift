import Formats
import Foundation
import Models
import Tensors
import Testing
import Tokenizers

/// Writes folders and log-probabilities for `Golden/check_saved.py`, which compares them with what
/// Transformers and PEFT compute from the folders.
@Suite(
  "Folders for Transformers",
  .enabled(
    if: ProcessInfo.processInfo.environment["ROUX_SAVED"] != nil,
    "ROUX_SAVED names no folder to write to"))
struct ForTransformersTests {
  private static let text = "Numbers 1234, ünïcödé,\n\n  <|im_start|>user\nIt's <|im_end|>"

  @Test("Saved with their log-probabilities", arguments: Tiny.names)
  func save(_ name: String) throws {
    try save(Tiny.model(name), as: name, ids: [3, 1, 4, 1, 5, 9])
  }

  @Test(
    "SmolLM2 saved with its log-probabilities and its tokens",
    .enabled(if: Real.hasSmolLM2, "SmolLM2 is not at hand"))
  func smolLM2() throws {
    let model = try Real.smolLM2()
    try save(model, as: "smollm2", ids: model.tokenizer.encode(Self.text))
  }

  private func save(_ model: LanguageModel, as name: String, ids: [Int32]) throws {
    guard let place = ProcessInfo.processInfo.environment["ROUX_SAVED"] else { return }
    let folder = URL(filePath: place).appending(path: name)
    try model.save(to: folder.appending(path: "base"), as: .folder())
    let base = try LanguageModel(opening: folder.appending(path: "base"))
    let worn = try wavy(base)
    try worn.save(to: folder.appending(path: "adapter"), as: .adapter)
    try worn.save(to: folder.appending(path: "merged"), as: .folder())
    let rewards = try saveRewards(worn, ids, to: folder)
    func numbers(_ model: LanguageModel) throws -> JSONValue {
      .array(try scores(model, [whole(ids)])[0][0].map { .number(Double($0)) })
    }
    func list(_ ids: [Int32]) -> JSONValue { .array(ids.map { .integer(Int($0)) }) }
    let facts: JSONValue = [
      "ids": list(ids), "base": try numbers(base), "adapter": try numbers(worn),
      "merged": try numbers(worn), "rewards": rewards, "text": .string(Self.text),
      "text_ids": list(model.tokenizer.encode(Self.text)),
      "template": model.templateSource.map(JSONValue.string) ?? .null,
    ]
    try Data(facts.pretty.utf8).write(to: folder.appending(path: "expected.json"))
  }

  /// A reward model as a folder and as an adapter, and what it gives texts of unlike lengths.
  private func saveRewards(
    _ model: LanguageModel, _ ids: [Int32], to folder: URL
  ) throws -> JSONValue {
    let rated = try model.attaching(
      RewardHeadSettings(names: ["helpfulness", "verbosity"]), seed: 5)
    try rated.save(to: folder.appending(path: "reward"), as: .folder())
    try rated.save(to: folder.appending(path: "reward-adapter"), as: .adapter)
    let texts = [ids, Array(ids.prefix(3)), Array(ids.dropFirst(2))]
    let found = try RewardScorer(rated, pool: WorkerPool(count: 1)).rewards(texts.map(whole))
    return .array(
      zip(texts, found).map { ids, outputs in
        [
          "ids": .array(ids.map { .integer(Int($0)) }),
          "outputs": .array(outputs[0].map { .number(Double($0)) }),
        ]
      })
  }
}
