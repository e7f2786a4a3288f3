import Foundation
import Syntax
import Testing

/// A small counter-based generator, so that a failure can be had again from its seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  /// SplitMix64 (Steele, Lea, Flood 2014, figure 17).
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Changes recipes at random places.
struct Mutator {
  var generator: SeededGenerator
  let seeds: [[UInt8]]

  static let snippets: [[UInt8]] = [
    "(", ")", "[", "]", "{", "}", "\"", "\"\"\"", "\\(", "\n", "\n\n", " ", ",", ":", ".", "..",
    "|>", "=>", "=", "-", "not ", "if ", " then ", " else ", " for x in ", "// c\n", "/// d\n",
    "#", ";", "1_0.5e3min", "def f(", "param a: ", "import ", "\u{1F600}", "é", "\\u{", "'", "?",
    "<", ">", "&&", "\t", "\r\n",
  ].map { Array($0.utf8) }

  /// A piece of a seed with up to four changes.
  mutating func next(pieces: Bool = true) -> [UInt8] {
    let seed = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
    var bytes = seed
    if pieces {
      let start = Int.random(in: 0..<seed.count, using: &generator)
      let length = Int.random(in: 1...240, using: &generator)
      bytes = Array(seed[start..<min(seed.count, start + length)])
    }
    for _ in 0..<Int.random(in: 1...4, using: &generator) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0...bytes.count, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: place)
    case 1:
      let end = min(bytes.count, place + Int.random(in: 1...8, using: &generator))
      bytes.removeSubrange(place..<end)
    case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 32...126, using: &generator)
    default:
      let snippet = Self.snippets[Int.random(in: 0..<Self.snippets.count, using: &generator)]
      bytes.insert(contentsOf: snippet, at: place)
    }
  }
}

/// `ROUX_FUZZ=200000` in the environment makes the fuzzing thorough.
@Suite struct FuzzTests {
  static let count = ProcessInfo.processInfo.environment["ROUX_FUZZ"].flatMap { Int($0) } ?? 2_000

  static func mutator(seed: UInt64) -> Mutator {
    Mutator(generator: SeededGenerator(state: seed), seeds: Recipes.all.map { Array($0.utf8) })
  }

  @Test func tokensLaidEndToEndAreTheText() {
    var mutator = Self.mutator(seed: 1)
    for _ in 0..<Self.count {
      let bytes = mutator.next()
      var end = 0
      for token in Lexer.tokens(of: bytes) {
        #expect(token.start == end && token.end > token.start, "\(bytes)")
        end = token.end
      }
      #expect(end == bytes.count, "\(bytes)")
    }
  }

  @Test func parsingAlwaysEndsAndStaysInside() {
    var mutator = Self.mutator(seed: 2)
    for _ in 0..<Self.count {
      let bytes = mutator.next()
      let source = SourceText(name: "fuzz", bytes: bytes)
      let (tree, diagnostics) = Parser.parse(source)
      let isInside = diagnostics.allSatisfy { diagnostic in
        source.range.contains(diagnostic.primary.range)
          && diagnostic.secondary.allSatisfy { source.range.contains($0.range) }
          && diagnostic.fix.map { source.range.contains($0.range) } ?? true
      }
      #expect(isInside, "\(bytes)")
      let hasError = tree.statements.contains {
        $0.kind == .error || $0.expressions.contains(where: \.hasError)
      }
      #expect(!hasError || !diagnostics.isEmpty, "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  @Test func picturesAndColoursNeverFail() {
    var mutator = Self.mutator(seed: 3)
    for _ in 0..<Self.count / 10 {
      let source = SourceText(name: "fuzz", bytes: mutator.next())
      let diagnostics = Parser.parse(source).diagnostics
      let picture = DiagnosticRenderer(width: 60).render(diagnostics, in: source)
      #expect(diagnostics.isEmpty == picture.isEmpty)
      #expect(!DiagnosticRenderer.json(diagnostics, in: source).isEmpty)
      _ = Highlight.spans(in: source)
      _ = Completeness.check(source)
    }
  }

  @Test func formattingKeepsTokensAndCommentsAndSettlesAtOnce() {
    var mutator = Self.mutator(seed: 4)
    var formatted = 0
    for round in 0..<Self.count {
      let text = String(decoding: mutator.next(pieces: round % 8 != 0), as: UTF8.self)
      guard let once = Formatter.format(SourceText(name: "fuzz", text)) else { continue }
      formatted += 1
      #expect(comments(of: once) == comments(of: text), "\(text)\n=>\n\(once)")
      #expect(words(of: once) == words(of: text), "\(text)\n=>\n\(once)")
      #expect(Formatter.format(SourceText(name: "fuzz", once)) == once, "\(text)\n=>\n\(once)")
      #expect(
        parse(once).tree.canonicalText == parse(text).tree.canonicalText, "\(text)\n=>\n\(once)")
    }
    #expect(formatted > Self.count / 100)
  }
}

extension SyntaxTree.Expression {
  var hasError: Bool {
    var found = false
    walk { if case .error = $0.kind { found = true } }
    return found
  }
}
