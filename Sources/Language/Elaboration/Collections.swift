// Lists, ranges, records, members and elements.

import Syntax
import Vocabulary

extension Elaborator {
  func list(
    _ elements: [SyntaxTree.Expression], as expected: RecipeType?, at range: SourceRange
  ) -> Typed {
    let wanted = expected?.element
    let parts = elements.map { element in
      wanted.map { argument(element, as: $0) } ?? elaborate(element)
    }
    return list(of: parts, wanted: wanted, at: range)
  }

  func list(of parts: [Typed], wanted: RecipeType?, at range: SourceRange) -> Typed {
    let types = parts.map(\.type)
    let own = types.contains(.unknown) ? .unknown : common(types, wanted)
    return combine(
      parts, as: .list(own), at: range, text: { "[" + $0.joined(separator: ",") + "]" }
    ) { .list($0) }
  }

  /// Texts stay the choices that they are where choices are asked for.
  private func common(_ types: [RecipeType], _ wanted: RecipeType?) -> RecipeType {
    guard let wanted, types.isEmpty || !wanted.texts.isEmpty else { return Value.commonType(types) }
    return types.allSatisfy(wanted.accepts) ? wanted : Value.commonType(types)
  }

  // MARK: Ranges

  /// The whole numbers from `low` to `high`.
  func numbers(
    _ low: SyntaxTree.Expression, _ symbol: SyntaxTree.RangeOperator,
    _ high: SyntaxTree.Expression, at range: SourceRange
  ) -> Typed {
    let bounds = [expect(low, .int, "an end of a range"), expect(high, .int, "an end of a range")]
    if bounds.contains(where: { $0.value?.isDeferred ?? false }) {
      reportDeferred(at: range, what: "a range")
      return .wrong
    }
    let text = { (parts: [String]) in parts.joined(separator: symbol.rawValue) }
    return combine(bounds, as: .list(.int), at: range, text: text) { values in
      guard case .int(let first) = values[0], case .int(let last) = values[1] else {
        throw Fault("a range must be known before running")
      }
      let end = symbol == .closed ? last : last - 1
      guard end >= first else { return .list([]) }
      guard end - first < Elaborator.longestRange else {
        throw Fault(
          "a range holds at most \(Elaborator.longestRange.grouped) numbers",
          found: "\((end - first).grouped) numbers",
          advice: "Every number is an item of a list; `x in a...b` compares without one.")
      }
      return .list((first...end).map { .int($0) })
    }
  }

  private static var longestRange: Int { 1_000_000 }

  // MARK: Records

  func record(
    _ fields: [SyntaxTree.Field], as expected: RecipeType?, at range: SourceRange
  ) -> Typed {
    var labels: [String] = []
    var parts: [Typed] = []
    func set(_ label: String, _ part: Typed) {
      if let place = labels.firstIndex(of: label) {
        parts[place] = part
      } else {
        labels.append(label)
        parts.append(part)
      }
    }
    var written: [String] = []
    labels.reserveCapacity(fields.count)
    parts.reserveCapacity(fields.count)
    written.reserveCapacity(fields.count)
    let name = place.label
    defer { place.label = nil }
    for field in fields {
      switch field {
      case .labelled(let label, let value):
        if written.contains(label.text) {
          report(
            Diagnostic(
              .duplicateName, "`\(label.text)` stands twice in this record", at: label.range,
              label: "the second", notes: ["Each field needs a label of its own."]))
        }
        written.append(label.text)
        let wanted = expected?.field(label.text)
        place.label = name.map { "\($0).\(label.text)" }
        set(label.text, wanted.map { argument(value, as: $0) } ?? elaborate(value))
      case .spread(let value):
        place.label = name
        for (label, part) in spread(value) { set(label, part) }
      }
    }
    return record(labels, parts, at: range)
  }

  func record(_ labels: [String], _ parts: [Typed], at range: SourceRange) -> Typed {
    let type = RecipeType.record(zip(labels, parts).map { RecordField($0, $1.type.widened) })
    return combine(
      parts, as: type, at: range,
      text: { "(" + zip(labels, $0).map { "\($0):\($1)" }.sorted().joined(separator: ",") + ")" }
    ) { .record(Record(labels: labels, values: $0)) }
  }

  /// The fields of a record that is spread with `..`.
  func spread(_ expression: SyntaxTree.Expression) -> [(label: String, part: Typed)] {
    let whole = elaborate(expression)
    guard whole.type != .unknown else { return [] }
    // A parameter of a `def` may be any record: its fields are looked at where it is called.
    if case .absent = whole.form, whole.type == .any { return [] }
    guard case .record(let fields) = whole.type else {
      let advice =
        whole.type == .any
        ? "The fields must be known before running."
        : "Only records can be spread: `..(lr: 1e-4)`."
      report(
        Diagnostic(
          .typeMismatch, "`..` needs a record", at: expression.range,
          label: "this is \(whole.type.widened)", notes: [advice]))
      return []
    }
    return fields.map { ($0.label, part($0.label, of: whole, as: $0.type, at: expression.range)) }
  }

  // MARK: Members and elements

