// What is said when a value is of another type than its place asks for.

import Syntax
import Vocabulary

extension Elaborator {
  /// Looks at an expression that has to be of a type; `what` names the place in messages.
  func expect(_ expression: SyntaxTree.Expression, _ type: RecipeType, _ what: String) -> Typed {
    require(argument(expression, as: type), type, at: expression.range, what)
  }

  /// Reports a value of the wrong type; what comes back is of a type that the place accepts.
  func require(_ typed: Typed, _ type: RecipeType, at range: SourceRange, _ what: String) -> Typed {
    if type.accepts(typed.type) { return fitted(typed, to: type) }
    report(mismatch(typed, type, at: range, what))
    return Typed(.unknown, .absent)
  }

  private func fitted(_ typed: Typed, to type: RecipeType) -> Typed {
    guard case .known(let value) = typed.form else { return typed }
    let isRaised = typed.type == .int && value.fitted(to: type).type == .float
    return Typed(isRaised ? .float : typed.type, .known(value.fitted(to: type)))
  }

  private func mismatch(
    _ typed: Typed, _ type: RecipeType, at range: SourceRange, _ what: String
  ) -> Diagnostic {
    if let diagnostic = unitMismatch(typed, type, at: range, what) { return diagnostic }
    if let diagnostic = choiceMismatch(typed, type, at: range, what) { return diagnostic }
    if case .optional(let inner) = typed.type, type.accepts(inner) {
      return Diagnostic(
        .optionalValue, "\(what) may be none", at: range, label: "this is \(typed.type)",
        notes: ["Say what counts instead of none: `value ?? …`."])
    }
    return Diagnostic(
      .typeMismatch, "\(what) must be \(type.words), not \(typed.type.widened)", at: range,
      label: "this is \(typed.type.widened)", notes: mismatchAdvice(typed, type))
  }

  private func mismatchAdvice(_ typed: Typed, _ type: RecipeType) -> [String] {
    switch (type, typed.type) {
    case (.bool, .int): ["A number is not a Bool: compare it, as in `… > 0`."]
    case (.text, .int), (.text, .float): ["To make a text of it, write `\"\\(value)\"`."]
    case (let wanted, .quantity(.ratio)) where wanted.accepts(.float):
      ["Write it as a plain number" + (typed.constant?.share.map { ": `\($0)`." } ?? ".")]
    case (.int, .float): ["A Float is not an Int: write it without a fraction."]
    case (.data(let row), .data(let found)): [missing(row, found)].compactMap(\.self)
    case (.list(let element), let found) where element.accepts(found):
      ["Put it into a list: `[…]`."]
    default: []
    }
  }

  private func missing(_ row: RecipeType, _ found: RecipeType) -> String? {
    guard let wanted = row.fields, let fields = found.fields else { return nil }
    let labels = Set(fields.map(\.label))
    let lacking = wanted.map(\.label).filter { !labels.contains($0) }
    guard !lacking.isEmpty else { return nil }
    return "Missing: \(lacking.joined(separator: ", ")). Found: "
      + fields.map(\.label).joined(separator: ", ") + "."
  }

  private func unitMismatch(
    _ typed: Typed, _ type: RecipeType, at range: SourceRange, _ what: String
  ) -> Diagnostic? {
    let dimensions = type.dimensions
    // Fifty of steps or percent: who writes a whole number counts.
    let isCount = typed.type == .int && dimensions.contains(.steps) && dimensions.first == .ratio
    guard let dimension = isCount ? .steps : dimensions.first else { return nil }
    let example = dimension.exampleUnit.rawValue
    switch typed.type {
    case .int, .float:
      let meant = typed.constant.map { $0.amount(in: dimension) + example }
      return Diagnostic(
        .wrongUnit, "\(what) needs a unit", at: range,
        label: meant.map { "did you mean `\($0)`?" } ?? "a number without a unit",
        notes: ["It is \(type.words): \(type.unitExamples)."],
        fix: meant.map { .init(range, $0, "write `\($0)`") })
    case .quantity(let found):
      // Where one unit alone will do, it was probably meant.
      let meant = dimensions.count == 1 ? typed.constant.map { $0.amount(in: nil) + example } : nil
      return Diagnostic(
        .wrongUnit, "\(what) is \(type.words), not \(found.rawValue)", at: range,
        label: meant.map { "did you mean `\($0)`?" } ?? "this is \(found.rawValue)",
        notes: ["Write it as \(type.unitExamples)."],
        fix: meant.map { .init(range, $0, "write `\($0)`") })
    case .none, .bool, .text, .path, .optional, .list, .record, .choice, .either, .function, .row,
      .column, .rowType, .data, .tensor, .opaque, .any, .unknown:
      return nil
    }
  }

  private func choiceMismatch(
    _ typed: Typed, _ type: RecipeType, at range: SourceRange, _ what: String
  ) -> Diagnostic? {
    let texts = type.texts
    guard !texts.isEmpty, case .choice(let given) = typed.type, let found = given.first else {
      return nil
    }
    let near = nearest(found, in: texts)
    return Diagnostic(
      .invalidChoice, "\(what) cannot be \"\(found)\"", at: range,
      label: near.map { "did you mean \"\($0)\"?" } ?? "",
      notes: ["It is one of: " + texts.map { "\"\($0)\"" }.joined(separator: ", ") + "."],
      fix: near.map { .init(range, "\"\($0)\"", "write \"\($0)\"") })
  }
}

extension RecipeType {
  /// The dimensions of the quantities that the type accepts.
  var dimensions: [Dimension] {
    switch self {
    case .quantity(let dimension): [dimension]
    case .optional(let type), .row(let type): type.dimensions
    case .either(let types): types.flatMap(\.dimensions)
    case .none, .bool, .int, .float, .text, .path, .list, .record, .choice, .function, .column,
      .rowType, .data, .tensor, .opaque, .any, .unknown:
      []
    }
  }

  /// The texts that a choice allows.
  var texts: [String] {
    switch self {
    case .choice(let texts): texts
    case .optional(let type), .row(let type), .list(let type): type.texts
    case .either(let types): types.flatMap(\.texts)
    case .none, .bool, .int, .float, .text, .path, .quantity, .record, .function, .column,
      .rowType, .data, .tensor, .opaque, .any, .unknown:
      []
    }
  }

  fileprivate var unitExamples: String {
    dimensions.map { "`3\($0.exampleUnit.rawValue)`" }.joined(separator: ", ")
  }

  /// The type with its article, where it needs one.
  var words: String {
    switch self {
    case .int, .column, .rowType: self == .int ? "an Int" : "a \(self)"
    case .bool, .float, .text, .path, .list, .quantity, .function, .tensor, .row: "a \(self)"
    case .optional(let type): type.words
    case .none, .record, .choice, .either, .data, .opaque, .any, .unknown: "\(self)"
    }
  }
}

extension Value {
  /// The number that a unit is to follow; who writes 0.05 for a share means 5%.
  fileprivate func amount(in dimension: Dimension?) -> String {
    switch (self, dimension) {
    case (.float(let share), .ratio) where share > 0 && share < 1:
      Value.float((share * 1e10).rounded() / 1e8).source
    case (.quantity(let quantity), _): Value.float(quantity.amount).source
    default: source
    }
  }

  /// A quantity of share as the number that it is.
  fileprivate var share: Double? {
    guard case .quantity(let quantity) = self else { return nil }
    return quantity.base
  }
}
