// What the server can do, as it tells the client.

import JSON

/// The requests about a whole document or a range of it, by the names of the protocol.
enum DocumentRequest: String {
  case documentSymbol = "textDocument/documentSymbol"
  case formatting = "textDocument/formatting"
  case codeAction = "textDocument/codeAction"
  case semanticTokens = "textDocument/semanticTokens/full"
  case inlayHint = "textDocument/inlayHint"
  case foldingRange = "textDocument/foldingRange"
}

/// The requests about one place in a document.
enum PlaceRequest: String {
  case hover = "textDocument/hover"
  case completion = "textDocument/completion"
  case signatureHelp = "textDocument/signatureHelp"
  case definition = "textDocument/definition"
  case references = "textDocument/references"
  case documentHighlight = "textDocument/documentHighlight"
  case rename = "textDocument/rename"
  case prepareRename = "textDocument/prepareRename"
}

enum Capabilities {
  static func json(_ encoding: PositionEncoding) -> JSONValue {
    [
      "positionEncoding": .text(encoding.rawValue),
      // 2: changes come as ranges.
      "textDocumentSync": ["openClose": true, "change": 2, "save": true],
      "hoverProvider": true,
      "completionProvider": [
        "triggerCharacters": [".", "(", "\"", ":", ",", "/"], "resolveProvider": true,
      ],
      "signatureHelpProvider": ["triggerCharacters": ["(", ","], "retriggerCharacters": [":"]],
      "definitionProvider": true,
      "referencesProvider": true,
      "documentHighlightProvider": true,
      "renameProvider": ["prepareProvider": true],
      "documentSymbolProvider": true,
      "documentFormattingProvider": true,
      "codeActionProvider": ["codeActionKinds": ["quickfix", "source.fixAll"]],
      "semanticTokensProvider": ["legend": SemanticTokens.legend, "full": true],
      "inlayHintProvider": true,
      "foldingRangeProvider": true,
      "workspace": ["workspaceFolders": ["supported": true, "changeNotifications": true]],
    ]
  }
}