  func member(_ name: SyntaxTree.Name, of base: SyntaxTree.Expression, at range: SourceRange)
    -> Typed
  {
    if case .name(let text) = base.kind, case .module(let module)? = place.scopes[text] {
      return wrong(
        Diagnostic(
          .notAValue, "`\(text)` is a recipe: call it to have its names", at: base.range,
          label: "a recipe is a function of its params",
          notes: ["As in `\(module.name)().\(name.text)`."],
          fix: .init(base.range, "\(text)()", "call the recipe")))
    }
    let whole = elaborate(base)
    switch members(of: whole.type) {
    case .anything(let type): return part(name.text, of: whole, as: type, at: name.range)
    case .wrong: return .wrong
    case .fields(let fields):
      if let field = fields.first(where: { $0.label == name.text }) {
        return part(name.text, of: whole, as: field.type, at: name.range)
      }
      return wrong(unknownMember(name, of: whole.type, fields.map(\.label), base))
    }
  }

  func part(_ name: String, of whole: Typed, as type: RecipeType, at range: SourceRange) -> Typed {
    let graph = graph
    return combine([whole], as: type, at: range, text: { "\($0[0]).\(name)" }) {
      try graph.member(name, of: $0[0], type: type)
    }.settled.sharpened
  }

  private enum Members {
    case fields([RecordField])
    /// Parts of any name, all of this type.
    case anything(RecipeType)
    case wrong
  }

  private func members(of type: RecipeType) -> Members {
    switch type {
    case .record(let fields): .fields(fields)
    case .opaque(let name, let arguments):
      lexicon.library.type(named: name).map { entry in
        entry.openMember.map(Members.anything) ?? .fields(entry.members(arguments))
      } ?? .anything(.any)
    case .data(let row): .fields(lexicon.library.type(named: "Data")?.members([row]) ?? [])
    case .tensor, .any: .anything(.any)
    case .unknown: .wrong
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .list, .choice, .either,
      .function, .row, .column, .rowType:
      .fields([])
    }
  }

  private func unknownMember(
    _ name: SyntaxTree.Name, of type: RecipeType, _ found: [String], _ base: SyntaxTree.Expression
  ) -> Diagnostic {
    var near = nearest(name.text, in: found)
    var notes = found.isEmpty ? [] : ["It has: \(found.joined(separator: ", "))."]
    var fix = near.map { Diagnostic.Fix(name.range, $0, "write `\($0)`") }
    var label = near.map { "did you mean `\($0)`?" } ?? "no such part"
    if type.isOptional { notes.append("It may be none: say what stands instead with `??` first.") }
    if case .data(let row) = type, row.field(name.text) != nil {
      label = "a column, not a part"
      near = nil
      notes = [
        "In a call on this data it is written `.\(name.text)`, as in `select(\(name.text): .\(name.text))`."
      ]
    } else if near == nil, let method = method(name.text, of: type) {
      label = "not a part of a value"
      notes = [method.advice]
      fix =
        method.isFunction
        ? .init(SourceRange(base.range.end, name.range.start), " |> ", "pass it on with `|>`") : nil
    }
    if notes.isEmpty, fix == nil {
      notes = ["\(type.widened) has no parts; `roux doc` lists the words that take one."]
    }
    return Diagnostic(
      .unknownMember, "this has no `\(name.text)`", at: name.range, label: label,
      secondary: [.init(base.range, "this is \(type.widened)")], notes: notes, fix: fix)
  }

  /// What is said to `words.append(x)` and `name.lower()`.
  private func method(_ name: String, of type: RecipeType) -> (advice: String, isFunction: Bool)? {
    if case .list = type, ["append", "push", "extend", "add", "insert"].contains(name) {
      return ("Lists never change; a longer one is `xs + [x]`.", false)
    }
    let takes = lexicon.primitives(named: name).contains {
      $0.subjects.first?.type.accepts(type) ?? false
    }
    guard takes else { return nil }
    return ("`\(name)` is a function, not a part: `\(name)(value)`, or `value |> \(name)()`.", true)
  }

  func element(
    _ index: SyntaxTree.Expression, of base: SyntaxTree.Expression, at range: SourceRange
  ) -> Typed {
    let whole = elaborate(base)
    let type: RecipeType
    switch whole.type {
    case .list(let inner): type = inner
    case .any, .tensor, .opaque: type = .any
    case .unknown: return .wrong
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .record, .choice, .either,
      .function, .row, .column, .rowType, .data:
      return wrong(
        Diagnostic(
          .typeMismatch, "only lists have elements by number", at: base.range,
          label: "this is \(whole.type.widened)",
          notes: ["A field of a record is `value.name`; of rows, `take` and `skip` give some."]))
    }
    let graph = graph
    let place = expect(index, .int, "the place in a list")
    return combine([whole, place], as: type, at: range, text: { "\($0[0])[\($0[1])]" }) {
      try graph.index($0[1], of: $0[0], type: type)
    }.settled
  }
}

extension Typed {
  /// A text that is known is one that a choice may ask for.
  var sharpened: Typed {
    guard type == .text, case .text(let text)? = constant else { return self }
    return typed(as: .choice([text]))
  }
}

extension RecipeType {
  /// The element type of a list, also of one that may be absent.
  var element: RecipeType? {
    switch self {
    case .list(let element): element
    case .optional(let type): type.element
    case .either(let types): types.lazy.compactMap(\.element).first
    case .none, .bool, .int, .float, .text, .path, .quantity, .record, .choice, .function, .row,
      .column, .rowType, .data, .tensor, .opaque, .any, .unknown:
      nil
    }
  }
}
