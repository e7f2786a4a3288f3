// The walk over a recipe: each expression is checked and, as far as it can be, evaluated.

import Foundation
import Syntax
import Vocabulary

/// Checks and evaluates in one walk, statement by statement, so that what a call is checked
/// against may depend on the values before it: the columns of a file depend on its path.
final class Elaborator {
  let lexicon: Lexicon
  let graph: StageGraph
  /// Everything wrong so far, in the order found.
  var diagnostics: [Diagnostic] = []
  var effects: [Effect] = []
  /// Where in which text, with which names.
  var place: Place
  /// How many lambda parameters and rows surround the expression.
  var depth = 0
  /// Results of stages that the surrounding function mentions.
  var captures: [Value] = []
  /// Where statements stand that were not read right.
  var brokenStatements: [SourceRange] = []
  /// Where each stage was first asked for, by key.
  var origins: [String: Origin] = [:]
  /// What the recipe and all that it imports may touch.
  let permissions: Permissions
  /// The folder of the recipe that is run.
  let root: Folder
  /// The files of the recipes that are imported.
  var imported: Set<String> = []
  /// What pins of imported recipes are of, by file.
  var digests: [String: String] = [:]
  /// Function bodies compiled so far.
  var bodies: [BodyKey: BodyState] = [:]
  /// What calls with the same arguments gave.
  var calls: [CallKey: KnownCall] = [:]
  /// The stages that learn on the way to each.
  var learnersByStage: [ObjectIdentifier: [Learner]] = [:]
  /// Whether names stand for slots just to make code of an expression.
  var isCompiling = false
  /// The sub-expressions of the condition of a `check`, while one is being elaborated.
  var trace: [TracedValue]?
  /// What is written down for an editor, where one asks.
  var observations: Observations?
  /// Most walks have no observer, and this is asked at each expression.
  let isObserved: Bool
  /// How recipes are read: an editor shows texts that no file has yet.
  let reader: RecipeReader
  /// What files told before; without it they are looked at anew.
  var probes: Probes?

  /// The surroundings of an expression.
  struct Place: Sendable {
    var setting: Setting
    var scopes = Scopes()
    var row: RowContext?
    /// The name that the statement gives to its result.
    var label: String?
    /// What stands before such names: `grid[3].` in an item of a comprehension.
    var prefix = ""
    /// How many lambdas are being looked at with their arguments, one inside the other.
    var applications = 0

    init(_ setting: Setting) { self.setting = setting }

    var source: SourceText { setting.source }
    var directory: Folder { setting.directory }
  }

  /// The rows that `.column` speaks of.
  struct RowContext: Sendable {
    /// Nil where the columns are not known.
    let fields: [RecordField]?
    /// Where the current row is while compiled code runs; nil where there is no current row yet,
    /// only rows that an argument may speak of.
    let slot: Int?
    /// What holds the rows, for messages.
    let range: SourceRange?

    enum Columns: Hashable, Sendable {
      case unknown
      case known([RecordField])
    }

    var columns: Columns { fields.map { .known($0) } ?? .unknown }
  }

  init(
    lexicon: Lexicon, graph: StageGraph, source: SourceText, directory: Folder,
    permissions: Permissions = .all, reader: RecipeReader = .files,
    observations: Observations? = nil
  ) {
    self.observations = observations
    isObserved = observations != nil
    self.lexicon = lexicon
    self.permissions = permissions
    root = directory
    self.graph = graph
    self.reader = reader
    place = Place(Setting(source, in: directory))
  }

  func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  /// Reports and gives the expression that silences consequences.
  func wrong(_ diagnostic: Diagnostic) -> Typed {
    report(diagnostic)
    return .wrong
  }

  /// Does something elsewhere: in another scope, text or function.
  func within<T>(_ other: Place, _ work: () -> T) -> T {
    var other = other
    swap(&place, &other)
    defer { swap(&place, &other) }
    return work()
  }

