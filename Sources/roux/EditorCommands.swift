// What editors need: the language server, and the files that teach them the language.

import ArgumentParser
import Foundation
import LanguageServer

struct ServeEditor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lsp", abstract: "Serve an editor over standard input and output.",
    discussion: "Editors start this; it speaks the Language Server Protocol 3.17.")

  @Flag(help: "Accepted, as many editors pass it; there is no other way to talk.")
  var stdio = false

  func run() throws {
    var loop = ServerLoop(LanguageServer(lexicon: Words.lexicon, version: Roux.version))
    let code = loop.run()
    guard code == 0 else { throw ExitCode(code) }
  }
}

struct Editor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write what an editor needs to know the language.", subcommands: [VSCode.self])

  struct VSCode: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "vscode", abstract: "Write an extension folder for VS Code.")

    @Option(name: .customLong("to"), help: "The folder; files in it are replaced.")
    var folder: String

    func run() throws {
      let files = VSCodeExtension(Words.lexicon, version: Roux.version)
      do {
        try files.write(to: URL(filePath: folder))
      } catch {
        Console.complain("\(folder): the folder cannot be written; choose another with --to")
        throw ExitStatus.stageFailed.code
      }
      for file in files.files { Console.say("\(folder)/\(file.path)") }
    }
  }
}
