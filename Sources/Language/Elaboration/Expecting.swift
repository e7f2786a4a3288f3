// What is said when a value is of another type than its place asks for.

import Syntax
import Vocabulary

extension Elaborator {
  /// Looks at an expression that has to be of a type; `what` names the place in messages.
  func expect(_ expression: SyntaxTree.Expression, _ type: RecipeType, _ what: String) -> Typed {
    require(argument(expression, as: type), type, at: expression.range, what)
  }

  /// Reports a value of the wrong type; what comes back is of a type that the place accepts.
  ///
  /// - Parameter advice: what the place is for, said where the types tell no more.
  func require(
    _ typed: Typed, _ type: RecipeType, at range: SourceRange, _ what: @autoclosure () -> String,
    advice: @autoclosure () -> String? = nil
  ) -> Typed {
    if type.accepts(typed.type) { return fitted(typed, to: type) }
    if !typed.type.isWrong { report(mismatch(typed, type, at: range, what(), advice())) }
    return Typed(.unknown, .absent)
  }

  private func fitted(_ typed: Typed, to type: RecipeType) -> Typed {
    guard type.takesFloats, case .known(let value) = typed.form else { return typed }
    var result = typed
    let fitting = value.fitted(to: type)
    result.form = .known(fitting)
    if case .float = fitting, typed.type == .int { result.type = .float }
    return result
  }

  private func mismatch(
    _ typed: Typed, _ type: RecipeType, at range: SourceRange, _ what: String, _ advice: String?
  ) -> Diagnostic {
    if let diagnostic = unitMismatch(typed, type, at: range, what) { return diagnostic }
    if let diagnostic = choiceMismatch(typed, type, at: range, what) { return diagnostic }
    let found = typed.type.widened
    if case .optional(let inner) = found, type.accepts(inner) {
      return Diagnostic(
        .optionalValue, "\(what) may be none", at: range, label: "this is \(found)",
        notes: ["Say what counts instead of none: `value ?? …`."])
    }
    let (notes, fix) = remedy(typed, type, range)
    return Diagnostic(
      .typeMismatch, "\(what) must be \(type.words), not \(found)", at: range,
      label: "this is \(found)",
      notes: !notes.isEmpty
        ? notes : [makers(of: type) ?? advice ?? type.example].compactMap(\.self),
      fix: fix)
  }

  /// What makes the value fit, where that is plain to see.
  private func remedy(_ typed: Typed, _ type: RecipeType, _ range: SourceRange)
    -> (notes: [String], fix: Diagnostic.Fix?)
  {
    let written = place.source[range]
    if case .text(let text)? = typed.constant, type.accepts(.int), let number = Double(text),
      number.isFinite, type.accepts(.float) || Int(text) != nil
    {
      return (["A number stands without quotes."], .init(range, text, "remove the quotes"))
    }
    switch (type, typed.type) {
    case (.bool, .int), (.bool, .float):
      return (["A number is not a Bool: compare it, as in `… > 0`."], nil)
    case (.bool, .text), (.bool, .choice):
      return (["A text is not a Bool: compare it, as in `… != \"\"`."], nil)
    case (.text, .int), (.text, .float), (.text, .quantity):
      return (["As a text it is written `\"\\(value)\"`."], nil)
    case (let wanted, .quantity(.ratio)) where wanted.accepts(.float):
      let number = typed.constant?.share.map { "`\($0)`" }
      return (["It is written as a plain number" + (number.map { ": \($0)." } ?? ".")], nil)
    case (.int, .float): return (["A Float is not an Int: write it without a fraction."], nil)
    case (.data(let row), .data(let found)): return ([missing(row, found)].compactMap(\.self), nil)
    case (.list(let element), let found) where element.accepts(found):
      return (["A list of one stands in brackets."], .init(range, "[\(written)]", "make it a list"))
    default: return ([], nil)
    }
  }

  /// The words that give a value of a runtime type.
  private func makers(of type: RecipeType) -> String? {
    guard case .opaque(let name, _) = type else { return nil }
    let words = lexicon.words(giving: name)
    guard !words.isEmpty else { return nil }
    return "\(type.words.prefix(1).uppercased() + type.words.dropFirst()) is given by: "
      + words.prefix(6).map { "`\($0)`" }.joined(separator: ", ")
      + "."
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
        .wrongUnit, "\(what) must be \(type.words), not \(found.rawValue)", at: range,
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
      label: near.map { "did you mean \"\($0)\"?" } ?? "none of these",
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
    let examples = dimensions.map { "`3\($0.exampleUnit.rawValue)`" }
    guard let last = examples.last, examples.count > 1 else { return examples.joined() }
    return examples.dropLast().joined(separator: ", ") + " or " + last
  }

  /// How a value of the type is written; nil where that says nothing.
  var example: String? {
    switch self {
    case .bool: "Write `true`, `false` or a comparison."
    case .int: "Write a whole number, such as `8`."
    case .float: "Write a number, such as `0.5`."
    case .text, .path, .choice: "Write a text between double quotes."
    case .quantity, .either: dimensions.isEmpty ? nil : "Write it as \(unitExamples)."
    case .list(.record([])): "For example `[(prompt: \"1 + 1 =\", response: \"2\")]`."
    case .list: "A list is written `[a, b]`."
    case .record: "A record is written `(a: 1, b: 2)`."
    case .function: "A function of one value is written `x => …`."
    case .row, .column: "A column is written `.name`."
    case .rowType: "The type of rows is written `(prompt: Text, response: Text)`."
    case .data: "Rows come from `rows([…])`, `jsonl(path)` and their kin."
    case .optional(let type): type.example
    case .none, .tensor, .opaque, .any, .unknown: nil
    }
  }

  /// The type with its article, where it needs one.
  var words: String {
    switch self {
    case .int, .column, .rowType: self == .int ? "an Int" : "a \(self)"
    case .list(.record([])): "a list of records"
    case .bool, .float, .text, .path, .list, .quantity, .function, .tensor, .row: "a \(self)"
    case .optional(let type): type.words
    case .opaque(let name, _): ("AEIOU".contains(name.prefix(1)) ? "an " : "a ") + "\(self)"
    case .either: self == .budget ? "a \(self)" : "\(self)"
    case .none, .record, .choice, .data, .any, .unknown: "\(self)"
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