  func scoped<T>(_ names: ByName<Definition>, _ work: () -> T) -> T {
    let (scopes, label, prefix) = (place.scopes, place.label, place.prefix)
    place.scopes = scopes.adding(names)
    place.label = nil
    defer { (place.scopes, place.label, place.prefix) = (scopes, label, prefix) }
    return work()
  }

  /// The diagnostics that some work gives, kept apart from those of the recipe.
  func collecting<T>(_ work: () -> T) -> (result: T, found: [Diagnostic]) {
    let before = diagnostics
    diagnostics = []
    let result = work()
    let found = diagnostics
    diagnostics = before
    return (result, found)
  }
}

/// An effect that a recipe asks for, in the order written.
struct Effect: Sendable {
  let stage: Stage
  let range: SourceRange
  let source: SourceText
  /// What must hold and what was known under each part of it, where the effect is a `check`.
  let condition: SourceRange
  let trace: [TracedValue]
}

/// A place in a text.
public struct Origin: Sendable {
  public let range: SourceRange
  public let source: SourceText
}

/// The value under one sub-expression of a condition.
struct TracedValue: Sendable {
  let range: SourceRange
  /// What the value is shown under: the operator, the name of what is called or taken.
  let anchor: SourceRange
  let value: Value
}

// MARK: - Computing from parts

extension Elaborator {
  /// The result of an operation: at once if all operands are known, else compiled.
  func combine(
    _ operands: [Typed], as type: RecipeType, at range: SourceRange, text: ([String]) -> String,
    _ apply: @escaping @Sendable ([Value]) throws -> Value
  ) -> Typed {
    var values: [Value] = []
    values.reserveCapacity(operands.count)
    // By place: who asks for the whole operand holds its type as well.
    for place in operands.indices {
      switch operands[place].form {
      case .absent: return Typed(type, .absent)
      case .known(let value): values.append(value)
      case .code: break
      }
    }
    if values.count == operands.count {
      return evaluated(as: type, at: range) { try apply(values) }
    }
    let codes = operands.compactMap(code)
    return Typed(type, .code(compiled(codes, text(codes.map(\.text)), apply)))
  }

  func evaluated(as type: RecipeType, at range: SourceRange, _ work: () throws -> Value) -> Typed {
    do {
      return Typed(try work(), as: type)
    } catch let paused as Paused {
      return wrong(Diagnostic(.stageFailed, "paused \(paused.place)", at: range))
    } catch let fault as Fault {
      return wrong(
        Diagnostic(
          .evaluationFailed, fault.problem, at: range,
          label: fault.found.isEmpty ? "here" : "found: \(fault.found)",
          notes: [fault.advice.isEmpty ? Elaborator.noResult : fault.advice]))
    } catch {
      return wrong(
        Diagnostic(
          .evaluationFailed, "\(error)", at: range, label: "here", notes: [Elaborator.noResult]))
    }
  }

  private static let noResult = "The types are right, but for these values there is no result."

  /// Operations of one and two operands are by far the most frequent in row expressions.
  private func compiled(
    _ codes: [Code], _ text: String, _ apply: @escaping @Sendable ([Value]) throws -> Value
  ) -> Code {
    switch codes.count {
    case 1:
      let run = codes[0].run
      return Code(text, from: codes) { try apply([try run($0)]) }
    case 2:
      let (first, second) = (codes[0].run, codes[1].run)
      return Code(text, from: codes) { try apply([try first($0), try second($0)]) }
    default:
      return Code(text, from: codes) { frame in try apply(try codes.map { try $0.run(frame) }) }
    }
  }

  /// The operand as code; nil where it is absent.
  func code(_ typed: Typed) -> Code? {
    switch typed.form {
    case .absent: return nil
    case .code(let code): return code
    case .known(let value):
      guard value.isDeferred else { return Code(constant: value) }
      captures.append(value)
      return Code(capture: captures.count - 1, of: value)
    }
  }
}
