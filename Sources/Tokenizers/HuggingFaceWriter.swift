import Foundation

extension Tokenizer {
  /// A `tokenizer.json` that Hugging Face's `tokenizers` load: the very bytes of the file where the
  /// tokenizer came from one, else written anew for byte-level BPE.
  public func huggingFaceJSON() throws -> Data {
    switch parts.origin {
    case .file(let data): return data
    case .byteLevel(let patterns): return Data(HuggingFaceWriter(parts, patterns).bytes())
    case .other:
      throw TokenizerError(
        "tokenizer.json", found: "a tokenizer read from a SentencePiece model",
        expected: "one read from tokenizer.json, or byte-level BPE",
        advice: "Keep the tokenizer.model file beside the weights")
    }
  }
}

/// Writes byte-level BPE: patterns as isolating splits, then the byte alphabet.
private struct HuggingFaceWriter {
  private let parts: TokenizerParts
  private let patterns: [String]

  init(_ parts: TokenizerParts, _ patterns: [String]) {
    self.parts = parts
    self.patterns = patterns
  }

  func bytes() -> [UInt8] {
    let cuts = patterns.map { pattern in
      """
      {"type":"Split","pattern":{"Regex":\(quoted(pattern))},"behavior":"Isolated","invert":false}
      """
    }
    let alphabet = """
      {"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}
      """
    let text = """
      {"version":"1.0","truncation":null,"padding":null,
      "added_tokens":[\(parts.added.map(entry).joined(separator: ",\n"))],
      "normalizer":null,
      "pre_tokenizer":{"type":"Sequence","pretokenizers":[\((cuts + [alphabet]).joined(separator: ",\n"))]},
      "post_processor":\(postProcessor),
      "decoder":\(alphabet),
      "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
      "end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,
      "ignore_merges":\(takesWholeWords),
      "vocab":{\(vocabulary)},
      "merges":[\(merges)]}}

      """
    return Array(text.utf8)
  }

  private var bpe: BPE? { if case .bpe(let bpe) = parts.model { bpe } else { nil } }

  private var takesWholeWords: Bool { bpe?.takesWholeWords ?? false }

  private var vocabulary: String {
    (0..<parts.pieces.count).compactMap { id in
      parts.pieces.text(of: id).map { "\(quoted($0)):\(id)" }
    }.joined(separator: ",\n")
  }

  private var merges: String {
    let pairs = (bpe?.pairs.all ?? []).sorted { first, second in
      (first.entry.rank, first.left, first.right) < (second.entry.rank, second.left, second.right)
    }
    return pairs.compactMap { pair in
      guard let left = parts.pieces.text(of: Int(pair.left)),
        let right = parts.pieces.text(of: Int(pair.right))
      else { return nil }
      return "[\(quoted(left)),\(quoted(right))]"
    }.joined(separator: ",\n")
  }

  private var postProcessor: String {
    let frame = parts.frame
    if frame.prefix.isEmpty, frame.suffix.isEmpty {
      return """
        {"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}
        """
    }
    let texts = Dictionary(
      (frame.prefix + frame.suffix).map { ($0, parts.pieces.text(of: Int($0)) ?? "") },
      uniquingKeysWith: { $1 })
    func step(_ id: Int32) -> String {
      "{\"SpecialToken\":{\"id\":\(quoted(texts[id] ?? "")),\"type_id\":0}}"
    }
    func sequence(_ name: String) -> [String] {
      frame.prefix.map(step) + ["{\"Sequence\":{\"id\":\"\(name)\",\"type_id\":0}}"]
        + frame.suffix.map(step)
    }
    let tokens = texts.sorted { $0.key < $1.key }.map { id, text in
      "\(quoted(text)):{\"id\":\(quoted(text)),\"ids\":[\(id)],\"tokens\":[\(quoted(text))]}"
    }
    return """
      {"type":"TemplateProcessing","single":[\(sequence("A").joined(separator: ","))],
      "pair":[\((sequence("A") + sequence("B")).joined(separator: ","))],
      "special_tokens":{\(tokens.joined(separator: ","))}}
      """
  }

  private func entry(_ token: AddedToken) -> String {
    """
    {"id":\(token.id),"content":\(quoted(token.text)),"single_word":\(token.singleWord),\
    "lstrip":\(token.stripsLeft),"rstrip":\(token.stripsRight),\
    "normalized":\(token.isNormalized),"special":\(token.isSpecial)}
    """
  }

  private func quoted(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\u{0}"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }
}
