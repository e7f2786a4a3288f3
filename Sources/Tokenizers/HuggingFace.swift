import Foundation
import JSON

extension Tokenizer {
  /// Reads a `tokenizer.json`, or the folder that holds one.
  ///
  /// The `tokenizer_config.json` and `special_tokens_map.json` beside it, where present, say which
  /// token begins and ends a text.
  public init(huggingFace url: URL) throws {
    let isFolder =
      (try? url.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? url.hasDirectoryPath
    let file = isFolder ? url.appending(path: "tokenizer.json") : url
    let data = try readFile(file, expected: "a tokenizer.json")
    let folder = file.deletingLastPathComponent()
    let beside = try ["special_tokens_map.json", "tokenizer_config.json"].map { name in
      try Self.readBeside(folder.appending(path: name))
    }
    try self.init(huggingFaceJSON: data, beside: beside, place: file.path)
  }

  /// Reads the bytes of a `tokenizer.json`.
  public init(huggingFaceJSON data: Data) throws {
    try self.init(huggingFaceJSON: data, beside: [], place: "tokenizer.json")
  }

  private init(huggingFaceJSON data: Data, beside: [JSONValue], place: String) throws {
    let file = try HuggingFaceFile(Array(data), place: place)
    var parts = try file.parts()
    parts.origin = .file(data)
    parts.specialTokens = Self.specialTokens(parts, file, beside)
    self.init(parts)
  }

  private static func readBeside(_ url: URL) throws -> JSONValue {
    guard let data = try? Data(contentsOf: url) else { return .null }
    do {
      return try JSONValue(parsing: Array(data))
    } catch {
      throw TokenizerError(url.path, error)
    }
  }

  /// The later file wins; without files, the model's unknown token and the one template token
  /// before the text are known.
  private static func specialTokens(
    _ parts: TokenizerParts, _ file: HuggingFaceFile, _ beside: [JSONValue]
  ) -> SpecialTokens {
    var ids: [String: Int] = [:]
    for token in parts.added { ids[token.text] = token.id }
    func id(_ key: String) -> Int? {
      for settings in beside.reversed() {
        guard let name = settings[key]?.text ?? settings[key]?["content"]?.text else { continue }
        if let id = ids[name] { return id }
        let id = parts.pieces.find(name)
        if id >= 0 { return Int(id) }
      }
      return nil
    }
    let template = parts.frame.prefix.count == 1 ? parts.frame.prefix.first.map { Int($0) } : nil
    let unknown = file.unknownToken.map { Int(parts.pieces.find($0)) }
    return SpecialTokens(
      bos: id("bos_token") ?? template, eos: id("eos_token"), pad: id("pad_token"),
      unknown: id("unk_token") ?? unknown.flatMap { $0 >= 0 ? $0 : nil },
      names: Dictionary(
        parts.added.filter(\.isSpecial).map { ($0.text, $0.id) }, uniquingKeysWith: { $1 }))
  }
}

/// The bytes of a file that a tokenizer is read from.
func readFile(_ url: URL, expected: String) throws -> Data {
  do {
    return try Data(contentsOf: url)
  } catch {
    throw TokenizerError(url.path, found: "no readable file (\(error))", expected: expected)
  }
}
