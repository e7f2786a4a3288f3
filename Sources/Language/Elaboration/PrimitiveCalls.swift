// Calls of primitives: which of several, the rules of values, the type of the result.

import Foundation
import Syntax
import Vocabulary

extension Elaborator {
  func call(
    _ candidates: [PrimitiveForm], _ arguments: [Given], _ callee: SourceRange,
    at range: SourceRange, as expected: RecipeType?
  ) -> Typed {
    let label = place.label
    place.label = nil
    var arguments = arguments
    var possible = candidates
    if candidates.count > 1 {
      if let first = arguments.firstIndex(where: { $0.label == nil && !$0.isSpread }) {
        let subject = elaborate(arguments[first])
        guard subject.type != .unknown else { return .wrong }
        arguments[first] = Given(subject, at: arguments[first].range)
        possible = candidates.filter {
          $0.primitive.subjects.first?.type.accepts(subject.type) ?? false
        }
        guard !possible.isEmpty else {
          return wrong(
            noOverload(candidates.map(\.primitive), subject, arguments[first].range, callee))
        }
        // Where the type says too little, as inside a loss, the labels tell.
        let labels = arguments.compactMap { $0.label?.text }
        let labelled = possible.filter { one in
          labels.allSatisfy { one.primitive.slot($0) != nil }
        }
        if !labelled.isEmpty { possible = labelled }
      } else {
        possible = candidates.filter { accepts(labels: arguments, $0.primitive) }
        if possible.isEmpty { possible = candidates }
      }
    }
    return call(possible, arguments, callee, at: range, as: expected, label: label)
  }

  private func accepts(labels arguments: [Given], _ primitive: Primitive) -> Bool {
    let labels = arguments.compactMap { $0.label?.text }
    return labels.allSatisfy { primitive.slot($0) != nil }
      && primitive.slots.allSatisfy { $0.isOptional || labels.contains($0.name) }
  }

  private func noOverload(
    _ candidates: [Primitive], _ subject: Typed, _ range: SourceRange, _ callee: SourceRange
  ) -> Diagnostic {
    let types = candidates.compactMap(\.subjects.first?.type.description).withoutRepetition
    return Diagnostic(
      .typeMismatch, "`\(candidates[0].name)` does not work on \(subject.type.widened)", at: range,
      label: "this is \(subject.type.widened)",
      notes: ["It works on: \(types.joined(separator: ", "))."] + candidates.map(\.signature))
  }

  private func call(
    _ possible: [PrimitiveForm], _ arguments: [Given], _ callee: SourceRange,
    at range: SourceRange, as expected: RecipeType?, label: String?
  ) -> Typed {
    let form = possible[0]
    let primitive = form.primitive
    choosing(primitive, at: callee)
    guard let matched = match(arguments, to: form.formals, of: primitive.name, at: callee) else {
      return .wrong
    }
    let wasTracing = trace
    if primitive.isCheck { trace = [] }
    let found = elaborated(matched, of: primitive.name)
    let condition = matched.subject?.range ?? range
    let traced = (trace ?? []).filter { condition.contains($0.range) }
    trace = wasTracing
    guard !found.isWrong else { return .wrong }
    guard keepsRules(form, found, matched),
      mayTouch(primitive, found, matched, at: callee)
    else { return .wrong }
    let key = isLook(possible, found) ? callKey(primitive, found.typed, as: expected) : nil
    if let key, let known = calls[key] { return known.result }
    let count = diagnostics.count
    let made = made(possible, found, matched, traced, label, callee, at: range, as: expected)
    if let key, diagnostics.count == count {
      calls[key] = KnownCall(callee: primitive, result: made)
    }
    return made
  }

  /// Whether the call does no more than open files, which are looked at once in one check.
  private func isLook(_ forms: [PrimitiveForm], _ found: Elaborated) -> Bool {
    let primitive = forms[0].primitive
    return primitive.effects == .reads && primitive.cost != .effect && !primitive.isBatched
      && forms.count == 1 && found.rest.isEmpty
  }

  private func made(
    _ possible: [PrimitiveForm], _ found: Elaborated, _ matched: Matched, _ traced: [TracedValue],
    _ label: String?, _ callee: SourceRange, at range: SourceRange, as expected: RecipeType?
  ) -> Typed {
    let form = possible[0]
    let primitive = form.primitive
    guard let type = resultType(form, found, matched, expected, callee) else { return .wrong }
    if form.isFold, let value = folded(found, label, at: range) { return value }
    if primitive.cost == .effect {
      let made = result(
        of: [form], found, as: type, label: label ?? primitive.name, callee, at: range)
      let condition = matched.subject?.range ?? range
      return effect(made, primitive.name, condition, traced, callee, at: range)
    }
    let made = result(
      of: possible, found, as: type, label: label ?? primitive.name, callee, at: range)
    if case .deferred(let stage)? = made.value {
      tellOfLearntRows(primitive, stage, matched, at: callee)
      guard outlined(form, stage, found, matched, callee) else { return .wrong }
    }
    return made
  }

