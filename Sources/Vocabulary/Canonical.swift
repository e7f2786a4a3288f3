extension Value {
  /// One text for one value: what enters keys, and what equality means.
  ///
  /// Record labels are sorted, since the order of arguments does not change a result.
  public var canonical: String {
    var text = ""
    appendCanonical(to: &text)
    return text
  }

  /// Appends the canonical text, as where several make one key.
  public func appendCanonical(to text: inout String) {
    switch self {
    case .none: text += "none"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .float(let value): text += value == value.rounded() ? "\(value)f" : "\(value)"
    case .text(let value): Value.append(quoted: value, to: &text)
    case .quantity(let quantity):
      text += "\(quantity.base) \(quantity.unit.dimension.rawValue)"
    case .list(let values): Value.append(list: values, to: &text)
    case .record(let record): Value.append(record: record, to: &text)
    case .type(let type): text += "type \(type.canonical)"
    case .function(let function): text += "function{\(function.canonical)}"
    case .opaque(let value): text += "\(value.recipeType){\(value.canonical)}"
    case .deferred(let stage): text += "stage:\(stage.key)"
    }
  }

  private static func append(list values: [Value], to text: inout String) {
    text += "["
    for (i, value) in values.enumerated() {
      if i > 0 { text += "," }
      value.appendCanonical(to: &text)
    }
    text += "]"
  }

  private static func append(record: Record, to text: inout String) {
    text += "("
    for (i, (label, value)) in record.pairs.sorted(by: { $0.0 < $1.0 }).enumerated() {
      if i > 0 { text += "," }
      text += label
      text += ":"
      value.appendCanonical(to: &text)
    }
    text += ")"
  }

  private static func append(quoted value: String, to text: inout String) {
    text += "\""
    if value.utf8.contains(where: { "\"\\\n".utf8.contains($0) }) {
      for scalar in value.unicodeScalars { text += escaped(scalar) }
    } else {
      text += value
    }
    text += "\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"", "\\": "\\\(scalar)"
    case "\n": "\\n"
    default: String(scalar)
    }
  }
}

extension Value: Equatable {
  public static func == (a: Value, b: Value) -> Bool {
    switch (a, b) {
    case (.int(let x), .float(let y)), (.float(let y), .int(let x)): Double(x) == y
    case (.int(let x), .int(let y)): x == y
    case (.float(let x), .float(let y)): x == y
    case (.text(let x), .text(let y)): x == y
    case (.bool(let x), .bool(let y)): x == y
    default: a.canonical == b.canonical
    }
  }
}
