// A client of the server, in memory.

import Foundation
import JSON
import Language
import LanguageServer
import Standard

/// Talks to a server about recipes in a folder of its own.
final class Client {
  static let lexicon = Lexicon(.standard)

  private var server = LanguageServer(lexicon: Client.lexicon, version: "test")
  private var count = 0
  private var versions: [String: Int] = [:]
  let folder: URL
  /// What was last said of each recipe, by its name.
  private(set) var published: [String: JSONValue] = [:]
  /// The answer to the handshake.
  private(set) var greeting = JSONValue.null

  init(_ files: [String: String] = [:], encodings: [JSONValue]? = nil) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "roux-lsp-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files { try write(name, text) }
    var general: JSONValue = [:]
    if let encodings { general = ["positionEncodings": .list(encodings)] }
    greeting = request(
      "initialize",
      [
        "processId": .null, "capabilities": ["general": general],
        "workspaceFolders": [["uri": .text(folder.absoluteString), "name": "recipes"]],
      ])
    notify("initialized", [:])
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  func uri(_ name: String) -> String { folder.appending(path: name).absoluteString }

  // MARK: Messages

  /// The whole answer to a request.
  func answer(_ method: String, _ params: JSONValue) -> JSONValue {
    count += 1
    let id = JSONValue.int(count)
    let replies = send(["jsonrpc": "2.0", "id": id, "method": .text(method), "params": params])
    return replies.first { $0["id"] == id } ?? .null
  }

  func request(_ method: String, _ params: JSONValue) -> JSONValue {
    answer(method, params)["result"] ?? .null
  }

  func notify(_ method: String, _ params: JSONValue) {
    _ = send(["jsonrpc": "2.0", "method": .text(method), "params": params])
  }

  /// Sends, and takes in what is published once the server is idle.
  private func send(_ message: JSONValue) -> [JSONValue] {
    let replies = server.receive(message)
    for one in replies + server.published() {
      guard one["method"]?.text == "textDocument/publishDiagnostics",
        let uri = one["params"]?["uri"]?.text
      else { continue }
      published[URL(string: uri)?.lastPathComponent ?? uri] = one["params"]
    }
    return replies
  }

  // MARK: Documents

  func open(_ name: String, _ text: String) {
    versions[name] = 1
    notify(
      "textDocument/didOpen",
      [
        "textDocument": [
          "uri": .text(uri(name)), "languageId": "roux", "version": 1, "text": .text(text),
        ]
      ])
  }

  func change(_ name: String, _ changes: [JSONValue]) {
    versions[name, default: 1] += 1
    notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": .text(uri(name)), "version": .int(versions[name] ?? 1)],
        "contentChanges": .list(changes),
      ])
  }

  /// Opens a recipe and asks about the place that `§` marks in it.
  func ask(
    _ method: String, _ marked: String, in name: String = "main.recipe", _ more: JSONValue = [:]
  ) -> JSONValue {
    let (text, position) = Client.split(marked)
    open(name, text)
    return answer(method, place(name, position, more))
  }

  func place(_ name: String, _ position: JSONValue, _ more: JSONValue = [:]) -> JSONValue {
    var params: JSONValue = ["textDocument": ["uri": .text(uri(name))], "position": position]
    if case .object(var object) = params {
      for (key, value) in more.object?.pairs ?? JSONObject().pairs { object[key] = value }
      params = .object(object)
    }
    return params
  }

  /// A text without its mark, and the place of the mark in UTF-16.
  static func split(_ marked: String) -> (text: String, position: JSONValue) {
    let parts = marked.components(separatedBy: "§")
    let lines = parts[0].components(separatedBy: "\n")
    return (
      parts.joined(),
      ["line": .int(lines.count - 1), "character": .int(lines[lines.count - 1].utf16.count)]
    )
  }

  func document(_ name: String) -> JSONValue { ["textDocument": ["uri": .text(uri(name))]] }

  func messages(_ name: String = "main.recipe") -> [String] {
    (published[name]?["diagnostics"]?.list ?? []).compactMap { $0["code"]?.text }
  }
}

extension JSONValue {
  var items: [JSONValue] { list ?? self["items"]?.list ?? [] }

  /// The labels of completions.
  var labels: [String] { items.compactMap { $0["label"]?.text } }
}

/// Makes the edits of an answer, all counted in the text as it is, in UTF-16.
func applying(_ edits: JSONValue?, to text: String) -> String {
  var units = Array(text.utf16)
  let offset = { (position: JSONValue?) -> Int in
    let lines = text.components(separatedBy: "\n")
    let line = position?["line"]?.int ?? 0
    let before = lines.prefix(line).reduce(0) { $0 + $1.utf16.count + 1 }
    return min(before + (position?["character"]?.int ?? 0), text.utf16.count)
  }
  let ranges = (edits?.list ?? []).map { edit in
    (
      offset(edit["range"]?["start"])..<offset(edit["range"]?["end"]),
      Array((edit["newText"]?.text ?? "").utf16)
    )
  }
  for (range, new) in ranges.sorted(by: { $0.0.lowerBound > $1.0.lowerBound }) {
    units.replaceSubrange(range, with: new)
  }
  return String(decoding: units, as: UTF16.self)
}
