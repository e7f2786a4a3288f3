import Formats
import Foundation
import Tokenizers
import Vocabulary

/// A vocabulary as recipes carry it about.
public struct TrainedTokenizer: StoredValue, RecipeValue {
  public static let typeName = "Tokenizer"
  public let tokenizer: Tokenizer

  public init(_ tokenizer: Tokenizer) { self.tokenizer = tokenizer }

  public var canonical: String {
    (0..<tokenizer.vocabularySize).map { tokenizer.piece(Int32($0)) }.joined(separator: " ")
  }

  public var display: Display { .text("\(tokenizer.vocabularySize) tokens of byte pairs") }

  static let members = [RecordField("size", .int)]

  public func member(_ name: String) throws -> Value? {
    switch name {
    case "size": .int(tokenizer.vocabularySize)
    default: nil
    }
  }

  public func write(to folder: Folder) throws {
    try AtomicFile.write(
      tokenizer.huggingFaceJSON(), to: folder.appending(path: "tokenizer.json"))
    try AtomicFile.write(
      Data(tokenizer.special.json.pretty.utf8), to: folder.appending(path: "special.json"))
  }

  public static func read(from folder: Folder) throws -> TrainedTokenizer {
    let tokenizer = try Tokenizer(huggingFace: folder.appending(path: "tokenizer.json"))
    let special = try JSONValue(reading: folder.appending(path: "special.json"))
    return TrainedTokenizer(tokenizer.with(special: tokenizer.special.taking(special)))
  }
}
