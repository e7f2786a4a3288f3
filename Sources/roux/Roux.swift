// The command line: what is typed after `roux`, and the exit code that comes of it.

import ArgumentParser
import Foundation
import Language
import Notebook
import Standard
import Store
import Vocabulary

@main struct Roux: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roux",
    abstract: "Post-train language models by recipe.",
    discussion: """
      Without a command, roux opens its prompt.
      Exit codes: 0 done, 1 a stage failed, 2 usage, 3 the recipe does not check, \
      4 a check failed, 130 paused.
      """,
    version: "roux \(version)",
    subcommands: [
      Run.self, Check.self, ShowPlan.self, Format.self, Document.self, Explain.self, Measure.self,
      ServeEditor.self, Editor.self,
    ])

  static let version = "0.1.0"

  @Option(name: .customShort("e"), help: "A recipe to run, given on the command line.")
  var expression: String?

  /// Usage errors exit with 2, where the parser's own habit is 64.
  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let end as ExitCode {
      Foundation.exit(end.rawValue)
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      Console.complain(fullMessage(for: error))
      Foundation.exit(ExitStatus.usage.rawValue)
    }
  }

  func run() throws {
    guard let expression else { return try openPrompt() }
    try Recipe(text: expression).run(isJSON: false, threads: nil)
  }

  private func openPrompt() throws {
    let directory = URL(filePath: FileManager.default.currentDirectoryPath)
    let conversation = Conversation(
      lexicon: Words.lexicon, directory: directory,
      results: Store(beside: directory, stored: Words.lexicon.library.stored),
      threads: ProcessInfo.processInfo.activeProcessorCount)
    let code = conversation.run()
    guard code == 0 else { throw ExitCode(code) }
  }
}

/// What the exit codes of roux mean.
enum ExitStatus: Int32 {
  case done = 0
  case stageFailed = 1
  case usage = 2
  case unsound = 3
  case checkFailed = 4
  case paused = 130

  var code: ExitCode { ExitCode(rawValue) }
}

/// All words that recipes may use, looked up fast.
enum Words {
  static let lexicon = Lexicon(.standard)
}
