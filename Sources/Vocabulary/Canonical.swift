extension Value {
  /// One text for one value: what enters keys, and what equality means.
  ///
  /// Record labels are sorted, since the order of arguments does not change a result.
  public var canonical: String {
    switch self {
    case .none: "none"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .float(let value): value == value.rounded() ? "\(value)f" : "\(value)"
    case .text(let value): Value.quoted(value)
    case .quantity(let quantity): "\(quantity.base) \(quantity.unit.dimension.rawValue)"
    case .list(let values): "[" + values.map(\.canonical).joined(separator: ",") + "]"
    case .record(let record):
      "("
        + record.pairs.sorted { $0.0 < $1.0 }.map { "\($0):\($1.canonical)" }
        .joined(separator: ",") + ")"
    case .type(let type): "type \(type.canonical)"
    case .function(let function): "function{\(function.canonical)}"
    case .opaque(let value): "\(value.recipeType){\(value.canonical)}"
    case .deferred(let stage): "stage:\(stage.key)"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
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
