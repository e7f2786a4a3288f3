import Foundation
import Language
import Synchronization
import Syntax
import Vocabulary

/// Rows that tests write out in full.
struct TestRows: OpaqueValue, RecipeValue {
  static let typeName = "Data"
  static var recipeType: RecipeType { .data(.any) }
  var rows: [Record]
  var row: RecipeType
  var recipeType: RecipeType { .data(row) }
  var canonical: String { Value.list(rows.map { .record($0) }).canonical }

  init(_ rows: [Record], _ row: RecipeType) {
    self.rows = rows
    self.row = row
  }
}

/// A model that remembers what was done to it.
struct TestModel: StoredValue, RecipeValue {
  static let typeName = "Model"
  var steps: String
  var canonical: String { steps }

  init(steps: String) { self.steps = steps }

  func member(_ name: String) throws -> Value? { name == "name" ? .text(steps) : nil }

  func write(to folder: Folder) throws {
    try Data(steps.utf8).write(to: folder.appending(path: "steps"))
  }

  static func read(from folder: Folder) throws -> TestModel {
    TestModel(steps: try String(contentsOf: folder.appending(path: "steps"), encoding: .utf8))
  }
}

/// A loss that knows the columns it reads, and its own formula for a batch that is all twos.
struct TestLoss: OpaqueValue, RecipeValue {
  static let typeName = "Loss"
  var function: Function
  var row: [RecipeType] = []
  var recipeType: RecipeType { .opaque("Loss", row) }
  var canonical: String { function.canonical }

  init(function: Function) { self.function = function }

  func declared(as type: RecipeType) -> any OpaqueValue {
    var copy = self
    if case .opaque(_, let row) = type { copy.row = row }
    return copy
  }
}

enum Target: String, RecipeChoice {
  case attention
  case linear = "all-linear"
}

/// What `show` and `save` did, in order.
final class Journal: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock(\.self) }
  func write(_ line: String) { lines.withLock { $0.append(line) } }
}

enum TestVocabulary {
  static func lexicon(_ journal: Journal = Journal(), pausing: Bool = false) -> Lexicon {
    Lexicon(vocabulary(journal, pausing: pausing))
  }

  static func vocabulary(_ journal: Journal, pausing: Bool = false) -> Library {
    Library(
      primitives: dataWords + numberWords + modelWords(journal, pausing: pausing)
        + effects(journal),
      types: [
        Library.TypeEntry("Model", "A model.") { _ in [RecordField("name", .text)] },
        Library.TypeEntry("Loss", "What training makes small.", arity: 1),
      ],
      sources: [.init(name: "losses.recipe", text: losses)], stored: [TestModel.self])
  }

  static let losses = """
    /// Plain supervised fine-tuning.
    def sft() -> Loss<(prompt: Text, response: Text)> = loss(b => -b.logp)

    /// Direct preference optimisation.
    def dpo(beta: Float = 0.1) -> Loss<(prompt: Text, chosen: Text, rejected: Text)> =
      loss(b => {
        better = b.chosen - b.rejected
        -(beta * better)
      })
    """
}
