/// Filters that go through a list.
extension Renderer {
  mutating func joined(_ value: Value, _ arguments: Arguments) throws(Complaint) -> Value {
    var items = try elements(of: value)
    if let path = arguments[1, "attribute"] {
      items = try items.map { (item) throws(Complaint) in try self.value(at: path, of: item) }
    }
    let separator = arguments[0, "d"]?.text ?? TaggedText()
    return .text(try join(.array(items), with: separator))
  }

  func pairs(of value: Value) throws(Complaint) -> Value {
    if value.isUndefined { return .array([]) }
    guard case .map(let map) = value else {
      throw Complaint("a \(value.kind) has no items", advice: "expected a dict")
    }
    return .array(map.pairs)
  }

  func sortedPairs(of value: Value, _ arguments: Arguments) throws(Complaint) -> Value {
    guard case .map(let map) = value else {
      throw Complaint("`dictsort` is given a \(value.kind)", advice: "expected a dict")
    }
    let byKey = arguments[1, "by"]?.text.string != "value"
    let minds = arguments[0, "case_sensitive"]?.isTrue ?? false
    let reverse = arguments[2, "reverse"]?.isTrue ?? false
    let pairs = try sorted(map.pairs, reverse: reverse) { (pair) throws(Complaint) in
      guard case .list(let parts) = pair else { return pair }
      let part = parts.items[byKey ? 0 : 1]
      return minds ? part : part.withoutCase
    }
    return .array(pairs)
  }

  func reversed(_ value: Value) throws(Complaint) -> Value {
    if case .text(let text) = value {
      return .text(TaggedText().joining(text.characters.reversed()))
    }
    return .array(try elements(of: value).reversed())
  }

  func sort(_ value: Value, _ arguments: Arguments) throws(Complaint) -> Value {
    let reverse = arguments[0, "reverse"]?.isTrue ?? false
    let minds = arguments[1, "case_sensitive"]?.isTrue ?? false
    let path = arguments[2, "attribute"]
    let items = try sorted(try elements(of: value), reverse: reverse) { (item) throws(Complaint) in
      let key = try path.map { (path) throws(Complaint) in try self.value(at: path, of: item) }
      return minds ? key ?? item : (key ?? item).withoutCase
    }
    return .array(items)
  }

  mutating func unique(_ value: Value, _ arguments: Arguments) throws(Complaint) -> Value {
    let minds = arguments[0, "case_sensitive"]?.isTrue ?? false
    let path = arguments[1, "attribute"]
    var seen: [Value] = []
    var result: [Value] = []
    for item in try elements(of: value) {
      let found = try path.map { (path) throws(Complaint) in try self.value(at: path, of: item) }
      let key = minds ? found ?? item : (found ?? item).withoutCase
      try spend(seen.count)
      guard !seen.contains(where: { $0.equals(key) }) else { continue }
      seen.append(key)
      result.append(item)
    }
    return .array(result)
  }

  mutating func sum(_ value: Value, _ arguments: Arguments) throws(Complaint) -> Value {
    var total = arguments[1, "start"] ?? .int(0)
    for item in try elements(of: value) {
      let part = try arguments[0, "attribute"].map { (path) throws(Complaint) in
        try self.value(at: path, of: item)
      }
      total = try apply(.add, total, part ?? item)
    }
    return total
  }

  func extreme(
    _ name: FilterName, of value: Value, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    let items = try sort(
      value,
      Arguments(positional: [
        .bool(false), arguments[0, "case_sensitive"] ?? .bool(false),
        arguments[1, "attribute"] ?? .none,
      ]))
    let list = try elements(of: items)
    return (name == .min ? list.first : list.last) ?? .undefined("the list is empty")
  }

  /// What `a.b.0` finds in a value.
  func value(at path: Value, of item: Value) throws(Complaint) -> Value {
    if case .none = path { return item }
    guard case .text(let names) = path else { return try self.item(path, of: item) }
    var result = item
    for part in names.split(by: ["."], atMost: .max) {
      let index = Int(part.string).map(Value.int)
      result = try self.item(index ?? .text(part), of: result)
    }
    return result
  }

  mutating func mapped(_ value: Value, _ arguments: Arguments) throws(Complaint) -> Value {
    var result: [Value] = []
    let path = arguments.named.last { $0.name == "attribute" }?.value
    let fallback = arguments.named.last { $0.name == "default" }?.value
    for item in try elements(of: value) {
      try spend()
      if let path {
        let found = try self.value(at: path, of: item)
        result.append(found.isUndefined ? fallback ?? found : found)
      } else {
        var rest = arguments
        let name = try arguments.requiredText(0, "filter").string
        rest.positional.removeFirst()
        guard let filter = FilterName(rawValue: name) else {
          throw Complaint("there is no filter `\(name)`")
        }
        result.append(try applied(filter, to: item, rest))
      }
    }
    return .array(result)
  }

  /// `apply` one level deeper, for `map('map', …)` counts as going deeper.
  private mutating func applied(
    _ filter: FilterName, to item: Value, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    try descend()
    defer { ascend() }
    return try apply(filter, to: item, arguments)
  }

  mutating func select(
    _ value: Value, keeps: Bool, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    var result: [Value] = []
    for item in try elements(of: value) {
      try spend()
      let holds = try passes(item, arguments, testAt: 0)
      if holds == keeps { result.append(item) }
    }
    return .array(result)
  }

  mutating func selectByAttribute(
    _ value: Value, keeps: Bool, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    let path = try arguments.required(0, "attribute")
    var result: [Value] = []
    for item in try elements(of: value) {
      try spend()
      let holds = try passes(try self.value(at: path, of: item), arguments, testAt: 1)
      if holds == keeps { result.append(item) }
    }
    return .array(result)
  }

  /// Whether a value passes the test that the arguments name; without one, whether it is true.
  private mutating func passes(
    _ value: Value, _ arguments: Arguments, testAt place: Int
  ) throws(Complaint) -> Bool {
    guard arguments.positional.count > place else { return value.isTrue }
    var rest = arguments
    rest.positional.removeFirst(place + 1)
    return try test(value, arguments.positional[place].text.string, rest)
  }
}

extension Value {
  /// The value by which sorting orders it when case does not matter.
  fileprivate var withoutCase: Value {
    if case .text(let text) = self { return .text(text.lowercased) }
    return self
  }
}
