extension JSONValue {
  /// The document on one line.
  public var compact: String {
    var writer = JSONWriter(indents: false)
    writer.write(self)
    return writer.text
  }

  /// The document with two spaces per level and a line break at the end, as Hugging Face writes it.
  public var pretty: String {
    var writer = JSONWriter(indents: true)
    writer.write(self)
    return writer.text + "\n"
  }
}

private struct JSONWriter {
  let indents: Bool
  var text = ""
  var level = 0

  init(indents: Bool) { self.indents = indents }

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += number(value)
    case .string(let value): writeString(value)
    case .array(let elements):
      list("[", "]", elements) { $0.write($1) }
    case .object(let object):
      list("{", "}", object.members) { writer, member in
        writer.writeString(member.key)
        writer.text += writer.indents ? ": " : ":"
        writer.write(member.value)
      }
    }
  }

  /// The shortest text that reads back as the same number.
  private func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return "\(value)"
  }

  private mutating func list<Element>(
    _ open: String, _ close: String, _ elements: [Element],
    _ write: (inout Self, Element) -> Void
  ) {
    text += open
    level += 1
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      breakLine()
      write(&self, element)
    }
    level -= 1
    if !elements.isEmpty { breakLine() }
    text += close
  }

  private mutating func breakLine() {
    if indents { text += "\n" + String(repeating: "  ", count: level) }
  }

  private mutating func writeString(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case let control where control.value < 0x20:
        let hex = String(control.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
