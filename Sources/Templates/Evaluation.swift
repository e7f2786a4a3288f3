/// Expressions.
extension Renderer {
  mutating func evaluate(_ expression: Expression) throws(Complaint) -> Value {
    try descend()
    defer { ascend() }
    switch expression {
    case .constant(let value): return value
    case .name(let name): return look(up: name)
    case .list(let items): return try shallow(.array(try evaluate(all: items)))
    case .tuple(let items):
      return try shallow(.list(ListValue(try evaluate(all: items), style: .tuple)))
    case .map(let entries): return try map(entries)
    case .attribute(let base, let name): return try attribute(name, of: try evaluate(base))
    case .item(let base, let index):
      let base = try evaluate(base)
      return try item(try evaluate(index), of: base)
    case .slice(let base, let bounds): return try slice(try evaluate(base), bounds)
    case .call(let callee, let arguments): return try call(callee, arguments)
    case .filter(let operand, let call): return try filter(try evaluate(operand), call)
    case .test(let operand, let name, let arguments):
      let operand = try evaluate(operand)
      return .bool(try test(operand, name, try evaluate(arguments)))
    case .unary(let unary, let operand): return try apply(unary, to: try evaluate(operand))
    case .binary(let left, let binary, let right):
      let left = try evaluate(left)
      return try apply(binary, left, try evaluate(right))
    case .both(let left, let right):
      let left = try evaluate(left)
      return left.isTrue ? try evaluate(right) : left
    case .either(let left, let right):
      let left = try evaluate(left)
      return left.isTrue ? left : try evaluate(right)
    case .comparison(let first, let links): return try compare(first, links)
    case .conditional(let condition, let then, let otherwise):
      return try choose(condition, then, otherwise)
    }
  }

  private mutating func choose(
    _ condition: Expression, _ then: Expression, _ otherwise: Expression?
  ) throws(Complaint) -> Value {
    if try evaluate(condition).isTrue { return try evaluate(then) }
    guard let otherwise else {
      return .undefined("an `if` without `else` whose condition is false has no value")
    }
    return try evaluate(otherwise)
  }

  mutating func evaluate(all expressions: [Expression]) throws(Complaint) -> [Value] {
    var result: [Value] = []
    for expression in expressions { result.append(try evaluate(expression)) }
    return result
  }

  /// Refuses values nested so deep that printing or freeing them would need much stack.
  func shallow(_ value: Value) throws(Complaint) -> Value {
    guard value.depth <= Limit.valueDepth else {
      throw Complaint(
        "a value is nested deeper than \(Limit.valueDepth) levels",
        advice: "expected fewer lists inside lists", kind: .limit)
    }
    return value
  }

  private mutating func map(_ entries: [MapEntry]) throws(Complaint) -> Value {
    var result = MapValue()
    for entry in entries {
      let key = try evaluate(entry.key)
      try result.set(key, to: try evaluate(entry.value))
    }
    return try shallow(.map(result))
  }

