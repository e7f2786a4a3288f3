extension Method.Name {
  /// Whether values of this kind have the method.
  func belongs(to value: Value) -> Bool {
    switch value {
    case .text:
      switch self {
      case .items, .keys, .values, .get, .cycle: false
      case .strip, .lstrip, .rstrip, .split, .rsplit, .splitlines, .startswith, .endswith, .upper,
        .lower, .title, .capitalize, .replace, .join, .find, .count, .format, .isdigit, .isalpha,
        .isspace, .index, .removeprefix, .removesuffix, .isupper, .islower:
        true
      }
    case .map: [.items, .keys, .values, .get].contains(self)
    case .list: [.index, .count].contains(self)
    case .loop: self == .cycle
    case .undefined, .none, .bool, .int, .float, .namespace, .macro, .method, .function: false
    }
  }
}

extension Renderer {
  mutating func call(_ method: Method, _ arguments: Arguments) throws(Complaint) -> Value {
    switch method.receiver[0] {
    case .text(let text):
      try spend(text.count / 8)
      return try call(method.name, of: text, arguments)
    case .map(let map): return try call(method.name, of: map, arguments)
    case .list(let list): return try call(method.name, of: list, arguments)
    case .loop(let loop):
      guard !arguments.positional.isEmpty else { throw Complaint("`cycle` is given nothing") }
      return arguments.positional[loop.index % arguments.positional.count]
    case .undefined, .none, .bool, .int, .float, .namespace, .macro, .method, .function:
      throw Complaint("a \(method.receiver[0].kind) has no `\(method.name.rawValue)`")
    }
  }

  private func call(
    _ name: Method.Name, of map: MapValue, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    switch name {
    case .keys: return .list(ListValue(map.keys, style: .keys))
    case .values: return .list(ListValue(map.values, style: .values))
    case .get:
      let key = try arguments.required(0, "key")
      return Key(key).flatMap { map[$0] } ?? arguments[1, "default"] ?? .none
    default: return .list(ListValue(map.pairs, style: .items))
    }
  }

  private func call(
    _ name: Method.Name, of list: ListValue, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    let value = try arguments.required(0, "value")
    if name == .count { return .int(list.items.count { $0.equals(value) }) }
    guard let place = list.items.firstIndex(where: { $0.equals(value) }) else {
      throw Complaint("the list does not hold \(value.representation.string)")
    }
    return .int(place)
  }

  private mutating func call(
    _ name: Method.Name, of text: TaggedText, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    switch name {
    case .strip: return .text(text.stripped(.both, of: try arguments.text(0, "chars")?.scalars))
    case .lstrip: return .text(text.stripped(.left, of: try arguments.text(0, "chars")?.scalars))
    case .rstrip: return .text(text.stripped(.right, of: try arguments.text(0, "chars")?.scalars))
    case .split, .rsplit: return try split(text, fromEnd: name == .rsplit, arguments)
    case .splitlines: return .array(text.lines().map(Value.text))
    case .startswith, .endswith: return .bool(try ends(text, name == .startswith, arguments))
    case .upper: return .text(text.uppercased)
    case .lower: return .text(text.lowercased)
    case .title: return .text(text.titled)
    case .capitalize: return .text(text.capitalized)
    case .replace: return .text(try replace(in: text, arguments))
    case .join: return .text(try join(try arguments.required(0, "iterable"), with: text))
    case .find, .index: return try find(name, in: text, arguments)
    case .count:
      let part = try arguments.requiredText(0, "sub").scalars
      return .int(text.places(of: part, atMost: .max).count)
    case .format: return .text(try format(text, arguments))
    case .isdigit: return all(text) { $0.properties.numericType != nil }
    case .isalpha: return all(text) { $0.properties.isAlphabetic }
    case .isspace: return all(text) { $0.isPythonSpace }
    case .isupper:
      let cased = text.scalars.filter(\.properties.isCased)
      return .bool(!cased.isEmpty && cased.allSatisfy(\.properties.isUppercase))
    case .islower:
      let cased = text.scalars.filter(\.properties.isCased)
      return .bool(!cased.isEmpty && cased.allSatisfy(\.properties.isLowercase))
    case .removeprefix:
      let part = try arguments.requiredText(0, "prefix").scalars
      return .text(text.scalars.starts(with: part) ? text.slice(part.count..<text.count) : text)
    case .removesuffix:
      let part = try arguments.requiredText(0, "suffix").scalars
      let fits = !part.isEmpty && text.scalars.reversed().starts(with: part.reversed())
      return .text(fits ? text.slice(0..<text.count - part.count) : text)
    case .items, .keys, .values, .get, .cycle:
      throw Complaint("a str has no `\(name.rawValue)`")
    }
  }

