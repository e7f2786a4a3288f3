// A recipe that has been read: checked, evaluated, ready to be planned and run.

import Foundation
import Syntax
import Vocabulary

/// A recipe, checked and evaluated; nothing of it has run.
public struct Program: Sendable {
  public let source: SourceText
  public let directory: Folder
  /// All that is wrong, in the order of the text.
  public let diagnostics: [Diagnostic]
  public let names: [NamedValue]
  public let parameters: [RecipeParameter]
  /// The value of the last statement, where that is an expression.
  public let lastValue: Value?
  public let lastType: RecipeType?
  let effects: [Effect]
  let origins: [String: Origin]
  let graph: StageGraph
  public let permissions: Permissions
  /// The files of the recipes that it imports, directly or by way of others.
  public let imports: [URL]
  /// The tree and all names, freed with the program: who waits for what is wrong need not wait for
  /// that as well.
  let place: Elaborator.Place

  /// Whether it may run.
  public var isSound: Bool { !diagnostics.contains { $0.severity == .error } }

  /// What checking it ends with: 0 sound · 2 only its options are wrong · 3 it does not check.
  public var exitCode: Int32 {
    let errors = diagnostics.filter { $0.severity == .error }
    guard !errors.isEmpty else { return 0 }
    return errors.allSatisfy { $0.code == .unknownOption || $0.code == .invalidOption } ? 2 : 3
  }

  public func value(of name: String) -> Value? { names.first { $0.name == name }?.value }

  /// Where the recipe asks for a stage.
  public func origin(of stage: Stage) -> Origin? { origins[stage.key] }

  /// What went into the key of a stage, one part a line.
  public func keyParts(of stage: Stage) -> String { graph.parts(of: stage.key) ?? "" }
}

/// A name that a recipe defines.
public struct NamedValue: Sendable {
  public let name: String
  public let type: RecipeType
  /// Nil for functions, types and what is wrong.
  public let value: Value?
  public let documentation: String?
  public let range: SourceRange
}

/// A value for a param, as the command line gives it.
public struct GivenParameter: Sendable {
  public let name: String
  public let text: String

  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}

extension Program {
  /// Reads a recipe: parses it, then checks and evaluates it statement by statement.
  public init(
    _ source: SourceText, lexicon: Lexicon, directory: Folder, given: [GivenParameter] = [],
    seed: UInt64 = 0, permissions: Permissions = .all
  ) {
    let directory = directory.standardizedFileURL
    let elaborator = Elaborator(
      lexicon: lexicon, graph: StageGraph(seed: seed, root: directory), source: source,
      directory: directory, permissions: permissions)
    self.init(Parser.parse(source), elaborator, given: given)
  }

  /// Checks and evaluates what has been parsed.
  init(_ parsed: Parser.Result, _ elaborator: Elaborator, given: [GivenParameter] = []) {
    let (tree, problems) = parsed
    let (source, directory) = (elaborator.place.source, elaborator.place.directory)
    let parameters = elaborator.parameters(of: tree)
    elaborator.place.setting = Elaborator.Setting(
      source, in: directory, given: elaborator.values(of: given, for: parameters),
      importing: [directory.appending(path: source.name).standardizedFileURL.path])
    elaborator.brokenStatements = tree.broken(by: problems)
    let names = elaborator.run(tree)
    elaborator.checkOutputs()

    self.source = source
    self.directory = directory
    self.names = names.map(NamedValue.init)
    self.parameters = parameters
    graph = elaborator.graph
    permissions = elaborator.permissions
    imports = elaborator.imported.sorted().map { URL(filePath: $0) }
    effects = elaborator.effects
    origins = elaborator.origins
    diagnostics =
      (problems
      + elaborator.diagnostics.withoutConsequences(of: problems, in: elaborator.brokenStatements))
      .inSourceOrder
    place = elaborator.place
    let last = elaborator.lastTyped(of: tree)
    lastValue = last?.value
    lastType = last?.type
  }
}

extension [Diagnostic] {
  /// Without those that only come of a statement that was not read right.
  fileprivate func withoutConsequences(of problems: [Diagnostic], in broken: [SourceRange])
    -> [Diagnostic]
  {
    let places = problems.map(\.primary.range)
    return filter { one in
      one.primary.source != nil
        || !places.contains(one.primary.range)
          && !broken.contains { $0.contains(one.primary.range.start) }
    }
  }

  /// In the order of the text, each once.
  var inSourceOrder: [Diagnostic] {
    withoutRepetition.enumerated().sorted {
      ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
    }.map(\.element)
  }
}

extension NamedValue {
  init(_ defined: Defined) {
    name = defined.name.text
    documentation = defined.documentation
    range = defined.name.range
    switch defined.definition {
    case .value(let typed): (type, value) = (typed.type, typed.value)
    case .function(let function):
      type = .function(function.formals.map(\.type), function.result ?? .any)
      value = nil
    case .module(let module):
      type = .function(module.formals.map(\.type), .any)
      value = nil
    case .type(let named): (type, value) = (.rowType, .type(named.written))
    }
  }
}

