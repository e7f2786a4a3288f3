// Calls: what is called, and which argument goes to which parameter.

import Syntax
import Vocabulary

/// An argument of a call: written there, or a field of a record that is spread into it.
///
/// A class, as it goes through many hands on its way to a parameter.
final class Given: Sendable {
  enum Content: Sendable {
    case expression(SyntaxTree.Expression)
    case typed(Typed)
  }
  let label: SyntaxTree.Name?
  let content: Content
  let range: SourceRange
  let isSpread: Bool

  init(_ argument: SyntaxTree.Argument) {
    switch argument {
    case .labelled(let name, let value):
      (label, content, range, isSpread) = (name, .expression(value), value.range, false)
    case .unlabelled(let value):
      (label, content, range, isSpread) = (nil, .expression(value), value.range, false)
    case .spread(let value):
      (label, content, range, isSpread) = (nil, .expression(value), value.range, true)
    }
  }

  init(
    _ typed: Typed, label: SyntaxTree.Name? = nil, at range: SourceRange, isSpread: Bool = false
  ) {
    content = .typed(typed)
    self.label = label
    self.range = range
    self.isSpread = isSpread
  }
}

/// The arguments of a call by parameter.
struct Matched {
  let formals: Formals
  /// By place of the parameter; nil where the call leaves it out.
  var given: [Given?]
  /// What a parameter that takes the rest got, in the order written.
  var rest: [(label: SyntaxTree.Name, given: Given)] = []

  init(_ formals: Formals) {
    self.formals = formals
    given = formals.nothingGiven
  }

  /// What the first parameter got.
  var subject: Given? { given.first ?? nil }

  subscript(name: String) -> Given? { formals.place(of: name).flatMap { given[$0] } }
}

extension Elaborator {
  func pipe(
    _ subject: SyntaxTree.Expression, _ target: SyntaxTree.Expression, at range: SourceRange,
    as expected: RecipeType?
  ) -> Typed {
    let first = Given(.unlabelled(subject))
    guard case .call(let callee, let arguments) = target.kind else {
      return call(target, [first], at: range, as: expected)
    }
    var all = [first]
    all.reserveCapacity(1 + arguments.count)
    for argument in arguments { all.append(Given(argument)) }
    return call(callee, all, at: range, as: expected)
  }

  func call(
    _ callee: SyntaxTree.Expression, _ arguments: [Given], at range: SourceRange,
    as expected: RecipeType?
  ) -> Typed {
    guard case .name(let name) = callee.kind else {
      return apply(elaborate(callee), callee, arguments, at: range)
    }
    switch place.scopes[name] {
    case .function(let function):
      return call(function, arguments, callee.range, at: range, as: expected)
    case .module(let module): return call(module, arguments, callee.range, at: range)
    case .value(let typed): return apply(typed, callee, arguments, at: range)
    case .type:
      return wrong(typeCalled(name, at: callee.range))
    case nil: break
    }
    switch lexicon.callable(named: name) {
    case .function(let function):
      return call(function, arguments, callee.range, at: range, as: expected)
    case .primitive(let forms):
      return call(forms, arguments, callee.range, at: range, as: expected)
    case nil: break
    }
    _ = elaborateAll(arguments)
    if builtInType(name) != nil || lexicon.library.type(named: name) != nil {
      return wrong(typeCalled(name, at: callee.range))
    }
    return wrong(unknownName(name, at: callee.range, among: callableNames))
  }

