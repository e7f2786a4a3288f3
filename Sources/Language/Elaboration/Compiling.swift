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
  enum Argument: Hashable {
    /// Any value of the type.
    case slot(RecipeType)
    /// One value, as canonical text.
    case constant(String, RecipeType)
  }

  let function: ObjectIdentifier
  /// By parameter; nil where the call leaves it out.
  let arguments: [Argument?]
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
  ///
  /// Where all arguments are values, all are slots, so that one body serves any of them. Where some
  /// depend on a row or the parameter of a lambda, those are slots and the values stand as they are.
  func compiledCall(
    _ function: UserFunction, _ arguments: [Typed?], as expected: RecipeType?
  ) -> Typed? {
    guard function.isPure, !function.formals.isEmpty else { return nil }
    if arguments.allSatisfy({ $0.map { $0.constant != nil } ?? true }) {
      guard arguments.allSatisfy({ $0?.type.isPlain ?? true }) else { return nil }
      return call(function, on: arguments, as: expected)
    }
    guard arguments.allSatisfy({ $0?.canBeSlot ?? true }) else { return nil }
    return callOfCode(function, arguments, as: expected)
  }

  /// A call with values: the first few are looked at, the others compiled.
  private func call(_ function: UserFunction, on arguments: [Typed?], as expected: RecipeType?)
    -> Typed?
  {
    let key = bodyKey(function, arguments, as: expected) { _ in true }
    switch bodies[key] {
    case .called(let times) where times < Elaborator.callsBeforeCompiling && !isCompiling:
      bodies[key] = .called(times: times + 1)
      return nil
    case nil where !isCompiling:
      bodies[key] = .called(times: 1)
      return nil
    case .compiled, .open, .called, nil: break
    }
    guard let body = body(of: function, key, []) else { return nil }
    let values = arguments.compactMap { $0?.constant }
    // Looked at by itself, a call that fails tells where it goes wrong.
    guard let value = try? body.code.run(Frame(slots: values)) else { return nil }
    return Typed(value, as: body.type).settled.sharpened
  }

  private func callOfCode(
    _ function: UserFunction, _ arguments: [Typed?], as expected: RecipeType?
  ) -> Typed? {
    let key = bodyKey(function, arguments, as: expected) { $0.value == nil }
    guard let body = body(of: function, key, arguments) else { return nil }
    let codes = arguments.compactMap { argument -> Code? in
      guard case .code(let code)? = argument?.form else { return nil }
      return code
    }
    let (run, runs) = (body.code.run, codes.map(\.run))
    let text = "{\(body.code.text)}(\(codes.map(\.text).joined(separator: ",")))"
    return Typed(
      body.type,
      .code(
        Code(text, from: codes) { frame in
          try run(Frame(slots: try runs.map { try $0(frame) }))
        }))
  }

  private func bodyKey(
    _ function: UserFunction, _ arguments: [Typed?], as expected: RecipeType?,
    isSlot: (Typed) -> Bool
  ) -> BodyKey {
    BodyKey(
      function: ObjectIdentifier(function),
      arguments: arguments.map { argument in
        argument.map { argument in
          isSlot(argument)
            ? .slot(argument.type.widened)
            : .constant(argument.value?.canonical ?? "", argument.type)
        }
      }, expected: expected)
  }

  private func body(of function: UserFunction, _ key: BodyKey, _ constants: [Typed?])
    -> CompiledBody?
  {
    switch bodies[key] {
    case .compiled(let body): return body
    case .open: return nil
    case .called, nil: break
    }
    let body = compiled(function, key, constants)
    bodies[key] = body.map { .compiled($0) } ?? .open
    return body
  }

  /// Compiling costs about as much as one call that looks at the text.
  private static var callsBeforeCompiling: Int { 3 }

  /// - Parameter constants: the arguments that are no slots, by place of the parameter.
  private func compiled(_ function: UserFunction, _ key: BodyKey, _ constants: [Typed?])
    -> CompiledBody?
  {
    let (outerDepth, outerCaptures) = (depth, captures)
    captures = []
    defer { (depth, captures) = (outerDepth, outerCaptures) }
    var there = surroundings(of: function)
    there.row = nil
    var slots = 0
    for (place, argument) in key.arguments.enumerated() {
      let formal = function.formals[place]
      switch argument {
      case .slot(let type):
        there.scopes.define(formal.name, .value(Typed(type, .code(Code(slot: slots)))))
        slots += 1
      case .constant: constants[place].map { there.scopes.define(formal.name, .value($0)) }
      case nil: break
      }
    }
    depth = slots
    let result = compiling {
      within(there) { () -> Typed? in
        for (formal, argument) in zip(function.formals, key.arguments) where argument == nil {
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

extension Typed {
  /// Whether a function's body can be compiled with this: code, whose type is all that is known of
  /// it, or a plain value.
  fileprivate var canBeSlot: Bool {
    switch form {
    case .absent: false
    case .known(let value): !value.isDeferred && closure == nil && type.isPlain
    case .code: type.isOfData
    }
  }
}

extension RecipeType {
  /// Whether no function, row or data stands in values of the type, which are looked at closely.
  fileprivate var isOfData: Bool {
    switch self {
    case .none, .bool, .int, .float, .text, .path, .quantity, .choice, .tensor, .opaque, .any: true
    case .optional(let type), .list(let type): type.isOfData
    case .record(let fields): fields.allSatisfy(\.type.isOfData)
    case .either(let types): types.allSatisfy(\.isOfData)
    case .function, .row, .column, .rowType, .data, .unknown: false
    }
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
