/// The arguments of a call, worked out.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []

  /// The argument at a place, or of that name.
  subscript(_ place: Int, _ name: String) -> Value? {
    place < positional.count ? positional[place] : named.last { $0.name == name }?.value
  }

  func text(_ place: Int, _ name: String) throws(Complaint) -> TaggedText? {
    guard let value = self[place, name] else { return nil }
    if case .none = value { return nil }
    guard case .text(let text) = value else {
      throw Complaint("`\(name)` is a \(value.kind)", advice: "expected a text")
    }
    return text
  }

  func whole(_ place: Int, _ name: String) throws(Complaint) -> Int? {
    guard let value = self[place, name] else { return nil }
    if case .none = value { return nil }
    guard let whole = value.whole else {
      throw Complaint("`\(name)` is a \(value.kind)", advice: "expected a whole number")
    }
    return whole
  }

  func required(_ place: Int, _ name: String) throws(Complaint) -> Value {
    guard let value = self[place, name] else {
      throw Complaint("`\(name)` is missing", advice: "expected an argument for it")
    }
    return value
  }

  func requiredText(_ place: Int, _ name: String) throws(Complaint) -> TaggedText {
    _ = try required(place, name)
    guard let text = try text(place, name) else {
      throw Complaint("`\(name)` is None", advice: "expected a text")
    }
    return text
  }
}

/// Calls of functions, methods and macros.
extension Renderer {
  mutating func evaluate(_ arguments: CallArguments) throws(Complaint) -> Arguments {
    var result = Arguments(positional: try evaluate(all: arguments.positional))
    for (name, value) in arguments.named { result.named.append((name, try evaluate(value))) }
    return result
  }

  mutating func call(
    _ callee: Expression, _ arguments: CallArguments
  ) throws(Complaint) -> Value {
    let callee = try evaluate(callee)
    return try call(callee, try evaluate(arguments))
  }

  private mutating func call(
    _ callee: Value, _ arguments: Arguments, caller: Value? = nil
  ) throws(Complaint) -> Value {
    switch callee {
    case .function(let function): return try call(function, arguments)
    case .method(let method): return try call(method, arguments)
    case .macro(let index): return .text(try call(macros[index], arguments, caller: caller))
    case .undefined(let reason): throw Complaint(reason, advice: "so it cannot be called")
    case .none, .bool, .int, .float, .text, .list, .map, .namespace, .loop:
      throw Complaint("a \(callee.kind) cannot be called", advice: "expected a function or macro")
    }
  }

  mutating func declare(_ definition: MacroDefinition) -> Value {
    macros.append(Macro(definition: definition, home: scope))
    return .macro(macros.count - 1)
  }

  mutating func run(_ call: Expression, caller: MacroDefinition) throws(Complaint) -> Value {
    guard case .call(let callee, let arguments) = call else {
      throw Complaint("`{% call %}` calls nothing", advice: "expected `{% call name(…) %}`")
    }
    let macro = try evaluate(callee)
    return try self.call(macro, try evaluate(arguments), caller: declare(caller))
  }

  private mutating func call(
    _ macro: Macro, _ arguments: Arguments, caller: Value?
  ) throws(Complaint) -> TaggedText {
    let definition = macro.definition
    guard arguments.positional.count <= definition.parameters.count else {
      throw Complaint(
        "`\(definition.name)` is given \(arguments.positional.count) arguments",
        advice: "expected at most \(definition.parameters.count)")
    }
    let callLine = line
    defer { line = callLine }
    return try inScope(within: macro.home) { (renderer) throws(Complaint) in
      if let caller { renderer.scopes[renderer.scope].names["caller"] = caller }
      for (place, parameter) in definition.parameters.enumerated() {
        let fallback = try parameter.fallback.map { (expression) throws(Complaint) in
          try renderer.evaluate(expression)
        }
        renderer.scopes[renderer.scope].names[parameter.name] =
          arguments[place, parameter.name] ?? fallback
          ?? .undefined("parameter `\(parameter.name)` was not given")
      }
      return try renderer.captured(definition.body)
    }
  }

  private mutating func call(
    _ function: GlobalFunction, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    switch function {
    case .raise:
      throw Complaint(try arguments.required(0, "message").text.string, kind: .refused)
    case .namespace:
      namespaces.append(try dictionary(arguments))
      return .namespace(namespaces.count - 1)
    case .dict: return try shallow(.map(try dictionary(arguments)))
    case .range: return try range(arguments)
    case .now:
      return .string(clock.formatted(try arguments.requiredText(0, "format").string))
    }
  }

  private func dictionary(_ arguments: Arguments) throws(Complaint) -> MapValue {
    var result = MapValue()
    if case .map(let map)? = arguments.positional.first { result = map }
    result.message = nil
    for (name, value) in arguments.named { result.set(name, to: value) }
    return result
  }

  private mutating func range(_ arguments: Arguments) throws(Complaint) -> Value {
    let first = try arguments.whole(0, "start") ?? 0
    let second = try arguments.whole(1, "stop")
    let step = try arguments.whole(2, "step") ?? 1
    guard step != 0 else { throw Complaint("`range` goes by 0", advice: "expected another step") }
    let (start, end) = second.map { (first, $0) } ?? (0, first)
    let (distance, overflows) = end.subtractingReportingOverflow(start)
    guard !overflows, distance / step <= Limit.rangeLength else {
      throw Complaint(
        "`range` is longer than \(Limit.rangeLength)", advice: "expected a shorter one",
        kind: .limit)
    }
    let items = stride(from: start, to: end, by: step).map(Value.int)
    try spend(items.count)
    return .array(items)
  }
}