  private func all(_ text: TaggedText, _ holds: (Unicode.Scalar) -> Bool) -> Value {
    .bool(!text.isEmpty && text.scalars.allSatisfy(holds))
  }

  private func split(
    _ text: TaggedText, fromEnd: Bool, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    let wanted = try arguments.whole(1, "maxsplit") ?? -1
    let limit = wanted < 0 ? Int.max : wanted
    guard let separator = try arguments.text(0, "sep") else {
      return .array(text.words(atMost: limit).map(Value.text))
    }
    guard !separator.isEmpty else { throw Complaint("`split` is given an empty separator") }
    let parts =
      fromEnd
      ? text.splitFromEnd(by: separator.scalars, atMost: limit)
      : text.split(by: separator.scalars, atMost: limit)
    return .array(parts.map(Value.text))
  }

  private func ends(
    _ text: TaggedText, _ atStart: Bool, _ arguments: Arguments
  ) throws(Complaint) -> Bool {
    let value = try arguments.required(0, "prefix")
    var parts = [value]
    if case .list(let list) = value { parts = list.items }
    for part in parts {
      guard case .text(let part) = part else {
        throw Complaint("a text cannot begin or end with a \(part.kind)", advice: "expected a text")
      }
      let fits =
        atStart
        ? text.scalars.starts(with: part.scalars)
        : text.scalars.reversed().starts(with: part.scalars.reversed())
      if fits { return true }
    }
    return false
  }

  mutating func replace(
    in text: TaggedText, _ arguments: Arguments
  ) throws(Complaint) -> TaggedText {
    let old = try arguments.requiredText(0, "old").scalars
    let new = try arguments.requiredText(1, "new")
    let wanted = try arguments.whole(2, "count") ?? -1
    let limit = wanted < 0 ? Int.max : wanted
    let found = text.places(of: old, atMost: limit).count
    try spend(text.count / 8)
    let (growth, overflows) = found.multipliedReportingOverflow(by: new.count)
    guard !overflows, growth <= Limit.scalars - text.count else { throw Self.tooLong }
    return text.replacing(old, with: new, atMost: limit)
  }

  mutating func join(_ value: Value, with separator: TaggedText) throws(Complaint) -> TaggedText {
    let parts = try elements(of: value).map(\.text)
    let total = parts.reduce(separator.count * parts.count) { $0 + $1.count }
    guard total <= Limit.scalars else { throw Self.tooLong }
    try spend(total / 16)
    return separator.joining(parts)
  }

  private func find(
    _ name: Method.Name, in text: TaggedText, _ arguments: Arguments
  ) throws(Complaint) -> Value {
    let part = try arguments.requiredText(0, "sub")
    if let place = text.place(of: part.scalars) { return .int(place) }
    guard name == .find else { throw Complaint("the text does not hold \(part.quoted.string)") }
    return .int(-1)
  }

  /// Python's `str.format` for plain `{}`, `{0}` and `{name}`.
  private func format(_ text: TaggedText, _ arguments: Arguments) throws(Complaint) -> TaggedText {
    var result = TaggedText()
    var next = 0
    var place = 0
    while place < text.count {
      let scalar = text.scalars[place]
      let isDoubled = place + 1 < text.count && text.scalars[place + 1] == scalar
      if isDoubled, scalar == "{" || scalar == "}" {
        result.append(text.slice(place..<place + 1))
        place += 2
      } else if scalar == "{" {
        guard let close = text.place(of: ["}"], from: place) else {
          throw Complaint("a format has `{` without `}`")
        }
        let field = text.slice(place + 1..<close).string
        let index = field.isEmpty ? next : Int(field) ?? .max
        if field.isEmpty { next += 1 }
        guard let value = arguments[index, field] else {
          throw Complaint("`format` has no value for `{\(field)}`", advice: "expected an argument")
        }
        result.append(value.text)
        place = close + 1
      } else {
        result.append(text.slice(place..<place + 1))
        place += 1
      }
    }
    return result
  }
}