extension Elaborator {
  func lastTyped(of tree: SyntaxTree.File) -> Typed? {
    guard case .expression? = tree.statements.last?.kind,
      case .value(let typed)? = place.scopes[Elaborator.lastValue]
    else { return nil }
    return typed
  }

  // MARK: Params

  func parameters(of tree: SyntaxTree.File) -> [RecipeParameter] {
    let declared = tree.statements.compactMap { statement in
      if case .parameter(let parameter) = statement.kind { (statement, parameter) } else { nil }
    }
    let types = typesBeforeRunning(declared.map(\.1.type), in: tree)
    return zip(declared, types).map { declared, type in
      let (statement, parameter) = declared
      return RecipeParameter(
        name: parameter.name.text, type: type,
        fallback: parameter.fallback.map { place.source[$0.range] },
        documentation: statement.documentation, range: parameter.name.range)
    }
  }

  /// The types of params, with the types that the file declares, before any statement has run.
  private func typesBeforeRunning(
    _ expressions: [SyntaxTree.TypeExpression], in tree: SyntaxTree.File
  ) -> [RecipeType] {
    collecting {
      scoped([:]) {
        for statement in tree.statements {
          guard case .type(let declaration) = statement.kind else { continue }
          let named = NamedType(type: type(declaration.type), constraint: nil)
          place.scopes.define(declaration.name.text, .type(named))
        }
        return expressions.map(type)
      }
    }.result
  }

  /// Values given from outside; what does not fit is reported.
  func values(of given: [GivenParameter], for parameters: [RecipeParameter]) -> ByName<Typed> {
    var values: ByName<Typed> = [:]
    for one in given {
      let name = one.name.replacing("-", with: "_")
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        report(unknownOption(one, parameters))
        continue
      }
      values[name] = value(of: one, for: parameter)
    }
    return values
  }

  private func unknownOption(_ given: GivenParameter, _ parameters: [RecipeParameter])
    -> Diagnostic
  {
    let (name, text) = (given.name, given.text)
    let identifier = name.replacing("-", with: "_")
    let options = parameters.map(\.name.optionSpelling)
    let near = nearest(name, in: options)
    let word = "--\(name)"
    return Diagnostic(
      .unknownOption, "the recipe has no param for `\(word)`", at: SourceRange(0, word.utf8.count),
      label: near.map { "did you mean `--\($0)`?" } ?? "no param of this name",
      in: CommandLineText.text(of: GivenParameter(name, text)),
      notes: options.isEmpty
        ? ["It has no params: leave the option out, or write `param \(identifier): …`."]
        : ["Its params: " + options.map { "--\($0)" }.joined(separator: ", ") + "."])
  }

  private func value(of given: GivenParameter, for parameter: RecipeParameter) -> Typed {
    if parameter.type.takesPlainText { return Typed(.text(given.text)) }
    let source = SourceText(name: "--\(given.name)", given.text)
    let (tree, problems) = Parser.parse(source)
    var there = place
    there.setting = Elaborator.Setting(source, in: place.directory)
    let (typed, found) = collecting { () -> Typed in
      guard problems.isEmpty, tree.statements.count == 1,
        case .expression(let expression) = tree.statements[0].kind
      else { return .wrong }
      return within(there) { expect(expression, parameter.type, "`--\(given.name)`") }
    }
    if typed.constant != nil { return typed }
    let first = (problems + found).first
    let (start, end) = ("--\(given.name) ".utf8.count, given.text.utf8.count)
    return wrong(
      Diagnostic(
        .invalidOption,
        "`--\(given.name) \(given.text)` does not fit: \(first?.message ?? "it is not a value")",
        at: SourceRange(start, start + end),
        label: first.map(\.primary.text).flatMap { $0.isEmpty ? nil : $0 }
          ?? "not \(parameter.type)",
        in: CommandLineText.text(of: given),
        secondary: [
          .init(parameter.range, "declared here as \(parameter.type)", in: place.source)
        ],
        notes: first.map(\.notes).flatMap { $0.isEmpty ? nil : $0 } ?? [
          "Values are written as in a recipe: 8, 1e-4, 2epochs, true."
        ]))
  }
}

/// An option as a text that messages can point into.
private enum CommandLineText {
  static func text(of given: GivenParameter) -> SourceText {
    SourceText(name: "command line", "--\(given.name) \(given.text)")
  }
}

extension RecipeType {
  /// Whether an option of the type is taken as it stands, without quotation marks.
  fileprivate var takesPlainText: Bool {
    switch self {
    case .text, .path, .choice: true
    case .optional(let type): type.takesPlainText
    case .none, .bool, .int, .float, .quantity, .list, .record, .either, .function, .row, .column,
      .rowType, .data, .tensor, .opaque, .any, .unknown:
      false
    }
  }
}