  // MARK: Rules

  private func keepsRules(_ form: PrimitiveForm, _ found: Elaborated, _ matched: Matched) -> Bool {
    var isRight = true
    for place in form.ruled {
      let slot = form.primitive.slots[place]
      guard let value = found.typed[place]?.constant, let words = slot.complaint(value),
        let given = matched.given[place]
      else { continue }
      isRight = false
      report(
        Diagnostic(
          .ruleBroken, "`\(slot.name)` \(words)", at: given.range,
          label: "this is \(value.source)", notes: ["\(slot.name): \(slot.summary)"]))
    }
    return isRight
  }

  // MARK: The type of the result

  private func resultType(
    _ form: PrimitiveForm, _ found: Elaborated, _ matched: Matched, _ expected: RecipeType?,
    _ callee: SourceRange
  ) -> RecipeType? {
    let primitive = form.primitive
    switch primitive.typing {
    case .fixed(let type): return type
    case .derived(let derive):
      let site = site(of: form, found, as: expected)
      do {
        return try probes?.type(of: primitive, at: site, derive) ?? derive(site)
      } catch let complaints as Complaints {
        for one in complaints.all { report(diagnostic(one, matched, callee)) }
      } catch {
        report(
          Diagnostic(
            .unreadableInput, "`\(primitive.name)` cannot be checked: \(error)", at: callee,
            label: "here", notes: ["Is what it reads whole, and may it be read?"]))
      }
      return nil
    }
  }

  /// Left-out arguments stand with their defaults, as they will when the primitive runs.
  private func site(
    of form: PrimitiveForm, _ found: Elaborated, as expected: RecipeType?
  ) -> CallSite {
    var given = ByName<CallSite.Argument>(capacity: found.typed.count)
    for (formal, typed) in zip(found.formals, found.typed) {
      guard let typed else { continue }
      given[formal.name] = CallSite.Argument(typed, in: graph)
    }
    return CallSite(
      arguments: given, defaults: form.defaults,
      rest: found.rest.map { ($0.label, CallSite.Argument($0.typed, in: graph)) },
      expected: expected, directory: place.setting.directory)
  }

  /// Notes what is known of a result before running; false where that shows that it cannot run.
  private func outlined(
    _ form: PrimitiveForm, _ stage: Stage, _ found: Elaborated, _ matched: Matched,
    _ callee: SourceRange
  ) -> Bool {
    let primitive = form.primitive
    guard let outline = primitive.outline, graph.outline(of: stage) == nil else { return true }
    do {
      let known = try outline(site(of: form, found, as: nil))
      if let known { graph.note(known, of: stage) }
      return true
    } catch let complaints as Complaints {
      for one in complaints.all { report(diagnostic(one, matched, callee)) }
    } catch {
      report(
        Diagnostic(.unreadableInput, "`\(primitive.name)` cannot be checked: \(error)", at: callee))
    }
    return false
  }

  // MARK: The result

  private func result(
    of forms: [PrimitiveForm], _ found: Elaborated, as type: RecipeType, label: String,
    _ callee: SourceRange, at range: SourceRange
  ) -> Typed {
    let primitive = forms[0].primitive
    guard mayPlan(primitive, at: callee) else { return .wrong }
    if primitive.isBatched, let code = batched(primitive, found, as: type) { return code }
    if place.row?.slot != nil, primitive.cost != .pure, found.hasCode {
      return wrong(
        Diagnostic(
          .stageInRow, "`\(primitive.name)` is a stage of its own and cannot run for each row",
          at: callee, label: "once for all rows",
          notes: ["Compute it before, under a name, and use that."]))
    }
    let call = PlannedCall(
      forms: forms, graph: graph, setting: place.setting, type: type, label: label,
      restCount: found.rest.count)
    let made =
      found.known.map { known in
        evaluated(as: type, at: range) { try call.made(known.labels, known.values) }
      } ?? open(call, found, at: range)
    if case .deferred(let stage)? = made.value, origins[stage.key] == nil {
      origins[stage.key] = Origin(range: callee, source: place.source)
    }
    return made.settled
  }

