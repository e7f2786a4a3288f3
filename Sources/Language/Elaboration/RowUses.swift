// Rows that judge a model and that it learnt from.

import Syntax
import Vocabulary

extension Elaborator {
  /// Tells of rows that judge a model though, whatever they are, it learns from them.
  ///
  /// Only what holds by construction is told: rows that are all rows of one dataset, and of which
  /// the others are a part. The two parts of a `split` share none.
  func tellOfLearntRows(
    _ primitive: Primitive, _ stage: Stage, _ matched: Matched, at callee: SourceRange
  ) {
    guard case .call(_, let arguments) = stage.work else { return }
    for slot in primitive.judged {
      guard let use = slot.use, let given = arguments[slot.name],
        let range = matched[slot.name]?.range
      else { continue }
      let judges = Lineage(of: given)
      guard
        let learner = learners(of: stage, besides: use == .watched ? nil : slot.name)
          .first(where: { $0.rows.contains { Lineage(of: $0).shares(judges) } })
      else { continue }
      report(learntRows(use, learner.stage, stage, range))
    }
  }

  private func learntRows(
    _ use: RowUse, _ learner: Stage, _ stage: Stage, _ range: SourceRange
  ) -> Diagnostic {
    let origin = learner.key == stage.key ? nil : origins[learner.key]
    return Diagnostic(
      .rowsOverlap, "these rows are among those that the model learns from", at: range,
      label: use == .watched ? "watched here" : "judged by here",
      severity: use == .watched ? .error : .warning,
      secondary: origin.map { one in
        [.init(one.range, "learnt here", in: one.source == place.source ? nil : one.source)]
      } ?? [],
      notes: [
        "What a model has seen says little of what it can do: hold rows out, as in "
          + "`split(test: 10%)`, and use the part `test` here."
      ])
  }
}

/// The rows that a dataset is made of.
private struct Lineage {
  /// For each dataset before it, by identity: whether it holds all rows of that one.
  private var whole: [ObjectIdentifier: Bool] = [:]

  init(of value: Value) { value.stages.forEach { add($0, isWhole: true) } }

  private mutating func add(_ stage: Stage, isWhole: Bool) {
    let id = ObjectIdentifier(stage)
    guard whole[id] != true else { return }
    whole[id] = isWhole
    switch stage.work {
    case .call(let primitive, let arguments):
      guard let keeps = primitive.keeps else { return }
      for slot in primitive.slots where slot.use == nil && slot.holdsKeptRows {
        for source in arguments[slot.name]?.stages ?? [] {
          add(source, isWhole: isWhole && keeps == .all)
        }
      }
    // A part of what a stage gives, as of `split`.
    case .member(let value, _): value.stages.forEach { add($0, isWhole: false) }
    case .operation, .index, .choice, .apply: return
    }
  }

  /// Whether some rows are in both for sure, if there are any.
  func shares(_ other: Lineage) -> Bool {
    whole.contains { key, isWhole in other.whole[key].map { isWhole || $0 } ?? false }
  }
}

extension Slot {
  /// Whether rows given here are among those of the result: the first data, or a list of data.
  fileprivate var holdsKeptRows: Bool {
    switch type {
    case .data: isSubject
    case .list(.data): true
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .list, .record, .choice,
      .either, .function, .row, .column, .rowType, .tensor, .opaque, .any, .unknown:
      false
    }
  }
}

/// A stage that learns, and the rows that it learns from.
struct Learner: Sendable {
  let stage: Stage
  let rows: [Value]
}

extension Elaborator {
  /// The stages that learn on the way to one, itself included; the way through the argument
  /// `judging` does not count.
  private func learners(of stage: Stage, besides judging: String?) -> [Learner] {
    guard let judging, case .call(_, let arguments) = stage.work else { return learners(of: stage) }
    let others = arguments.pairs.filter { $0.0 != judging }.flatMap(\.1.stages)
    return (stage.learner.map { [$0] } ?? []) + union(others)
  }

  /// Those on the way to each stage are put together once.
  private func learners(of stage: Stage) -> [Learner] {
    let id = ObjectIdentifier(stage)
    if let known = learnersByStage[id] { return known }
    let found = (stage.learner.map { [$0] } ?? []) + union(stage.inputs)
    learnersByStage[id] = found
    return found
  }

  private func union(_ stages: [Stage]) -> [Learner] {
    if stages.count == 1 { return learners(of: stages[0]) }
    var seen: Set<ObjectIdentifier> = []
    return stages.flatMap(learners).filter { seen.insert(ObjectIdentifier($0.stage)).inserted }
  }
}

extension Stage {
  fileprivate var learner: Learner? {
    guard case .call(let primitive, let arguments) = work else { return nil }
    let rows = primitive.slots.filter { $0.use == .learnt }.compactMap { arguments[$0.name] }
    return rows.isEmpty ? nil : Learner(stage: self, rows: rows)
  }
}
