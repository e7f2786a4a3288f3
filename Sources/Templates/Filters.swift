import Foundation

/// Jinja's filters that take one value to another.
///
/// Those that go through a list with a test or an attribute stand in the other file.
enum FilterName: String, CaseIterable, Sendable {
  case trim, upper, lower, title, capitalize, replace, indent, string, safe, e, escape, tojson
  case length, count, first, last, list, join, items, dictsort, reverse, sort, unique, sum, min, max
  case `default`, d, int, float, abs, round, attr, wordcount
  case map, select, reject, selectattr, rejectattr
}

extension Renderer {
  mutating func filter(_ value: Value, _ call: FilterCall) throws(Complaint) -> Value {
    guard let name = FilterName(rawValue: call.name) else {
      let known = FilterName.allCases.map(\.rawValue).joined(separator: ", ")
      throw Complaint("there is no filter `\(call.name)`", advice: "expected one of \(known)")
    }
    let arguments = try evaluate(call.arguments)
    return try apply(name, to: value, arguments)
  }

  mutating func filtered(
    _ value: Value, through calls: [FilterCall]
  ) throws(Complaint) -> Value {
    var result = value
    for call in calls { result = try filter(result, call) }
    return result
  }

  mutating func apply(
    _ name: FilterName, to value: Value, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    try spend((value.length ?? 0) / 4)
    switch name {
    case .trim:
      return .text(value.text.stripped(.both, of: try arguments.text(0, "chars")?.scalars))
    case .upper: return .text(value.text.uppercased)
    case .lower: return .text(value.text.lowercased)
    case .title: return .text(value.text.headlined)
    case .capitalize: return .text(value.text.capitalized)
    case .replace: return .text(try replace(in: value.text, arguments))
    case .indent: return .text(try indented(value.text, arguments))
    case .string, .safe: return .text(value.text)
    case .e, .escape: return .text(value.text.escapedForHTML)
    case .tojson: return .text(try json(of: value, arguments))
    case .wordcount: return .int(value.text.words(atMost: .max).count)
    case .length, .count: return .int(try length(of: value))
    case .first: return try elements(of: value).first ?? .undefined("the list is empty")
    case .last: return try elements(of: value).last ?? .undefined("the list is empty")
    case .list: return .array(try elements(of: value))
    case .join: return try joined(value, arguments)
    case .items: return try pairs(of: value)
    case .dictsort: return try sortedPairs(of: value, arguments)
    case .reverse: return try reversed(value)
    case .sort: return try sort(value, arguments)
    case .unique: return try unique(value, arguments)
    case .sum: return try sum(value, arguments)
    case .min, .max: return try extreme(name, of: value, arguments)
    case .default, .d: return arguments.replacement(for: value)
    case .int: return try wholeNumber(from: value, arguments)
    case .float: return realNumber(from: value, arguments)
    case .abs: return try magnitude(of: value)
    case .round: return try rounded(value, arguments)
    case .attr: return try attribute(try arguments.requiredText(0, "name").string, of: value)
    case .map: return try mapped(value, arguments)
    case .select, .reject: return try select(value, keeps: name == .select, arguments)
    case .selectattr, .rejectattr:
      return try selectByAttribute(value, keeps: name == .selectattr, arguments)
    }
  }

  private func length(of value: Value) throws(Complaint) -> Int {
    guard let length = value.length else {
      throw Complaint("a \(value.kind) has no length", advice: "expected a list, a dict or a text")
    }
    return length
  }

  private mutating func indented(
    _ text: TaggedText, _ arguments: Arguments
  ) throws(Complaint) -> TaggedText {
    var margin = TaggedText("    ")
    if case .text(let given)? = arguments[0, "width"] {
      margin = given
    } else if let width = try arguments.whole(0, "width") {
      margin = TaggedText(String(repeating: " ", count: Swift.max(0, Swift.min(width, 1000))))
    }
    let indentsFirst = arguments[1, "first"]?.isTrue ?? false
    let indentsBlank = arguments[2, "blank"]?.isTrue ?? false
    let lines = text.split(by: ["\n"], atMost: .max)
    try spend(lines.count * (1 + margin.count))
    var result = TaggedText()
    for (index, line) in lines.enumerated() {
      if index > 0 { result.append("\n") }
      let isIndented = index == 0 ? indentsFirst : indentsBlank || !line.isEmpty
      if isIndented { result.append(margin) }
      result.append(line)
      guard result.count <= Limit.scalars else { throw Self.tooLong }
    }
    return result
  }