  private mutating func compare(
    _ first: Expression, _ links: [ComparisonLink]
  ) throws(Complaint) -> Value {
    var left = try evaluate(first)
    for link in links {
      let right = try evaluate(link.right)
      guard try holds(left, link.comparison, right) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  mutating func holds(
    _ left: Value, _ comparison: Comparison, _ right: Value
  ) throws(Complaint) -> Bool {
    try spend(((left.length ?? 0) + (right.length ?? 0)) / 16)
    switch comparison {
    case .equal: return left.equals(right)
    case .unequal: return !left.equals(right)
    case .less: return try left.isLess(than: right)
    case .greater: return try right.isLess(than: left)
    case .lessOrEqual:
      let isEqual = left.equals(right)
      return try isEqual ? true : left.isLess(than: right)
    case .greaterOrEqual:
      let isEqual = left.equals(right)
      return try isEqual ? true : right.isLess(than: left)
    case .isIn: return try right.contains(left)
    case .isNotIn: return try !right.contains(left)
    }
  }

  // MARK: Attributes, items, slices

  func attribute(_ name: String, of base: Value) throws(Complaint) -> Value {
    if case .undefined(let reason) = base { throw Complaint(reason) }
    if case .namespace(let index) = base, let value = namespaces[index][name] { return value }
    if case .loop(let loop) = base, let value = loop.attribute(named: name) { return value }
    if let method = Method.Name(rawValue: name), method.belongs(to: base) {
      return .method(Method(name: method, receiver: [base]))
    }
    if case .map(let map) = base, let value = map[name] { return value }
    return .undefined("`\(base.kind)` has no attribute `\(name)`")
  }

  func item(_ index: Value, of base: Value) throws(Complaint) -> Value {
    if case .undefined(let reason) = base { throw Complaint(reason) }
    if case .map(let map) = base, let key = Key(index), let value = map[key] { return value }
    if let place = index.whole {
      if case .list(let list) = base, let place = resolved(place, list.items.count) {
        return list.items[place]
      }
      if case .text(let text) = base, let place = resolved(place, text.count) {
        return .text(text.slice(place..<place + 1))
      }
    }
    if case .text(let name) = index { return try attribute(name.string, of: base) }
    return .undefined("`\(base.kind)` has no item `\(index.representation.string)`")
  }

  /// Python's negative places count from the end.
  private func resolved(_ place: Int, _ count: Int) -> Int? {
    let result = place < 0 ? place + count : place
    return (0..<count).contains(result) ? result : nil
  }

  private mutating func slice(_ base: Value, _ bounds: SliceBounds) throws(Complaint) -> Value {
    guard let count = base.length else { throw Complaint("a \(base.kind) has no slices") }
    if case .undefined(let reason) = base { throw Complaint(reason) }
    try spend(count / 16)
    let step = try bound(bounds.step) ?? 1
    guard step != 0 else { throw Complaint("the step of a slice is 0", advice: "expected 1 or -1") }
    let lower = try bound(bounds.lower)
    let upper = try bound(bounds.upper)
    func clamped(_ place: Int, _ least: Int, _ most: Int) -> Int {
      min(max(place < 0 ? place.addingReportingOverflow(count).partialValue : place, least), most)
    }
    let start: Int
    let end: Int
    if step > 0 {
      start = lower.map { clamped($0, 0, count) } ?? 0
      end = upper.map { clamped($0, 0, count) } ?? count
    } else {
      start = lower.map { clamped($0, -1, count - 1) } ?? count - 1
      end = upper.map { clamped($0, -1, count - 1) } ?? -1
    }
    return try pick(base, from: start, to: end, by: step)
  }

  private func pick(
    _ base: Value, from start: Int, to end: Int, by step: Int
  ) throws(Complaint) -> Value {
    let places = stride(from: start, to: end, by: step)
    switch base {
    case .text(let text):
      if step == 1 { return .text(text.slice(start..<max(start, end))) }
      return .text(TaggedText().joining(places.map { text.slice($0..<$0 + 1) }))
    case .list(let list):
      var result = ListValue(places.map { list.items[$0] }, style: list.style)
      result.callsOfMessage = list.callsOfMessage
      return .list(result)
    case .undefined, .none, .bool, .int, .float, .map, .namespace, .macro, .loop, .method,
      .function:
      throw Complaint("a \(base.kind) has no slices", advice: "expected a list or a text")
    }
  }

  private mutating func bound(_ expression: Expression?) throws(Complaint) -> Int? {
    guard let expression else { return nil }
    let value = try evaluate(expression)
    if case .none = value { return nil }
    guard let whole = value.whole else {
      throw Complaint("a \(value.kind) bounds a slice", advice: "expected a whole number")
    }
    return max(min(whole, 1 << 40), -(1 << 40))
  }
}

extension LoopValue {
  func attribute(named name: String) -> Value? {
    switch name {
    case "index": .int(index + 1)
    case "index0": .int(index)
    case "revindex": .int(items.count - index)
    case "revindex0": .int(items.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == items.count - 1)
    case "length": .int(items.count)
    case "depth": .int(depth)
    case "depth0": .int(depth - 1)
    case "previtem": index > 0 ? items[index - 1] : .undefined("there is no previous item")
    case "nextitem":
      index + 1 < items.count ? items[index + 1] : .undefined("there is no next item")
    default: nil
    }
  }
}
