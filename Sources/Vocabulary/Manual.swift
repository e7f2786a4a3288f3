extension Value {
  /// The value as a recipe would write it.
  public var source: String {
    switch self {
    case .none: "none"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .float(let value): Value.number(value)
    case .text(let value): "\"\(value)\""
    case .quantity(let quantity): Value.number(quantity.amount) + quantity.unit.rawValue
    case .list(let values): "[" + values.map(\.source).joined(separator: ", ") + "]"
    case .record(let record):
      "(" + record.pairs.map { "\($0): \($1.source)" }.joined(separator: ", ") + ")"
    case .type(let type): "\(type.type)"
    case .function(let function): function.canonical
    case .opaque(let value): value.recipeType.description
    case .deferred(let stage): stage.type.description
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}

extension Slot {
  /// The parameter as signatures show it: `beta: Float = 0.1`.
  public var signature: String {
    if takesRest { return "\(name)…: \(type)" }
    let written = isSubject ? "_ \(name): \(type)" : "\(name): \(type)"
    guard let fallback, fallback != .none else { return written }
    return "\(written) = \(fallback.source)"
  }
}

extension Primitive {
  /// The call as help shows it: `lora(rank: Int = 16, …) -> Adapter`.
  public var signature: String {
    "\(name)(" + slots.map(\.signature).joined(separator: ", ") + ")" + resultSignature
  }

  /// The signature, or where that is long, what a call needs and an ellipsis.
  public var shortSignature: String {
    guard signature.count > 100 else { return signature }
    let needed = slots.filter { !$0.isOptional }.map(\.signature)
    return "\(name)(" + (needed + ["…"]).joined(separator: ", ") + ")" + resultSignature
  }

  private var resultSignature: String {
    switch typing {
    case .fixed(.any), .derived: ""
    case .fixed(let type): " -> \(type)"
    }
  }
}
