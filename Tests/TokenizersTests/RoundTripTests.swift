import Foundation
import TestSupport
import Testing
import Tokenizers

/// A small generator of the same numbers on every run.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ (state >> 29)) &* 0x9E37_79B9_7F4A_7C15
  }
}

/// Texts that break tokenizers.
enum HostileText {
  static let all: [String] =
    [
      "", " ", "  ", "\n", "\r\n \r\r\n\t", "\u{0}", "a\u{0}b\u{0}\u{0}", "👩‍👩‍👧‍👦👍🏽🇪🇸",
      "\u{301}\u{301}", "e\u{301} é", "مرحبا بالعالم ‏‎ שלום", "\u{FEFF}bom",
      "\u{180E}\u{85}\u{2028}x",
      "\u{200B}\u{200D}", "▁▁ ▁a", "<|im_start|>user\n<|im_end|>", "<0x0A>", "ſ's 'ſ", "①Ⅷ½²",
      "\u{10FFFF}\u{FFFD}", String(repeating: " ", count: 5000),
      String(repeating: "\n \t", count: 700), String(repeating: "ab", count: 3000),
    ] + (0..<40).map { random(seed: $0) }

  private static func random(seed: UInt64) -> String {
    var dice = Dice(seed: seed)
    let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &dice) }
    let scalars = (0..<60).compactMap { _ in
      Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &dice))
    }
    return String(decoding: bytes, as: UTF8.self) + String(String.UnicodeScalarView(scalars))
  }
}

private let smollm2 = "data/tokenizers/smollm2/tokenizer.json"
private let encoder = "data/tokenizers/gpt2/encoder.json"
private let mistral = "data/tokenizers/mistral-7b-v0.1/tokenizer.json"

@Suite struct RoundTripTests {
  @Test(
    "hostile text comes back from byte-level ids unchanged",
    .enabled(if: isShared(encoder), "shared files are absent"))
  func byteLevel() throws {
    // Not SmolLM2: its vocabulary has no pieces for 21 of the bytes.
    try check(
      Tokenizer(gpt2: shared(encoder), merges: shared("data/tokenizers/gpt2/vocab.bpe")))
  }

  @Test(
    "hostile text comes back from ids with bytes to fall back on unchanged",
    .enabled(if: isShared(mistral), "shared files are absent"))
  func byteFallback() throws {
    try check(Tokenizer(huggingFace: shared(mistral)))
    try check(
      Tokenizer(sentencePiece: shared("data/tokenizers/mistral-7b-v0.1/tokenizer.model")))
  }

  private func check(_ tokenizer: Tokenizer) {
    for text in HostileText.all {
      let ids = tokenizer.encode(text, recogniseSpecial: false)
      // `▁` and the space are one piece in SentencePiece; the one becomes the other.
      let marked = tokenizer.id(of: "▁") != nil
      let expected = marked ? text.replacingOccurrences(of: "▁", with: " ") : text
      #expect(Array(tokenizer.decode(ids).utf8) == Array(expected.utf8), "\(text.debugDescription)")
      var stream = StreamDecoder(tokenizer, skipSpecial: false)
      let streamed = ids.map { stream.append($0) }.joined() + stream.finish()
      #expect(Array(streamed.utf8) == Array(expected.utf8), "streaming \(text.debugDescription)")
    }
  }

  @Test(
    "a long run of one letter takes time in proportion to its length",
    .enabled(if: isShared(smollm2, mistral), "shared files are absent"))
  func longRun() throws {
    let short = String(repeating: "a", count: 12_500)
    let long = String(repeating: "a", count: 100_000)
    let clock = ContinuousClock()
    for path in [smollm2, mistral] {
      let tokenizer = try Tokenizer(huggingFace: shared(path))
      func times(_ text: String) -> [Duration] {
        (0..<3).map { _ in clock.measure { _ = tokenizer.encode(text) } }
      }
      #expect(tokenizer.decode(tokenizer.encode(long)) == long)
      // Eight times the text; sixty-four times the time if it were quadratic. The slowest of the
      // short runs against the fastest of the long ones, since other programs disturb both.
      let slowest = try #require(times(short).max())
      let fastest = try #require(times(long).min())
      #expect(fastest < slowest * 30)
    }
  }

  @Test(
    "several threads encode with one tokenizer at once",
    .enabled(if: isShared(smollm2), "shared files are absent"))
  func concurrent() async throws {
    let tokenizer = try Tokenizer(huggingFace: shared(smollm2))
    let expected = HostileText.all.map { tokenizer.encode($0) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask { HostileText.all.map { tokenizer.encode($0) } == expected }
      }
      for await same in group { #expect(same) }
    }
  }
}
