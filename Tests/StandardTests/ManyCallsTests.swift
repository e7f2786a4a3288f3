import Foundation
import Language
import Syntax
import Testing
import Vocabulary

/// Comprehensions that call functions are compiled, not looked at anew for each item.
@Suite struct ManyCallsTests {
  private static let words = """
    letters = characters("abcdefghijklmnopqrstuvwxyz")
    def word(_ i: Int) -> Text =
      join([letters[pick(26, at: [i, place], seed: 1)] for place in 0..<pick(4, at: [i], seed: 1) + 3])
    def doubled(_ text: Text) -> Text = join([letter + letter for letter in characters(text)])

    """

  private func values(_ text: String) throws -> Value? {
    let program = Program(
      SourceText(name: "t.recipe", Self.words + text), lexicon: Ran.lexicon,
      directory: FileManager.default.temporaryDirectory)
    #expect(program.diagnostics.isEmpty, "\(program.diagnostics.map(\.message))")
    return program.value(of: "made")
  }

  @Test func manyItemsAreWhatFewItemsAre() throws {
    let many = try values("made = [doubled(word(i)) for i in 0..<16]")
    // Fewer than eight items are looked at one by one.
    let few = try values(
      "made = [doubled(word(i)) for i in 0..<4] + [doubled(word(i)) for i in 4..<8]"
        + " + [doubled(word(i)) for i in 8..<12] + [doubled(word(i)) for i in 12..<16]")
    #expect(many == few && many != nil)
  }

  /// Looked at one by one, these calls take a minute in a debug build.
  @Test(.timeLimit(.minutes(1))) func aHundredThousandCallsTakeSeconds() throws {
    let start = ContinuousClock.now
    guard case .list(let made)? = try values("made = [word(i) for i in 0..<20_000]") else {
      Issue.record("no list")
      return
    }
    #expect(made.count == 20_000)
    #expect(ContinuousClock.now - start < .seconds(30))
  }
}
