// Runs stages on demand: each at most once, what is kept not at all.

import Foundation
import Syntax
import Vocabulary

/// Runs the stages that are asked for and remembers their results.
///
/// A class for its memory; one thread uses it at a time.
public final class Runner {
  /// What came of a run.
  public struct Outcome: Sendable {
    public let diagnostics: [Diagnostic]
    /// 0 done · 1 a stage failed · 4 a `check` failed · 130 paused.
    public let exitCode: Int32
    /// Where the run was paused, if it was.
    public let pausedAt: String?
  }

  private let results: (any ResultStore)?
  private let context: RunContext
  private let permissions: Permissions
  private var memory: [String: Value] = [:]
  private var failures: [String: StageFailure] = [:]
  /// How many stages have done their work; kept results do not count.
  public private(set) var stagesRun = 0

  public init(
    results: (any ResultStore)? = nil, context: RunContext, permissions: Permissions = .all
  ) {
    self.results = results
    self.context = context
    self.permissions = permissions
  }

  /// Runs all effects of a recipe in the order written.
  public func run(_ program: Program) -> Outcome {
    var report = Report(program: program)
    for effect in program.effects {
      do {
        try run(effect, of: program, into: &report)
      } catch let paused as Paused {
        return report.paused(paused, at: effect)
      } catch let failure as StageFailure {
        report.add(failure, for: effect)
      } catch {
        report.add(StageFailure(effect.stage, error), for: effect)
      }
    }
    return report.outcome
  }

  /// The value with all results in place, running what has to run.
  public func value(_ value: Value, of program: Program) throws -> Value {
    try resolved(value, program.graph)
  }

  func value(_ value: Value, graph: StageGraph) throws -> Value { try resolved(value, graph) }

  /// Whether the result of a stage is at hand.
  public func remembers(_ stage: Stage) -> Bool { memory[stage.key] != nil }

  /// Forgets failures, so that a stage may be tried again.
  public func forgetFailures() { failures = [:] }

  private func run(_ effect: Effect, of program: Program, into report: inout Report) throws {
    guard case .call(let primitive, let arguments) = effect.stage.work else { return }
    guard primitive.isCheck else {
      // Not remembered: what is written twice is done twice.
      _ = try call(primitive, arguments, effect.stage, program.graph)
      return
    }
    let condition = try resolved(arguments[primitive.slots[0].name] ?? .none, program.graph)
    guard condition != .bool(true) else { return }
    let parts = effect.trace.compactMap { part -> Diagnostic.Label? in
      // What `and` and `or` passed over has no value, and nothing runs for the message alone.
      guard let value = remembered(part.value) else { return nil }
      let origin = origin(of: part.value)
      return Diagnostic.Label(part.anchor, origin ?? value.brief)
    }
    report.addFailedCheck(effect, parts, message: arguments["message"])
  }

  /// The value, if all stages that it needs have run.
  private func remembered(_ value: Value) -> Value? {
    switch value {
    case .deferred(let stage): return memory[stage.key]
    case .list(let values):
      let known = values.compactMap(remembered)
      return known.count == values.count ? .list(known) : nil
    case .record(let record):
      let known = record.values.compactMap(remembered)
      return known.count == record.values.count
        ? .record(Record(labels: record.labels, values: known)) : nil
    case .none, .bool, .int, .float, .text, .quantity, .type, .function, .opaque: return value
    }
  }

  /// Where a report comes from, as in `tuned on data.test, 1,016 rows`: that says more than the
  /// report, of which the part that counts stands beside it.
  private func origin(of value: Value) -> String? {
    guard case .deferred(let stage) = value, case .call(let primitive, let arguments) = stage.work,
      let subject = primitive.subjects.first.flatMap({ arguments[$0.name] }),
      let rows = arguments["on"], let name = subject.writtenName, let data = rows.writtenName,
      case .record? = memory[stage.key]
    else { return nil }
    let count = remembered(rows).map { ", \($0.brief)" } ?? ""
    return "\(name) on \(data)\(count)"
  }

  // MARK: Values

  private func resolved(_ value: Value, _ graph: StageGraph) throws -> Value {
    guard value.isDeferred else { return value }
    switch value {
    case .deferred(let stage): return try result(of: stage, graph)
    case .list(let values): return .list(try values.map { try resolved($0, graph) })
    case .record(let record):
      return .record(
        Record(labels: record.labels, values: try record.values.map { try resolved($0, graph) }))
    case .none, .bool, .int, .float, .text, .quantity, .type, .function, .opaque: return value
    }
  }

  private func result(of stage: Stage, _ graph: StageGraph) throws -> Value {
    if let known = memory[stage.key] { return known }
    if let failure = failures[stage.key] { throw failure }
    do {
      // The work may itself give a value with stages in it, as a function over results does.
      let value = try resolved(try kept(stage) ?? work(stage, graph), graph)
      memory[stage.key] = value
      return value
    } catch let paused as Paused {
      throw paused
    } catch {
      let failure = (error as? StageFailure) ?? StageFailure(stage, error)
      failures[stage.key] = failure
      throw failure
    }
  }

  private func kept(_ stage: Stage) throws -> Value? {
    guard stage.cost == .heavy else { return nil }
    return try results?.lookup(stage.key)
  }

