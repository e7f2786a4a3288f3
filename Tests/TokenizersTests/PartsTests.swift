// The parts of a tokenizer.json one by one, on a vocabulary of sixty pieces.
import Foundation
import Testing
import Tokenizers

@Suite struct PartsTests {
  enum Member: String {
    case normalizer
    case preTokenizer = "pre_tokenizer"
    case addedTokens = "added_tokens"
    case postProcessor = "post_processor"
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var member: Member
    var json: String
    var text: String
    var ids: [Int32]

    init(_ member: Member, _ json: String, _ text: String, _ ids: [Int32]) {
      self.member = member
      self.json = json
      self.text = text
      self.ids = ids
    }

    var testDescription: String { "\(member.rawValue) \(json)" }
  }

  private static let merges = [
    "l l", "h e", "he ll", "hell o", "Ġ w", "▁ w", "o r", "1 2", "a b", "ab ab",
  ]

  private static let vocabulary: String = {
    let characters = "abcdefghijklmnopqrstuvwxyzHWQ0123456789.,!'_▁Ġ éĊ".map(String.init)
    let joined = merges.map { $0.replacingOccurrences(of: " ", with: "") }
    return (["<unk>"] + characters + joined).enumerated()
      .map { "\"\($1)\":\($0)" }.joined(separator: ",")
  }()

  static func file(_ members: [Member: String], model: String = "BPE") -> Data {
    var members = members
    if members[.addedTokens] == nil {
      members[.addedTokens] = #"[{"id":60,"content":"<x>","special":true}]"#
    }
    let parts = members.map { "\"\($0.key.rawValue)\":\($0.value)" }.joined(separator: ",")
    let merges = merges.map { "\"\($0)\"" }.joined(separator: ",")
    return Data(
      """
      {\(parts),"decoder":{"type":"Fuse"},
      "model":{"type":"\(model)","unk_token":"<unk>","vocab":{\(vocabulary)},"merges":[\(merges)]}}
      """.utf8)
  }

