import Foundation
import Testing
import Tokenizers

@Suite struct TokenizerTrainingTests {
  private let lines: [String] = {
    var dice = Dice(seed: 7)
    let syllables = ["ka", "lo", "mi", "ten", "sur", "ba", "ri", "ö", "日本", "12", "'s", "-"]
    return (0..<400).map { _ in
      (0..<Int.random(in: 3...9, using: &dice)).map { _ in
        (0..<Int.random(in: 1...4, using: &dice)).map { _ in
          syllables.randomElement(using: &dice) ?? ""
        }.joined()
      }.joined(separator: " ")
    }
  }()

  @Test("training gives a vocabulary of the asked size that keeps every text")
  func sizeAndRoundTrip() {
    let special = ["<|end|>", "<|pad|>"]
    let tokenizer = Tokenizer.train(on: lines, size: 600, special: special)
    #expect(tokenizer.vocabularySize == 600)
    #expect(tokenizer.id(of: "<|pad|>") == 1)
    #expect(tokenizer.special.names == ["<|end|>": 0, "<|pad|>": 1])
    for text in lines + HostileText.all {
      let ids = tokenizer.encode(text, recogniseSpecial: false)
      #expect(Array(tokenizer.decode(ids).utf8) == Array(text.utf8))
    }
    #expect(tokenizer.encode("ka<|end|>lo").contains(0))
    #expect(tokenizer.decode(tokenizer.encode("ka<|end|>lo"), skipSpecial: true) == "kalo")
    let bytes = lines.reduce(0) { $0 + $1.utf8.count }
    let ids = lines.reduce(0) { $0 + tokenizer.encode($1).count }
    #expect(ids * 2 < bytes)
  }

  @Test("training twice gives the same vocabulary")
  func deterministic() throws {
    let first = try Tokenizer.train(on: lines, size: 500, special: ["<s>"]).huggingFaceJSON()
    let second = try Tokenizer.train(on: lines, size: 500, special: ["<s>"]).huggingFaceJSON()
    #expect(first == second)
  }

  @Test("pairs are joined by frequency, and the lowest of equals first")
  func order() {
    let tokenizer = Tokenizer.train(on: ["abab cdcd abx"], size: 258)
    // "ab" occurs three times, "cd" twice; bytes come first, so merges begin at 256.
    #expect(tokenizer.piece(256) == "ab")
    #expect(tokenizer.piece(257) == "cd")
  }

  @Test("a trained tokenizer written as tokenizer.json reads back as the same tokenizer")
  func writtenAndRead() throws {
    let tokenizer = Tokenizer.train(on: lines, size: 500, special: ["<|end|>"])
    let again = try Tokenizer(huggingFaceJSON: tokenizer.huggingFaceJSON())
    for text in lines + HostileText.all + ["a<|end|>b"] {
      #expect(again.encode(text) == tokenizer.encode(text))
    }
  }
}