  private func work(_ stage: Stage, _ graph: StageGraph) throws -> Value {
    switch stage.work {
    case .call(let primitive, let arguments): return try call(primitive, arguments, stage, graph)
    case .member(let value, let name):
      if let part = try part(name, of: value, graph) { return try resolved(part, graph) }
      return try graph.member(name, of: try resolved(value, graph), type: stage.type)
    case .operation(let operation, let operands):
      return try self.operation(operation, operands, graph)
    case .index(let value, let index):
      return try graph.index(
        try resolved(index, graph), of: try item(of: value, graph), type: stage.type)
    case .choice(let condition, let then, let otherwise):
      guard case .bool(let flag) = try resolved(condition, graph) else {
        throw Fault("`if` needs a Bool")
      }
      return try resolved(flag ? then : otherwise, graph)
    case .apply(let function, let value):
      let ready = try resolved(value, graph)
      guard stage.makesCalls else { return try function(ready) }
      return try heavily(stage, graph) { _ in try function(ready) }
    }
  }

  /// A part of a value whose other parts need not run: of the winner of a sweep, the model alone.
  private func part(_ name: String, of value: Value, _ graph: StageGraph) throws -> Value? {
    guard case .deferred(let stage) = value, memory[stage.key] == nil else {
      guard case .record(let record) = value else { return nil }
      return record[name]
    }
    switch stage.work {
    case .index(.list(let items), let index):
      let item = try graph.index(try resolved(index, graph), of: .list(items), type: stage.type)
      return try part(name, of: item, graph)
    case .member(let whole, let outer):
      return try part(outer, of: whole, graph).flatMap { try part(name, of: $0, graph) }
    case .call, .operation, .index, .choice, .apply: return nil
    }
  }

  /// A list of which one item is wanted: those that are written out stay as they are.
  private func item(of list: Value, _ graph: StageGraph) throws -> Value {
    if case .list = list { return list }
    return try resolved(list, graph)
  }

  /// `and`, `or` and `??` only run their right side where it matters.
  private func operation(_ operation: RecipeOperation, _ operands: [Value], _ graph: StageGraph)
    throws -> Value
  {
    let first = try resolved(operands[0], graph)
    switch (operation, first) {
    case (.and, .bool(false)), (.or, .bool(true)): return first
    case (.coalesce, .none): return try resolved(operands[1], graph)
    case (.coalesce, _): return first
    default:
      let rest = try operands.dropFirst().map { try resolved($0, graph) }
      return try operation.applied(to: [first] + rest)
    }
  }

  private func call(
    _ primitive: Primitive, _ arguments: Record, _ stage: Stage, _ graph: StageGraph
  ) throws -> Value {
    guard case .record(let ready) = try resolved(.record(arguments), graph) else {
      throw Fault("arguments are a record")
    }
    try mayTouch(primitive, ready)
    return try heavily(stage, graph) { try primitive.run(ready, in: $0) }
  }

  /// Does the work of a stage; if it is heavy, its result is kept.
  private func heavily(
    _ stage: Stage, _ graph: StageGraph, _ work: (RunContext) throws -> Value
  ) throws -> Value {
    if stage.cost > .light, context.isPausing() { throw Paused(place: "before \(stage.label)") }
    var own = context
    own.key = stage.key
    own.label = stage.label
    own.scratch = results?.scratch(for: stage.key) ?? context.scratch
    own.calls = results?.calls ?? context.calls
    stagesRun += 1
    let board = stage.makesCalls ? CallBoard(own) : nil
    let value = try CallBoard.$current.withValue(board) { try work(own) }
    if stage.cost == .heavy { keep(value, stage, graph) }
    return value
  }

  /// Paths may be results themselves, so what may be touched is asked again when they are there.
  private func mayTouch(_ primitive: Primitive, _ arguments: Record) throws {
    for slot in primitive.slots where slot.type.isPath {
      for place in arguments[slot.name]?.touched(from: context.directory) ?? [] {
        if let refusal = permissions.refusal(of: primitive, place) { throw refusal }
      }
    }
  }

  /// A result that cannot be kept is still a result: the run goes on and says so.
  private func keep(_ value: Value, _ stage: Stage, _ graph: StageGraph) {
    do {
      try results?.keep(value, under: stage.key, parts: graph.parts(of: stage.key) ?? "")
    } catch {
      context.report(.message("the result of \(stage.label) could not be kept: \(error)"))
    }
  }
}

/// A stage that could not do its work.
public struct StageFailure: Error, CustomStringConvertible {
  public let stage: Stage
  public let reason: String
  public var description: String { "`\(stage.label)` failed: \(reason)" }

  init(_ stage: Stage, _ error: any Error) {
    self.stage = stage
    reason = (error as? CocoaError)?.account ?? "\(error)"
  }
}

extension CocoaError {
  /// What Foundation met in the file system, without the names of its classes.
  fileprivate var account: String {
    let path = (filePath ?? url?.path).map { "\($0): " } ?? ""
    let reason = underlying?.localizedDescription ?? localizedDescription
    return path + reason.replacing("The operation could not be completed. ", with: "")
      + "\nIs the path right, is there room, and may you write there?"
  }
}
