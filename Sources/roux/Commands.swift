// The commands, one struct each.

import ArgumentParser
import Foundation
import Language
import Notebook
import Syntax
import Vocabulary

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a recipe; its params are options: --lr 1e-4.",
    usage: "roux run FILE [--PARAM VALUE ...] [--json] [--threads N]")

  @Flag(help: "Write events and diagnostics as JSON lines.")
  var json = false
  @Option(help: "How many threads to use; results do not depend on it.")
  var threads: Int?
  @OptionGroup var sandbox: SandboxOptions
  @Argument(parsing: .allUnrecognized, help: "The recipe, and values for its params.")
  var recipe: [String] = []

  func run() throws {
    let arguments = try RecipeArguments(recipe)
    try Recipe(file: arguments.file, given: arguments.given, sandbox)
      .run(isJSON: json, threads: threads)
  }
}

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a recipe without running it.",
    usage: "roux check FILE [--PARAM VALUE ...] [--fix] [--json]")

  @Flag(help: "Write diagnostics as JSON.")
  var json = false
  @Flag(help: "Apply the fixes that messages carry, and write the file.")
  var fix = false
  @OptionGroup var sandbox: SandboxOptions
  @Argument(parsing: .allUnrecognized, help: "The recipe, and values for its params.")
  var recipe: [String] = []

  func run() throws {
    let arguments = try RecipeArguments(recipe)
    if fix { try repair(arguments) }
    let program = try Recipe(file: arguments.file, given: arguments.given, sandbox).program
    if json {
      Console.say(DiagnosticRenderer.json(program.diagnostics, in: program.source))
    } else {
      Console.complain(program.diagnostics, in: program.source, isJSON: false)
      Console.pointToPage(of: program.diagnostics)
    }
    guard program.isSound else { throw ExitCode(program.exitCode) }
  }

  private func repair(_ arguments: RecipeArguments) throws {
    let recipe = try Recipe(file: arguments.file, given: arguments.given, sandbox)
    let repair = Repair(recipe.source) { recipe.with($0).program.diagnostics }
    guard !repair.changes.isEmpty else { return }
    // A link stays a link: its target is written.
    let url = URL(filePath: arguments.file).resolvingSymlinksInPath()
    try Data(repair.source.bytes).write(to: url, options: .atomic)
    let list = repair.changes.flatMap { $0.lines(in: recipe.source.name) }.joined(separator: "\n")
    if json { Console.complain(list) } else { Console.say(list) }
  }
}

struct ShowPlan: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what a run would do.",
    usage: "roux plan FILE [--PARAM VALUE ...]")

  @OptionGroup var sandbox: SandboxOptions
  @Argument(parsing: .allUnrecognized, help: "The recipe, and values for its params.")
  var recipe: [String] = []

  func run() throws {
    let arguments = try RecipeArguments(recipe)
    let recipe = try Recipe(file: arguments.file, given: arguments.given, sandbox)
    let program = try recipe.checked()
    let plan = program.plan(results: recipe.store)
    Console.say(plan.description(in: recipe.directory))
    let runner = Runner(
      context: RunContext(directory: program.directory), permissions: program.permissions)
    try recipe.tell(
      program.previews(of: plan, with: runner, memory: Machine.availableBytes), isJSON: false)
  }
}

struct Document: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doc", abstract: "Explain a word of the language, or list them all.")

  @Argument(help: "The word.")
  var name: String?

  func run() throws {
    guard let name else { return list() }
    let entries = Words.lexicon.entries(for: name)
    guard !entries.isEmpty else {
      let near = Words.lexicon.nearestWord(to: name).map { "; did you mean `\($0)`?" } ?? ""
      Console.complain("there is no word `\(name)`\(near); `roux doc` lists all of them")
      throw ExitStatus.usage.code
    }
    let channel = OutputChannel.results
    let renderer = HelpRenderer(width: channel.width, styling: channel.styling)
    channel.write(Array(entries.map { renderer.lines($0) }.joined(separator: ["", ""])))
  }

  /// All words by chapter, then types.
  private func list() {
    let lexicon = Words.lexicon
    for chapter in Chapter.allCases {
      list(chapter.rawValue, lexicon.entries(in: chapter).map { ($0.name, $0.headline) })
    }
    list("Types", lexicon.library.types.map { ($0.name, $0.summary) })
  }

  private func list(_ title: String, _ words: [(name: String, summary: String)]) {
    guard !words.isEmpty else { return }
    let lines = words.map { word in
      "  " + word.name.padding(toLength: 22, withPad: " ", startingAt: 0) + word.summary
    }
    Console.say(([title] + lines).joined(separator: "\n") + "\n")
  }
}
