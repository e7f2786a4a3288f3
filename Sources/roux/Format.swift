// `roux fmt`: recipes laid out in the one style.

import ArgumentParser
import Foundation
import Syntax

struct Format: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fmt", abstract: "Lay recipes out in the one style.",
    discussion: """
      A recipe that does not parse is left alone, and its mistakes are listed.
      Exit codes: 0 all is laid out, 1 with --check: a recipe would change, \
      2 a file cannot be read or written, 3 a recipe does not parse.
      """)

  @Flag(help: "Write nothing; list the recipes that would change.")
  var check = false
  @Argument(
    help: ArgumentHelp(
      "Recipes, folders of recipes, or - for what comes in.", valueName: "path"))
  var paths: [String]

  func run() throws {
    let outcomes = paths.flatMap(outcomes)
    for status in [ExitStatus.usage, .unsound, .stageFailed] where outcomes.contains(status) {
      throw status.code
    }
  }

  private func outcomes(_ path: String) -> [ExitStatus] {
    if path == "-" { return [formatStream()] }
    do {
      return try recipes(at: path).map(formatFile)
    } catch {
      return [fail(path, "there is no such recipe or folder, or it cannot be read")]
    }
  }

  /// The file itself, or all recipes in a folder and below, hidden folders apart.
  private func recipes(at path: String) throws -> [String] {
    let place = URL(filePath: path).resolvingSymlinksInPath()
    guard try place.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true else {
      return [path]
    }
    return try FileManager.default.subpathsOfDirectory(atPath: path)
      .filter { below in
        below.hasSuffix(".recipe") && !below.split(separator: "/").contains { $0.hasPrefix(".") }
      }
      .sorted()
      .map { (path.hasSuffix("/") ? path : path + "/") + $0 }
  }

  private func formatFile(_ file: String) -> ExitStatus {
    guard let bytes = FileManager.default.contents(atPath: file) else {
      return fail(file, "there is no such recipe, or it cannot be read")
    }
    let source = SourceText(name: file, bytes: Array(bytes))
    guard let text = formatted(source) else { return .unsound }
    guard Array(text.utf8) != source.bytes else { return .done }
    return check ? differs(file) : replace(file, with: text)
  }

  private func formatStream() -> ExitStatus {
    let bytes = FileHandle.standardInput.readDataToEndOfFile()
    let source = SourceText(name: "standard input", bytes: Array(bytes))
    guard let text = formatted(source) else { return .unsound }
    if check { return Array(text.utf8) == source.bytes ? .done : differs(source.name) }
    FileHandle.standardOutput.write(Data(text.utf8))
    return .done
  }

  /// The recipe in the one style; nil after its mistakes have been listed.
  private func formatted(_ source: SourceText) -> String? {
    if let text = Formatter.format(source) { return text }
    Console.complain(Parser.parse(source).diagnostics, in: source, isJSON: false)
    return nil
  }

  private func differs(_ name: String) -> ExitStatus {
    Console.say(name)
    return .stageFailed
  }

  /// Puts the text in the place of the file's content at one instant; links stay links.
  private func replace(_ file: String, with text: String) -> ExitStatus {
    do {
      let place = URL(filePath: file).resolvingSymlinksInPath()
      let attributes = try FileManager.default.attributesOfItem(atPath: place.path)
      try Data(text.utf8).write(to: place, options: .atomic)
      // The new file that takes the place of the old one has the permissions of new files.
      if let permissions = attributes[.posixPermissions] {
        try FileManager.default.setAttributes(
          [.posixPermissions: permissions], ofItemAtPath: place.path)
      }
      return .done
    } catch {
      return fail(file, "it cannot be written: \(error.localizedDescription)")
    }
  }

  private func fail(_ name: String, _ reason: String) -> ExitStatus {
    Console.complain("\(name): \(reason)")
    return .usage
  }
}
