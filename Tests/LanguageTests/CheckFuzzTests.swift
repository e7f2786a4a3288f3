import Foundation
import Language
import Syntax
import SyntaxFuzzing
import Testing
import Vocabulary

/// Checks mutated recipes that parse; `ROUX_FUZZ` in the environment says how many are tried.
@Suite struct CheckFuzzTests {
  static let count = ProcessInfo.processInfo.environment["ROUX_FUZZ"].flatMap { Int($0) } ?? 2_000

  @Test func checkingWhatParsesNeverBreaks() throws {
    let lexicon = TestVocabulary.lexicon(Journal())
    let folder = FileManager.default.temporaryDirectory.appending(path: "no-recipes-here")
    let mutator = Mutator(try FuzzCorpus.repository(), series: 9)
    var checked = 0
    for index in 0..<Self.count {
      let source = SourceText(name: "fuzz.recipe", bytes: mutator.input(index))
      guard Parser.parse(source).diagnostics.isEmpty else { continue }
      checked += 1
      let program = Program(source, lexicon: lexicon, directory: folder)
      for diagnostic in program.diagnostics {
        let place = diagnostic.primary.source ?? source
        #expect(place.range.contains(diagnostic.primary.range), "input \(index): \(diagnostic)")
        #expect(!diagnostic.message.isEmpty, "input \(index)")
      }
      let picture = DiagnosticRenderer(width: 80).render(program.diagnostics, in: source)
      #expect(picture.isEmpty == program.diagnostics.isEmpty, "input \(index)")
    }
    #expect(checked > Self.count / 10)
  }
}
