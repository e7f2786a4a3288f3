// Comprehensions: item by item where the items are few, compiled once where they are many.

import Syntax
import Vocabulary

/// What a comprehension makes of each item.
struct Making {
  let element: SyntaxTree.Expression
  /// The type that the place of the list asks of its elements.
  let wanted: RecipeType?
  /// The name of the whole, from which items have theirs.
  let label: String?
}

/// The elements of a comprehension, as they are made.
private struct Made {
  var parts: [Typed] = []
  /// Whether all of them are there.
  var isKnown = true
}

extension Elaborator {
  func comprehension(
    _ element: SyntaxTree.Expression, _ clauses: [SyntaxTree.Clause], as expected: RecipeType?,
    at range: SourceRange
  ) -> Typed {
    let (label, prefix) = (place.label, place.prefix)
    defer { (place.label, place.prefix) = (label, prefix) }
    let making = Making(element: element, wanted: expected?.element, label: label)
    if depth > 0, let code = compiled(making, clauses[...]) { return code }
    var made = Made()
    collect(making, clauses[...], as: .item, into: &made)
    guard made.isKnown else { return Typed(.list(made.parts.first?.type ?? .unknown), .absent) }
    return list(of: made.parts, wanted: making.wanted, at: range)
  }

  private enum Visit {
    /// All names have values.
    case item
    /// Some value is not known here.
    case unknown
    /// There is no item at all; what is written is still looked at.
    case never

    /// What an outer clause left open stays open.
    func becoming(_ other: Visit) -> Visit { self == .item ? other : self }
  }

  private func collect(
    _ making: Making, _ clauses: ArraySlice<SyntaxTree.Clause>, as state: Visit,
    into made: inout Made
  ) {
    guard let clause = clauses.first else {
      if let label = making.label {
        place.label = "\(label)[\(made.parts.count)]"
        place.prefix = "\(label)[\(made.parts.count)]."
      }
      let part = elaborate(making.element, as: making.wanted)
      switch state {
      case .item: made.parts.append(part)
      case .never: break
      case .unknown: made = Made(parts: [part], isKnown: false)
      }
      return
    }
    let rest = clauses.dropFirst()
    switch clause {
    case .only(let condition):
      let test = expect(condition, .bool, "the condition of `if`")
      switch test.form {
      case .known(.bool(let flag)): if flag { collect(making, rest, as: state, into: &made) }
      case .known(let value) where value.isDeferred:
        reportDeferred(at: condition.range, what: "the condition of a comprehension")
        collect(making, rest, as: state.becoming(.unknown), into: &made)
      case .known, .code, .absent:
        collect(making, rest, as: state.becoming(.unknown), into: &made)
      }
    case .each(let name, in: let source):
      let values = elaborate(source)
      warnIfShadowing(name)
      each(name, of: values, source, making, rest, as: state, into: &made)
    }
  }

  private func each(
    _ name: SyntaxTree.Name, of values: Typed, _ source: SyntaxTree.Expression, _ making: Making,
    _ rest: ArraySlice<SyntaxTree.Clause>, as state: Visit, into made: inout Made
  ) {
    guard case .list(let items)? = values.value, !items.isEmpty else {
      let isEmpty = values.value.map { if case .list = $0 { true } else { false } } ?? false
      let element = isEmpty ? values.type.element ?? .unknown : elementType(of: values, source)
      return scoped([name.text: .value(Typed(element, .absent))]) {
        collect(making, rest, as: state.becoming(isEmpty ? .never : .unknown), into: &made)
      }
    }
    if state == .item, let parts = compiled(making, name, of: items, rest) {
      made.parts += parts
      return
    }
    let toldBefore = diagnostics.count
    defer { forgetNeedlessFallbacks(since: toldBefore, of: values) }
    for item in items {
      let before = errorCount
      let type = item.type == .none ? values.type.element ?? .none : item.type
      scoped([name.text: .value(Typed(item, as: type))]) {
        collect(making, rest, as: state, into: &made)
      }
      // The other items would only say the same again.
      if errorCount > before { return }
    }
  }

