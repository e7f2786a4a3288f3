// The account of a run: what failed, where, and what that left undone.

import Foundation
import Syntax
import Vocabulary

/// Collects what went wrong while effects run.
struct Report {
  let program: Program
  private var diagnostics: [Diagnostic] = []
  private var told: Set<String> = []
  private var hasFailedStage = false

  init(program: Program) { self.program = program }

  var outcome: Runner.Outcome {
    let exitCode: Int32 = hasFailedStage ? 1 : diagnostics.isEmpty ? 0 : 4
    return Runner.Outcome(
      diagnostics: diagnostics.inSourceOrder, exitCode: exitCode, pausedAt: nil)
  }

  func paused(_ paused: Paused, at effect: Effect) -> Runner.Outcome {
    Runner.Outcome(diagnostics: diagnostics, exitCode: 130, pausedAt: paused.place)
  }

  /// A failure is told once; each effect that it keeps from happening is named.
  mutating func add(_ failure: StageFailure, for effect: Effect) {
    hasFailedStage = true
    let stage = failure.stage
    if told.insert(stage.key).inserted {
      let name = stage.label.isEmpty ? "this" : "`\(stage.label)`"
      let origin = program.origin(of: stage)
      let isHere = origin?.source == program.source || origin == nil
      let range = origin?.range ?? effect.range
      let lines = failure.reason.split(separator: "\n").map {
        String($0.drop(while: \.isWhitespace))
      }
      diagnostics.append(
        Diagnostic(
          .stageFailed, "\(name) failed: \(lines.first ?? "")", at: isHere ? range : effect.range,
          label: "this failed",
          secondary: isHere ? [] : [.init(range, "in this recipe", in: origin?.source)],
          notes: lines.count > 1
            ? Array(lines.dropFirst())
            : ["Stages that are done are kept: after a change the next run goes on from there."]))
      // What stands inside the effect itself need not be named twice.
      if isHere, effect.range.start <= range.start, range.end <= effect.range.end { return }
    }
    guard stage.key != effect.stage.key else { return }
    diagnostics.append(
      Diagnostic(
        .skipped, "this was not done, because `\(stage.label)` failed", at: effect.range,
        label: "needs `\(stage.label)`", severity: .warning,
        notes: ["It is done in the next run, once `\(stage.label)` works."]))
  }

  mutating func addFailedCheck(_ effect: Effect, _ parts: [Diagnostic.Label], message: Value?) {
    var title = "check failed"
    if case .text(let text)? = message { title += ": \(text)" }
    diagnostics.append(
      Diagnostic(
        .checkFailed, title, at: effect.condition, label: "false", secondary: parts,
        notes: ["What was made is kept: after a change only what depends on it runs again."]))
  }
}
