import Foundation
import Testing
import Tokenizers

private let smollm2 = "data/tokenizers/smollm2/tokenizer.json"
private let mistral = "data/tokenizers/mistral-7b-v0.1/tokenizer.json"
private let stories = "data/models/stories260K/hf/tokenizer.json"
private let tiny = "data/tokenizers/torchtune/tiny_bpe_tokenizer.json"

@Suite struct HuggingFaceTests {
  @Test(
    "SmolLM2's tokenizer.json gives the published ids and texts",
    .enabled(if: isShared(smollm2), "shared files are absent"))
  func smolLM2() throws {
    let tokenizer = try Tokenizer(huggingFace: shared(smollm2))
    #expect(tokenizer.vocabularySize == 49152)
    try Vectors("data/tokenizers/smollm2/expected.json").check(tokenizer)
  }

  @Test(
    "SmolLM2's vocabulary with GPT-2's pattern alone gives the fixture's ids",
    .enabled(if: isShared(smollm2), "shared files are absent"))
  func smolLM2Fixture() throws {
    // The fixture's tokenizer does not cut at digits, which differs for numbers such as ½.
    let digits = #"{"type":"Digits","individual_digits":true},"#
    let text = try String(contentsOf: shared(smollm2), encoding: .utf8)
      .replacingOccurrences(of: digits, with: "")
    let tokenizer = try Tokenizer(huggingFaceJSON: Data(text.utf8))
    try Vectors("fixtures/smollm2/tokenizer.json").check(tokenizer)
  }

  @Test(
    "Mistral's tokenizer.json gives the published ids with the beginning of text",
    .enabled(if: isShared(mistral), "shared files are absent"))
  func mistral7B() throws {
    let tokenizer = try Tokenizer(huggingFace: shared(mistral).deletingLastPathComponent())
    #expect(tokenizer.special.bos == 1)
    #expect(tokenizer.special.eos == 2)
    #expect(tokenizer.special.unknown == 0)
    #expect(tokenizer.special.pad == nil)
    try Vectors("data/tokenizers/mistral-7b-v0.1/expected.json")
      .check(tokenizer, Convention(addSpecial: true, skipSpecial: true))
  }

  @Test(
    "the tokenizer.json of stories260K gives the published ids",
    .enabled(if: isShared(stories), "shared files are absent"))
  func stories260K() throws {
    let tokenizer = try Tokenizer(huggingFace: shared(stories))
    #expect(tokenizer.vocabularySize == 512)
    #expect(tokenizer.special.pad == 0)
    try Vectors("data/tokenizers/stories260K/expected.json").check(tokenizer)
  }

  @Test(
    "a small tokenizer.json with NFC and a Split pattern gives the published ids",
    .enabled(if: isShared(tiny), "shared files are absent"))
  func tinyBPE() throws {
    try Vectors("data/tokenizers/torchtune/expected-tiny_bpe.json")
      .check(Tokenizer(huggingFace: shared(tiny)), Convention(skipSpecial: true))
  }

  @Test(
    "a tokenizer read from tokenizer.json is written back byte for byte",
    .enabled(if: isShared(tiny), "shared files are absent"))
  func writtenBack() throws {
    let data = try Data(contentsOf: shared(tiny))
    #expect(try Tokenizer(huggingFaceJSON: data).huggingFaceJSON() == data)
  }
}