  /// Where some items are none, `??` is of use, though not to each item by itself.
  private func forgetNeedlessFallbacks(since start: Int, of values: Typed) {
    guard values.type.element?.isOptional ?? false else { return }
    diagnostics[start...].removeAll { $0.code == .needlessFallback }
  }

  private var errorCount: Int { diagnostics.count { $0.severity == .error } }

  private func elementType(of values: Typed, _ source: SyntaxTree.Expression) -> RecipeType {
    switch values.type {
    case .list(let element):
      if values.value != nil {
        reportDeferred(at: source.range, what: "what a comprehension ranges over")
      }
      if case .code = values.form {
        report(
          Diagnostic(
            .deferredRange, "a comprehension over a value of the current row cannot run stages",
            at: source.range, label: "known only for each row",
            notes: ["To have a row for each item of a column, use `explode(.column)`."]))
      }
      return element
    case .any, .unknown:
      if values.value != nil {
        reportDeferred(at: source.range, what: "what a comprehension ranges over")
      }
      return .unknown
    case .data:
      report(
        Diagnostic(
          .deferredRange, "`for` ranges over lists, not over the rows of data", at: source.range,
          label: "this is \(values.type)",
          notes: ["To compute for each row, use `add`, `filter` or `select` with `.column`."]))
      return .unknown
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .record, .choice, .either,
      .function, .row, .column, .rowType, .tensor, .opaque:
      report(
        Diagnostic(
          .typeMismatch, "`for` needs a list or a range", at: source.range,
          label: "this is \(values.type.widened)",
          notes: ["As in `for n in 1...3` or `for word in [\"a\", \"b\"]`."]))
      return .unknown
    }
  }

  func reportDeferred(at range: SourceRange, what: String) {
    report(
      Diagnostic(
        .deferredRange, "\(what) must be known before running", at: range,
        label: "known only after running",
        notes: ["The plan is made before anything runs; write the list out, or use a param."]))
  }
}

// MARK: - Compiled

/// The clauses of a comprehension and its element, compiled: what it appends for one frame.
private struct Loop {
  let type: RecipeType
  let text: String
  /// All code inside, for what it reads.
  let codes: [Code]
  /// The slots of the names that its own clauses bind.
  let bound: Set<Int>
  let run: @Sendable (Frame, inout [Value]) throws -> Void
}

extension Elaborator {
  /// Fewer items are looked at one by one: that is quick, and keeps their exact types.
  private static var fewItems: Int { 8 }

  /// The elements for many items of one type, made by code; nil where each item has to be looked
  /// at: where stages are planned, where types depend on values, where something is wrong.
  private func compiled(
    _ making: Making, _ name: SyntaxTree.Name, of items: [Value],
    _ rest: ArraySlice<SyntaxTree.Clause>
  ) -> [Typed]? {
    guard items.count >= Elaborator.fewItems, making.wanted?.texts.isEmpty ?? true,
      isPure(making, rest), let type = Elaborator.sharedType(of: items)
    else { return nil }
    let slot = depth
    let mentioned = captures.count
    defer { captures.removeLast(captures.count - mentioned) }
    guard let loop = compiling({ self.bound(name, as: type) { self.loop(making, rest) } }),
      loop.codes.allSatisfy({ code in
        !code.hasCaptures && code.slots.allSatisfy { $0 == slot || loop.bound.contains($0) }
      })
    else { return nil }
    var values: [Value] = []
    let frame = Frame(slots: [Value](repeating: .none, count: slot))
    do {
      for item in items { try loop.run(frame.pushing(item), &values) }
    } catch {
      // Looked at by itself, the item tells where it goes wrong.
      return nil
    }
    return values.map { Typed($0, as: loop.type).settled }
  }

