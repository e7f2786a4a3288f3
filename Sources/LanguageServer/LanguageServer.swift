// The server's side of one conversation, message by message; it reads and writes nothing itself.

import Foundation
import JSON
import Language
import Syntax

/// Answers an editor from the engine that the prompt and the command line use.
public struct LanguageServer {
  var workspace: Workspace
  private var state = State.fresh
  /// Folders of the library as files, written where they can be read when somebody jumps there.
  let library: LibraryFiles
  private let version: String

  private enum State {
    case fresh, running, shutDown
  }

  /// What an `exit` means: nil while the conversation goes on.
  public private(set) var exitCode: Int32?

  public init(lexicon: Lexicon, version: String) {
    workspace = Workspace(lexicon: lexicon)
    library = LibraryFiles(lexicon)
    self.version = version
  }

  /// The messages that a message from the client leads to at once.
  ///
  /// Diagnostics come when the client is quiet: `published()` gives them.
  public mutating func receive(_ message: JSONValue) -> [JSONValue] { receive(Message(message)) }

  mutating func receive(_ message: Message) -> [JSONValue] {
    switch message {
    case .request(let id, let method, let params):
      do {
        return [Reply.result(try respond(to: method, params), to: id)]
      } catch {
        return [Reply.error(error, to: id)]
      }
    case .notification(let method, let params): return notice(method, params)
    case .answer: return []
    case .invalid(let id, let error): return [Reply.error(error, to: id)]
    }
  }

  /// The diagnostics of recipes that changed since the last call.
  public mutating func published() -> [JSONValue] {
    workspace.takeChanged().compactMap { diagnostics(of: $0) }
  }

  /// Whether somebody waits for `published()`.
  var hasChanges: Bool { !workspace.changed.isEmpty }

  /// What the end of the client's messages means.
  var codeAtEnd: Int32 { exitCode ?? (state == .shutDown ? 0 : 1) }

  // MARK: Requests

  private mutating func respond(to method: String, _ params: JSONValue) throws(ResponseError)
    -> JSONValue
  {
    switch state {
    case .fresh:
      guard method == "initialize" else {
        throw ResponseError(.notInitialized, "`initialize` comes first, not `\(method)`")
      }
      return initialize(params)
    case .running: break
    case .shutDown: throw ResponseError(.invalidRequest, "the server has been shut down")
    }
    if method == "shutdown" {
      state = .shutDown
      return .null
    }
    if method == "initialize" {
      throw ResponseError(.invalidRequest, "the server is initialized already")
    }
    // What to fill in for a completion is known from the completion alone.
    if method == "completionItem/resolve" { return resolved(params) }
    if let request = DocumentRequest(rawValue: method) {
      let analysis = try analysis(of: params)
      return answer(request, analysis, workspace.map(analysis.source), params)
    }
    guard let request = PlaceRequest(rawValue: method) else {
      throw ResponseError(.methodNotFound, "there is no method `\(method)`")
    }
    return try answer(request, try analysis(of: params), params)
  }

  private mutating func initialize(_ params: JSONValue) -> JSONValue {
    state = .running
    let offered = params["capabilities"]?["general"]?["positionEncodings"]?.list ?? []
    workspace.encoding = PositionEncoding(offered: offered)
    let folders = (params["workspaceFolders"]?.list ?? []).compactMap { $0["uri"]?.text }
    let root = params["rootUri"]?.text
    workspace.folders = (folders.isEmpty ? [root].compactMap(\.self) : folders).compactMap(
      FileAddress.path)
    return [
      "capabilities": Capabilities.json(workspace.encoding),
      "serverInfo": ["name": "roux", "version": .text(version)],
    ]
  }

  /// What is known of the recipe that a request is about.
  private mutating func analysis(of params: JSONValue) throws(ResponseError) -> Analysis {
    guard let uri = params["textDocument"]?["uri"]?.text else {
      throw ResponseError(.invalidParams, "the request needs textDocument.uri")
    }
    guard let analysis = workspace.analysis(of: workspace.path(of: uri)) else {
      throw ResponseError(.invalidParams, "there is no recipe at \(uri)")
    }
    return analysis
  }

  private func answer(
    _ request: DocumentRequest, _ analysis: Analysis, _ map: PositionMap, _ params: JSONValue
  ) -> JSONValue {
    let range = map.range(params["range"]) ?? analysis.source.range
    switch request {
    case .documentSymbol: return symbols(analysis, map)
    case .formatting: return formatting(analysis, map)
    case .codeAction: return actions(analysis, map, range, params)
    case .semanticTokens: return .object(of: ["data": SemanticTokens(analysis, map).json])
    case .inlayHint: return hints(analysis, map, range)
    case .foldingRange: return folds(analysis, map)
    }
  }

  private func answer(
    _ request: PlaceRequest, _ analysis: Analysis, _ params: JSONValue
  ) throws(ResponseError) -> JSONValue {
    guard let position = Position(params["position"]) else {
      throw ResponseError(.invalidParams, "`\(request.rawValue)` needs a position")
    }
    let map = workspace.map(analysis.source)
    let offset = map.offset(of: position)
    switch request {
    case .hover: return hover(analysis, map, offset)
    case .completion: return completions(analysis, map, offset)
    case .signatureHelp: return signature(analysis, offset)
    case .definition: return definition(analysis, offset)
    case .references: return references(analysis, offset, params)
    case .documentHighlight: return highlights(analysis, map, offset)
    case .prepareRename: return try preparedRename(analysis, map, offset)
    case .rename: return try rename(analysis, offset, params)
    }
  }

  // MARK: Notifications

  private mutating func notice(_ method: String, _ params: JSONValue) -> [JSONValue] {
    if method == "exit" { exitCode = state == .shutDown ? 0 : 1 }
    guard state == .running else { return [] }
    let document = params["textDocument"]
    switch method {
    case "textDocument/didOpen":
      guard let uri = document?["uri"]?.text, let text = document?["text"]?.text else { return [] }
      workspace.open(
        Document(
          uri: uri, path: workspace.path(of: uri), version: document?["version"]?.int, text: text))
    case "textDocument/didChange":
      guard let uri = document?["uri"]?.text else { return [] }
      let encoding = workspace.encoding
      workspace.change(workspace.path(of: uri)) {
        $0.apply(
          params["contentChanges"]?.list ?? [], version: document?["version"]?.int, encoding)
      }
    case "textDocument/didClose": return close(document?["uri"]?.text)
    case "textDocument/didSave", "workspace/didChangeWatchedFiles": workspace.refresh()
    case "workspace/didChangeWorkspaceFolders": changeFolders(params["event"])
    default: break
    }
    return []
  }

  /// What was said of a text that is closed is taken back.
  private mutating func close(_ uri: String?) -> [JSONValue] {
    guard let uri else { return [] }
    workspace.close(workspace.path(of: uri))
    return [
      Reply.notification(
        "textDocument/publishDiagnostics", ["uri": .text(uri), "diagnostics": []])
    ]
  }

  private mutating func changeFolders(_ event: JSONValue?) {
    let paths = { (key: String) in
      (event?[key]?.list ?? []).compactMap { $0["uri"]?.text }.compactMap(FileAddress.path)
    }
    let removed = Set(paths("removed"))
    workspace.folders = workspace.folders.filter { !removed.contains($0) } + paths("added")
  }
}
