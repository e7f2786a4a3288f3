// A recipe named on the command line: read, checked, planned and run.

import ArgumentParser
import Foundation
import Language
import Notebook
import Store
import Syntax
import Vocabulary

/// A recipe with the values that the command line gives to its params.
struct Recipe {
  let source: SourceText
  let directory: Folder
  let given: [GivenParameter]
  /// Nil for a recipe that was typed: it is the user's own.
  let sandbox: SandboxOptions?

  private init(
    source: SourceText, directory: Folder, given: [GivenParameter], sandbox: SandboxOptions?
  ) {
    self.source = source
    self.directory = directory
    self.given = given
    self.sandbox = sandbox
  }

  init(text: String) {
    source = SourceText(name: "-e", text)
    directory = URL(filePath: FileManager.default.currentDirectoryPath)
    given = []
    sandbox = nil
  }

  init(file: String, given: [GivenParameter], _ sandbox: SandboxOptions) throws {
    self.sandbox = sandbox
    let url = URL(filePath: file)
    guard let bytes = FileManager.default.contents(atPath: url.path) else {
      Console.complain("\(file): there is no such recipe, or it cannot be read")
      throw ExitStatus.usage.code
    }
    source = SourceText(name: url.lastPathComponent, bytes: Array(bytes))
    directory = url.deletingLastPathComponent()
    self.given = given
  }

  /// The same with another text.
  func with(_ source: SourceText) -> Recipe {
    Recipe(source: source, directory: directory, given: given, sandbox: sandbox)
  }

  /// The recipe, checked and evaluated.
  var program: Program {
    Program(
      source, lexicon: Words.lexicon, directory: directory, given: given,
      permissions: sandbox?.permissions ?? .all)
  }

  /// Checks the recipe, and ends with exit code 3 if it is wrong.
  func checked(isJSON: Bool = false) throws -> Program {
    let program = program
    Console.complain(program.diagnostics, in: source, isJSON: isJSON)
    guard program.isSound else { throw ExitCode(program.exitCode) }
    return program
  }

  var store: Store { Store(beside: directory, stored: Words.lexicon.library.stored) }

  func run(isJSON: Bool, threads: Int?) throws {
    let program = try checked(isJSON: isJSON)
    let plan = program.plan(results: store)
    try sandbox?.confirm(program, plan, in: directory.appending(path: source.name))
    if !plan.heavy.isEmpty, !isJSON { Console.complain("\(plan.description(in: directory))\n") }
    Interrupts.listen()
    let printer = EventPrinter()
    let report: @Sendable (RunEvent) -> Void = { event in
      if isJSON { Console.say(event.json) } else { printer.print(event) }
    }
    let runner = Runner(
      results: store,
      context: RunContext(
        directory: program.directory,
        threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, report: report,
        isPausing: { Interrupts.isAsked }),
      permissions: program.permissions)
    try tell(
      program.previews(of: plan, with: runner, memory: Machine.availableBytes), isJSON: isJSON)
    try Interrupts.during {
      defer { printer.finish() }
      try showLast(of: program, runner, report)
      let outcome = runner.run(program)
      printer.finish()
      Console.complain(outcome.diagnostics, in: source, isJSON: isJSON)
      if let place = outcome.pausedAt {
        Console.complain("paused \(place); run again to go on")
      }
      guard outcome.exitCode == 0 else { throw ExitCode(outcome.exitCode) }
    }
  }

  /// Tells what the rows of a plan show, and ends the run if they leave nothing to learn.
  func tell(_ previews: Previews, isJSON: Bool) throws {
    if !isJSON {
      for (label, preview) in previews.all {
        if let ledger = preview.ledger, !ledger.entries.isEmpty {
          let reasons = ledger.entries.map { "\($0.count) \($0.reason)" }.joined(separator: ", ")
          Console.complain(
            "\(label): \(ledger.kept) of \(ledger.read) \(ledger.step), \(reasons)")
        }
        if let peak = preview.peakBytes {
          Console.complain("\(label): \(peak.asBytes) of memory at its peak")
        }
      }
    }
    Console.complain(previews.diagnostics, in: source, isJSON: isJSON)
    if !previews.diagnostics.isEmpty { throw ExitStatus.unsound.code }
  }

  /// `roux -e '1 + 2'` prints what it gives; a file does not, it says `show`.
  private func showLast(
    of program: Program, _ runner: Runner, _ report: (RunEvent) -> Void
  ) throws {
    guard source.name == "-e", let value = program.lastValue, program.lastType != RecipeType.none
    else { return }
    do {
      report(.display(try runner.value(value, of: program).display))
    } catch let paused as Paused {
      Console.complain("paused \(paused.place); run again to go on")
      throw ExitStatus.paused.code
    } catch {
      Console.complain("\(error)")
      throw ExitStatus.stageFailed.code
    }
  }
}

/// What follows a command that takes a recipe: its file, and a value for each param.
struct RecipeArguments {
  let file: String
  let given: [GivenParameter]

  /// - Parameter words: everything that the command itself does not know, in order.
  init(_ words: [String]) throws {
    var file: String?
    var given: [GivenParameter] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        guard file == nil else {
          throw ValidationError("one recipe at a time: \(file ?? "") or \(word)?")
        }
        file = word
        continue
      }
      let name = word.dropFirst(2)
      if let equals = name.firstIndex(of: "=") {
        given.append(
          GivenParameter(String(name[..<equals]), String(name[name.index(after: equals)...])))
      } else if let value = rest.first, !value.hasPrefix("--") {
        given.append(GivenParameter(String(name), value))
        rest = rest.dropFirst()
      } else {
        given.append(GivenParameter(String(name), "true"))
      }
    }
    guard let file else { throw ValidationError("which recipe? Name its file.") }
    self.file = file
    self.given = given
  }
}
