// Functions compiled once for arguments of some types, so that calling them again costs no second
// look at their text.

import Syntax
import Vocabulary

/// A function's body as code whose slots are the arguments.
struct CompiledBody: Sendable {
  let code: Code
  let type: RecipeType
}

/// What a body is compiled for.
struct BodyKey: Hashable {
  let function: ObjectIdentifier
  /// By parameter; nil where the call leaves it out.
  let types: [RecipeType?]
  let expected: RecipeType?
}

/// How far a body has come towards being compiled.
enum BodyState {
  case called(times: Int)
  case compiled(CompiledBody)
  /// Only a look at the text with the very arguments can tell what it gives.
  case open
}

extension Elaborator {
  /// What some looking gives, if nothing was wrong with it.
  ///
  /// Names stand for slots meanwhile. Warnings are passed on; where there are errors, nothing is
  /// said, since looking with values will say it better.
  func compiling<T>(_ work: () -> T?) -> T? {
    let (capturesBefore, wasCompiling, wasTracing) = (captures.count, isCompiling, trace)
    isCompiling = true
    trace = nil
    let (result, found) = collecting(work)
    isCompiling = wasCompiling
    trace = wasTracing
    guard let result, !found.contains(where: { $0.severity == .error }) else {
      captures.removeLast(captures.count - capturesBefore)
      return nil
    }
    found.forEach(report)
    return result
  }

  /// Whether nothing in the expression plans a stage, as far as the names that it calls tell.
  ///
  /// Where several words share a name, as `join` of texts and of rows do, the one that is meant shows
  /// only with its arguments; compiling then ends with `mayPlan`.
  func isPure(_ expression: SyntaxTree.Expression) -> Bool {
    var plansNothing = true
    expression.walk { inner in
      if case .call(let callee, _) = inner.kind, !isPure(callee: callee) { plansNothing = false }
      if case .pipe(_, let target) = inner.kind, !isPure(callee: target) { plansNothing = false }
    }
    return plansNothing
  }

  private func isPure(callee: SyntaxTree.Expression) -> Bool {
    guard case .name(let name) = callee.kind else { return true }
    switch place.scopes[name] {
    case .function(let function): return function.isPure
    case .module: return false
    // A lambda that is known is looked at with its arguments, and may ask for stages.
    case .value(let typed): return typed.closure == nil
    case .type: return true
    case nil:
      return lexicon.functions[name]?.isPure
        ?? mayBePure(lexicon.primitives(named: name))
    }
  }

  private func mayBePure(_ primitives: [Primitive]) -> Bool {
    primitives.isEmpty || primitives.contains { $0.cost == .pure }
  }

  /// Whether a call may plan a stage here: not where code is being made of it.
  func mayPlan(_ primitive: Primitive, at callee: SourceRange) -> Bool {
    guard isCompiling, primitive.cost != .pure else { return true }
    report(Diagnostic(.stageInRow, "`\(primitive.name)` is a stage of its own", at: callee))
    return false
  }

  // MARK: Calls

  /// The call by compiled code; nil where the body has to be looked at with these very arguments.
  func compiledCall(
    _ function: UserFunction, _ arguments: [String: Typed], as expected: RecipeType?
  ) -> Typed? {
    guard function.isPure, !function.formals.isEmpty else { return nil }
    var given: [Typed] = []
    for formal in function.formals {
      guard let argument = arguments[formal.name] else { continue }
      guard argument.type.isPlain else { return nil }
      given.append(argument)
    }
    let values = given.compactMap(\.constant)
    let isKnown = values.count == given.count
    guard isKnown || isCompiling, let body = body(of: function, arguments, expected, isKnown)
    else { return nil }
    guard isKnown else { return call(body, of: function, given) }
    // Looked at by itself, a call that fails tells where it goes wrong.
    guard let value = try? body.code.run(Frame(slots: values)) else { return nil }
    return Typed(value, as: body.type).settled.sharpened
  }

  private func call(_ body: CompiledBody, of function: UserFunction, _ arguments: [Typed]) -> Typed?
  {
    let codes = arguments.compactMap(code)
    guard codes.count == arguments.count else { return nil }
    let (run, runs) = (body.code.run, codes.map(\.run))
    let text = "{\(body.code.text)}(\(codes.map(\.text).joined(separator: ",")))"
    return Typed(
      body.type,
      .code(
        Code(text, from: codes) { frame in
          try run(Frame(slots: try runs.map { try $0(frame) }))
        }))
  }

  private func body(
    of function: UserFunction, _ arguments: [String: Typed], _ expected: RecipeType?,
    _ isKnown: Bool
  ) -> CompiledBody? {
    let key = BodyKey(
      function: ObjectIdentifier(function.identity),
      types: function.formals.map { arguments[$0.name]?.type.widened }, expected: expected)
    switch bodies[key] {
    case .compiled(let body): return body
    case .open: return nil
    case .called(let times) where isKnown && times < Elaborator.callsBeforeCompiling:
      bodies[key] = .called(times: times + 1)
      return nil
    case nil where isKnown:
      bodies[key] = .called(times: 1)
      return nil
    case .called, nil: break
    }
    let body = compiled(function, key)
    bodies[key] = body.map { .compiled($0) } ?? .open
    return body
  }

  /// Compiling costs about as much as one call that looks at the text.
  private static var callsBeforeCompiling: Int { 3 }

  private func compiled(_ function: UserFunction, _ key: BodyKey) -> CompiledBody? {
    let (outerDepth, outerCaptures) = (depth, captures)
    captures = []
    defer { (depth, captures) = (outerDepth, outerCaptures) }
    var there = surroundings(of: function)
    there.row = nil
    var slots = 0
    for (formal, type) in zip(function.formals, key.types) {
      guard let type else { continue }
      there.scopes.define(formal.name, .value(Typed(type, .code(Code(slot: slots)))))
      slots += 1
    }
    depth = slots
    let result = compiling {
      within(there) { () -> Typed? in
        for (formal, type) in zip(function.formals, key.types) where type == nil {
          place.scopes.define(formal.name, .value(fallback(formal)))
        }
        return declared(elaborate(function.body, as: function.result ?? key.expected), function)
      }
    }
    guard let result, result.type != .unknown, let code = code(result), !code.hasCaptures else {
      return nil
    }
    return CompiledBody(code: code, type: result.type)
  }
}

extension RecipeType {
  /// Whether values of the type are plain: no stage, no function and nothing of the runtime's own.
  var isPlain: Bool {
    switch self {
    case .none, .bool, .int, .float, .text, .path, .quantity, .choice: true
    case .optional(let type), .list(let type): type.isPlain
    case .record(let fields): fields.allSatisfy(\.type.isPlain)
    case .either(let types): types.allSatisfy(\.isPlain)
    case .function, .row, .column, .rowType, .data, .tensor, .opaque, .any, .unknown: false
    }
  }
}
