// A folder that VS Code loads as an extension: colours, brackets, and the start of the server.

import Foundation
import JSON
import Language

/// The files of the extension by their paths in its folder.
public struct VSCodeExtension {
  public let files: [(path: String, text: String)]

  public init(_ lexicon: Lexicon, version: String) {
    files = [
      ("package.json", VSCodeExtension.manifest(version).pretty + "\n"),
      ("language-configuration.json", VSCodeExtension.configuration.pretty + "\n"),
      ("syntaxes/roux.tmLanguage.json", TextMateGrammar(lexicon).json.pretty + "\n"),
      ("extension.js", VSCodeExtension.client),
      ("README.md", VSCodeExtension.manual),
    ]
  }

  /// Writes the folder; files of other names in it stay as they are.
  public func write(to folder: URL) throws {
    for file in files {
      let url = folder.appending(path: file.path)
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: url, options: .atomic)
    }
  }

  private static func manifest(_ version: String) -> JSONValue {
    [
      "name": "roux", "displayName": "Roux",
      "description": "Recipes for post-training language models.", "version": .text(version),
      "publisher": "roux", "license": "Apache-2.0", "private": true,
      "engines": ["vscode": "^1.82.0"], "categories": ["Programming Languages"],
      "main": "./extension.js", "activationEvents": [],
      "dependencies": ["vscode-languageclient": "^9.0.1"],
      "contributes": [
        "languages": [
          [
            "id": "roux", "aliases": ["Roux", "recipe"], "extensions": [".recipe"],
            "configuration": "./language-configuration.json",
          ]
        ],
        "grammars": [
          [
            "language": "roux", "scopeName": .text(TextMateGrammar.scope),
            "path": "./syntaxes/roux.tmLanguage.json",
          ]
        ],
        "configuration": [
          "title": "Roux",
          "properties": [
            "roux.path": [
              "type": "string", "default": "roux", "scope": "machine-overridable",
              "description": "The roux program.",
            ]
          ],
        ],
      ],
    ]
  }

  private static let configuration: JSONValue = {
    let pairs: JSONValue = [["(", ")"], ["[", "]"], ["{", "}"]]
    return [
      "comments": ["lineComment": "//"],
      "brackets": pairs,
      "autoClosingPairs": [
        ["open": "(", "close": ")"], ["open": "[", "close": "]"], ["open": "{", "close": "}"],
        ["open": "\"", "close": "\"", "notIn": ["string", "comment"]],
      ],
      "surroundingPairs": [["(", ")"], ["[", "]"], ["{", "}"], ["\"", "\""]],
      "onEnterRules": [
        ["beforeText": "^\\s*///", "action": ["indent": "none", "appendText": "/// "]]
      ],
    ]
  }()

  private static let client = """
    "use strict";

    const { workspace } = require("vscode");
    const { LanguageClient } = require("vscode-languageclient/node");

    let client;

    function activate(context) {
      const command = workspace.getConfiguration("roux").get("path", "roux");
      const watcher = workspace.createFileSystemWatcher("**/*.recipe");
      context.subscriptions.push(watcher);
      client = new LanguageClient(
        "roux",
        "Roux",
        { command, args: ["lsp"] },
        { documentSelector: [{ language: "roux" }], synchronize: { fileEvents: watcher } }
      );
      return client.start();
    }

    function deactivate() {
      return client ? client.stop() : undefined;
    }

    module.exports = { activate, deactivate };

    """

  private static let manual = """
    # Roux for VS Code

    Written by `roux editor vscode`; do not edit, write it again.

    ```
    npm install            # fetches vscode-languageclient
    ln -s "$PWD" ~/.vscode/extensions/roux
    ```

    Start VS Code anew and open a `.recipe` file. The program `roux` is looked for on the PATH; the
    setting `roux.path` names another.

    """
}
