// Commands that run, and that say what a run would do.

import Foundation
import Language
import Syntax
import Vocabulary

extension Command {
  static let run = Command(
    "run", taking: "NAME or N", "Runs what a name or a cell needs, and shows the result.",
    completes: .names
  ) { conversation, arguments in
    guard !arguments.words.isEmpty else {
      throw CommandError("what? Give a name or the number of a cell, as in :run tuned")
    }
    for word in arguments.words { try conversation.run(word) }
  }

  static let rerun = Command(
    "rerun", taking: "N", "Looks at a cell again, as after its files have changed, and runs it."
  ) { conversation, arguments in
    let number = try conversation.cell(arguments.words.first).number
    conversation.session.refresh(number)
    let cell = try conversation.cell("\(number)")
    conversation.show(cell.diagnostics, in: cell.source)
    guard cell.isSound else { return conversation.note(.unsound) }
    if cell.hasEffects || cell.value != nil {
      conversation.runAll(of: number)
    } else {
      for name in cell.definedNames { try conversation.run(name) }
    }
  }

  static let plan = Command(
    "plan", taking: "[NAMES]", "Shows what would run; without names for all that is defined.",
    completes: .names
  ) { conversation, arguments in
    let names = try conversation.defined(arguments.words)
    let wanted = names.isEmpty ? conversation.session.definedNames : names
    let plan = conversation.session.plan(for: wanted)
    guard !plan.entries.isEmpty else { return conversation.say("nothing to run") }
    conversation.results.write(["\(plan)"])
  }

  static let why = Command(
    "why", taking: "NAME", "Tells why stages would run or not, and what their keys are made of.",
    completes: .names
  ) { conversation, arguments in
    guard !arguments.words.isEmpty else { throw CommandError("why what? Give a name") }
    let plan = conversation.session.plan(for: try conversation.defined(arguments.words))
    let heavy = plan.entries.filter { $0.cost == .heavy }
    guard !heavy.isEmpty else {
      return conversation.say("no heavy stage: it is made when looked at")
    }
    for entry in heavy {
      let state =
        entry.isKept
        ? "is kept: a stage with the same parts has run"
        : "would run: no kept result has these parts"
      conversation.results.write(["\(entry.label) (\(entry.work)) \(state)"])
      let parts = conversation.session.keyParts(of: entry.stage).split(separator: "\n")
      conversation.results.write(parts.map { "  \($0)" })
    }
  }

  static let time = Command(
    "time", taking: "EXPR", "Runs a cell and tells how long it took.", completes: .expression
  ) { conversation, arguments in
    guard !arguments.text.isEmpty else { throw CommandError("time what? Give an expression") }
    let stages = conversation.session.runner.stagesRun
    let elapsed = ContinuousClock().measure { conversation.take(arguments.text) }
    let ran = conversation.session.runner.stagesRun - stages
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let time =
      seconds < 1
      ? "\(ReadableNumber.measure(seconds * 1000)) ms"
      : seconds < 60
        ? "\(ReadableNumber.measure(seconds)) s" : ReadableNumber.duration(seconds: seconds)
    conversation.say("\(time) · \(ran) \(ran == 1 ? "stage" : "stages") run")
  }
}

extension Conversation {
  /// Runs what a name or a cell needs.
  func run(_ word: String) throws {
    if word.first?.isNumber == true || word.hasPrefix("[") {
      let cell = try cell(word)
      if cell.hasEffects || cell.value != nil {
        runAll(of: cell.number)
      } else {
        for name in cell.definedNames { try run(name) }
      }
      return
    }
    _ = try defined([word])
    guard let named = session.defining(word)?.names.last(where: { $0.name == word }),
      let value = named.value
    else { return say("`\(word)` is nothing to run") }
    show(valueOf: value, goOn: ":run \(word)") { try session.value(of: word) }
  }
}