  /// Ids by Hugging Face's `tokenizers` 0.23 from the same files.
  static let cases = [
    Case(
      .preTokenizer, #"{"type":"Split","pattern":{"Regex":"l|\\d"},"behavior":"Removed"}"#,
      "hello world 12,ab ab", [51, 15, 47, 23, 56, 4, 47, 41, 58, 47, 58]),
    Case(
      .preTokenizer, #"{"type":"Split","pattern":{"Regex":"l|\\d"},"behavior":"Isolated"}"#,
      "hello world 12,ab ab", [51, 12, 12, 15, 47, 23, 56, 12, 4, 47, 31, 32, 41, 58, 47, 58]),
    Case(
      .preTokenizer,
      #"{"type":"Split","pattern":{"Regex":"l|\\d"},"behavior":"MergedWithPrevious"}"#,
      "hello world 12,ab ab", [51, 12, 12, 15, 47, 23, 56, 12, 4, 47, 31, 32, 41, 58, 47, 58]),
    Case(
      .preTokenizer, #"{"type":"Split","pattern":{"Regex":"l|\\d"},"behavior":"MergedWithNext"}"#,
      "hello world 12,ab ab", [51, 12, 12, 15, 47, 23, 56, 12, 4, 47, 31, 32, 41, 58, 47, 58]),
    Case(
      .preTokenizer, #"{"type":"Split","pattern":{"Regex":"l|\\d"},"behavior":"Contiguous"}"#,
      "hello world 12,ab ab", [51, 50, 15, 47, 23, 56, 12, 4, 47, 57, 41, 58, 47, 58]),
    Case(
      .preTokenizer,
      #"{"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"Removed","invert":true}"#,
      "hello world 12,ab ab", [53, 23, 56, 12, 4, 58, 58]),
    Case(
      .preTokenizer, #"{"type":"Split","pattern":{"String":"l."},"behavior":"Isolated"}"#,
      "hell.o l.l", [51, 12, 12, 40, 15, 47, 12, 40, 12]),
    Case(
      .preTokenizer,
      #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}"#,
      "world<x>world  wo", [55, 56, 12, 4, 60, 55, 56, 12, 4, 45, 55, 15]),
    Case(
      .preTokenizer,
      #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}"#,
      "world<x>world  wo", [55, 56, 12, 4, 60, 23, 56, 12, 4, 45, 55, 15]),
    Case(
      .preTokenizer,
      #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}"#,
      "world<x>world  wo", [23, 56, 12, 4, 60, 23, 56, 12, 4, 45, 55, 15]),
    Case(
      .preTokenizer,
      #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":false}"#,
      "world wo", [55, 56, 12, 4, 55, 15]),
    Case(
      .preTokenizer, #"{"type":"Digits","individual_digits":true}"#, "a12\u{b2}", [1, 31, 32, 0]),
    Case(.preTokenizer, #"{"type":"Digits","individual_digits":false}"#, "a12b", [1, 57, 2]),
    Case(
      .preTokenizer, #"{"type":"ByteLevel","add_prefix_space":true,"use_regex":true}"#,
      "world wo \u{e9}", [54, 56, 12, 4, 54, 15, 46, 0, 0]),
    Case(
      .preTokenizer, #"{"type":"Punctuation","behavior":"Contiguous"}"#, "ab..!ab",
      [58, 40, 40, 42, 58]),
    Case(
      .preTokenizer, #"{"type":"Whitespace"}"#, "hello, w_o  ab'ab",
      [53, 41, 23, 44, 15, 58, 43, 58]),
    Case(
      .preTokenizer, #"{"type":"WhitespaceSplit"}"#, "hello, w_o  ab'ab",
      [53, 41, 23, 44, 15, 58, 43, 58]),
    Case(
      .preTokenizer, #"{"type":"BertPreTokenizer"}"#, "hello, w_o  ab'ab",
      [53, 41, 23, 44, 15, 58, 43, 58]),
    Case(.preTokenizer, #"{"type":"CharDelimiterSplit","delimiter":"l"}"#, "hello", [51, 15]),
    Case(
      .preTokenizer,
      #"{"type":"Sequence","pretokenizers":[{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},{"type":"Digits","individual_digits":true}]}"#,
      "hello world 12", [53, 54, 56, 12, 4, 46, 31, 32]),
    Case(.normalizer, #"{"type":"NFC"}"#, "e\u{301}", [48]),
    Case(.normalizer, #"{"type":"NFD"}"#, "\u{e9}", [5, 0]),
    Case(.normalizer, #"{"type":"NFKC"}"#, "\u{ff76}\u{ff9e}\u{b2}\u{fb01}", [0, 32, 6, 9]),
    Case(.normalizer, #"{"type":"NFKD"}"#, "\u{bd}\u{fb01}", [31, 0, 32, 6, 9]),
    Case(.normalizer, #"{"type":"Lowercase"}"#, "HELLO", [53]),
    Case(.normalizer, #"{"type":"StripAccents"}"#, "e\u{301}", [5]),
    Case(
      .normalizer, #"{"type":"Strip","strip_left":true,"strip_right":false}"#, " \u{a}ab ",
      [58, 47]),
    Case(.normalizer, #"{"type":"Prepend","prepend":"Q"}"#, "ab", [29, 58]),
    Case(.normalizer, #"{"type":"Prepend","prepend":"Q"}"#, "", []),
    Case(
      .normalizer, #"{"type":"Replace","pattern":{"Regex":" +"},"content":"_"}"#, "a  b c",
      [1, 44, 2, 44, 3]),
    Case(
      .normalizer, #"{"type":"Replace","pattern":{"String":"ab"},"content":"hello"}"#, "aab",
      [1, 53]),
    Case(
      .normalizer,
      #"{"type":"Sequence","normalizers":[{"type":"Lowercase"},{"type":"Prepend","prepend":"H"}]}"#,
      "AB", [27, 58]),
    Case(
      .addedTokens, #"[{"id":60,"content":"<x>","special":true}]"#, "a <x> b", [1, 47, 60, 47, 2]),
    Case(
      .addedTokens, #"[{"id":60,"content":"<x>","lstrip":true,"special":true}]"#, "a  <x> b",
      [1, 60, 47, 2]),
    Case(
      .addedTokens, #"[{"id":60,"content":"<x>","rstrip":true,"special":true}]"#, "a <x> \u{a} b",
      [1, 47, 60, 2]),
    Case(
      .addedTokens, #"[{"id":58,"content":"ab","single_word":true,"special":true}]"#, "ab abc ab",
      [58, 47, 58, 3, 47, 58]),
    Case(
      .addedTokens, #"[{"id":60,"content":"xQ","normalized":true,"special":true}]"#, "axqaxQ",
      [1, 60, 1, 60]),
    Case(
      .postProcessor,
      #"{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"a"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"b"}}],"special_tokens":{"a":{"id":"a","ids":[1],"tokens":["a"]},"b":{"id":"b","ids":[2,3],"tokens":["b","c"]}}}"#,
      "hello", [1, 53, 2, 3]),
    Case(
      .postProcessor, #"{"type":"RobertaProcessing","sep":["b",2],"cls":["a",1]}"#, "hello",
      [1, 53, 2]),
  ]

  @Test("each part does what Hugging Face's does", arguments: cases)
  func part(_ example: Case) throws {
    var members = [example.member: example.json]
    // A normalised added token shows only where something is normalised.
    if example.json.contains(#""normalized":true"#) { members[.normalizer] = lowercase }
    let tokenizer = try Tokenizer(huggingFaceJSON: Self.file(members))
    #expect(tokenizer.encode(example.text, addSpecial: true) == example.ids)
  }

  private let lowercase = #"{"type":"Lowercase"}"#

  @Test("special tokens in the text are plain text on request, other added tokens never are")
  func plainText() throws {
    let added = #"[{"id":60,"content":"<x>","special":true},{"id":61,"content":"bc"}]"#
    let tokenizer = try Tokenizer(huggingFaceJSON: Self.file([.addedTokens: added]))
    #expect(tokenizer.encode("a<x>bc") == [1, 60, 61])
    #expect(tokenizer.encode("a<x>bc", recogniseSpecial: false) == [1, 0, 24, 0, 61])
    #expect(tokenizer.decode([1, 60, 61]) == "a<x>bc")
    #expect(tokenizer.decode([1, 60, 61], skipSpecial: true) == "abc")
    #expect(tokenizer.special.unknown == 0)
    #expect(tokenizer.special.names == ["<x>": 60])
    #expect(tokenizer.vocabularySize == 62)
  }

  @Test(
    "a part of an unknown kind is refused by name",
    arguments: [
      (Member.normalizer, #"{"type":"Shout"}"#, "Shout"),
      (.preTokenizer, #"{"type":"Sequence","pretokenizers":[{"type":"Dice"}]}"#, "Dice"),
      (.postProcessor, #"{"type":"Crop"}"#, "Crop"),
      (.preTokenizer, #"{"type":"Split","pattern":{"Regex":"[a-z&&[aeiou]]"}}"#, "&&"),
      (.preTokenizer, #"{"type":"Split","pattern":{"Regex":"(a"}}"#, "(a"),
    ])
  func unknownKind(_ member: Member, _ json: String, _ name: String) {
    let error = #expect(throws: TokenizerError.self) {
      try Tokenizer(huggingFaceJSON: Self.file([member: json]))
    }
    #expect(error?.description.contains(name) == true)
  }

  @Test("an unknown model is refused by name")
  func unknownModel() {
    let error = #expect(throws: TokenizerError.self) {
      try Tokenizer(huggingFaceJSON: Self.file([:], model: "Oracle"))
    }
    #expect(error?.description.contains("`Oracle`") == true)
  }

  @Test(
    "a damaged file is refused, and never ends the process",
    arguments: [
      "", "{", "[]", "{}", #"{"model":{}}"#, #"{"model":{"vocab":{"a":}}}"#, "\u{0}",
      String(repeating: "[", count: 100_000), #"{"model":{"vocab":{"a":99999999999}}}"#,
      #"{"model":{"vocab":{"a":0}},"added_tokens":[{"id":-1,"content":"x"}]}"#,
    ])
  func damaged(_ text: String) {
    #expect(throws: TokenizerError.self) { try Tokenizer(huggingFaceJSON: Data(text.utf8)) }
  }

  @Test("every prefix of a good file is refused")
  func truncated() {
    let file = Self.file([.normalizer: lowercase])
    for count in stride(from: 0, to: file.count - 1, by: 7) {
      #expect(throws: TokenizerError.self) {
        try Tokenizer(huggingFaceJSON: file.prefix(count))
      }
    }
  }
}
