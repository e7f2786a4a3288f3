// Calls of functions that recipes define: the body is checked anew with the real arguments.

import Syntax
import Vocabulary

/// What tells one call of a function, or of a word that reads files, from another.
struct CallKey: Hashable {
  let callee: ObjectIdentifier
  /// By parameter, as canonical text; nil where the call leaves it out or its value is not known.
  let arguments: [String?]
  /// By parameter; nil where the call leaves it out.
  let types: [RecipeType?]
  let expected: RecipeType?
  /// What `.column` means there.
  let row: Elaborator.RowContext.Columns?
  /// Where relative paths start: the same words in an imported recipe may mean another file.
  let directory: Folder
}

/// What a call gave, with what was called, whose identity must stay its own.
struct KnownCall {
  let callee: AnyObject
  let result: Typed
}

extension Elaborator {
  /// The key of a call that need not be looked at twice, as it would plan the same stages again.
  ///
  /// Nil where the arguments are code or lambdas, of which each is looked at anew.
  func callKey(_ callee: AnyObject, _ given: [Typed?], as expected: RecipeType?) -> CallKey? {
    guard depth == 0, !isCompiling, trace == nil else { return nil }
    for case let argument? in given where argument.closure != nil || argument.isCode { return nil }
    return CallKey(
      callee: ObjectIdentifier(callee),
      arguments: given.map { $0?.value?.canonical }, types: given.map { $0?.type },
      expected: expected, row: place.row?.columns, directory: place.directory)
  }

  func call(
    _ function: UserFunction, _ arguments: [Given], _ callee: SourceRange, at range: SourceRange,
    as expected: RecipeType?
  ) -> Typed {
    let label = place.label
    place.label = nil
    guard
      let matched = match(arguments, to: function.formals, of: function.name, at: callee)
    else { return .wrong }
    let found = elaborated(matched, of: function.name)
    guard !found.isWrong, function.isSound else { return .wrong }
    if let made = compiledCall(function, found.typed, as: expected) { return made }
    let key = callKey(function, found.typed, as: expected)
    if let key, let known = calls[key] { return known.result }
    let (result, problems) = collecting {
      body(of: function, found.typed, label: label ?? function.name, as: expected)
    }
    if let key, problems.isEmpty { calls[key] = KnownCall(callee: function, result: result) }
    for problem in problems where problem.severity == .error {
      // What is wrong with a lambda that was given is told in that lambda.
      let isOfCaller = problem.primary.source == place.source
      return wrong(
        isOfCaller ? problem.located(in: nil) : relayed(problem, function, callee, at: range))
    }
    return result
  }

  /// The body with values for the parameters; those left out get their defaults.
  private func body(
    of function: UserFunction, _ arguments: [Typed?], label: String?, as expected: RecipeType?
  ) -> Typed {
    let wasTracing = trace
    trace = nil
    defer { trace = wasTracing }
    var there = surroundings(of: function)
    there.prefix = label.map { "\($0)." } ?? place.prefix
    there.applications = place.applications
    return within(there) {
      for (formal, argument) in zip(function.formals, arguments) {
        var given = argument ?? fallback(formal)
        // Whatever was chosen, the body may ask for any of the choices.
        if case .choice = formal.type, given.type != .unknown {
          given = given.typed(as: formal.type)
        }
        place.scopes.define(formal.name, .value(given))
      }
      place.label = label
      return declared(elaborate(function.body, as: function.result ?? expected), function)
    }
  }

  /// Where the body of a function is looked at: it knows its own names, not those of the caller.
  func surroundings(of function: UserFunction) -> Place {
    var there = Place(
      Setting(
        function.source, in: place.setting.directory, importing: place.setting.importing,
        function: function.name, collectsEffects: false))
    there.row = place.row.map { RowContext(fields: $0.fields, slot: nil, range: nil) }
    there.scopes = function.scopes.adding([:])
    return there
  }

  func fallback(_ formal: Formal) -> Typed {
    guard let expression = formal.fallback else { return Typed(.none, as: formal.type) }
    return require(
      argument(expression, as: formal.type), formal.type, at: expression.range,
      "the default of `\(formal.name)`")
  }