  /// A comprehension inside a lambda, a row expression or a compiled function.
  private func compiled(_ making: Making, _ clauses: ArraySlice<SyntaxTree.Clause>) -> Typed? {
    guard isPure(making, clauses), let loop = compiling({ self.loop(making, clauses) }) else {
      return nil
    }
    let run = loop.run
    let code = Code("[\(loop.text)]", from: loop.codes) { frame in
      var values: [Value] = []
      try run(frame, &values)
      return .list(values)
    }.closing(loop.bound)
    let type = RecipeType.list(loop.type.widened)
    guard code.slots.isEmpty, !code.hasCaptures else { return Typed(type, .code(code)) }
    let frame = Frame(slots: [Value](repeating: .none, count: depth))
    return (try? code.run(frame)).map { Typed($0, as: type) }
  }

  private func isPure(_ making: Making, _ clauses: ArraySlice<SyntaxTree.Clause>) -> Bool {
    isPure(making.element) && clauses.allSatisfy { isPure($0.expression) }
  }

  private func loop(_ making: Making, _ clauses: ArraySlice<SyntaxTree.Clause>) -> Loop? {
    guard let clause = clauses.first else {
      let part = elaborate(making.element, as: making.wanted)
      guard part.type != .unknown, let code = code(part) else { return nil }
      let run = code.run
      return Loop(type: part.type, text: code.text, codes: [code], bound: []) { frame, values in
        values.append(try run(frame))
      }
    }
    switch clause {
    case .only(let condition): return loop(making, onlyIf: condition, clauses.dropFirst())
    case .each(let name, in: let source):
      return loop(making, name, in: source, clauses.dropFirst())
    }
  }

  private func loop(
    _ making: Making, onlyIf condition: SyntaxTree.Expression,
    _ rest: ArraySlice<SyntaxTree.Clause>
  ) -> Loop? {
    let test = expect(condition, .bool, "the condition of `if`")
    guard test.type != .unknown, let code = code(test), let inner = loop(making, rest) else {
      return nil
    }
    let (holds, run) = (code.run, inner.run)
    return Loop(
      type: inner.type, text: "\(inner.text) if \(code.text)", codes: inner.codes + [code],
      bound: inner.bound
    ) { frame, values in
      guard case .bool(let flag) = try holds(frame) else { throw Fault("`if` needs a Bool") }
      if flag { try run(frame, &values) }
    }
  }

  private func loop(
    _ making: Making, _ name: SyntaxTree.Name, in source: SyntaxTree.Expression,
    _ rest: ArraySlice<SyntaxTree.Clause>
  ) -> Loop? {
    let list = elaborate(source)
    warnIfShadowing(name)
    guard let type = Elaborator.itemType(of: list), let code = code(list) else { return nil }
    let slot = depth
    guard let inner = bound(name, as: type, { self.loop(making, rest) }) else { return nil }
    let (items, run) = (code.run, inner.run)
    return Loop(
      type: inner.type, text: "\(inner.text) for $\(slot) in \(code.text)",
      codes: inner.codes + [code], bound: inner.bound.union([slot])
    ) { frame, values in
      guard case .list(let list) = try items(frame) else { throw Fault("`for` needs a list") }
      for item in list { try run(frame.pushing(item), &values) }
    }
  }

  private func bound<T>(_ name: SyntaxTree.Name, as type: RecipeType, _ work: () -> T) -> T {
    let argument = Typed(type, .code(Code(slot: depth)))
    depth += 1
    defer { depth -= 1 }
    return scoped([name.text: .value(argument)], work)
  }

  /// The type that each item has; nil where they differ, or where the list is not there yet.
  private static func itemType(of list: Typed) -> RecipeType? {
    if case .list(let items)? = list.value, !items.isEmpty { return sharedType(of: items) }
    guard !(list.value?.isDeferred ?? false), case .list(let type) = list.type else { return nil }
    return type
  }

  private static func sharedType(of items: [Value]) -> RecipeType? {
    guard let first = items.first?.type.widened, first.isPlain else { return nil }
    return items.allSatisfy { !$0.isDeferred && $0.type.widened == first } ? first : nil
  }
}
