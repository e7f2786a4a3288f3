import Formats
import Foundation
import Tokenizers

/// What the tokenizer of a model is written from.
public enum TokenizerSource: Sendable {
  /// The tokenizer gives a `tokenizer.json` by itself.
  case json
  /// The bytes of a `tokenizer.model`.
  case sentencePiece(Data)
  /// The metadata of a GGUF file.
  case gguf(GGUFTokenizer)

  init(of checkpoint: Checkpoint) throws {
    if let gguf = checkpoint.ggufTokenizer {
      self = .gguf(gguf)
    } else if checkpoint.tokenizerFiles["tokenizer.json"] == nil,
      let file = checkpoint.tokenizerFiles["tokenizer.model"]
    {
      self = .sentencePiece(try Data(contentsOf: file))
    } else {
      self = .json
    }
  }
}

extension LanguageModel {
  /// The files of the tokenizer as Transformers reads them, by name.
  func tokenizerFiles() throws -> [String: Data] {
    var files = ["tokenizer_config.json": Data(tokenizerConfig.pretty.utf8)]
    switch tokenizerSource {
    case .json: files["tokenizer.json"] = try tokenizer.huggingFaceJSON()
    case .sentencePiece(let data): files["tokenizer.model"] = data
    case .gguf(let vocabulary):
      guard vocabulary.model == "gpt2" else {
        throw ModelError(
          model: name, place: "tokenizer",
          problem: "is a SentencePiece vocabulary from a GGUF file, of which no tokenizer.json "
            + "can be made",
          advice: "Save as \"gguf\", or put the tokenizer.json of the model beside its weights.")
      }
      files["tokenizer.json"] = try tokenizer.huggingFaceJSON()
    }
    return files
  }

  private var tokenizerConfig: JSONValue {
    var config = JSONObject()
    let special = tokenizer.special
    let named = [
      ("bos_token", special.bos), ("eos_token", special.eos),
      ("pad_token", head == nil ? special.pad : paddingToken),
      ("unk_token", special.unknown),
    ]
    for (key, id) in named {
      config[key] = id.map { .string(tokenizer.piece(Int32($0))) }
    }
    if let templateSource { config["chat_template"] = .string(templateSource) }
    config["clean_up_tokenization_spaces"] = false
    config["model_max_length"] = .integer(dimensions.context)
    if case .sentencePiece = tokenizerSource {
      config["tokenizer_class"] = "LlamaTokenizer"
    } else {
      config["tokenizer_class"] = "PreTrainedTokenizerFast"
    }
    return .object(config)
  }

  /// The vocabulary as GGUF keeps it.
  func ggufTokenizer() throws -> GGUFTokenizer {
    if case .gguf(var vocabulary) = tokenizerSource {
      vocabulary.chatTemplate = templateSource
      return vocabulary
    }
    guard case .json = tokenizerSource, let cut = tokenizer.ggufCut else {
      throw ModelError(
        model: name, place: "tokenizer",
        problem: "is none that can be written into a GGUF file, which takes byte-level BPE cut in "
          + "ways that llama.cpp has names for",
        advice: "Save a Hugging Face folder and use llama.cpp's converter.")
    }
    let json = try JSONValue(
      parsing: Array(try tokenizer.huggingFaceJSON()), path: "tokenizer.json")
    var vocabulary = GGUFTokenizer(byteLevel: json, cut: cut, size: dimensions.vocabulary)
    let special = tokenizer.special
    (vocabulary.bosID, vocabulary.eosID) = (special.bos, special.eos)
    (vocabulary.unkID, vocabulary.padID) = (special.unknown, special.pad)
    vocabulary.addBOS =
      tokenizer.encode("", addSpecial: true).first.map(Int.init) == special.bos
      && special.bos != nil
    vocabulary.chatTemplate = templateSource
    return vocabulary
  }
}

extension GGUFTokenizer {
  /// What the types of llama.cpp's tokens are called by number.
  private enum Kind { static let normal = 1, control = 3, userDefined = 4, unused = 5 }

  /// The vocabulary of a byte-level `tokenizer.json`.
  ///
  /// - Parameter size: how many tokens the model has; those that the vocabulary lacks are unused.
  fileprivate init(byteLevel json: JSONValue, cut: String, size: Int) {
    var tokens = (0..<size).map { "[PAD\($0)]" }
    var types = [Int](repeating: Kind.unused, count: size)
    for (text, id) in json["model"]?["vocab"]?.members?.members ?? [] {
      guard let id = id.int, tokens.indices.contains(id) else { continue }
      (tokens[id], types[id]) = (text, Kind.normal)
    }
    for token in json["added_tokens"]?.elements ?? [] {
      guard let id = token["id"]?.int, tokens.indices.contains(id) else { continue }
      tokens[id] = token["content"]?.text ?? tokens[id]
      types[id] = token["special"]?.flag == true ? Kind.control : Kind.userDefined
    }
    self.init(model: "gpt2", pre: cut, tokens: tokens)
    tokenTypes = types
    merges = (json["model"]?["merges"]?.elements ?? []).compactMap { merge in
      merge.text ?? merge.elements?.compactMap(\.text).joined(separator: " ")
    }
  }
}
