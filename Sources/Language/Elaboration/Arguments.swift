// Arguments, each looked at as the type of its parameter asks.

import Syntax
import Vocabulary

extension Elaborator {
  /// Looks at an expression in a place of a type; the caller compares the outcome with the type.
  ///
  /// Where columns are asked for, `.column` names one, or is part of an expression over rows.
  func argument(_ expression: SyntaxTree.Expression, as type: RecipeType) -> Typed {
    switch type {
    case .column: return columnName(expression)
    case .row(let inner): return rowExpression(expression, of: inner)
    case .rowType: return rowType(expression)
    case .optional(let inner):
      if case .none = expression.kind { return elaborate(expression) }
      return argument(expression, as: inner)
    case .either(let types):
      guard mentionsRow(expression), let wanted = types.first(where: \.takesColumns) else {
        return elaborate(expression, as: type)
      }
      return argument(expression, as: wanted)
    case .none, .bool, .int, .float, .text, .path, .quantity, .list, .record, .choice, .function,
      .data, .tensor, .opaque, .any, .unknown:
      return elaborate(expression, as: type)
    }
  }

  /// `(score: Int, reason: Text)`: a record of types is the type of a record.
  private func rowType(_ expression: SyntaxTree.Expression) -> Typed {
    let typed = elaborate(expression)
    guard case .record? = typed.constant, let type = typed.constant?.writtenType else {
      return typed
    }
    return Typed(.type(type))
  }

  /// `.name` where the name itself is wanted, not what stands in the column.
  private func columnName(_ expression: SyntaxTree.Expression) -> Typed {
    guard case .column(let name) = expression.kind else {
      return elaborate(expression, as: .column)
    }
    let row = place.row ?? RowContext(fields: nil, slot: nil, range: nil)
    entering(expression)
    guard let type = columnType(name, of: row) else { return .wrong }
    leaving(expression, Typed(type, .absent))
    return Typed(.text(name.text), as: .column)
  }

  /// Whether the expression speaks of columns, or passes on a parameter that does.
  private func mentionsRow(_ expression: SyntaxTree.Expression) -> Bool {
    var found = false
    expression.walk { inner in
      if case .column = inner.kind { found = true }
      guard case .name(let name) = inner.kind, case .value(let typed)? = place.scopes[name] else {
        return
      }
      if typed.type == .column { found = true }
      if case .row = typed.type { found = true }
    }
    return found
  }

  /// The arguments of a call, data first: the columns that others speak of are those of the
  /// call's first data.
  func elaborated(_ matched: Matched, of name: String) -> Elaborated {
    let formals = matched.formals
    var result = Elaborated(formals)
    let (label, row) = (place.label, place.row)
    place.label = nil
    defer { (place.label, place.row) = (label, row) }
    var hasRows = false
    for place in formals.rowsFirst {
      guard let given = matched.given[place] else { continue }
      let formal = formals[place]
      let typed = argument(given, formal, of: name)
      result.typed[place] = typed
      if typed.type.isWrong { result.isWrong = true }
      guard !hasRows, !formal.type.isNeverRows, let row = typed.type.rowType else { continue }
      // From here on, `.column` means a column of these rows.
      self.place.row = RowContext(fields: row.fields, slot: nil, range: given.range)
      hasRows = true
    }
    guard let rest = formals.rest, !matched.rest.isEmpty else { return result }
    result.rest = matched.rest.map { label, given in
      (label.text, self.argument(given, rest, called: label.text, of: name))
    }
    if result.rest.contains(where: \.typed.type.isWrong) { result.isWrong = true }
    return result
  }

  private func argument(
    _ given: Given, _ formal: Formal, called label: String? = nil, of name: String
  ) -> Typed {
    let typed = elaborate(given, as: formal.type)
    // Words are put together only where something is wrong.
    let fitting = require(
      typed, formal.type, at: given.range, "`\(label ?? formal.name)` of `\(name)`",
      advice: formal.summary.isEmpty ? nil : "\(label ?? formal.name): \(formal.summary)")
    if let constraint = formal.constraint {
      return constrained(fitting, constraint, called: formal.name, at: given.range)
    }
    return fitting
  }
}