  /// The result under the type that the function declares.
  func declared(_ result: Typed, _ function: UserFunction) -> Typed {
    guard let type = function.result else { return result }
    let checked = require(
      result, type.accepts(result.type) ? type : type.withoutArguments, at: function.body.range,
      "the result of `\(function.name)`")
    guard case .opaque = type, checked.type != .unknown else { return checked }
    let rename = Function(canonical: "declared as \(type)", result: type) { value in
      guard case .opaque(let opaque) = value else { return value }
      return .opaque(opaque.declared(as: type))
    }
    let graph = graph
    return combine([checked], as: type, at: function.body.range, text: { "\($0[0]) as \(type)" }) {
      try graph.apply(rename, to: $0[0], type: type)
    }.typed(as: type)
  }

  /// What is wrong inside a function with these arguments is told where it is called.
  private func relayed(
    _ problem: Diagnostic, _ function: UserFunction, _ callee: SourceRange, at range: SourceRange
  ) -> Diagnostic {
    let isHere = function.source == place.source
    let inside = Diagnostic.Label(
      problem.primary.range, problem.primary.text.isEmpty ? problem.message : problem.primary.text,
      in: problem.primary.source ?? problem.secondary.first?.source
        ?? (isHere ? nil : function.source))
    return Diagnostic(
      problem.code, problem.message, at: callee, label: "in this call of `\(function.name)`",
      secondary: [inside],
      notes: problem.notes.isEmpty
        ? ["What it is called with does not fit what it does."] : problem.notes)
  }
}

extension RecipeType {
  /// `Loss<row>` as plain `Loss`: what a function declares of a runtime type is taken at its word.
  fileprivate var withoutArguments: RecipeType {
    if case .opaque(let name, _) = self { return .opaque(name, []) }
    return self
  }
}

// MARK: - Definitions

extension Elaborator {
  func define(_ declaration: SyntaxTree.Function, _ statement: SyntaxTree.Statement)
    -> UserFunction
  {
    let name = declaration.name.text
    let documentation = Documentation(statement.documentation)
    var taken: Set<String> = []
    let formals = declaration.formals.map { formal -> Formal in
      if !taken.insert(formal.label.text).inserted {
        report(
          Diagnostic(
            .duplicateName, "`\(name)` has two parameters `\(formal.label.text)`",
            at: formal.label.range, label: "the second",
            notes: ["Each needs a name of its own."]))
      }
      return self.formal(formal, documentation)
    }
    var function = UserFunction(
      name: name, formals: Formals(formals), result: declaration.result.map(type),
      body: declaration.body, documentation: documentation, range: statement.range,
      source: place.source, scopes: place.scopes, isSound: true,
      isPure: isPure(declaration.body) && declaration.formals.allSatisfy { isPure($0) })
    let (_, problems) = collecting { checkAlone(function) }
    problems.forEach(report)
    if problems.contains(where: { $0.severity == .error }) { function = function.unsound }
    return function
  }

  private func isPure(_ formal: SyntaxTree.Formal) -> Bool { formal.fallback.map(isPure) ?? true }

  private func formal(_ formal: SyntaxTree.Formal, _ documentation: Documentation) -> Formal {
    let type = type(formal.type)
    return Formal(
      name: formal.label.text, type: type,
      summary: documentation.parameters[formal.label.text] ?? "", fallback: formal.fallback,
      fallbackSource: formal.fallback.map { place.source[$0.range] },
      isSubject: formal.isUnlabelled, isOptional: formal.fallback != nil || type.isOptional,
      constraint: constraint(of: formal.type))
  }

  /// The body with parameters of the declared types, whose values are not known.
  private func checkAlone(_ function: UserFunction) {
    var names: ByName<Definition> = [:]
    for formal in function.formals {
      if formal.fallback != nil { _ = fallback(formal) }
      names[formal.name] = .value(Typed(formal.type, .absent))
    }
    var there = place
    there.scopes = function.scopes.adding(names)
    there.row = RowContext(fields: nil, slot: nil, range: nil)
    there.setting = there.setting.withoutEffects(in: function.name)
    there.label = nil
    within(there) { _ = declared(elaborate(function.body, as: function.result), function) }
  }
}

extension UserFunction {
  fileprivate var unsound: UserFunction {
    UserFunction(
      name: name, formals: formals, result: result, body: body, documentation: documentation,
      range: range, source: source, scopes: scopes, isSound: false, isPure: isPure)
  }
}