  /// A call of which not all arguments are known.
  private func open(_ call: PlannedCall, _ found: Elaborated, at range: SourceRange) -> Typed {
    let primitive = call.forms[0].primitive
    let (labels, parts) = flattened(found)
    let text = { (parts: [String]) in
      "\(primitive.name)(" + zip(labels, parts).map { "\($0):\($1)" }.joined(separator: ",") + ")"
    }
    // Those of known values have been looked at.
    let ruled = call.forms[0].ruled.filter { found.typed[$0]?.isCode ?? false }
      .map { primitive.slots[$0] }
    return combine(parts, as: call.type, at: range, text: text) {
      try call.made(labels, $0, holding: ruled)
    }
  }

  /// Arguments in the order of the parameters, so that equal calls have one text.
  func flattened(_ found: Elaborated) -> ([String], [Typed]) {
    var labels: [String] = []
    var parts: [Typed] = []
    labels.reserveCapacity(found.typed.count + found.rest.count)
    parts.reserveCapacity(found.typed.count + found.rest.count)
    for (formal, part) in zip(found.formals, found.typed) {
      guard let part else { continue }
      labels.append(formal.name)
      parts.append(part)
    }
    for (label, part) in found.rest {
      labels.append(label)
      parts.append(part)
    }
    return (labels, parts)
  }

  static func arguments(
    _ primitive: Primitive, _ labels: [String], _ values: [Value], restCount: Int
  ) -> Record {
    guard let rest = primitive.rest else { return Record(labels: labels, values: values) }
    let count = values.count - restCount
    var record = Record(labels: Array(labels[..<count]), values: Array(values[..<count]))
    record[rest.name] = .record(
      Record(labels: Array(labels[count...]), values: Array(values[count...])))
    return record
  }

  private func effect(
    _ made: Typed, _ name: String, _ condition: SourceRange, _ traced: [TracedValue],
    _ callee: SourceRange, at range: SourceRange
  ) -> Typed {
    let isInLambda = if case .code = made.form { place.setting.collectsEffects } else { false }
    guard place.setting.function == nil, !isInLambda else {
      return wrong(effectInFunction(name, at: callee))
    }
    if case .known(.deferred(let stage)) = made.form, place.setting.collectsEffects {
      effects.append(
        Effect(
          stage: stage, range: range, source: place.source, condition: condition, trace: traced))
    }
    return made
  }

  func effectInFunction(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .effectInFunction, "`\(name)` cannot stand in a function or after an open condition",
      at: range, label: "an effect",
      notes: [
        "Effects stand on a line of their own, so that a plan can list them. Give back the value and "
          + "let the recipe `\(name)` it."
      ])
  }
}

/// A call that only waits for its arguments.
private struct PlannedCall: Sendable {
  let forms: [PrimitiveForm]
  let graph: StageGraph
  let setting: Elaborator.Setting
  let type: RecipeType
  let label: String
  let restCount: Int

  /// The result, or the stage that will make it.
  ///
  /// - Parameter ruled: parameters whose rules have not been looked at yet.
  func made(_ labels: [String], _ values: [Value], holding ruled: [Slot] = []) throws -> Value {
    let primitive = forms[0].primitive
    let chosen =
      forms.count == 1
      ? primitive : forms.first { $0.primitive.takes(values.first) }?.primitive ?? primitive
    let record = Elaborator.arguments(chosen, labels, values, restCount: restCount)
    for slot in ruled {
      guard let words = record[slot.name].flatMap(slot.complaint) else { continue }
      throw Fault("`\(slot.name)` of `\(chosen.name)` \(words)")
    }
    return try graph.call(chosen, record, type: type, label: label, in: setting.context)
  }
}

extension Primitive {
  /// The one effect whose condition is explained part by part when it fails.
  var isCheck: Bool { cost == .effect && name == "check" }

  fileprivate func takes(_ subject: Value?) -> Bool {
    guard let subject, let type = subjects.first?.type else { return true }
    return type.accepts(subject.type)
  }
}

extension CallSite.Argument {
  fileprivate init(_ typed: Typed, in graph: StageGraph) {
    var outline: (any Outline)?
    if case .deferred(let stage)? = typed.value { outline = graph.outline(of: stage) }
    self.init(type: typed.type, value: typed.constant, outline: outline)
  }
}

extension Complaint.Kind {
  var code: DiagnosticCode {
    switch self {
    case .missingColumns: .missingColumns
    case .wrongType: .typeMismatch
    case .dimensions: .dimensions
    case .missingFile: .missingFile
    case .unreadableFile: .unreadableInput
    case .invalidValue: .ruleBroken
    case .missingArgument: .missingArgument
    case .nothingToLearn: .nothingToLearn
    case .doesNotFit: .doesNotFit
    }
  }
}
