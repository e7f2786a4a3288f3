import Foundation
import Syntax
import SyntaxFuzzing
import Testing

/// Mutated recipes; `ROUX_FUZZ=200000` in the environment makes it thorough.
///
/// For millions there is the program `SyntaxFuzz`, which looks at the same things.
@Suite struct FuzzTests {
  static let count = ProcessInfo.processInfo.environment["ROUX_FUZZ"].flatMap { Int($0) } ?? 4_000

  @Test("nothing breaks on what is nearly a recipe", arguments: [1, 2, 3, 4] as [UInt64])
  func nothingBreaks(series: UInt64) throws {
    let mutator = Mutator(try FuzzCorpus.repository(), series: series)
    var accepted = 0
    for index in 0..<Self.count {
      let bytes = mutator.input(index)
      let outcome = SyntaxInvariants.check(bytes, index: index)
      if outcome.isAccepted { accepted += 1 }
      guard let violation = outcome.violation else { continue }
      Issue.record("series \(series), input \(index):\n\(String(decoding: bytes, as: UTF8.self))")
      Issue.record("\(violation)")
      return
    }
    #expect(accepted > Self.count / 20, "too few inputs are recipes to say much of the formatter")
  }

  /// What millions of inputs broke once.
  static let found: [[UInt8]] = [
    Array("show( .. .score > 3)".utf8),
    Array("\u{201C}".utf8) + [0xFF] + Array("hello\u{201D}".utf8),
    Array("x = \u{2018}".utf8) + [0xC3] + Array("a\u{2019}\ny = 1".utf8),
  ]

  @Test("what broke once holds", arguments: found)
  func whatBrokeOnceHolds(bytes: [UInt8]) {
    #expect(SyntaxInvariants.check(bytes, index: 0).violation == nil)
  }

  @Test func theSameSeriesGivesTheSameInputs() throws {
    let corpus = try FuzzCorpus.repository()
    let once = (0..<100).map { Mutator(corpus, series: 5).input($0) }
    #expect(once == (0..<100).map { Mutator(corpus, series: 5).input($0) })
    #expect(once != (0..<100).map { Mutator(corpus, series: 6).input($0) })
  }
}
