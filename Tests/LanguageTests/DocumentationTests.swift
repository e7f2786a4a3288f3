import Language
import Syntax
import Testing
import Vocabulary

/// What `///` lines say of a `def`, as help shows it.
@Suite struct DocumentationTests {
  private static let lexicon = Lexicon(
    Library(
      primitives: [],
      sources: [
        .init(
          name: "words.recipe", in: .text,
          text: """
            /// Twice as much. A second sentence
            /// that goes on.
            ///
            /// Another paragraph.
            /// - x: The number, in
            ///   whatever unit.
            /// > twice(2)
            /// > twice(2.5)
            def twice(_ x: Float) -> Float = 2.0 * x
            """)
      ]))

  @Test func wordsParametersAndExamplesComeApart() throws {
    let help = try #require(DocumentationTests.lexicon.help(for: "twice"))
    #expect(help.summary == "Twice as much. A second sentence that goes on.\n\nAnother paragraph.")
    #expect(help.headline == "Twice as much.")
    #expect(help.parameters.map(\.summary) == ["The number, in whatever unit."])
    #expect(help.examples == ["twice(2)", "twice(2.5)"])
    #expect(help.source?.hasPrefix("def twice(_ x: Float)") == true)
  }

  @Test func aFunctionStandsInItsChapterAsPrimitivesDo() {
    #expect(DocumentationTests.lexicon.entries(in: .text).map(\.name).contains("twice"))
    #expect(DocumentationTests.lexicon.entries(in: .data).isEmpty)
  }
}
