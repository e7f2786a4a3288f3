// Files that no tool wrote: each is an error that says where, and none ends the process.
import Foundation
import Testing
import Tokenizers

private let mistral = "data/tokenizers/mistral-7b-v0.1/tokenizer.model"
private let unigram = "data/tokenizers/sentencepiece/test_model.model"

@Suite struct DamagedFilesTests {
  private func withFile(_ bytes: Data, _ body: (URL) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try bytes.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url)
  }

  @Test("a file that is absent is an error that names it")
  func absent() {
    let nowhere = URL(filePath: "/nonexistent/tokenizer.model")
    let error = #expect(throws: TokenizerError.self) { try Tokenizer(sentencePiece: nowhere) }
    #expect(error?.description.contains(nowhere.path) == true)
    #expect(throws: TokenizerError.self) { try Tokenizer(huggingFace: nowhere) }
    #expect(throws: TokenizerError.self) { try Tokenizer(tiktoken: nowhere, pattern: ".") }
    #expect(throws: TokenizerError.self) { try Tokenizer(gpt2: nowhere, merges: nowhere) }
  }

  @Test("a line that is no rank is named by its number")
  func badRank() throws {
    try withFile(Data("YQ== 0\nYg== 1\n??? 2\n".utf8)) { url in
      let error = #expect(throws: TokenizerError.self) {
        try Tokenizer(tiktoken: url, pattern: ".")
      }
      #expect(error?.description.contains("line 3") == true)
    }
  }

  @Test("a rank file without some bytes leaves those bytes out")
  func smallRanks() throws {
    try withFile(Data("YQ== 0\nYg== 1\r\nYWI= 2\n\n".utf8)) { url in
      let tokenizer = try Tokenizer(tiktoken: url, pattern: #"\w+|\W"#, special: ["<e>": 3])
      #expect(tokenizer.encode("abz ba<e>") == [2, 1, 0, 3])
    }
  }

  @Test(
    "a SentencePiece model cut short is refused or read, and never ends the process",
    .enabled(if: isShared(mistral, unigram), "shared files are absent"))
  func truncatedModel() throws {
    for path in [mistral, unigram] {
      let data = try Data(contentsOf: shared(path))
      for count in [0, 1, 2, 17, 1000, data.count / 2, data.count - 1] {
        try withFile(data.prefix(count)) { url in
          let tokenizer = try? Tokenizer(sentencePiece: url)
          _ = tokenizer?.encode("hello world")
        }
      }
    }
  }

  @Test(
    "a SentencePiece model with changed bytes is refused or read, and never ends the process",
    .enabled(if: isShared(unigram), "shared files are absent"))
  func changedModel() throws {
    var dice = Dice(seed: 3)
    let data = try Data(contentsOf: shared(unigram))
    for _ in 0..<10 {
      var changed = data
      for _ in 0..<50 {
        changed[Int.random(in: 0..<data.count, using: &dice)] = UInt8.random(
          in: 0...255, using: &dice)
      }
      try withFile(changed) { url in
        let tokenizer = try? Tokenizer(sentencePiece: url)
        _ = tokenizer.map { $0.decode($0.encode("hello wörld ①")) }
      }
    }
  }
}
