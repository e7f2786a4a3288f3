// Running what was asked for, and telling how it went.

import Foundation
import Language
import Syntax
import Vocabulary

extension Conversation {
  /// Does the effects of a cell and shows the value of the expression that it ends with.
  @discardableResult
  func runAll(of number: Int) -> Bool {
    guard let cell = session.cells.first(where: { $0.number == number }) else { return false }
    if cell.hasEffects, !runEffects(of: cell) { return false }
    guard let value = cell.value, cell.type != RecipeType.none else { return true }
    return show(valueOf: value, goOn: ":run \(number)") { try self.session.value(ofCell: number) }
  }

  /// Shows a value once it is there.
  @discardableResult
  func show(valueOf value: Value, goOn: String, _ body: () throws -> Value?) -> Bool {
    announce(session.plan(for: value))
    guard let found = attempt(goOn, on: value, body) else { return false }
    if let found, found != .none { show(found.display) }
    return true
  }

  private func runEffects(of cell: Cell) -> Bool {
    let outcome = Interrupts.during { session.run(cell.number) }
    printer.finish()
    guard let outcome else { return false }
    show(outcome.diagnostics, in: cell.source)
    if let place = outcome.pausedAt {
      tellPaused(at: place, goOn: ":run \(cell.number)", on: nil)
      return false
    }
    switch outcome.exitCode {
    case 0: return true
    case 4: note(.checkFailed)
    default: note(.stageFailed)
    }
    return false
  }

  /// What is about to cost time, where it is more than the one thing asked for.
  private func announce(_ plan: Plan) {
    guard isInteractive, plan.heavy.count > 1 else { return }
    let stages = plan.heavy.map { $0.label == $0.work ? $0.label : "\($0.label) (\($0.work))" }
    say("\(plan.heavy.count) heavy stages: " + stages.joined(separator: ", "))
  }

  /// Runs stages; nil if they failed or were paused, which has been told.
  ///
  /// - Parameters:
  ///   - goOn: the command that continues after a pause.
  ///   - value: what is asked for.
  func attempt<Result>(_ goOn: String, on value: Value? = nil, _ body: () throws -> Result)
    -> Result?
  {
    defer { printer.finish() }
    do {
      return try Interrupts.during(body)
    } catch let paused as Paused {
      printer.finish()
      tellPaused(at: paused.place, goOn: goOn, on: value)
    } catch let failure as StageFailure {
      printer.finish()
      tell(failure)
    } catch {
      printer.finish()
      complain("\(error)", as: .stageFailed)
    }
    return nil
  }

  /// Stages run in the order of the plan: the first that is not kept is the one that paused.
  private func tellPaused(at place: String, goOn: String, on value: Value?) {
    note(.paused)
    let label = value.flatMap { session.plan(for: $0).heavy.first?.label }
    let stage = label.flatMap { session.definedNames.contains($0) ? $0 : nil }
    let goOn = stage.map { ":run \($0)" } ?? goOn
    guard isInteractive else {
      isOver = true
      return say("paused \(place) · the same input goes on from there")
    }
    let name = goOn.split(separator: " ").last.map(String.init) ?? ""
    say("paused \(place) · \(goOn) goes on · :drop \(name) forgets it")
  }

  private func tell(_ failure: StageFailure) {
    note(.stageFailed)
    let name = failure.stage.label.isEmpty ? "this" : "`\(failure.stage.label)`"
    guard let origin = session.origin(of: failure.stage) else {
      return complain("\(name) failed: \(failure.reason)", as: .stageFailed)
    }
    let diagnostic = Diagnostic(
      .stageFailed, "\(name) failed: \(failure.reason)", at: origin.range, label: "this failed")
    show([diagnostic], in: origin.source)
  }
}
