/// What an expression of a template is worth.
///
/// Namespaces and macros are numbers that the renderer looks up: so values cannot form cycles.
enum Value: Sendable {
  /// Remembers what was missing, for the error that using it causes.
  case undefined(String)
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case text(TaggedText)
  case list(ListValue)
  case map(MapValue)
  case namespace(Int)
  case macro(Int)
  case loop(LoopValue)
  case method(Method)
  case function(GlobalFunction)

  static func string(_ text: String) -> Value { .text(TaggedText(text)) }
  static func array(_ items: [Value]) -> Value { .list(ListValue(items)) }
}

/// Lists, tuples and what Python calls views and generators.
struct ListValue: Sendable {
  enum Style: Sendable { case list, tuple, items, keys, values }

  var items: [Value]
  var style = Style.list
  /// How many levels of lists and maps it holds, itself included.
  let depth: Int
  /// The message whose tool calls these are: a loop over them begins what its author wrote.
  var callsOfMessage: Int?

  init(_ items: [Value], style: Style = .list) {
    self.items = items
    self.style = style
    depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
  }
}

/// A dictionary in the order of insertion.
struct MapValue: Sendable {
  private(set) var keys: [Value] = []
  private(set) var values: [Value] = []
  private var places: [Key: Int] = [:]
  private(set) var depth = 1
  /// The index of the message that this is.
  var message: Int?

  subscript(_ key: Key) -> Value? { places[key].map { values[$0] } }
  subscript(_ name: String) -> Value? { self[Key(name)] }

  mutating func set(_ key: Value, to value: Value) throws(Complaint) {
    guard let hashed = Key(key) else {
      throw Complaint("a \(key.kind) cannot be a key", advice: "expected a text or a number")
    }
    depth = max(depth, 1 + value.depth)
    if let place = places[hashed] {
      values[place] = value
    } else {
      places[hashed] = keys.count
      keys.append(key)
      values.append(value)
    }
  }

  mutating func set(_ name: String, to value: Value) {
    depth = max(depth, 1 + value.depth)
    if let place = places[Key(name)] {
      values[place] = value
    } else {
      places[Key(name)] = keys.count
      keys.append(.string(name))
      values.append(value)
    }
  }

  var pairs: [Value] {
    zip(keys, values).map { .list(ListValue([$0, $1], style: .tuple)) }
  }
}

/// A value as a key.
///
/// Texts are equal when their scalars are: Swift's own equality is coarser.
enum Key: Hashable, Sendable {
  case none
  case int(Int)
  case float(Double)
  case text([Unicode.Scalar])

  init(_ name: String) {
    self = .text(Array(name.unicodeScalars))
  }

  init?(_ value: Value) {
    switch value {
    case .none: self = .none
    case .bool(let flag): self = .int(flag ? 1 : 0)
    case .int(let whole): self = .int(whole)
    case .float(let real): self = Int(exactly: real).map(Key.int) ?? .float(real)
    case .text(let text): self = .text(text.scalars)
    case .undefined, .list, .map, .namespace, .macro, .loop, .method, .function: return nil
    }
  }
}

/// The `loop` of a for statement, at one of its turns.
struct LoopValue: Sendable {
  let items: [Value]
  let index: Int
  let depth: Int
}

/// A method together with the value it belongs to.
struct Method: Sendable {
  enum Name: String, Sendable {
    case strip, lstrip, rstrip, split, rsplit, splitlines, startswith, endswith, upper, lower
    case title, capitalize, replace, join, find, count, format, isdigit, isalpha, isspace
    case items, keys, values, get, index, cycle, removeprefix, removesuffix, isupper, islower
  }

  let name: Name
  let receiver: [Value]
}

enum GlobalFunction: String, CaseIterable, Sendable {
  case raise = "raise_exception"
  case namespace, range, dict
  case now = "strftime_now"
}

extension Value {
  /// The name of its kind in error messages, in Python's words where those are well known.
  var kind: String {
    switch self {
    case .undefined: "undefined value"
    case .none: "None"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .text: "str"
    case .list(let list): list.style == .tuple ? "tuple" : "list"
    case .map: "dict"
    case .namespace: "namespace"
    case .macro: "macro"
    case .loop: "loop"
    case .method, .function: "function"
    }
  }

  var depth: Int {
    switch self {
    case .list(let list): list.depth
    case .map(let map): map.depth
    case .undefined, .none, .bool, .int, .float, .text, .namespace, .macro, .loop, .method,
      .function:
      0
    }
  }

  /// Python's truth.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let flag): flag
    case .int(let whole): whole != 0
    case .float(let real): real != 0
    case .text(let text): !text.isEmpty
    case .list(let list): !list.items.isEmpty
    case .map(let map): !map.keys.isEmpty
    case .namespace, .macro, .loop, .method, .function: true
    }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }

  /// The value as a number, a truth value being 0 or 1.
  var number: Double? {
    switch self {
    case .bool(let flag): flag ? 1 : 0
    case .int(let whole): Double(whole)
    case .float(let real): real
    case .undefined, .none, .text, .list, .map, .namespace, .macro, .loop, .method, .function: nil
    }
  }

  var whole: Int? {
    switch self {
    case .bool(let flag): flag ? 1 : 0
    case .int(let whole): whole
    case .undefined, .none, .float, .text, .list, .map, .namespace, .macro, .loop, .method,
      .function:
      nil
    }
  }

  /// What a loop over it goes through; nil where it cannot be gone through.
  var elements: [Value]? {
    switch self {
    case .undefined: []
    case .text(let text): text.characters.map(Value.text)
    case .list(let list): list.items
    case .map(let map): map.keys
    case .none, .bool, .int, .float, .namespace, .macro, .loop, .method, .function: nil
    }
  }

  var length: Int? {
    switch self {
    case .undefined: 0
    case .text(let text): text.count
    case .list(let list): list.items.count
    case .map(let map): map.keys.count
    case .loop(let loop): loop.items.count
    case .none, .bool, .int, .float, .namespace, .macro, .method, .function: nil
    }
  }
}