  private func typeCalled(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .notCallable, "`\(name)` is a type and cannot be called", at: range, label: "a type",
      notes: [
        "Values are not converted: an Int may stand for a Float, `text(x)` and `number(t)` make others."
      ])
  }

  private var callableNames: [String] {
    lexicon.callableNames
      + place.scopes.names.filter { name in
        switch place.scopes[name] {
        case .function, .module: true
        case .value, .type, nil: false
        }
      }
  }

  /// Looks at the arguments of a call that is wrong anyway, for what is wrong in them.
  private func elaborateAll(_ arguments: [Given]) -> [Typed] {
    let (result, found) = collecting { arguments.map { elaborate($0) } }
    // Columns and types depend on what the call would have been.
    for diagnostic in found where diagnostic.code == .unknownName { report(diagnostic) }
    return result
  }

  func elaborate(_ given: Given, as type: RecipeType? = nil) -> Typed {
    switch given.content {
    case .typed(let typed): typed
    case .expression(let expression):
      type.map { argument(expression, as: $0) } ?? elaborate(expression)
    }
  }

  /// Calls a function value, as `f(x)` or `b.reward(r)`.
  private func apply(
    _ function: Typed, _ callee: SyntaxTree.Expression, _ arguments: [Given], at range: SourceRange
  ) -> Typed {
    let label = place.label
    place.label = nil
    let parts = arguments.map { elaborate($0) }
    if let closure = function.closure, parts.count == 1, case .known = parts[0].form {
      place.label = label
      defer { place.label = nil }
      return apply(closure, to: parts[0], at: range)
    }
    let result: RecipeType
    switch function.type {
    case .function(_, let output): result = output
    case .any, .opaque, .tensor: result = .any
    case .unknown: return .wrong
    case .none, .bool, .int, .float, .text, .path, .quantity, .optional, .list, .record, .choice,
      .either, .row, .column, .rowType, .data:
      return wrong(
        notCallable(function, callee, range))
    }
    guard parts.count == 1 else {
      return wrong(
        Diagnostic(
          .tooManyArguments, "a function value takes one argument, not \(parts.count)", at: range,
          label: "\(parts.count) are given",
          notes: ["Several values travel as one record: p => p.a + p.b"]))
    }
    return combine([function] + parts, as: result, at: range, text: { "\($0[0])(\($0[1]))" }) {
      guard case .function(let function) = $0[0] else {
        throw Fault("only functions can be called", found: "\($0[0].type)")
      }
      return try function($0[1])
    }.settled
  }

  private func notCallable(
    _ function: Typed, _ callee: SyntaxTree.Expression, _ call: SourceRange
  ) -> Diagnostic {
    let gap = SourceRange(callee.range.end, callee.range.end)
    let isApart = place.source[SourceRange(gap.end, gap.end + 1)].first?.isWhitespace ?? true
    switch callee.kind {
    // Nobody calls these: it is the comma between two items that is missing.
    case .record, .list, .number, .text, .parenthesised, .bool, .none:
      return Diagnostic(
        .notCallable, "this is not a function", at: callee.range,
        label: "this is \(function.type.widened)",
        notes: ["Is a comma missing behind it?"],
        fix: .init(gap, isApart ? "," : ", ", "add the comma"))
    case .name, .column, .comprehension, .call, .member, .index, .unary, .binary, .pipe, .range,
      .lambda, .conditional, .block, .lastValue, .error:
      return Diagnostic(
        .notCallable, "this is not a function", at: callee.range,
        label: "this is \(function.type.widened)",
        notes: ["Only functions are called; a value stands without brackets behind it."])
    }
  }

  // MARK: Matching

  /// Gives each argument to a parameter and reports what does not fit; nil if the call is wrong.
  func match(_ arguments: [Given], to formals: Formals, of name: String, at callee: SourceRange)
    -> Matched?
  {
    var matched = Matched(formals)
    var isRight = true
    var subjects = formals.subjects[...]
    for given in arguments.contains(where: \.isSpread) ? arguments.flatMap(unspread) : arguments {
      if let label = given.label {
        if let place = formals.place(of: label.text) {
          if let taken = subjects.firstIndex(of: place) { subjects.remove(at: taken) }
          isRight = matched.take(given, at: place, reporting: report, label.range) && isRight
        } else if formals.rest != nil {
          matched.rest.append((label, given))
        } else {
          isRight = false
          report(unknownArgument(label, matched, name))
        }
      } else if let place = subjects.popFirst() {
        isRight = matched.take(given, at: place, reporting: report, given.range) && isRight
      } else {
        isRight = false
        report(unlabelled(given, matched, name))
      }
    }
    guard isRight else { return nil }
    let missing = matched.missing
    guard !missing.isEmpty else { return matched }
    report(missingArguments(missing, formals, name, callee))
    return nil
  }

  private func unspread(_ given: Given) -> [Given] {
    guard given.isSpread, case .expression(let expression) = given.content else { return [given] }
    return spread(expression).map { label, part in
      Given(part, label: .init(label, given.range), at: given.range, isSpread: true)
    }
  }

  private func unknownArgument(_ label: SyntaxTree.Name, _ matched: Matched, _ name: String)
    -> Diagnostic
  {
    let near = nearest(label.text, in: matched.free.map(\.name))
    return Diagnostic(
      .unknownArgument, "`\(name)` has no argument `\(label.text)`", at: label.range,
      label: near.map { "did you mean `\($0)`?" } ?? "none of its labels",
      notes: [signature(name, matched.formals)],
      fix: near.map { .init(label.range, $0, "write `\($0)`") })
  }

  private func unlabelled(_ given: Given, _ matched: Matched, _ name: String) -> Diagnostic {
    let (formals, free) = (matched.formals, matched.free.filter { !$0.isSubject })
    guard let next = free.first else {
      return Diagnostic(
        .tooManyArguments, "`\(name)` takes no further argument", at: given.range,
        label: "one too many", notes: [signature(name, formals)])
    }
    let guess = free.count == 1 ? next.name : nil
    return Diagnostic(
      .unlabelledArgument, "this argument of `\(name)` needs its label", at: given.range,
      label: guess.map { "did you mean `\($0): …`?" } ?? "which argument is this?",
      notes: [signature(name, formals)],
      fix: guess.map {
        .init(SourceRange(given.range.start, given.range.start), "\($0): ", "write the label")
      })
  }

  private func missingArguments(
    _ missing: [Formal], _ formals: Formals, _ name: String, _ callee: SourceRange
  ) -> Diagnostic {
    let quoted = missing.map { "`\($0.name)`" }
    let names =
      quoted.count < 2
      ? quoted.joined()
      : quoted.dropLast().joined(separator: ", ") + " and " + quoted[quoted.count - 1]
    let details = missing.filter { !$0.summary.isEmpty }.map { "\($0.name): \($0.summary)" }
    return Diagnostic(
      .missingArgument, "`\(name)` needs \(names)", at: callee,
      label: missing.map(\.signature).joined(separator: ", "),
      notes: details + [signature(name, formals)])
  }

  private func signature(_ name: String, _ formals: Formals) -> String {
    "\(name)(" + formals.map(\.signature).joined(separator: ", ") + ")"
  }
}

extension Matched {
  /// Gives an argument to a parameter; false, and a word about it, if that has one already.
  fileprivate mutating func take(
    _ new: Given, at place: Int, reporting report: (Diagnostic) -> Void, _ range: SourceRange
  ) -> Bool {
    // What is written out goes before what a record brings.
    if let first = given[place], !first.isSpread {
      report(
        Diagnostic(
          .duplicateArgument, "`\(formals[place].name)` is given twice", at: range,
          label: "given again", secondary: [.init(first.range, "given here")],
          notes: ["Keep the one that is meant."]))
      return false
    }
    given[place] = new
    return true
  }

  /// The parameters that have no argument so far.
  fileprivate var free: [Formal] { zip(formals, given).filter { $1 == nil }.map(\.0) }

  fileprivate var missing: [Formal] {
    let isWhole = formals.indices.allSatisfy { given[$0] != nil || formals[$0].isOptional }
    return isWhole ? [] : free.filter { !$0.isOptional }
  }
}
