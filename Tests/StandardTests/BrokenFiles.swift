import Foundation
import Language
import Standard
import Syntax
import Vocabulary

/// The files that wrong recipes read: each is broken in one way, made here and never committed.
enum BrokenFiles {
  /// Makes them in `folder/files`.
  static func make(in folder: URL) throws {
    let files = folder.appending(path: "files")
    try FileManager.default.createDirectory(
      at: files.appending(path: "empty_folder"), withIntermediateDirectories: true)
    for (name, bytes) in try rows + texts {
      try bytes.write(to: files.appending(path: name))
    }
    try models(files)
  }

  private static let texts = [
    ("notes.txt", Data("Buy milk.\n".utf8)),
    ("ragged.csv", Data("a,b\n1,2\n1,2,3\n".utf8)),
    ("latin1.jsonl", Data([0x7B, 0x22, 0x71, 0x22, 0x3A, 0x22, 0xE9, 0x22, 0x7D, 0x0A])),
    ("stage.recipe", Data("param rate: Float = 1e-4\n".utf8)),
    ("wrong.recipe", Data("rate = unknown + 1\n".utf8)),
    ("broken.gguf", Data("GGUF".utf8) + Data(repeating: 0xFF, count: 60)),
  ]

  private static var rows: [(String, Data)] {
    get throws {
      let good = (1...400).map { #"{"q": "row \#($0)"}"# }
      func lines(_ replaced: [Int: String], of count: Int = 3) -> Data {
        let all = good.prefix(count).enumerated().map { replaced[$0 + 1] ?? $1 }
        return Data((all.joined(separator: "\n") + "\n").utf8)
      }
      return [
        ("empty.jsonl", Data()),
        ("broken_line.jsonl", lines([2: #"{"q": "row"#])),
        ("broken_far_down.jsonl", lines([300: #"{"q": oops}"#], of: 400)),
        ("nan.jsonl", lines([2: #"{"q": NaN}"#])),
        ("sometimes_null.jsonl", lines([300: #"{"q": null}"#], of: 400)),
        ("damaged.jsonl.gz", Data(gzipped.prefix(gzipped.count / 2))),
      ]
    }
  }

  /// Twelve rows of JSON, compressed.
  private static let gzipped =
    Data(
      base64Encoded: """
        H4sIAAAAAAACA03POw4CQQwD0J5ToDkGt8nXsTvqFXdnEcVM+5Q4zrXe6/VcIS+fGaTP+jyuvxogm0p526FG
        Q8KYc8wyO3PKQI+t5U0wqzTc+ktNIJrtW+feJHpsrLZKQgTTkkdCgq2eogxHhyDvYtNiHopptJFSH9dkGVQ4
        6/fbF+QedPoIAQAA
        """, options: .ignoreUnknownCharacters) ?? Data()

  /// A whole model, and copies of which the end is missing.
  private static func models(_ files: URL) throws {
    let outcome = Ran(
      """
      whole = new_model(
        llama(width: 16, layers: 1, heads: 2),
        vocabulary: train_vocabulary(rows([(text: "a bc")]), of: .text, size: 260))
      save(whole, to: "whole")
      save(whole, to: "whole.gguf")
      """, in: files)
    guard outcome.exitCode == 0 else { throw NoModel(reason: outcome.said) }
    let whole = files.appending(path: "whole")
    let truncated = files.appending(path: "truncated")
    try FileManager.default.copyItem(at: whole, to: truncated)
    try cut(whole.appending(path: "model.safetensors"), to: truncated, "model.safetensors")
    try cut(files.appending(path: "whole.gguf"), to: files, "truncated.gguf")
  }

  private static func cut(_ whole: URL, to folder: URL, _ name: String) throws {
    let bytes = try Data(contentsOf: whole)
    try bytes.prefix(bytes.count - bytes.count / 4).write(to: folder.appending(path: name))
  }

  private struct NoModel: Error { let reason: String }
}
