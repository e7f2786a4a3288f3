import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// What changes the key of a stage, and what does not.
@Suite struct KeyTests {
  static let base = """
    d = rows([(prompt: "a", response: "b")])
    m = model("m") |> train(on: d, with: sft(), budget: 2epochs, lr: 1e-4)
    """

  static let same: [String] = [
    // Comments, layout, needless brackets.
    """
    // a comment
    d = rows([(prompt: "a", response: "b")])
    m = (model("m")   |> train(on: (d), with: sft(), // why
      budget: 2epochs, lr: (1e-4)))
    """,
    // Other names.
    """
    stuff = rows([(prompt: "a", response: "b")])
    start = model("m")
    m = start |> train(on: stuff, with: sft(), budget: 2epochs, lr: 1e-4)
    """,
    // Order of labels; the pipe is a call.
    """
    d = rows([(response: "b", prompt: "a")])
    m = train(model("m"), lr: 1e-4, budget: 2epochs, with: sft(), on: d)
    """,
    // Defaults written out; execution parameters; spread records; the same number otherwise.
    """
    d = rows([(prompt: "a", response: "b")])
    common = (lr: 0.0001, split: 4)
    m = model("m") |> train(on: d, with: sft(), budget: 2epochs, warmup: 3%, ..common)
    """,
    // A function of the recipe is its body.
    """
    def trained(_ d: Data<(prompt: Text, response: Text)>, lr: Float) =
      model("m") |> train(on: d, with: sft(), budget: 2epochs, lr: lr)
    m = rows([(prompt: "a", response: "b")]) |> trained(lr: 1e-4)
    """,
    // The loss written out, with another variable.
    """
    def mine() -> Loss<(prompt: Text, response: Text)> = loss(x => -x.logp)
    d = rows([(prompt: "a", response: "b")])
    m = model("m") |> train(on: d, with: mine(), budget: 2epochs, lr: 1e-4)
    """,
  ]

  static let different: [String] = [
    base.replacing("\"a\"", with: "\"c\""),
    base.replacing("2epochs", with: "3epochs"),
    base.replacing("2epochs", with: "2steps"),
    base.replacing("1e-4", with: "2e-4"),
    base.replacing("model(\"m\")", with: "model(\"n\")"),
    base.replacing("sft()", with: "loss(b => b.logp)"),
    base.replacing("on: d", with: "on: d |> filter(length(.prompt) > 0)"),
    base.replacing("lr: 1e-4", with: "lr: 1e-4, warmup: 5%"),
  ]

  @Test(arguments: same) func theKeyStaysWhatItIs(_ text: String) throws {
    #expect(try key(text) == key(KeyTests.base))
  }

  @Test(arguments: different) func theKeyChanges(_ text: String) throws {
    #expect(try key(text) != key(KeyTests.base))
  }

  @Test func theSeedIsInTheKey() throws {
    #expect(try key(KeyTests.base, seed: 1) != key(KeyTests.base))
  }

  @Test func whatAFileHoldsIsInTheKeyAndItsPlaceIsNot() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    try write("n\n1\n", "a.txt")
    try write("n\n1\n", "b.txt")
    try write("n\n2\n", "c.txt")
    let keys = try ["a", "b", "c"].map {
      try key("m = open(\"\($0).txt\")", directory: folder)
    }
    #expect(keys[0] == keys[1])
    #expect(keys[0] != keys[2])
  }

  private func key(
    _ text: String, seed: UInt64 = 0, directory: URL = FileManager.default.temporaryDirectory
  ) throws -> String {
    let program = Program(
      SourceText(name: "k.recipe", text), lexicon: TestVocabulary.lexicon(), directory: directory,
      seed: seed)
    #expect(program.diagnostics.isEmpty, "\(program.diagnostics.map(\.message))")
    guard case .deferred(let stage)? = program.value(of: "m") else {
      Issue.record("m is not a stage")
      return ""
    }
    return stage.key
  }
}
