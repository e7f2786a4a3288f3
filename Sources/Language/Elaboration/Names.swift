// Names as values, columns, and what is said of names that stand for nothing.

import Syntax
import Vocabulary

extension Elaborator {
  func value(named name: String, at range: SourceRange, as expected: RecipeType? = nil) -> Typed {
    switch place.scopes[name] {
    case .value(let typed): return ofCurrentRow(typed, name, at: range)
    case .type(let type): return Typed(.type(type.written))
    case .module: return wrong(notAValue(name, "a recipe", range))
    case .function: return wrong(notAValue(name, "a function", range))
    case nil: break
    }
    if let typed = lexicon.value(named: name) { return typed }
    if lexicon.isFunction(name) {
      // A column of that name is the likelier meaning.
      let isColumn = place.row?.fields?.contains { $0.label == name } ?? false
      return wrong(
        isColumn
          ? unknownName(name, at: range, among: []) : notAValue(name, "a function", range))
    }
    if let type = builtInType(name) { return Typed(.type(WrittenType(type))) }
    return wrong(unknownName(name, at: range, among: valueNames(fitting: expected)))
  }

  private func notAValue(_ name: String, _ kind: String, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .notAValue, "`\(name)` is \(kind), not a value", at: range, label: "call it: `\(name)(…)`",
      notes: ["To pass it on, write a lambda: `x => \(name)(x)`."],
      fix: isCalledWithoutArguments(name) ? .init(range, "\(name)()", "call it") : nil)
  }

  private func isCalledWithoutArguments(_ name: String) -> Bool {
    switch place.scopes[name] {
    case .function(let function): return function.formals.allSatisfy(\.isOptional)
    case .module(let module): return module.formals.allSatisfy(\.isOptional)
    case .value, .type: return false
    case nil: break
    }
    if let function = lexicon.functions[name] { return function.formals.allSatisfy(\.isOptional) }
    return lexicon.primitives(named: name).contains { $0.slots.allSatisfy(\.isOptional) }
  }

  func unknownName(_ name: String, at range: SourceRange, among candidates: [String]) -> Diagnostic
  {
    if name == Elaborator.lastValue {
      return Diagnostic(
        .unknownName, "there is no last value to go on from", at: range, label: "before this",
        notes: ["A cell that starts with `|>` continues from the value of the cell before."])
    }
    if name == place.setting.function { return recursion(name, at: range) }
    if let later = place.setting.later(name) {
      return Diagnostic(
        .unknownName, "`\(name)` is defined further down", at: range, label: "used here",
        secondary: [.init(later, "defined here")],
        notes: ["A name is defined before it is used: move the definition up."])
    }
    if let field = place.row?.fields?.first(where: { $0.label == name }) {
      return Diagnostic(
        .unknownName, "there is no name `\(name)`", at: range,
        label: "the column is written `.\(field.label)`",
        fix: .init(range, ".\(name)", "write `.\(name)`"))
    }
    if let known = ForeignName.table[name] { return known.diagnostic(name, at: range) }
    let near = nearest(name, in: candidates)
    return Diagnostic(
      .unknownName, "there is no name `\(name)`", at: range,
      label: near.map { "did you mean `\($0)`?" } ?? "not defined above, nor in the library",
      notes: near == nil ? ["`roux doc` lists all words; a text stands between quotes."] : [],
      fix: near.map { .init(range, $0, "write `\($0)`") })
  }

  func recursion(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .recursion, "`\(name)` calls itself", at: range, label: "inside its own definition",
      notes: ["Recipes always come to an end, so no function may call itself; use a comprehension."]
    )
  }

  /// Names of values, those of the right type if a type is asked for.
  private func valueNames(fitting type: RecipeType?) -> [String] {
    place.scopes.names.filter { name in
      guard case .value(let typed)? = place.scopes[name], name != Elaborator.lastValue else {
        return false
      }
      return type?.accepts(typed.type) ?? true
    }
  }

  func warnIfShadowing(_ name: SyntaxTree.Name) {
    guard place.scopes.definesAtTop(name.text) else { return }
    report(
      Diagnostic(
        .shadowing, "`\(name.text)` hides a name of the file", at: name.range,
        label: "here it means something else", severity: .warning,
        notes: ["Give it a name of its own."]))
  }

  // MARK: Row expressions under a name

  /// What a row expression gives for the current row, where there is one: a `def` may compute with
  /// a parameter of type `Row<Text>` as with a column.
  private func ofCurrentRow(_ typed: Typed, _ name: String, at range: SourceRange) -> Typed {
    guard case .row(let type) = typed.type, let row = place.row, let slot = row.slot else {
      return typed
    }
    switch typed.form {
    case .absent: return Typed(type, .absent)
    case .known(let value) where !value.isDeferred && !value.isFunction:
      return Typed(value, as: type)
    case .known(.function(let function)):
      guard let missing = function.columns.first(where: { row.lacks($0) }) else { break }
      return wrong(
        Diagnostic(
          .missingColumns, "`\(name)` reads the column `\(missing)`, which these rows lack",
          at: range, notes: ["Columns: \(row.fields?.map(\.label).joined(separator: ", ") ?? "")."])
      )
    case .known, .code: break
    }
    guard let code = code(typed) else { return Typed(type, .absent) }
    return Typed(type, .code(code.applied(toSlot: slot, columns: columns(of: typed))))
  }

  private func columns(of typed: Typed) -> [String] {
    guard case .function(let function)? = typed.value else { return [] }
    return function.columns
  }

  // MARK: Columns

  func column(_ name: SyntaxTree.Name, at range: SourceRange) -> Typed {
    guard let row = place.row, let slot = row.slot else {
      return wrong(
        Diagnostic(
          .columnOutsideRow, "there is no row here for `.\(name.text)`", at: range,
          label: "a column of which data?", notes: columnAdvice(name.text)))
    }
    guard let type = columnType(name, of: row) else { return .wrong }
    return Typed(type, .code(Code(column: name.text, of: slot, isOptional: type.isOptional)))
  }

  /// The type of a column, or nil and a diagnostic if the rows lack it.
  func columnType(_ name: SyntaxTree.Name, of row: RowContext) -> RecipeType? {
    guard let fields = row.fields else { return .any }
    if let field = fields.first(where: { $0.label == name.text }) { return field.type }
    let near = nearest(name.text, in: fields.map(\.label))
    report(
      Diagnostic(
        .missingColumns, "there is no column `\(name.text)`", at: name.range,
        label: near.map { "did you mean `.\($0)`?" } ?? "no column of these rows",
        secondary: row.range.map { [.init($0, "these rows")] } ?? [],
        notes: ["Columns: \(fields.map(\.label).joined(separator: ", "))."],
        fix: near.map { .init(name.range, $0, "write `.\($0)`") }))
    return nil
  }

  private func columnAdvice(_ column: String) -> [String] {
    let holders = place.scopes.names.filter { name in
      guard case .value(let typed)? = place.scopes[name], name != Elaborator.lastValue else {
        return false
      }
      return typed.type.field(column) != nil
    }.sorted()
    guard let holder = holders.first else {
      return ["Columns stand in calls that work on rows, as in `data |> filter(.score > 3)`."]
    }
    return ["`\(holder)` has this column; as in `\(holder) |> filter(.\(column) …)`."]
  }
}

extension Elaborator.RowContext {
  fileprivate func lacks(_ column: String) -> Bool {
    fields.map { fields in !fields.contains { $0.label == column } } ?? false
  }
}

extension Value {
  fileprivate var isFunction: Bool { if case .function = self { true } else { false } }
}
