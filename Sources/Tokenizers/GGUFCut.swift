/// How the text of a byte-level vocabulary is cut, by the names that llama.cpp's converter writes
/// into `tokenizer.ggml.pre`.
struct GGUFCut: Sendable {
  var names: [String]
  /// Applied one after the other, each to the pieces of the one before.
  var patterns: [String]
  var takesWholeWords = false
  var addsBos = false

  static func named(_ name: String) throws -> GGUFCut {
    if let cut = all.first(where: { $0.names.contains(name) }) { return cut }
    throw TokenizerError(
      "tokenizer.ggml.pre", found: "`\(name)`",
      expected: "one of \(all.flatMap(\.names).joined(separator: ", "))",
      advice: "Put the model's tokenizer.json beside it")
  }

  static let all = [
    GGUFCut(
      names: [
        "gpt-2", "gpt2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4",
        "jina-es", "jina-de", "jina-v2-code", "roberta-bpe", "gigachat", "a.x-4.0", "mellum",
      ], patterns: [Patterns.gpt2]),
    GGUFCut(
      names: ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"],
      patterns: [#"\p{N}"#, Patterns.gpt2]),
    GGUFCut(
      names: ["llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral", "lfm2", "midm-2.0"],
      patterns: [threeDigits], takesWholeWords: true, addsBos: true),
    GGUFCut(names: ["dbrx", "smaug-bpe", "chatglm-bpe", "glm4"], patterns: [threeDigits]),
    GGUFCut(
      names: ["qwen2", "deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez", "kormo"],
      patterns: [oneDigit]),
    GGUFCut(
      names: ["tekken"], patterns: [cased(digits: #"\p{N}"#, contractions: "")],
      takesWholeWords: true, addsBos: true),
    GGUFCut(
      names: ["gpt-4o", "llama4"],
      patterns: [
        cased(digits: #"\p{N}{1,3}"#, contractions: "(?i:'s|'t|'re|'ve|'m|'ll|'d)?")
      ]),
    GGUFCut(names: ["deepseek-coder"], patterns: deepSeekCoder),
    GGUFCut(
      names: ["falcon"], patterns: [#"[\p{P}\$\+<=>\^~\|`]+"#, Patterns.gpt2, "[0-9][0-9][0-9]"]),
    GGUFCut(
      names: ["default"],
      patterns: [#"[\p{P}\$\+<=>\^~\|]+"#, Patterns.gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]),
  ]

  private static let threeDigits = words(digits: #"\p{N}{1,3}"#)
  private static let oneDigit = words(digits: #"\p{N}"#)

  private static func words(digits: String) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// Words end where lower case turns to upper case.
  private static func cased(digits: String, contractions: String) -> String {
    let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    let before = #"[^\r\n\p{L}\p{N}]?"#
    return "\(before)\(upper)*\(lower)+\(contractions)|\(before)\(upper)+\(lower)*\(contractions)|"
      + digits + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  private static let deepSeekCoder = [
    #"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#,
    #"[\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+"#, #"\p{N}"#,
  ]
}

extension Tokenizer {
  /// llama.cpp's name for the way in which a byte-level vocabulary cuts text; nil where it has none.
  package var ggufCut: String? {
    let patterns = parts.preTokenizers.map { step -> String? in
      switch step {
      case .split(let pattern, .isolated, invert: false): pattern.source
      case .digits(individual: true): #"\p{N}"#
      case .split, .digits, .addPrefixSpace, .byteAlphabet, .metaspace, .beforeSpaces: nil
      }
    }
    guard case .bpe(let bpe) = parts.model, case .bytes = bpe.symbols else { return nil }
    return GGUFCut.all.first {
      $0.patterns == patterns && $0.takesWholeWords == bpe.takesWholeWords
    }?.names.first
  }
}
