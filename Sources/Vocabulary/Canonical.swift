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
  ///
  /// Piece by piece, as an interpolation makes a text of its own first.
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
    case .type(let type):
      text += "type "
      text += type.canonical
    case .function(let function):
      text += "function{"
      text += function.canonical
      text += "}"
    case .opaque(let value):
      text += value.recipeType.description
      text += "{"
      text += value.canonical
      text += "}"
    case .deferred(let stage):
      text += "stage:"
      text += stage.key
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
    let labels = record.labels
    // Most records are of few fields and in order as they are written.
    let isSorted = zip(labels, labels.dropFirst()).allSatisfy { $0 <= $1 }
    let places =
      isSorted ? Array(labels.indices) : labels.indices.sorted { labels[$0] < labels[$1] }
    for (i, place) in places.enumerated() {
      if i > 0 { text += "," }
      text += labels[place]
      text += ":"
      record.values[place].appendCanonical(to: &text)
    }
    text += ")"
  }

  private static func append(quoted value: String, to text: inout String) {
    text += "\""
    if value.utf8.contains(where: \.isEscaped) {
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

extension UInt8 {
  /// Whether a text in quotes has something else in its place.
  fileprivate var isEscaped: Bool {
    self == UInt8(ascii: "\"") || self == UInt8(ascii: "\\") || self == UInt8(ascii: "\n")
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
