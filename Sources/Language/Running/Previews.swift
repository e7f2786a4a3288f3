// What heavy stages will use and need, found out before any of them runs.

import Foundation
import Syntax
import Vocabulary

/// What a plan will use and need.
public struct Previews: Sendable {
  /// By the names of the stages.
  public internal(set) var all: [(label: String, preview: Preview)] = []
  public internal(set) var diagnostics: [Diagnostic] = []
}

extension Program {
  /// Looks at what the heavy stages of a plan are given, as far as light work makes it.
  ///
  /// What is read for it the runner keeps, so that the run itself does not read it again.
  ///
  /// - Parameter memory: the bytes that the machine has left, if that is known.
  public func previews(of plan: Plan, with runner: Runner, memory: Int?) -> Previews {
    var previews = Previews()
    for entry in plan.heavy {
      guard case .call(let primitive, let arguments) = entry.stage.work,
        let preview = primitive.preview
      else { continue }
      do {
        // What is wrong with the rows is told before a model is opened.
        _ = try preview(
          try atHand(primitive, arguments, runner) { $0.use != nil || !$1.isDeferred })
        let found = try preview(try atHand(primitive, arguments, runner) { _, _ in true })
        previews.all.append((entry.label, found))
        if let memory, let peak = found.peakBytes, peak > memory {
          previews.diagnostics.append(tooLittle(memory, peak, entry.stage))
        }
      } catch let complaints as Complaints {
        previews.diagnostics += complaints.all.map { one in
          diagnostic(one.kind.code, one.message, one.label, one.notes, entry.stage)
        }
      } catch {
        // The stage itself will meet this, and tells it with all that belongs to it.
        continue
      }
    }
    return previews
  }

  /// The arguments that are there, or can be had without heavy work and without much reading.
  private func atHand(
    _ primitive: Primitive, _ arguments: Record, _ runner: Runner,
    of wanted: (Slot, Value) -> Bool
  ) throws -> Record {
    var ready = Record()
    for slot in primitive.slots {
      guard let value = arguments[slot.name] ?? slot.fallback, wanted(slot, value) else { continue }
      if let standIn = standIn(for: value) {
        ready[slot.name] = standIn
      } else if !value.isDeferred || isCheap(value, isRead: slot.use != nil) {
        ready[slot.name] = try runner.value(value, graph: graph)
      }
    }
    return ready
  }

  /// The outline of a result that is dear to make, such as a model of random weights.
  private func standIn(for value: Value) -> Value? {
    guard case .deferred(let stage) = value else { return nil }
    return graph.outline(of: stage)?.standIn
  }

  /// Files of more bytes are not read just to tell what is in them.
  private static let mostBytes = 32 << 20

  private func isCheap(_ value: Value, isRead: Bool) -> Bool {
    let entries = Plan(of: value.stages).entries
    guard entries.allSatisfy({ $0.cost <= .light }) else { return false }
    let read = entries.flatMap { $0.stage.places(for: .reads, in: directory) }
    return !isRead || read.reduce(0) { $0 + ($1.url.sizeOnDisk ?? 0) } <= Self.mostBytes
  }

  private func tooLittle(_ memory: Int, _ peak: Int, _ stage: Stage) -> Diagnostic {
    diagnostic(
      .tooLittleMemory, "`\(stage.label)` needs more memory than the machine has left",
      "needs \(peak.asBytes) at its peak; there are \(memory.asBytes)",
      [
        "Let less run at once (`at_once: 512tokens`), compute again instead of keeping "
          + "(`memory: 4GiB`), shorten sequences (`length:`), or train an adapter."
      ], stage)
  }

  private func diagnostic(
    _ code: DiagnosticCode, _ message: String, _ label: String, _ notes: [String], _ stage: Stage
  ) -> Diagnostic {
    let origin = origins[stage.key]
    let here = origin.flatMap { $0.source == source ? $0.range : nil }
    let there = here == nil ? origin : nil
    return Diagnostic(
      code, message, at: here ?? SourceRange(0, 0), label: label,
      secondary: there.map { [.init($0.range, "in this recipe", in: $0.source)] } ?? [],
      notes: notes)
  }
}