extension Value {
  /// The type that the value is, or that a record of types stands for.
  fileprivate var writtenType: WrittenType? {
    switch self {
    case .type(let type): return type
    case .record(let fields):
      let types = fields.values.compactMap(\.writtenType)
      guard types.count == fields.labels.count, !types.isEmpty else { return nil }
      let parts = zip(fields.labels, types)
      return WrittenType(
        .record(parts.map { RecordField($0, $1.type) }),
        conditions: parts.flatMap { label, type in
          type.conditions.map { $0.inside(.field(label)) }
        })
    case .none, .bool, .int, .float, .text, .quantity, .list, .function, .opaque, .deferred:
      return nil
    }
  }
}

/// The arguments of a call, looked at.
struct Elaborated {
  let formals: Formals
  /// By place of the parameter; nil where the call leaves it out.
  var typed: [Typed?]
  var rest: [(label: String, typed: Typed)] = []

  init(_ formals: Formals) {
    self.formals = formals
    typed = formals.nothingKnown
  }

  subscript(name: String) -> Typed? { formals.place(of: name).flatMap { typed[$0] } }

  var byName: ByName<Typed> {
    ByName(zip(formals, typed).compactMap { formal, typed in typed.map { .init(formal.name, $0) } })
  }

  /// Labels and values in the order of the parameters, where all arguments are known.
  var known: (labels: [String], values: [Value])? {
    var (labels, values): ([String], [Value]) = ([], [])
    labels.reserveCapacity(typed.count + rest.count)
    values.reserveCapacity(typed.count + rest.count)
    for place in typed.indices {
      switch typed[place]?.form {
      case .known(let value): values.append(value)
      case .code, .absent: return nil
      case nil: continue
      }
      labels.append(formals[place].name)
    }
    for (label, part) in rest {
      guard case .known(let value) = part.form else { return nil }
      labels.append(label)
      values.append(value)
    }
    return (labels, values)
  }

  /// Whether something is wrong with an argument.
  var isWrong = false

  /// Whether some argument depends on a row or on the parameter of a lambda.
  var hasCode: Bool { typed.contains { $0?.isCode ?? false } || rest.contains { $0.typed.isCode } }
}

extension RecipeType {
  /// Whether something inside is wrong already.
  var isWrong: Bool {
    switch self {
    case .unknown: true
    case .optional(let type), .list(let type), .row(let type): type.isWrong
    case .record(let fields): fields.contains { $0.type.isWrong }
    // Data of unknown rows are no mistake.
    case .none, .bool, .int, .float, .text, .path, .quantity, .choice, .either, .function, .column,
      .rowType, .data, .tensor, .opaque, .any:
      false
    }
  }

  /// Whether a parameter of the type takes rows.
  var isRows: Bool { rowType != nil }

  /// Whether records that are given here are no rows, as the messages of a prompt are not.
  var isNeverRows: Bool {
    if case .either = self { return !isRows }
    return false
  }

  /// The type of one row of what holds rows.
  var rowType: RecipeType? {
    switch self {
    case .data(let row): row
    case .list(let element):
      if case .record = element { element } else { nil }
    case .optional(let type): type.rowType
    case .either(let types): types.lazy.compactMap(\.rowType).first
    case .none, .bool, .int, .float, .text, .path, .quantity, .record, .choice, .function, .row,
      .column, .rowType, .tensor, .opaque, .any, .unknown:
      nil
    }
  }

  /// Whether columns may stand in an argument of the type.
  var takesColumns: Bool {
    switch self {
    case .row, .column: true
    case .optional(let type), .list(let type): type.takesColumns
    case .either(let types): types.contains(where: \.takesColumns)
    case .none, .bool, .int, .float, .text, .path, .quantity, .record, .choice, .function,
      .rowType, .data, .tensor, .opaque, .any, .unknown:
      false
    }
  }
}