  private mutating func json(
    of value: Value, _ arguments: Arguments
  ) throws(Complaint) -> TaggedText {
    var style = JSONStyle()
    style.escapesNonASCII = arguments[0, "ensure_ascii"]?.isTrue ?? false
    if case .text(let margin)? = arguments[1, "indent"] {
      style.indent = margin.string
    } else if let width = try arguments.whole(1, "indent") {
      style.indent = String(repeating: " ", count: Swift.max(0, Swift.min(width, 100)))
    }
    if style.indent != nil { style.itemSeparator = "," }
    if case .list(let separators)? = arguments[2, "separators"], separators.items.count == 2 {
      style.itemSeparator = separators.items[0].text.string
      style.keySeparator = separators.items[1].text.string
    }
    style.sortsKeys = arguments[3, "sort_keys"]?.isTrue ?? false
    let result = try style.text(of: value)
    guard result.count <= Limit.scalars else { throw Self.tooLong }
    try spend(result.count / 4)
    return result
  }

  // MARK: Numbers

  private func wholeNumber(
    from value: Value, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    let fallback = arguments[0, "default"] ?? .int(0)
    if let whole = value.whole { return .int(whole) }
    var number = value.number
    if case .text(let text) = value {
      let word = text.stripped(.both).string
      if let whole = Int(word, radix: try arguments.base) { return .int(whole) }
      number = Double(word)
    }
    return number.flatMap { Int(exactly: $0.rounded(.towardZero)) }.map(Value.int) ?? fallback
  }

  private func realNumber(from value: Value, _ arguments: Arguments) -> Value {
    if let number = value.number { return .float(number) }
    if case .text(let text) = value, let number = Double(text.stripped(.both).string) {
      return .float(number)
    }
    return arguments[0, "default"] ?? .float(0)
  }

  private func magnitude(of value: Value) throws(Complaint) -> Value {
    if let whole = value.whole, whole != .min { return .int(Swift.abs(whole)) }
    guard let number = value.number else { throw Complaint("a \(value.kind) has no `abs`") }
    return .float(Swift.abs(number))
  }

  private func rounded(_ value: Value, _ arguments: Arguments) throws(Complaint) -> Value {
    guard let number = value.number else { throw Complaint("a \(value.kind) cannot be rounded") }
    let places = try arguments.whole(0, "precision") ?? 0
    let method = try arguments.text(1, "method")?.string ?? "common"
    if value.whole != nil, method == "common" { return value }
    let scale = pow(10, Double(Swift.max(-300, Swift.min(places, 300))))
    guard (number * scale).isFinite else { return .float(number) }
    switch method {
    case "ceil": return .float((number * scale).rounded(.up) / scale)
    case "floor": return .float((number * scale).rounded(.down) / scale)
    case "common":
      let isShort = (0...15).contains(places)
      let exact = isShort ? Double(String(format: "%.\(places)f", number)) : nil
      return .float(exact ?? (number * scale).rounded(.toNearestOrEven) / scale)
    default:
      throw Complaint("`round` has no method `\(method)`", advice: "expected common, ceil or floor")
    }
  }
}

extension Arguments {
  fileprivate var base: Int {
    get throws(Complaint) {
      let base = try whole(1, "base") ?? 10
      guard (2...36).contains(base) else { throw Complaint("there are no numbers of base \(base)") }
      return base
    }
  }

  /// The value, or what `default` puts for it.
  fileprivate func replacement(for value: Value) -> Value {
    let replacesFalse = self[1, "boolean"]?.isTrue ?? false
    let isMissing = value.isUndefined || (replacesFalse && !value.isTrue)
    return isMissing ? self[0, "default_value"] ?? .string("") : value
  }
}

extension TaggedText {
  fileprivate var escapedForHTML: TaggedText {
    mapped { _, scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "'": "&#39;"
      case "\"": "&#34;"
      default: nil
      }
    }
  }
}
